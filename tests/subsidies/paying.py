"""A district that pays: finance, who signs, a budget line, approved applications to be paid."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

from django.utils import timezone

from core.audit import act
from core.spreadsheets import write_rows
from subsidies.models import BudgetLine, BudgetMove, Instalment, PaymentList
from subsidies.payment_books import template_sheet
from subsidies.services import budget
from subsidies.services.payment_lists import create_list, issue_list
from tests.coordination.people import Cast
from tests.subsidies.making import make_application, make_line, make_policy, make_round

TODAY = timezone.localdate()
YEAR = TODAY.year
# 40/30/30 of 200,000.
SHARES = (80_000, 60_000, 60_000)


class Paying:
    """Applications in `shares`: the first is reserved, the others are planned for later years."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.district, self.approver = self.cast.district, self.cast.approver
        self.finance = self.cast.person(self.cast.commission, "finance")
        # Signs and keeps the books: must not do both with one list.
        self.both = self.cast.person(self.cast.commission, "finance", "approver")
        self.line = make_line(self.district, 1_000_000, year=YEAR)
        policy = make_policy(self.district)
        self.round = make_round(
            self.district,
            policy,
            state="approved",
            year=YEAR,
            opens_on=dt.date(YEAR, 1, 1),
            closes_on=dt.date(YEAR, 1, 31),
        )

    def approved(self, *shares: int, **more: Any) -> list[Instalment]:
        """One approved application of an enterprise of its own; its instalments."""
        amount = sum(shares)
        told = {"state": "approved", "amount": Decimal(amount), "attempt": 1}
        application = make_application(self.round, self.cast.street, "opening", **(told | more))
        rows = [
            Instalment.objects.create(
                application=application,
                number=number,
                year=YEAR + number - 1,
                amount=share,
                state="planned" if number > 1 else "reserved",
                line=None if number > 1 else self.line,
            )
            for number, share in enumerate(shares, start=1)
        ]
        self.reserve(rows[0])
        return rows

    def reserve(self, row: Instalment) -> None:
        """Its money, in the ledger."""
        with act("test.reserve") as this:
            budget.move(
                line=self.line,
                kind=BudgetMove.Kind.RESERVE,
                amount=Decimal(row.amount),
                this=this,
                application=row.application,
                instalment=row.number,
            )
        Instalment.objects.filter(pk=row.pk).update(state="reserved", line=self.line)
        row.refresh_from_db()

    def issued(self, *rows: Instalment) -> PaymentList:
        """A list of them, signed."""
        made = create_list(line=self.line, instalments=rows, **self.finance.acts)
        return issue_list(payment_list=made, **self.approver.acts)

    def balances(self) -> tuple[Decimal, Decimal, Decimal]:
        """Granted, reserved, paid; they are what the ledger sums to."""
        line = BudgetLine.objects.get(pk=self.line.pk)
        moves = list(line.moves.all())
        assert line.reserved == sum((m.d_reserved for m in moves), Decimal(0))
        assert line.paid == sum((m.d_paid for m in moves), Decimal(0))
        assert line.granted == 1_000_000 + sum((m.d_granted for m in moves), Decimal(0))
        return line.granted, line.reserved, line.paid


def told(row: Instalment, **more: Any) -> dict[str, Any]:
    """What the treasury says when it paid what was asked."""
    row.refresh_from_db()
    said: dict[str, Any] = {
        "instalment": row,
        "paid_on": TODAY,
        "voucher": f"V-{row.application.number}-{row.number}",
        "amount": row.amount,
        "account_name": row.account_name,
    }
    return said | more


def book_of(listed: PaymentList, filled: dict[str, dict[str, Any]]) -> Any:
    """The template as the treasury returns it: `filled` by application number, day and voucher
    unless told otherwise."""
    rows = listed.instalments.select_related("payment_list", "application__enterprise")
    rows = rows.select_related("payment_list", "application__enterprise", "application__item")
    sheet = template_sheet(listed, rows.order_by("application__number"))
    lines = []
    for row in sheet.rows:
        number = row["application"]  # type: ignore[call-overload]
        paid = {"paid_on": TODAY, "voucher": f"V-{number}"} if number in filled else {}
        lines.append({**row, **paid, **filled.get(number, {})})  # type: ignore[dict-item]
    target = io.BytesIO()
    write_rows(target, [type(sheet)(title="支付结果", columns=sheet.columns, rows=lines)])
    target.name = "支付结果.xlsx"
    target.seek(0)
    return target
