"""The workbooks of payments: 拨付清单, what the treasury fills in, and what did not match."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core.money import MoneyError, to_fen
from core.spreadsheets import Column, Kind, Sheet
from core.spreadsheets.amounts import without_unit
from subsidies.accounts import shown_number
from subsidies.models import Instalment, PaymentImport, PaymentImportRow, PaymentList

Verdict = PaymentImportRow.Verdict


def _whole_fen(amount: Decimal) -> str | None:
    try:
        to_fen(amount)
    except MoneyError as error:
        return str(error)
    return None if amount > 0 else _("金额须大于零")


LIST = Column(
    key="list",
    title=lazy("清单编号"),
    width=14,
    max_length=40,
    aliases=("拨付清单编号",),
    help=lazy("拨付清单上的编号，如 BF2026-001"),
)
APPLICATION = Column(
    key="application",
    title=lazy("受理编号"),
    width=18,
    max_length=30,
    aliases=("申报编号",),
    help=lazy("拨付清单上的受理编号"),
)
NUMBER = Column(key="instalment", title=lazy("期次"), kind=Kind.INTEGER, least=1, most=99, width=8)
ENTERPRISE = Column(key="enterprise", title=lazy("申报企业"), width=32, max_length=120)
NAME = Column(
    key="account_name",
    title=lazy("户名"),
    width=32,
    max_length=120,
    required=True,
    aliases=("收款人", "收款户名", "收款人名称", "收款人全称"),
)
BANK = Column(key="bank", title=lazy("开户行"), width=32, max_length=120)
ACCOUNT = Column(
    key="account_number",
    title=lazy("账号"),
    kind=Kind.CODE,
    width=26,
    max_length=40,
    aliases=("收款人账号", "收款账号", "银行账号"),
    help=lazy("没有清单编号和受理编号时，按账号和金额比对"),
)
AMOUNT = Column(
    key="amount",
    title=lazy("金额（元）"),
    kind=Kind.DECIMAL,
    decimal_places=2,
    width=16,
    required=True,
    aliases=("金额", "支付金额", "支付金额（元）", "拨付金额（元）"),
    normalise=without_unit("元"),
    check=_whole_fen,
)
PAID_ON = Column(
    key="paid_on",
    title=lazy("支付日期"),
    kind=Kind.DATE,
    width=14,
    required=True,
    least=dt.date(2000, 1, 1),
    aliases=("拨付日期", "付款日期"),
    help=lazy("国库实际支付的日期"),
)
VOUCHER = Column(
    key="voucher",
    title=lazy("凭证号"),
    kind=Kind.CODE,
    width=20,
    max_length=60,
    required=True,
    aliases=("支付凭证号", "凭证编号"),
)
# What is read of the treasury's file, and what our own template holds.
COLUMNS = (
    LIST, APPLICATION, NUMBER, ENTERPRISE, NAME, BANK, ACCOUNT, AMOUNT, PAID_ON, VOUCHER,
)  # fmt: skip
FILLED_IN = (PAID_ON, VOUCHER)


def template_sheet(listed: PaymentList, rows: Iterable[Instalment]) -> Sheet:
    """The list for the treasury's answer: 支付日期 and 凭证号 of what is paid are filled in."""
    notes = [
        _("拨付清单 %(number)s 支付结果") % {"number": listed.number},
        _("请在已支付的行填写支付日期和凭证号；未支付的行留空，其余各列请勿改动。"),
    ]
    lines = [listed_values(row, whole=True) for row in rows if row.state == row.State.LISTED]
    return Sheet(title=_("支付结果"), columns=COLUMNS, rows=lines, notes=notes)


def list_sheet(listed: PaymentList, rows: Sequence[Instalment], *, whole: bool) -> Sheet:
    """拨付清单 as it stands. `whole` False: account numbers by their last four digits."""
    columns = [
        Column(key="row", title=_("序号"), kind=Kind.INTEGER, width=6),
        *COLUMNS[1:8],
        Column(key="title", title=_("项目名称"), width=30),
        Column(key="item", title=_("支持事项"), width=24),
        *FILLED_IN,
    ]
    total = sum((row.amount for row in rows), Decimal(0))
    told = {"line": listed.line, "n": len(rows), "total": f"{total:,.2f}"}
    notes = [
        _("拨付清单 %(number)s") % {"number": listed.number},
        _("预算指标：%(line)s；共 %(n)d 笔，合计 %(total)s 元") % told,
        _("状态：%(state)s") % {"state": listed.get_state_display()},
    ]
    if listed.issued_on:
        notes.append(_("送拨付日期：%(day)s") % {"day": listed.issued_on})
    if listed.is_sample:
        notes.append(_("演示数据"))
    lines = [
        listed_values(row, whole=whole) | {"row": at} | _paid_values(row)
        for at, row in enumerate(rows, start=1)
    ]
    lines.append({"enterprise": _("合计"), "amount": total})
    return Sheet(title=_("拨付清单"), columns=columns, rows=lines, notes=notes)


def listed_values(row: Instalment, *, whole: bool) -> dict[str, Any]:
    """A row by the columns' keys. Reads the application, its enterprise and item."""
    application = row.application
    return {
        "list": row.payment_list.number if row.payment_list else "",
        "application": application.number,
        "instalment": row.number,
        "enterprise": application.enterprise.name,
        "account_name": row.account_name,
        "bank": row.bank,
        "account_number": row.account_number
        if whole
        else shown_number(row.account_number, whole=False),
        "amount": row.amount,
        "title": application.title,
        "item": application.item.name,
    }


def _paid_values(row: Instalment) -> dict[str, Any]:
    payment = getattr(row, "payment", None)
    return {"paid_on": payment.paid_on, "voucher": payment.voucher} if payment else {}


def mismatch_sheet(
    brought: PaymentImport, rows: Iterable[PaymentImportRow], *, whole: bool
) -> Sheet:
    """不符清单: the rows of a file that were not booked, as they came, each with why."""
    columns = [
        Column(key="number", title=_("行号"), kind=Kind.INTEGER, width=8),
        Column(key="verdict", title=_("比对结果"), width=12),
        Column(key="reason", title=_("原因"), width=60),
        *(Column(key=column.key, title=column.title, width=column.width) for column in COLUMNS),
    ]
    notes = [
        _("拨付结果不符清单"),
        _("文件：%(file)s；请与国库核对后更正，重新导入。") % {"file": brought.name},
    ]
    lines = [
        {"number": row.number, "verdict": row.get_verdict_display(), "reason": row.reason}
        | raw_values(row, whole=whole)
        for row in rows
    ]
    return Sheet(title=_("不符清单"), columns=columns, rows=lines, notes=notes)


def raw_values(row: PaymentImportRow, *, whole: bool) -> dict[str, str]:
    """What a row of the file said; its account number by the last digits unless `whole`."""
    told = {column.key: str(row.raw.get(column.key, "")) for column in COLUMNS}
    if told["account_number"]:
        told["account_number"] = shown_number(told["account_number"], whole=whole)
    return told


def as_text(values: dict[str, Any], shown: Callable[[str], str]) -> dict[str, str]:
    """A row's values as texts to keep; `shown` tells what stands in a cell that was refused."""
    told = {}
    for column in COLUMNS:
        value = values.get(column.key)
        told[column.key] = shown(column.key) if value in (None, "") else str(value)
    return told
