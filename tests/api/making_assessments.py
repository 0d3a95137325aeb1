"""Rows of evaluation, as many as asked (`tests/api/making.py`)."""

from collections.abc import Callable
from typing import Any

from assessments.models import Checklist, Standard
from metrics.models import Release
from tests.assessments.making import make_evaluation, make_questionnaire, make_standard, make_survey
from tests.factories import CircleFactory, OfficeFactory


def _checklist(setting: Any) -> None:
    """One on which somebody found otherwise than the figures."""
    standard = Standard.objects.filter(district=setting.district).first()
    evaluation = make_evaluation(
        CircleFactory(lead_street=setting.street), standard or make_standard(setting.district)
    )
    release = Release.objects.filter(district=setting.district).earliest("at")
    checklist = Checklist.objects.create(evaluation=evaluation, release=release)
    for item in evaluation.standard.checklist_items.all():
        checklist.lines.create(
            item=item, override="present", reason="现场看到", override_by_id=setting.officer.pk
        )


def _survey(setting: Any) -> None:
    """An open wave, collected by an agency."""
    number = setting.number()
    make_survey(
        setting.circle,
        make_questionnaire(setting.district, code=f"asked-{number}"),
        agency=OfficeFactory(district=setting.district, kind="agency"),
        token_secret="k" * 64,
        address_key="k" * 64,
    )


ONE_MORE: dict[str, Callable[[Any], Any]] = {
    "assessments.checklist": _checklist,
    "assessments.survey": _survey,
}
