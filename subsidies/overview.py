"""Money and applications of a district at a glance: a few queries, however many rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.scope import Scope
from subsidies.models import Application, BudgetLine, Instalment
from territory.models import District

NOUGHT = Decimal(0)
State = Application.State
# The path, each stage with the states that have come at least so far.
STAGES = (
    ("submitted", _("已申报"), (State.SUBMITTED, State.SUPPLEMENT)),
    ("accepted", _("已受理"), (State.ACCEPTED,)),
    ("reviewed", _("已审核"), (State.REVIEWED,)),
    ("proposed", _("拟支持"), (State.PROPOSED,)),
    ("approved", _("已审定"), (State.APPROVED,)),
    ("paying", _("已开始拨付"), (State.PAYING,)),
    ("done", _("已办结"), (State.DONE,)),
)
ENDED = (State.NOT_ACCEPTED, State.REFUSED, State.WITHDRAWN, State.CANCELLED)


@dataclass(kw_only=True)
class Account:
    """One fund: its budgets by year, the newest first, and what later years are committed to."""

    name: str
    lines: list[BudgetLine] = field(default_factory=list)
    commitments: list[tuple[int, Decimal]] = field(default_factory=list)

    def of(self, year: int) -> BudgetLine | None:
        """The budget of a year, if one was opened."""
        return next((line for line in self.lines if line.year == year), None)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """How many applications came at least so far, and their support as far as it is known.

    here    how many stand at it now: (state, its word, how many)
    amount  None = of none is it worked out
    """

    key: str
    label: Any
    n: int
    here: list[tuple[str, Any, int]]
    amount: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """The path of a year's applications; `ended` left it on the way, `drafts` never entered."""

    stages: list[Stage]
    ended: list[tuple[str, Any, int]]
    drafts: int


def accounts(district: District, scope: Scope) -> list[Account]:
    """Funds with a budget or a commitment, by code; two queries."""
    found: dict[Any, Account] = {}
    lines = BudgetLine.objects.visible_to(scope).filter(district=district)
    for line in lines.select_related("fund").order_by("fund__code", "-year"):
        found.setdefault(line.fund_id, Account(name=line.fund.name)).lines.append(line)
    planned = Instalment.objects.visible_to(scope).filter(
        state=Instalment.State.PLANNED,
        application__district=district,
        application__in=Application.objects.held(),
    )
    told = planned.order_by().values_list(
        "application__round__policy__fund", "application__round__policy__fund__name", "year"
    )
    for fund, name, year, total in told.annotate(total=Sum("amount")).order_by("year"):
        found.setdefault(fund, Account(name=name or "")).commitments.append((year, total))
    return list(found.values())


def funnel(district: District, scope: Scope, year: int) -> Funnel:
    """The applications of a year's rounds by how far they came; one query."""
    rows = Application.objects.visible_to(scope).filter(district=district, round__year=year)
    told = {
        state: (n, total)
        for state, n, total in rows.order_by()
        .values_list("state")
        .annotate(n=Count("pk"), total=Sum(Coalesce("amount", "computed")))
    }
    labels = dict(State.choices)
    return Funnel(
        stages=_stages(told),
        ended=[(state, labels[state], told[state][0]) for state in ENDED if state in told],
        drafts=told.get(State.DRAFT, (0, None))[0],
    )


def _stages(told: dict[str, tuple[int, Decimal | None]]) -> list[Stage]:
    stages, labels = [], dict(State.choices)
    for place, (key, label, here) in enumerate(STAGES):
        further = [state for _key, _label, states in STAGES[place:] for state in states]
        stages.append(
            Stage(
                key=key,
                label=label,
                n=sum(_n(told, further)),
                here=[(one, labels[one], told[one][0]) for one in here if one in told],
                amount=_sum(told, further),
            )
        )
    return stages


def _n(told: dict[str, tuple[int, Decimal | None]], states: Sequence[str]) -> list[int]:
    return [told[state][0] for state in states if state in told]


def _sum(told: dict[str, tuple[int, Decimal | None]], states: Sequence[str]) -> Decimal | None:
    known = [told[state][1] for state in states if state in told]
    amounts = [amount for amount in known if amount is not None]
    return sum(amounts, NOUGHT) if amounts else None
