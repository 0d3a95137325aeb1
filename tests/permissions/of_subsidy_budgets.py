"""Subsidies, budgets: who may ask, write and open what."""

from typing import Any

from accounts.roles import APPROVER, FINANCE, PROGRAMME_OFFICER
from subsidies.models import BudgetOrder
from tests.permissions.callers import COMMISSION_PEOPLE, FOREIGN_OFFICER
from tests.permissions.entries import (
    COMMISSIONS,
    DISTRICT_WIDE,
    NOBODY,
    ONLY_FOREIGN,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_row,
    shared,
)
from tests.subsidies.making import make_fund, make_line

HANDLING: Who = frozenset({FINANCE, PROGRAMME_OFFICER})
HANDLING_ANYWHERE: Who = HANDLING | {FOREIGN_OFFICER}
DECIDING: Who = frozenset({APPROVER})

# Only read: what changes budgets is decided on the pages.
LISTS: dict[str, ListEntry] = {"budgets": shared(DISTRICT_WIDE, fund=lambda row: row.fund.code)}
WRITES: tuple[WriteEntry, ...] = ()


def _of(rows: str, who: Who, foreign: Who = ONLY_FOREIGN, **more: Any) -> PageEntry:
    kwargs = more.pop("kwargs", of_row(rows, pk="pk"))
    return PageEntry(who, kwargs, other=who, foreign=foreign, **more)


def _return(world: Any, place: str) -> dict[str, Any]:
    return {"pk": world.rows["submitted_orders"][place].pk, "word": "return"}


PAGES: dict[str, PageEntry] = {
    "subsidies:budgets": PageEntry(COMMISSIONS),
    "subsidies:budget_check": PageEntry(COMMISSIONS, method="post"),
    "subsidies:budget_open": PageEntry(HANDLING_ANYWHERE),
    "subsidies:budget": _of("budgets", COMMISSION_PEOPLE),
    "subsidies:budget_reserve": _of("budgets", HANDLING, method="post"),
    "subsidies:budget_year_end": _of("budgets", HANDLING, method="post"),
    "subsidies:budget_orders": PageEntry(COMMISSIONS),
    "subsidies:budget_order_new": PageEntry(HANDLING_ANYWHERE),
    "subsidies:budget_order": _of("budget_orders", COMMISSION_PEOPLE),
    "subsidies:budget_order_edit": _of("budget_orders", HANDLING),
    "subsidies:budget_order_move": _of("", DECIDING, NOBODY, kwargs=_return, method="post"),
    "api:v1:budgets-moves": _of("budgets", DISTRICT_WIDE),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A line with a draft and a submitted order."""
    line = make_line(street.district, fund=make_fund(street.district, f"budget-{place}"))
    world.add("budgets", place, line)
    for name, state in (("budget_orders", "draft"), ("submitted_orders", "submitted")):
        order = BudgetOrder.objects.create(
            district=street.district, kind="reduce", line=line, amount=1, reason="试验", state=state
        )
        world.add(name, place, order)
