"""A demo's evaluations, by the services that people use: last year's decided on, this one's not.

They need signed-off figures, so they come after the first 定稿. What people found on the spot and
what experts scored is drawn; levels of last year are those that the demo's circles have.
"""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Final

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import APPROVER, PROGRAMME_OFFICER
from assessments.models import (
    ChecklistLine,
    Evaluation,
    Found,
    Score,
    Scorecard,
    ScoreItem,
    Standard,
)
from assessments.services.assigning import assign_experts, experts_of
from assessments.services.checklists import confirm_checklist, fill_checklists
from assessments.services.evaluations import draw_sample, start_evaluations
from assessments.services.grades import approve_grade, propose_grades, publish_grade, submit_grade
from assessments.services.standards import standard_on
from circles.models import Circle
from circles.models.circle import State
from metrics.models import Release
from portal.demo.accounts import acting
from portal.demo.plan import Plan
from territory.models import District

# What is found of the kinds that no register knows, and how well is scored, by the circle's level.
FOUND_SHARE: Final = {"": 0.55, "basic": 0.62, "improved": 0.82, "quality": 0.96}
SCORED_SHARE: Final = {"": 0.74, "basic": 0.62, "improved": 0.82, "quality": 0.97}
# The share of circles where not everything has been looked for yet.
UNFINISHED: Final = 0.2
# Of so many circles of this year the cards are still out.
STILL_OUT: Final = 5
SUBMITTED: Final = 4


class _Cast:
    """Who acts in the demo."""

    def __init__(self, district: District) -> None:
        self.officer = User.objects.get(username=PROGRAMME_OFFICER, is_demo=True)
        self.approver = User.objects.get(username=APPROVER, is_demo=True)
        self.experts = list(experts_of(district))


def evaluate(plan: Plan, district: District, before: Release, now: Release) -> dict[str, int]:
    """Last year's evaluation on the figures `before`, this year's on `now`; once."""
    standard = standard_on(district, plan.day)
    if standard is None or Evaluation.objects.filter(district=district).exists():
        return {}
    cast = _Cast(district)
    with transaction.atomic():
        decided = _last_year(plan, district, standard, before, cast)
        begun = _this_year(plan, district, standard, now, cast)
    return {"grades_decided": decided, "evaluations": begun}


def _last_year(
    plan: Plan, district: District, standard: Standard, release: Release, cast: _Cast
) -> int:
    """Accepted circles, decided on in the spring after, as the register has them."""
    year, decided_on = plan.day.year - 1, dt.date(plan.day.year, 3, 18)
    if decided_on > plan.day:
        return 0
    circles = Circle.objects.filter(
        district=district, state=State.ACCEPTED, accepted_on__lte=decided_on
    ).exclude(level="")
    first: list[Circle] = []
    again: list[Circle] = []
    for circle in circles.order_by("code"):
        (first if (circle.level_year or year) >= year else again).append(circle)
    rows = _begin(plan, standard, first, year, "first", release, cast)
    rows += _begin(plan, standard, again, year, "upgrade", release, cast)
    if not rows:
        return 0
    _score(plan, rows, cast, Scorecard.State.PUBLISHED)
    grades = propose_grades(district=district, year=year, **acting(cast.officer))
    for grade in grades:
        level = grade.circle.level
        same = grade.proposed_level == level
        submit_grade(grade=grade, tell=False, **acting(cast.officer))
        approve_grade(
            grade=grade,
            outcome=level,
            reason="" if same else _("按区级会审意见审定（演示数据）"),
            decided_on=decided_on,
            **acting(cast.approver),
        )
        publish_grade(grade=grade, tell=False, **acting(cast.officer))
    return len(grades)


def _this_year(
    plan: Plan, district: District, standard: Standard, release: Release, cast: _Cast
) -> int:
    """Built and accepted circles: some cards are out, some grades wait for the decision."""
    circles = list(
        Circle.objects.filter(district=district, state__in=[State.BUILT, State.ACCEPTED]).order_by(
            "code"
        )
    )
    rows = _begin(plan, standard, circles, plan.day.year, "", release, cast)
    if any(row.kind == Evaluation.Kind.REVIEW for row in rows):
        draw_sample(
            district=district,
            year=plan.day.year,
            standard=standard,
            seed=f"{plan.day:%Y%m%d}",
            **acting(cast.officer),
        )
    rows = list(
        Evaluation.objects.filter(pk__in=[row.pk for row in rows])
        .select_related("circle", "standard", "district")
        .order_by("circle__code")
    )
    scored = [row for row in rows if row.scored_in_full]
    _score(plan, scored[STILL_OUT:], cast, Scorecard.State.CONFIRMED)
    if scored[:STILL_OUT]:
        assign_experts(evaluations=scored[:STILL_OUT], experts=cast.experts, **acting(cast.officer))
    grades = propose_grades(district=district, year=plan.day.year, **acting(cast.officer))
    ready = [grade for grade in grades if grade.score is not None and grade.proposed_level]
    for grade in ready[:SUBMITTED]:
        submit_grade(grade=grade, tell=False, **acting(cast.officer))
    return len(rows)


def _begin(
    plan: Plan,
    standard: Standard,
    circles: list[Circle],
    year: int,
    kind: str,
    release: Release,
    cast: _Cast,
) -> list[Evaluation]:
    """Begun, checklists filled, looked over on the spot and confirmed, where all is known."""
    if not circles:
        return []
    rows = start_evaluations(
        circles=circles,
        year=year,
        standard=standard,
        kind=kind,
        due_on=plan.day + dt.timedelta(days=12) if year == plan.day.year else None,
        **acting(cast.officer),
    )
    lists = fill_checklists(evaluations=rows, release=release, **acting(cast.officer))
    unfinished = _look_over(plan, year, rows)
    for each in lists:
        if each.evaluation_id not in unfinished:
            confirm_checklist(checklist=each, **acting(cast.officer))
    return rows


def _look_over(plan: Plan, year: int, rows: list[Evaluation]) -> set[uuid.UUID]:
    """What street officers found of the kinds that nobody knew of; where they are not done yet."""
    rng = plan.chance(f"found on the spot in {year}")
    lines = ChecklistLine.objects.filter(
        checklist__evaluation__in=rows, found=Found.UNKNOWN
    ).select_related("checklist__evaluation__circle", "item")
    changed = []
    required = _required(rows[0].standard)
    open_ = UNFINISHED if year == plan.day.year else 0.0
    unfinished = {row.pk for row in rows if rng.random() < open_}
    for line in lines.order_by("checklist__evaluation__circle__code", "item__sort"):
        evaluation = line.checklist.evaluation
        chance = 0.98 if line.item.key in required else FOUND_SHARE[evaluation.circle.level]
        if evaluation.pk in unfinished and rng.random() < 0.3:
            continue
        line.override = Found.PRESENT if rng.random() < chance else Found.ABSENT
        line.reason = _("街镇现场核实（演示数据）")
        line.override_by_label = "演示·街镇经办人"
        line.override_at = timezone.now()
        changed.append(line)
    ChecklistLine.objects.bulk_update(
        changed, ["override", "reason", "override_by_label", "override_at"], batch_size=200
    )
    return unfinished


def _required(standard: Standard) -> set[str]:
    """Keys of the kinds that some level asks for."""
    groups = standard.levels.values_list("required", flat=True)
    return {key for level in groups for group in level for key in group}


def _score(plan: Plan, rows: list[Evaluation], cast: _Cast, state: str) -> None:
    """Cards of all experts, complete."""
    if not rows:
        return
    items = list(
        ScoreItem.objects.filter(
            dimension__standard=rows[0].standard_id, kind=ScoreItem.Kind.JUDGED
        ).order_by("dimension__sort", "sort")
    )
    rng = plan.chance(f"scored in {rows[0].year}")
    cards, scores = [], []
    for row in rows:
        for expert in cast.experts[: row.standard.experts]:
            card = Scorecard(
                evaluation=row,
                expert=expert,
                state=state,
                declared_at=timezone.now(),
                submitted_at=timezone.now(),
                opinion=_("业态较齐，秩序良好。（演示数据）"),
                version=3,
            )
            given = [
                Score(scorecard=card, item=item, points=_points(rng, item, row.circle.level))
                for item in items
            ]
            card.total = sum((score.points for score in given), Decimal(0))
            cards.append(card)
            scores += given
    Scorecard.objects.bulk_create(cards)
    Score.objects.bulk_create(scores, batch_size=500)


def _points(rng: np.random.Generator, item: ScoreItem, level: str) -> Decimal:
    """Points on the item's steps or of its scale, about as good as the circle is."""
    wanted = float(item.points) * min(1.0, SCORED_SHARE[level] + rng.uniform(-0.09, 0.06))
    if item.scale:
        steps = [Decimal(str(one["points"])) for one in item.scale]
        return min(steps, key=lambda step: abs(float(step) - wanted))
    return item.step * Decimal(int(wanted / float(item.step)))
