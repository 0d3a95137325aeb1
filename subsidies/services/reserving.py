"""Money for applications: reserved before 公示, released, next year's commitments, carried over."""

from collections.abc import Sequence

from core.audit import Act, Actor
from core.scope import Scope
from subsidies.models import Application, BudgetLine, BudgetOrder, Instalment


def reserve(*, application: Application, this: Act) -> list[Instalment]:
    """Make the application's instalments and reserve those of the budget's year.

    Inside the caller's act, which holds the application's lock. Raises `application.attempt`
    (saved here, too). The money comes from the line of (round.policy.fund, round.year); later
    years' instalments stay 待安排: they are commitments. ValidationError, code "budget".
    """
    raise NotImplementedError


def release(*, application: Application, this: Act) -> list[Instalment]:
    """Give back what is reserved for the application and cancel all its unpaid instalments.

    Inside the caller's act, which holds the application's lock. ValidationError where an
    instalment is on a payment list or paid.
    """
    raise NotImplementedError


def reserve_commitments(*, line: BudgetLine, by: Actor, scope: Scope) -> list[Instalment]:
    """落实本年度承诺: reserve the planned instalments of the line's fund and year, all or none."""
    raise NotImplementedError


def carry_over(
    *, instalments: Sequence[Instalment], to_line: BudgetLine, by: Actor, scope: Scope
) -> BudgetOrder:
    """结转: an order, sent for approval, that moves these unpaid instalments and their money."""
    raise NotImplementedError
