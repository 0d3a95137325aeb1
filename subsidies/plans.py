"""分年度支出计划: what each year pays and owes, against what it was granted so far."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from core.scope import Scope
from subsidies.models import Application, BudgetLine, Fund, Instalment

State = Instalment.State


@dataclass(frozen=True)
class YearPlan:
    """One year of a fund, in yuan. `line` None: nothing has been opened for that year."""

    year: int
    line: BudgetLine | None
    reserved: Decimal
    paid: Decimal
    planned: Decimal

    @property
    def granted(self) -> Decimal | None:
        """None where no budget has been opened: unknown, not nothing."""
        return self.line.granted if self.line else None

    @property
    def free(self) -> Decimal | None:
        """可用余额, before the commitments are met."""
        return self.line.free if self.line else None

    @property
    def left(self) -> Decimal | None:
        """What is free once the commitments are met; negative = still to be granted."""
        return None if self.line is None else self.line.free - self.planned


def spending_plan(fund: Fund) -> list[YearPlan]:
    """Every year with a budget line or a commitment, in order; two queries."""
    lines = {line.year: line for line in BudgetLine.objects.filter(fund=fund)}
    planned = _planned(fund)
    return [_year(year, lines.get(year), planned) for year in sorted({*lines, *planned})]


def _year(year: int, line: BudgetLine | None, planned: dict[int, Decimal]) -> YearPlan:
    return YearPlan(
        year=year,
        line=line,
        reserved=line.reserved if line else Decimal(0),
        paid=line.paid if line else Decimal(0),
        planned=planned.get(year, Decimal(0)),
    )


def _planned(fund: Fund) -> dict[int, Decimal]:
    rows = commitments(fund).order_by().values_list("year").annotate(total=Sum("amount"))
    return dict(rows)


def commitments(fund: Fund) -> "QuerySet[Instalment]":
    """待安排: later years' instalments of what is supported, on no budget yet."""
    return Instalment.objects.filter(
        state=State.PLANNED,
        application__round__policy__fund=fund,
        application__in=Application.objects.held(),
    )


def unpaid(line: BudgetLine, scope: Scope | None = None) -> "QuerySet[Any]":
    """已安排未拨付 instalments of the line, in the applications' order, with what pages show."""
    rows = Instalment.objects.filter(line=line, state__in=[State.RESERVED, State.LISTED])
    if scope is not None:
        rows = rows.visible_to(scope)
    rows = rows.select_related("application__enterprise", "application__round", "payment_list")
    return rows.order_by("application__round__year", "application__number", "number", "id")


def totals(lines: "QuerySet[Any]") -> dict[str, Decimal]:
    """granted, reserved, paid and free of all these lines together; one query."""
    found: dict[str, Decimal] = lines.order_by().aggregate(
        granted=Sum("granted"), reserved=Sum("reserved"), paid=Sum("paid")
    )
    told = {name: amount or Decimal(0) for name, amount in found.items()}
    return told | {"free": told["granted"] - told["reserved"] - told["paid"]}
