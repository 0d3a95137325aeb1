"""A wave being collected: its district, officers, two agencies, two circles in two streets."""

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import Office
from assessments.models import Survey
from assessments.services import surveys
from tests.assessments.making import make_questionnaire
from tests.coordination.people import Cast
from tests.factories import CircleFactory, OfficeFactory, StreetFactory

GOOD = {"overall": "5", "price": "4", "lacking": "no"}
LACKING = {"overall": "3", "price": "3", "lacking": "yes", "formats": ["repair"], "words": "早餐"}


class Wave(Cast):
    """Everyone; `survey` is prepared over both circles, for `agency`."""

    def __init__(self) -> None:
        super().__init__()
        self.agency = self.make_agency()
        self.interviewer = self.person(self.agency, "survey_agency")
        self.rival = self.person(self.make_agency(), "survey_agency")
        self.circle = CircleFactory(lead_street=self.street)
        self.other = CircleFactory(lead_street=StreetFactory(district=self.district))
        self.questionnaire = make_questionnaire(self.district)
        self.survey = self.prepare()

    def make_agency(self) -> Any:
        return OfficeFactory(district=self.district, kind=Office.Kind.AGENCY)

    def values(self, **more: Any) -> dict[str, Any]:
        today = timezone.localdate()
        return {
            "questionnaire": self.questionnaire,
            "year": today.year,
            "name": "居民满意度调查",
            "agency": self.agency,
            "opens_on": today - dt.timedelta(days=10),
            "closes_on": today,
        } | more

    def prepare(self, **more: Any) -> Survey:
        return surveys.create_survey(
            district=self.district,
            values=self.values(**more),
            circles={self.circle: 2, self.other: 5},
            **self.officer.acts,
        )

    def start(self) -> Survey:
        return surveys.start_survey(survey=self.survey, **self.officer.acts)
