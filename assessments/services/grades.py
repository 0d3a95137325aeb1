"""Grades on their path: sent for decision, sent back, decided on, published; one or many."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Office
from accounts.people import people_of, recipients_by_id, recipients_of_commission
from accounts.roles import APPROVER, STREET_HEAD, STREET_OFFICER
from assessments.explaining import explained
from assessments.gates import UNKNOWN
from assessments.grading import lowest_state
from assessments.grounds import grounds_of
from assessments.measures import format_numbers
from assessments.models import Evaluation, Grade
from assessments.services.proposing import adjustment_of, previous_level, propose_grades
from assessments.workflow.grades import APPROVE, GRADE, PROPOSE, PUBLISH
from circles.models import Circle
from circles.models.circle import Level
from circles.models.circle import State as CircleState
from circles.services.circles import change_state
from core import policy
from core.audit import Actor
from core.batches import all_or_told
from core.db import locked
from core.digests import json_digest
from core.notices import Recipient, notify
from core.scope import Scope
from core.workflow import moving

__all__ = [
    "approve_as_proposed",
    "approve_grade",
    "propose_grades",
    "proposed_outcome",
    "publish_grade",
    "publish_grades",
    "return_grade",
    "submit_grade",
    "submit_grades",
]

Outcome, Adjustment = Grade.Outcome, Grade.Adjustment
# Of an explanation: what only names or phrases things.
WORDS = frozenset({"name", "source", "rule", "text", "wanted"})
# A grade and the version that was looked at.
Seen = tuple[Grade, int | None]


def submit_grade(
    *,
    grade: Grade,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
    tell: bool = True,
) -> Grade:
    """报审; tells those who decide. ValidationError where the figures have changed since 测评.

    tell  False in a batch: whoever runs it tells, and looks whether the figures are the same
    """
    with moving(
        GRADE, grade, "submit", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        _require_undecided(now)
        now.submitted_by_ids = sorted(str(person) for person in by.persons)
        this.changes = _told(now)
        if tell:
            _require_current([now])
            _tell_approvers([now], str(this.id))
    return now


def return_grade(
    *, grade: Grade, comment: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Grade:
    """退回修改: back to 拟评, to be worked out anew; tells who had sent it."""
    with moving(
        GRADE, grade, "return", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        this.changes = _told(now)
        people = recipients_by_id(uuid.UUID(one) for one in now.submitted_by_ids)
        _tell(people, [now], f"grade:returned:{this.id}", lazy("评定结果已退回：%(what)s"), comment)
    return now


def approve_grade(
    *,
    grade: Grade,
    outcome: str,
    reason: str,
    decided_on: dt.date,
    number: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Grade:
    """审定, by someone else than who sent it; the circle takes its level in the same transaction.

    outcome  other than proposed, or 退出: `reason` says why; 未达基础型 is recorded and leaves the
             circle as it stands
    number   the deciding document's (文号), kept in the audit log
    ValidationError by field; also when the circle's year has been decided on already.
    """
    reason = reason.strip()[:500]
    with moving(
        GRADE, grade, "approve", by=by, scope=scope, comment=reason, seen_version=seen_version
    ) as (now, this):
        _require_outcome(now, outcome, reason, decided_on)
        # Two grades of one circle and year, under two standards, are decided one after the other.
        circle = locked(Circle.objects.filter(pk=now.circle_id)).get()
        _require_undecided(now)
        now.previous_level, graded_before = _previous_of(now, circle)
        level = outcome if outcome in Level.values else ""
        now.adjustment = (
            Adjustment.WITHDRAWN
            if outcome == Outcome.WITHDRAWN
            else adjustment_of(now.previous_level, level, graded_before=graded_before)
        )
        now.outcome, now.reason, now.decided_on = outcome, reason, decided_on
        now.decided_by_label = by.label[:120]
        now.sha256 = this.payload_sha256 = json_digest(now.explanation)
        this.changes = _told(now) | {
            "outcome": outcome,
            "decided_on": decided_on,
            "number": number.strip()[:80],
        }
        _move_circle(circle, now, number.strip(), by)
    return now


def publish_grade(
    *,
    grade: Grade,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
    tell: bool = True,
) -> Grade:
    """公布: streets see it from now on, and are told."""
    with moving(
        GRADE, grade, "publish", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        this.changes = {"outcome": now.outcome}
        if tell:
            _tell_streets([now], str(this.id))
    return now


# --- Many at once ---------------------------------------------------------------------------------
def submit_grades(*, grades: Sequence[Seen], by: Actor, scope: Scope) -> list[Grade]:
    """报审, all of them or none; ValidationError says of each row why not."""
    with _all_or_none(PROPOSE, grades, scope) as each:
        done = each(
            lambda grade, seen: submit_grade(
                grade=grade, by=by, scope=scope, seen_version=seen, tell=False
            )
        )
        _require_current(done)
        _tell_approvers(done, _key(done))
    return done


def approve_as_proposed(
    *, grades: Sequence[Seen], decided_on: dt.date, number: str = "", by: Actor, scope: Scope
) -> list[Grade]:
    """审定 as proposed, all of them or none; ValidationError says of each row why not.

    Where the proposal is 情况不明 it is refused: that is decided one by one, with a reason.
    """
    with _all_or_none(APPROVE, grades, scope) as each:
        return each(
            lambda grade, seen: approve_grade(
                grade=grade,
                outcome=proposed_outcome(grade) or Outcome.NONE,
                reason="",
                decided_on=decided_on,
                number=number,
                by=by,
                scope=scope,
                seen_version=seen,
            )
        )


def publish_grades(*, grades: Sequence[Seen], by: Actor, scope: Scope) -> list[Grade]:
    """公布, all of them or none; ValidationError says of each row why not."""
    with _all_or_none(PUBLISH, grades, scope) as each:
        done = each(
            lambda grade, seen: publish_grade(
                grade=grade, by=by, scope=scope, seen_version=seen, tell=False
            )
        )
        _tell_streets(done, _key(done))
    return done


@contextmanager
def _all_or_none(action: str, grades: Sequence[Seen], scope: Scope) -> Any:
    """A transaction over acts on each; those that are refused are told together."""
    policy.require(scope, action)
    if not grades:
        raise ValidationError(_("请先勾选要办理的生活圈。"))

    def each(run: Callable[[Grade, int | None], Grade]) -> list[Grade]:
        # In one order, so that two batches do not wait for each other.
        return all_or_told(sorted(grades, key=lambda pair: _circle_first(pair[0])), run)

    with transaction.atomic():
        yield each


def proposed_outcome(grade: Grade) -> str:
    """The outcome that the figures propose; "" where nobody knows even of the lowest level."""
    if grade.proposed_level:
        return grade.proposed_level
    return "" if lowest_state(grade.explanation) == UNKNOWN else str(Outcome.NONE)


def _circle_first(grade: Grade) -> tuple[str, str]:
    """As locks are taken: decisions lock the grade's circle, too."""
    return str(grade.circle_id), str(grade.pk)


# --- Sending --------------------------------------------------------------------------------------
def _require_current(grades: Sequence[Grade]) -> None:
    """ValidationError where checklist, cards, survey or figures say otherwise than the proposal.

    The grades are locked: who changes a checklist waits for them, and is refused. Constant queries.
    """
    asked = Evaluation.objects.filter(pk__in=[grade.evaluation_id for grade in grades])
    rows = {row.pk: row for row in asked.select_related("circle", "standard", "district")}
    grounds, formats = grounds_of(rows.values()), format_numbers()
    stale = [
        str(grade)
        for grade in grades
        if _substance(explained(grounds[grade.evaluation_id], formats, rows[grade.evaluation_id]))
        != _substance(grade.explanation)
    ]
    if stale:
        told = {"grades": "、".join(stale)}
        raise ValidationError(
            _("%(grades)s：测评后分型表、评分或数据有变化，请重新测评后再报审。") % told,
            code="stale",
        )


def _substance(told: Any) -> Any:
    """An explanation without the words that say the same after a new edition of the platform."""
    if isinstance(told, dict):
        return {key: _substance(one) for key, one in told.items() if key not in WORDS}
    return [_substance(one) for one in told] if isinstance(told, list) else told


# --- Deciding -------------------------------------------------------------------------------------
def _require_outcome(now: Grade, outcome: str, reason: str, decided_on: dt.date) -> None:
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": _("请选择审定等级。")})
    if outcome == Outcome.WITHDRAWN and not reason:
        raise ValidationError({"reason": _("退出须写明原因。")})
    proposed = proposed_outcome(now)
    if not proposed and not reason:
        raise ValidationError({"reason": _("拟评情况不明，审定须写明理由。")})
    if outcome != proposed and not reason:
        raise ValidationError({"reason": _("审定等级与拟评等级不同，须写明理由。")})
    if decided_on > timezone.localdate():
        raise ValidationError({"decided_on": _("审定日期不能晚于今天。")})


def _require_undecided(now: Grade) -> None:
    """ValidationError where the circle's year, or a later one, has been decided on."""
    decided = Grade.objects.decided().filter(circle=now.circle_id, year__gte=now.year)
    last = decided.exclude(pk=now.pk).order_by("-year").first()
    if last is None:
        return
    told = {"circle": now.circle, "year": last.year, "outcome": last.get_outcome_display()}
    if last.year == now.year:
        raise ValidationError(
            _("“%(circle)s”%(year)d年已审定为“%(outcome)s”，同一年度不能再次审定。") % told,
            code="decided",
        )
    raise ValidationError(
        _("“%(circle)s”%(year)d年已审定，不能再审定更早的年度。") % told, code="decided"
    )


def _previous_of(now: Grade, circle: Circle) -> tuple[str, bool]:
    decided = Grade.objects.decided().filter(circle=circle, year__lt=now.year)
    return previous_level(circle, now.year, decided.order_by("-year").first())


def _move_circle(circle: Circle, now: Grade, number: str, by: Actor) -> None:
    if now.outcome == Outcome.NONE:
        return
    withdrawn = now.outcome == Outcome.WITHDRAWN
    said = _("%(year)d年度评定") % {"year": now.year}
    try:
        change_state(
            circle=circle,
            state=CircleState.WITHDRAWN if withdrawn else CircleState.ACCEPTED,
            level="" if withdrawn else now.outcome,
            level_year=None if withdrawn else now.year,
            on=now.decided_on or timezone.localdate(),
            reason=" ".join(part for part in (said, number, now.reason) if part)[:100],
            by=by,
        )
    except ValidationError as error:
        told = {"circle": circle, "why": "；".join(error.messages)}
        field = "decided_on" if "on" in getattr(error, "error_dict", {}) else "outcome"
        raise ValidationError({field: _("“%(circle)s”：%(why)s") % told}) from error


def _told(now: Grade) -> dict[str, Any]:
    """What of a grade the audit log keeps with each move."""
    return {
        "circle": now.circle.code,
        "year": now.year,
        "proposed_level": now.proposed_level,
        "score": now.score,
        "explanation_sha256": json_digest(now.explanation),
    }


# --- Telling --------------------------------------------------------------------------------------
def grade_path(grade: Grade) -> str:
    """Where the grade is dealt with."""
    return f"/evaluation/grades/{grade.pk}/"


def _key(grades: Sequence[Grade]) -> str:
    return f"{grades[0].pk}:{grades[0].version}:{len(grades)}"


def _tell_approvers(grades: Sequence[Grade], key: str) -> None:
    people = recipients_of_commission(grades[0].district, APPROVER)
    _tell(people, grades, f"grades:submitted:{key}", lazy("请审定评定结果：%(what)s"))


def _tell_streets(grades: Sequence[Grade], key: str) -> None:
    """The people of the streets that report for the circles."""
    streets = {grade.circle.lead_street_id for grade in grades}
    offices = Office.objects.filter(street__in=streets, kind=Office.Kind.STREET)
    told = people_of(offices.order_by("code"), (STREET_OFFICER, STREET_HEAD))
    street_of = {office.pk: office.street_id for office in offices}
    for office, people in told.items():
        own = [grade for grade in grades if grade.circle.lead_street_id == street_of[office]]
        _tell(people, own, f"grades:published:{key}", lazy("评定结果已公布：%(what)s"))


def _tell(
    people: list[Recipient], grades: Sequence[Grade], key: str, title: Any, text: str = ""
) -> None:
    first, told = grades[0], {"year": grades[0].year, "n": len(grades)}
    path = f"/evaluation/grades/?year={first.year}" if len(grades) > 1 else grade_path(first)
    # In the site's language, whoever acts.
    with translation.override(settings.LANGUAGE_CODE):
        what = str(first) if len(grades) == 1 else _("%(year)d年 %(n)d 个生活圈") % told
        notify(key=key, people=people, title=str(title) % {"what": what}, text=text, path=path)
