"""Rows of evaluation, as many as asked (`tests/api/making.py`)."""

from collections.abc import Callable
from typing import Any

from assessments.models import Checklist, Grade, Standard
from core.models import Clause
from metrics.models import Release
from tests.assessments.making import (
    make_evaluation,
    make_questionnaire,
    make_scorecard,
    make_standard,
    make_survey,
)
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


def _scorecard(setting: Any) -> None:
    """One with a score, of an expert of its own."""
    standard = Standard.objects.filter(district=setting.district).first()
    evaluation = make_evaluation(
        CircleFactory(lead_street=setting.street), standard or make_standard(setting.district)
    )
    card = make_scorecard(evaluation)
    item = evaluation.standard.dimensions.get(key="order").items.get()
    card.scores.create(item=item, points=20)


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


def _grade(setting: Any) -> None:
    """A published one, with a release."""
    standard = Standard.objects.filter(district=setting.district).first()
    circle = CircleFactory(lead_street=setting.street)
    evaluation = make_evaluation(circle, standard or make_standard(setting.district))
    Grade.objects.create(
        district=setting.district,
        evaluation=evaluation,
        circle=circle,
        year=evaluation.year,
        release=Release.objects.filter(district=setting.district).earliest("at"),
        state="published",
        outcome="basic",
    )


def _standard(setting: Any) -> None:
    """One of its own code, with a basis and a questionnaire."""
    number = setting.number()
    make_standard(
        setting.district,
        code=f"standard-{number}",
        questionnaire=make_questionnaire(setting.district, code=f"of-standard-{number}"),
        clause=Clause.objects.order_by("id")[number % 50],
    )


ONE_MORE: dict[str, Callable[[Any], Any]] = {
    "assessments.checklist": _checklist,
    "assessments.grade": _grade,
    "assessments.scorecard": _scorecard,
    "assessments.standard": _standard,
    "assessments.survey": _survey,
}
