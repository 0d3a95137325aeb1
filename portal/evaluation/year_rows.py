"""What is known of each circle in a year's evaluation: constant queries, however many circles."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _

from assessments.grading import proposed_word
from assessments.models import Checklist, Evaluation, Grade, Scorecard, Standard, Survey
from assessments.presence import Kinds, kinds_of
from assessments.results import Cell, done_surveys, results
from assessments.services.evaluations import EVALUATED
from circles.models import Circle
from core import policy
from core.scope import Scope
from territory.models import District

CARDS_IN = (
    Scorecard.State.SUBMITTED,
    Scorecard.State.CONFIRMED,
    Scorecard.State.PUBLISHED,
)

# Stage → its word and components/status.html's status, in the order of the work.
STAGES: dict[str, tuple[Any, str]] = {
    "not_started": (_("未开始"), "none"),
    "fill": (_("待填列分型表"), "warn"),
    "confirm": (_("待确认分型表"), "warn"),
    "scoring": (_("专家评分中"), "warn"),
    "propose": (_("待测评"), "warn"),
    "proposed": (_("拟评"), "none"),
    "submitted": (_("报审"), "none"),
    "approved": (_("已审定"), "good"),
    "published": (_("已公布"), "good"),
    # What a street is told until a grade is published.
    "grading": (_("评定中"), "none"),
}


@dataclass(frozen=True)
class YearRow:
    """One circle; what has not begun is None."""

    circle: Circle
    evaluation: Evaluation | None = None
    checklist: Checklist | None = None
    kinds: tuple[Kinds, Kinds] | None = None
    cards: int = 0
    wanted: int = 0
    survey: Cell | None = None
    grade: Grade | None = None
    sees_grades: bool = False

    @property
    def stage(self) -> str:
        """How far it is: a key of STAGES."""
        if self.evaluation is None:
            return "not_started"
        if self.grade is not None and self.grade.state != Grade.State.PROPOSED:
            return str(self.grade.state)
        # A proposal may be made at any time; what it still lacks comes first.
        if self.checklist is None:
            return "fill"
        if self.checklist.state == Checklist.State.DRAFT:
            return "confirm"
        if not self.sees_grades:
            return "grading"
        if self.cards < self.wanted:
            return "scoring"
        return "propose" if self.grade is None else "proposed"

    @property
    def level(self) -> str:
        """The level's word: 审定 once decided, else 拟评."""
        grade = self.grade
        if grade is None:
            return ""
        if grade.outcome:
            return str(grade.get_outcome_display())
        return proposed_word(grade.proposed_level, getattr(grade, "lowest", ""))


def year_rows(
    district: District, year: int, standard: Standard | None, scope: Scope
) -> list[YearRow]:
    """Every circle of the caller's that is or can be evaluated, by code."""
    asked = Evaluation.objects.visible_to(scope).filter(year=year, standard=standard)
    evaluations = {
        one.circle_id: one
        for one in asked.select_related("checklist")
        if standard is not None and one.district_id == district.pk
    }
    circles = Circle.objects.visible_to(scope).filter(
        Q(state__in=EVALUATED) | Q(pk__in=list(evaluations)), district=district
    )
    rows = list(circles.select_related("lead_street").defer("boundary").order_by("code"))
    return dressed(rows, evaluations, year, standard, scope)


def dressed(
    circles: Sequence[Circle],
    evaluations: dict[uuid.UUID, Evaluation],
    year: int,
    standard: Standard | None,
    scope: Scope,
) -> list[YearRow]:
    """Circles with the parts of their evaluations; `evaluations` by circle, with checklists."""
    checklists = {
        one.pk: one.checklist for one in evaluations.values() if hasattr(one, "checklist")
    }
    kinds = kinds_of(checklists.values())
    cards = _cards_in([one.pk for one in evaluations.values()])
    grades = {
        grade.evaluation_id: grade
        for grade in Grade.objects.visible_to(scope)
        .filter(evaluation__in=evaluations.values())
        .annotate(lowest=KT("explanation__levels__0__state"))
        .defer("explanation")
    }
    surveyed = surveyed_circles(circles, year, scope)
    sees_grades = policy.may(scope, "assessments.scorecards")
    made = []
    for circle in circles:
        evaluation = evaluations.get(circle.pk)
        pk = evaluation.pk if evaluation else None
        checklist = checklists.get(pk) if pk else None
        full = evaluation is not None and evaluation.scored_in_full
        made.append(
            YearRow(
                circle,
                evaluation,
                checklist,
                kinds[checklist.pk] if checklist else None,
                cards.get(pk, 0) if pk else 0,
                standard.experts if standard and full else 0,
                surveyed.get(str(circle.pk)),
                grades.get(pk) if pk else None,
                sees_grades,
            )
        )
    return made


def surveyed_circles(circles: Collection[Circle], year: int, scope: Scope) -> dict[str, Cell]:
    """{circle id: what residents say}, of the year's last wave, as far as the caller may see it."""
    if not circles:
        return {}
    waves = done_surveys(next(iter(circles)).district, year=year)
    told: dict[str, Cell] = {}
    for survey in waves.filter(pk__in=Survey.objects.visible_to(scope).values("pk")):
        told = {cell.key: cell for cell in results(survey, "circle", scope)} | told
    return told


def _cards_in(evaluations: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = Scorecard.objects.filter(evaluation__in=evaluations, state__in=CARDS_IN)
    return dict(rows.values_list("evaluation").annotate(n=Count("pk")).order_by())
