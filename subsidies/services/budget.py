"""The only writer of balances: lock the lines, note the moves, shift the balances by their deltas.

The database decides: `reserved + paid <= granted` is a CHECK, and a move about an application can
be written once (application, kind, instalment, attempt). Both errors become clear refusals here.

Locks are taken in this order everywhere: order or payment list → applications → instalments →
budget lines, several of one kind by their keys.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Value
from django.utils.translation import gettext as _

from core.audit import Act
from core.db import locked
from core.money import MoneyField
from subsidies.models import Application, BudgetLine, BudgetMove, BudgetOrder

Kind = BudgetMove.Kind
# Kind → what it does to granted, reserved and paid, in amounts.
DELTAS: dict[str, tuple[int, int, int]] = {
    Kind.GRANT: (1, 0, 0),
    Kind.REDUCE: (-1, 0, 0),
    Kind.TRANSFER_OUT: (-1, 0, 0),
    Kind.TRANSFER_IN: (1, 0, 0),
    Kind.RESERVE: (0, 1, 0),
    Kind.RELEASE: (0, -1, 0),
    Kind.PAY: (0, -1, 1),
    Kind.CLAWBACK: (0, 0, -1),
}
BALANCES = ("granted", "reserved", "paid")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A move to be made. With an application, (kind, instalment, attempt) happens once.

    instalment  its number; 0 = the whole
    attempt     the instalment's own `attempt`; for 追回 the clawback's number
    """

    line: BudgetLine
    kind: str
    amount: Decimal
    application: Application | None = None
    instalment: int = 0
    attempt: int = 1
    order: BudgetOrder | None = None


def move(
    *,
    line: BudgetLine,
    kind: str,
    amount: Decimal,
    this: Act,
    application: Application | None = None,
    instalment: int = 0,
    attempt: int = 1,
    order: BudgetOrder | None = None,
) -> BudgetMove:
    """One move, inside the caller's act; see `move_all`."""
    entry = Entry(
        line=line,
        kind=kind,
        amount=amount,
        application=application,
        instalment=instalment,
        attempt=attempt,
        order=order,
    )
    return move_all([entry], this)[0]


def move_all(entries: Sequence[Entry], this: Act) -> list[BudgetMove]:
    """The moves, all of them or none, in their order; lines are locked by their keys.

    ValidationError, code "budget": the money is not there, whatever happens at the same time;
    code "repeated": the move about this application was made already. The caller's transaction
    can go on after either. Lines that the caller holds are not refreshed.
    """
    if not entries:
        return []
    lines = _held(entries)
    rows = _rows(entries, lines, this)
    try:
        with transaction.atomic():
            made = BudgetMove.objects.bulk_create(rows)
            for pk, line in lines.items():
                _shift(line, [row for row in made if row.line_id == pk])
    except IntegrityError as error:
        raise _refusal(error, rows, lines) from error
    return made


def _held(entries: Iterable[Entry]) -> dict[Any, BudgetLine]:
    """The lines, locked in the order of their keys."""
    asked = BudgetLine.objects.filter(pk__in={entry.line.pk for entry in entries})
    return {line.pk: line for line in locked(asked)}


def _rows(entries: Sequence[Entry], lines: dict[Any, BudgetLine], this: Act) -> list[BudgetMove]:
    """The ledger's rows, numbered on from each line's last."""
    last = dict(
        BudgetMove.objects.filter(line__in=lines)
        .order_by()
        .values_list("line")
        .annotate(last=Max("seq"))
    )
    rows = []
    for entry in entries:
        seq = last[entry.line.pk] = last.get(entry.line.pk, 0) + 1
        granted, reserved, paid = DELTAS[entry.kind]
        rows.append(
            BudgetMove(
                line=lines[entry.line.pk],
                seq=seq,
                kind=entry.kind,
                amount=entry.amount,
                d_granted=granted * entry.amount,
                d_reserved=reserved * entry.amount,
                d_paid=paid * entry.amount,
                application=entry.application,
                instalment=entry.instalment,
                attempt=entry.attempt,
                order=entry.order,
                act=this.id,
                by_label=this.actor.label[:120],
            )
        )
    return rows


def _shift(line: BudgetLine, rows: Sequence[BudgetMove]) -> None:
    """The line's balances by the sum of the deltas, in one statement: the CHECK sees the end."""
    sums = _sums(rows)
    # Typed: a bare Decimal would be added as fen.
    changes = {
        name: F(name) + Value(amount, output_field=MoneyField())
        for name, amount in sums.items()
        if amount
    }
    BudgetLine.objects.filter(pk=line.pk).update(**changes, version=F("version") + 1)


def _sums(rows: Iterable[BudgetMove]) -> dict[str, Decimal]:
    told = dict.fromkeys(BALANCES, Decimal(0))
    for row in rows:
        for name in BALANCES:
            told[name] += getattr(row, f"d_{name}")
    return told


# --- Why not --------------------------------------------------------------------------------------
def _refusal(
    error: IntegrityError, rows: Sequence[BudgetMove], lines: dict[Any, BudgetLine]
) -> Exception:
    """What the broken constraint means; the error itself where it means nothing known."""
    text = str(error)
    if "budget_not_exceeded" in text or "budget_not_negative" in text:
        return _short(rows, lines) or error
    if "budget_move_once" in text or "application_id" in text:
        return ValidationError(_("这笔资金变动已经入账，不再重复。"), code="repeated")
    if "budget_order_moves_once" in text or "order_id" in text:
        return ValidationError(_("这项预算调整已经入账，不再重复。"), code="repeated")
    if "budget_move_amount" in text:
        return ValidationError(_("金额须大于零。"), code="amount")
    return error


def _short(rows: Sequence[BudgetMove], lines: dict[Any, BudgetLine]) -> ValidationError | None:
    """Of the locked lines the first that the moves would overdraw."""
    for pk, line in lines.items():
        sums = _sums(row for row in rows if row.line_id == pk)
        wanted = sums["reserved"] + sums["paid"] - sums["granted"]
        if wanted > line.free:
            told = {"free": f"{line.free:,.2f}", "wanted": f"{wanted:,.2f}"}
            return ValidationError(
                _("可用余额不足（可用 %(free)s 元，本次 %(wanted)s 元）") % told, code="budget"
            )
        for name, label in (("reserved", _("已安排未拨付")), ("paid", _("已拨付"))):
            there, less = getattr(line, name), -sums[name]
            if less > there:
                told = {"label": label, "there": f"{there:,.2f}", "less": f"{less:,.2f}"}
                return ValidationError(
                    _("“%(label)s”只有 %(there)s 元，不能冲减 %(less)s 元。") % told, code="budget"
                )
    return None
