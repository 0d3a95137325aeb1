"""拟评: what the figures propose for the circles of a year."""

import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.explaining import explained
from assessments.formulas import exact
from assessments.gates import UNKNOWN
from assessments.grading import next_state
from assessments.grounds import Ground, grounds_of
from assessments.measures import format_numbers
from assessments.models import Evaluation, Grade, Standard
from assessments.workflow.grades import PROPOSE
from circles.models import Circle
from circles.models.circle import Level
from circles.models.circle import State as CircleState
from core import policy
from core.audit import Actor, act
from core.bulk import update_rows
from core.db import locked
from core.scope import Scope
from territory.models import District

State, Adjustment = Grade.State, Grade.Adjustment
# What a proposal writes, and refreshes.
REFRESHED = (
    "proposed_level", "score", "scored_points", "explanation", "release", "survey",
    "previous_level", "adjustment", "made_at", "version", "is_sample",
)  # fmt: skip
COMPARED = tuple(name for name in REFRESHED if name not in ("made_at", "version"))
RANK = {level: rank for rank, level in enumerate(("", *Level.values))}


def propose_grades(
    *,
    district: District,
    year: int,
    circles: Iterable[Circle] | None = None,
    standard: Standard | None = None,
    by: Actor,
    scope: Scope | None,
) -> list[Grade]:
    """测评: 拟评等级 for every evaluation of the year that has a checklist; constant queries.

    Makes grades or refreshes proposed ones; submitted, approved and published ones are left alone.
    A grade of which nothing has changed keeps its version. `scope` None is a command's.
    ValidationError when there is nothing to go by.
    """
    if scope is not None:
        policy.require(scope, PROPOSE, Grade(district=district))
    wanted = Evaluation.objects.filter(district=district, year=year)
    if circles is not None:
        wanted = wanted.filter(circle__in=[circle.pk for circle in circles])
    if standard is not None:
        wanted = wanted.filter(standard=standard)
    with act("assessments.propose_grades", by=by) as this:
        # Locked, so that two who propose at once do not make a grade twice.
        rows = list(locked(wanted.select_related("circle", "standard", "district")))
        _require_ground(rows, year)
        standing = _standing(rows)
        open_ = [row for row in rows if _is_open(standing.get(row.pk))]
        grounds = grounds_of(open_)
        grounded = [row for row in open_ if grounds[row.pk].checklist is not None]
        _require_ground(grounded if open_ else rows, year, _("请先填列分型表，再进行测评。"))
        previous = _previous([row.circle_id for row in grounded], year)
        formats = format_numbers()
        made = [
            _proposal(row, grounds[row.pk], formats, previous, standing.get(row.pk))
            for row in grounded
        ]
        new, changed = _write(made, standing)
        this.changes = {
            "year": year,
            "proposed": new,
            "refreshed": changed,
            "left_alone": len(rows) - len(open_),
            "without_checklist": sorted(
                row.circle.code for row in open_ if grounds[row.pk].checklist is None
            ),
        }
    return sorted(made, key=lambda grade: (grade.circle.code, str(grade.pk)))


def adjustment_of(previous: str, level: str, *, graded_before: bool, unsure: bool = False) -> str:
    """动态调整 from the previous level to `level` ("" = not even 基础型).

    unsure  nobody knows whether the next level up is reached: then a lower one is no 降级 yet, ""
    """
    if not previous and not graded_before:
        return Adjustment.FIRST
    change = RANK[level] - RANK[previous]
    if change < 0 and unsure:
        return ""
    if not change:
        return Adjustment.KEPT
    return Adjustment.RAISED if change > 0 else Adjustment.LOWERED


# --- Proposals ------------------------------------------------------------------------------------
def _require_ground(rows: Sequence[Evaluation], year: int, why: str = "") -> None:
    if not rows:
        told = _("%(year)d年没有可测评的生活圈。") % {"year": year}
        raise ValidationError(told + (why or _("请先在“评价总表”中纳入评价。")))


def _standing(rows: Sequence[Evaluation]) -> dict[uuid.UUID, Grade]:
    found = locked(Grade.objects.filter(evaluation__in=rows))
    return {grade.evaluation_id: grade for grade in found}


def _is_open(grade: Grade | None) -> bool:
    return grade is None or grade.state == State.PROPOSED


def _previous(circles: Sequence[uuid.UUID], year: int) -> dict[uuid.UUID, Grade]:
    """Each circle's last grade that was decided before the year."""
    decided = Grade.objects.decided().filter(circle__in=circles, year__lt=year)
    return {grade.circle_id: grade for grade in decided.defer("explanation").order_by("year")}


def _proposal(
    row: Evaluation,
    ground: Ground,
    formats: dict[str, int],
    previous: dict[uuid.UUID, Grade],
    standing: Grade | None,
) -> Grade:
    explanation = explained(ground, formats, row)
    before, graded_before = previous_level(row.circle, row.year, previous.get(row.circle_id))
    grade = Grade(
        district=row.district,
        evaluation=row,
        circle=row.circle,
        year=row.year,
        proposed_level=explanation["proposed"],
        score=exact(explanation["score"]["total"]),
        scored_points=Decimal(explanation["score"]["scored"]),
        explanation=explanation,
        release=ground.release,
        survey=ground.survey,
        previous_level=before,
        adjustment=adjustment_of(
            before,
            explanation["proposed"],
            graded_before=graded_before,
            unsure=next_state(explanation) == UNKNOWN,
        ),
        made_at=timezone.now(),
        is_sample=row.is_sample
        or bool(ground.release and ground.release.run.is_sample)
        or bool(ground.survey and ground.survey.is_sample),
    )
    if standing is not None:
        grade.pk, grade.version = standing.pk, standing.version
        grade.state, grade.made_at = standing.state, standing.made_at
    return grade


def previous_level(circle: Circle, year: int, last: Grade | None) -> tuple[str, bool]:
    """The level that the circle had before the year, and whether it had ever been decided on.

    Levels from before grades were kept here stand at the circle alone.
    """
    if last is not None:
        return (last.outcome if last.outcome in Level.values else ""), True
    accepted = circle.state == CircleState.ACCEPTED and bool(circle.level)
    earlier = circle.level_year is None or circle.level_year < year
    return (circle.level, True) if accepted and earlier else ("", False)


def _write(made: Sequence[Grade], standing: dict[uuid.UUID, Grade]) -> tuple[int, int]:
    """Insert the new ones, overwrite the changed ones; how many of each."""
    new = [grade for grade in made if grade.evaluation_id not in standing]
    Grade.objects.bulk_create(new)
    changed = []
    for grade in made:
        then = standing.get(grade.evaluation_id)
        if then is not None and any(_differs(grade, then, name) for name in COMPARED):
            grade.version, grade.made_at = then.version + 1, timezone.now()
            changed.append(grade)
    columns = [_column(name) for name in REFRESHED]
    update_rows(
        Grade,
        REFRESHED,
        ([grade.pk, *(getattr(grade, column) for column in columns)] for grade in changed),
    )
    return len(new), len(changed)


def _differs(grade: Grade, then: Grade, name: str) -> bool:
    column = _column(name)
    return bool(getattr(grade, column) != getattr(then, column))


def _column(name: str) -> str:
    field: Any = Grade._meta.get_field(name)
    return str(field.attname)
