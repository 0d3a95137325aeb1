"""Results: who may ask, write and open what."""

from typing import Any

from django.utils import timezone

from accounts.models import Office
from accounts.roles import SURVEY_AGENCY
from tests.assessments.making import make_questionnaire, make_survey
from tests.factories import OfficeFactory
from tests.permissions.callers import COMMISSION_PEOPLE, STREET_PEOPLE
from tests.permissions.entries import (
    DISTRICT_WIDE,
    OF_THE_STREET,
    ONLY_FOREIGN,
    ListEntry,
    PageEntry,
    WriteEntry,
    of_row,
)

LISTS: dict[str, ListEntry] = {}
WRITES: tuple[WriteEntry, ...] = ()
PAGES: dict[str, PageEntry] = {
    # Published ones, in which the own street has a circle; the own agency's are among its own.
    "evaluation:survey_results": PageEntry(
        COMMISSION_PEOPLE | STREET_PEOPLE | {SURVEY_AGENCY},
        of_row("published_surveys", pk="pk"),
        other=COMMISSION_PEOPLE,
        foreign=ONLY_FOREIGN,
    ),
    "api:v1:surveys-results": PageEntry(
        DISTRICT_WIDE | OF_THE_STREET | {SURVEY_AGENCY},
        of_row("published_surveys", pk="pk"),
        other=DISTRICT_WIDE,
        foreign=ONLY_FOREIGN,
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A published wave; the own one is the agency's."""
    if place == "own":
        agency = world.callers.people[SURVEY_AGENCY].office
    else:
        agency = OfficeFactory(district=street.district, kind=Office.Kind.AGENCY)
    survey = make_survey(
        world.rows["circles"][place],
        make_questionnaire(street.district, code=f"found-{place}"),
        name=f"{place}results",
        agency=agency,
        state="published",
        closed_at=timezone.now(),
    )
    world.add("published_surveys", place, survey)
