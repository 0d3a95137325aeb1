"""Who scores which circle: distributed evenly, never to somebody who recused themselves from it.

`plan_assignment` tells what would be done and writes nothing; `assign_experts` makes the same plan
again under the lock and does it. Given the same rows both give the same: circles with the fewest
experts to choose from come first, then by code; each takes those who have the least to do.
"""

import hashlib
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people import can_sign_in
from accounts.roles import EXPERT
from assessments.judging import standing_of
from assessments.models import Evaluation, Scorecard
from assessments.services.scoring_notices import tell_assigned
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from territory.models import District

State = Scorecard.State
ACTIVE = (State.DRAFT, State.SUBMITTED, State.CONFIRMED, State.PUBLISHED)
MANAGE = "assessments.manage_evaluations"
MOST_EXPERTS = 20


@dataclass(frozen=True)
class Part:
    """One circle in a plan: whom it gets, and how many are still missing."""

    evaluation: Evaluation
    standing: int
    wanted: int
    experts: tuple[User, ...]

    @property
    def short(self) -> int:
        """How many experts are missing after it."""
        return max(self.wanted - self.standing - len(self.experts), 0)


@dataclass(frozen=True)
class Plan:
    """Who would score what; `loads` are (before, after) by expert, of the year's cards."""

    parts: tuple[Part, ...]
    loads: Mapping[uuid.UUID, tuple[int, int]]

    @property
    def cards(self) -> int:
        """How many cards it makes."""
        return sum(len(part.experts) for part in self.parts)

    @property
    def digest(self) -> str:
        """The same for the same cards: what was previewed is what is confirmed."""
        pairs = sorted(
            f"{part.evaluation.pk}:{expert.pk}" for part in self.parts for expert in part.experts
        )
        return hashlib.sha256("\n".join(pairs).encode()).hexdigest()[:16]


def experts_of(district: District) -> "QuerySet[User]":
    """Those who can be asked to score in the district."""
    people = User.objects.filter(office__district=district)
    people = people.filter(pk__in=User.objects.filter(groups__name=EXPERT))
    return can_sign_in(people).select_related("office").order_by("display_name", "username", "id")


def plan_assignment(
    *, evaluations: Iterable[Evaluation], experts: Iterable[User], per_circle: int | None = None
) -> Plan:
    """Who would score which circle. `per_circle` None: as many as the standard asks for.

    ValidationError for circles that no expert scores (年度复核 that was not drawn), for people who
    are no experts of the district, and when nothing was chosen.
    """
    rows = sorted({row.pk: row for row in evaluations}.values(), key=_order)
    people = sorted({one.pk: one for one in experts}.values(), key=lambda one: (str(one), one.pk))
    _check(rows, people, per_circle)
    taken, recused = _taken(rows), _recused(rows)
    free = {
        row.pk: [
            one
            for one in people
            if one.pk not in taken[row.pk] and one.pk not in recused[row.circle_id]
        ]
        for row in rows
    }
    wanted = {pk: per_circle or one.wanted for pk, one in standing_of(rows).items()}
    before = _loads(rows, people)
    load, chosen = Counter(before), {}
    for row in sorted(rows, key=lambda row: (len(free[row.pk]), _order(row))):
        missing = max(wanted[row.pk] - _active(taken[row.pk]), 0)
        least = sorted(free[row.pk], key=lambda one: (load[one.pk], people.index(one)))
        chosen[row.pk] = tuple(least[:missing])
        load.update(one.pk for one in chosen[row.pk])
    return Plan(
        tuple(Part(row, _active(taken[row.pk]), wanted[row.pk], chosen[row.pk]) for row in rows),
        {one.pk: (before[one.pk], load[one.pk]) for one in people},
    )


def assign_experts(
    *,
    evaluations: Iterable[Evaluation],
    experts: Iterable[User],
    per_circle: int | None = None,
    reason: str = "",
    seen_plan: str = "",
    by: Actor,
    scope: Scope,
) -> list[Scorecard]:
    """Give out the cards of `plan_assignment`, and tell the experts; the new cards.

    reason     kept on the cards: why one more expert is asked
    seen_plan  the digest of the plan that was looked at; ValidationError when it is another now
    """
    people = list(experts)
    with act("assessments.assign_experts", by=by, comment=reason) as this:
        ids = {row.pk for row in evaluations}
        rows = list(locked(Evaluation.objects.filter(pk__in=ids)))
        for row in rows:
            policy.require(scope, MANAGE, row)
        full = with_circles(Evaluation.objects.filter(pk__in=ids))
        plan = plan_assignment(evaluations=full, experts=people, per_circle=per_circle)
        if seen_plan and plan.digest != seen_plan:
            raise ValidationError(
                _("分派情况在您预览后有变化，请按新的分派方案核对后再确认。"), code="plan"
            )
        made = [
            Scorecard(evaluation=part.evaluation, expert=expert, comment=reason[:500])
            for part in plan.parts
            for expert in part.experts
        ]
        Scorecard.objects.bulk_create(made)
        this.changes = {
            "cards": [
                {"circle": card.evaluation.circle.code, "expert": str(card.expert)} for card in made
            ]
        }
        tell_assigned(made, key=str(this.id))
    return made


def with_circles(rows: "QuerySet[Evaluation]") -> "QuerySet[Evaluation]":
    """With what a line says of each."""
    return rows.select_related("circle__lead_street", "standard", "district")


def _order(row: Evaluation) -> tuple[Any, ...]:
    return (row.circle.code, row.pk)


def _check(rows: Sequence[Evaluation], people: Sequence[User], per_circle: int | None) -> None:
    problems: dict[str, str] = {}
    if not rows:
        problems["evaluations"] = _("请选择要分派的生活圈。")
    if not people:
        problems["experts"] = _("请选择评审专家。")
    if per_circle is not None and not 1 <= per_circle <= MOST_EXPERTS:
        problems["per_circle"] = _("每个生活圈的专家数应为 1 至 %(most)d。") % {
            "most": MOST_EXPERTS
        }
    if unscored := [row for row in rows if not row.scored_in_full]:
        problems["evaluations"] = _("%(circles)s：年度复核未抽中，不需专家评分。") % {
            "circles": "、".join(row.circle.name for row in unscored[:5])
        }
    districts = {row.district_id for row in rows}
    if len(districts) == 1:
        district = rows[0].district
        known = set(experts_of(district).values_list("pk", flat=True))
        if strangers := [str(one) for one in people if one.pk not in known]:
            problems["experts"] = _("%(people)s：不是本区的评审专家，或账号已停用。") % {
                "people": "、".join(strangers[:5])
            }
    elif districts:
        problems["evaluations"] = _("不能同时分派两个区的生活圈。")
    if problems:
        raise ValidationError(problems)


def _taken(rows: Sequence[Evaluation]) -> dict[uuid.UUID, dict[uuid.UUID, str]]:
    """The states of the cards that there are, by evaluation and expert."""
    found: dict[uuid.UUID, dict[uuid.UUID, str]] = defaultdict(dict)
    cards = Scorecard.objects.filter(evaluation__in=rows)
    for evaluation, expert, state in cards.values_list("evaluation", "expert", "state"):
        found[evaluation][expert] = state
    return found


def _active(cards: Mapping[uuid.UUID, str]) -> int:
    return sum(state in ACTIVE for state in cards.values())


def _recused(rows: Sequence[Evaluation]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Who recused themselves from a circle that year, under whichever standard."""
    years = {row.circle_id: row.year for row in rows}
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    cards = Scorecard.objects.filter(
        state=State.RECUSED, evaluation__circle__in=years, evaluation__year__in=years.values()
    )
    for circle, year, expert in cards.values_list(
        "evaluation__circle", "evaluation__year", "expert"
    ):
        if years[circle] == year:
            found[circle].add(expert)
    return found


def _loads(rows: Sequence[Evaluation], people: Sequence[User]) -> Counter[uuid.UUID]:
    """How many cards each has in the years at hand."""
    cards = Scorecard.objects.filter(
        expert__in=people, state__in=ACTIVE, evaluation__year__in={row.year for row in rows}
    )
    return Counter(cards.values_list("expert", flat=True))
