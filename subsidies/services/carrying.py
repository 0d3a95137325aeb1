"""What an approved order does: the granted money moves, and unpaid instalments with it.

结转 takes instalments along: released here, reserved on the line that the money goes to, in one
act. 收回 puts them off: released, and planned for the next year (a commitment again).
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.audit import Act
from core.db import locked
from subsidies.models import Application, BudgetLine, BudgetMove, BudgetOrder, Instalment
from subsidies.services.budget import Entry, move_all

Kind, MoveKind, State = BudgetOrder.Kind, BudgetMove.Kind, Instalment.State
# Kinds of orders that can take unpaid instalments along.
TAKES_ALONG = frozenset({Kind.CARRY, Kind.REDUCE})


def total_of(instalments: Iterable[Instalment]) -> Decimal:
    """Their amounts, yuan."""
    return sum((one.amount for one in instalments), Decimal(0))


def require_unpaid(line: BudgetLine, instalments: Iterable[Instalment]) -> None:
    """ValidationError unless all are reserved on the line, and on no payment list."""
    for one in instalments:
        if one.line_id != line.pk or one.state != State.RESERVED:
            told = {"what": named(one), "state": one.get_state_display()}
            raise ValidationError(
                _("%(what)s现为“%(state)s”，不是本指标下已安排未拨付的分期，不能结转或收回。")
                % told,
                code="state",
            )


def named(instalment: Instalment) -> str:
    """“2026-0007 早餐店改造 第2期”."""
    told = {"application": instalment.application, "n": instalment.number}
    return _("“%(application)s”第%(n)d期") % told


def carry_out(order: BudgetOrder, this: Act) -> list[BudgetMove]:
    """The order's moves, inside the act that approves it. ValidationError, code "budget"."""
    rows = held([one.pk for one in order.instalments.all()])
    require_unpaid(order.line, rows)
    before = [_entry(MoveKind.RELEASE, order.line, one) for one in rows]
    _renumber(rows)
    after = []
    for one in rows:
        if order.kind == Kind.CARRY and order.to_line is not None:
            one.line, one.year = order.to_line, order.to_line.year
            after.append(_entry(MoveKind.RESERVE, order.to_line, one))
        else:
            one.line, one.year, one.state = None, order.line.year + 1, State.PLANNED
    made = move_all([*before, *_of_order(order), *after], this)
    save_all(rows)
    return made


def _of_order(order: BudgetOrder) -> list[Entry]:
    amount = order.amount
    if order.to_line is None:
        kind = MoveKind.GRANT if order.kind == Kind.GRANT else MoveKind.REDUCE
        return [Entry(line=order.line, kind=kind, amount=amount, order=order)]
    return [
        Entry(line=order.line, kind=MoveKind.TRANSFER_OUT, amount=amount, order=order),
        Entry(line=order.to_line, kind=MoveKind.TRANSFER_IN, amount=amount, order=order),
    ]


def _entry(kind: str, line: BudgetLine, instalment: Instalment) -> Entry:
    return Entry(
        line=line,
        kind=kind,
        amount=instalment.amount,
        application=instalment.application,
        instalment=instalment.number,
        attempt=instalment.attempt,
    )


def reserving_entry(line: BudgetLine, instalment: Instalment) -> Entry:
    """The instalment's money is reserved on the line."""
    return _entry(MoveKind.RESERVE, line, instalment)


def releasing_entry(instalment: Instalment) -> Entry:
    """The instalment's money is given back to its line."""
    if instalment.line is None:
        raise ValueError("an instalment without a line holds no money")
    return _entry(MoveKind.RELEASE, instalment.line, instalment)


def held(keys: Sequence[Any]) -> list[Instalment]:
    """The instalments, locked after their applications; with both, in the applications' order."""
    if not keys:
        return []
    rows = Instalment.objects.filter(pk__in=keys)
    applications = Application.objects.filter(instalments__in=rows).distinct()
    # A lock cannot be taken through DISTINCT.
    asked = Application.objects.filter(pk__in=list(applications.values_list("pk", flat=True)))
    by_key = {row.pk: row for row in locked(asked)}
    found = list(locked(rows.select_related("line")))
    for one in found:
        one.application = by_key[one.application_id]
    return sorted(found, key=lambda one: (str(one.application_id), one.attempt, one.number))


def _renumber(rows: Sequence[Instalment]) -> None:
    """What is reserved once more is another attempt, of all that the application still has."""
    for application in {one.application_id: one.application for one in rows}.values():
        application.attempt += 1
        application.version += 1
        application.save(update_fields=["attempt", "version", "updated_at"])
        alive = application.instalments.exclude(state=State.CANCELLED)
        alive.update(attempt=application.attempt)
    for one in rows:
        one.attempt = one.application.attempt


def save_all(rows: Sequence[Instalment]) -> None:
    """Keep what changed of the locked instalments."""
    for one in rows:
        one.version += 1
    Instalment.objects.bulk_update(rows, ["attempt", "year", "line", "state", "version"])
