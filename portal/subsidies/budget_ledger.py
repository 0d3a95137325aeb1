"""The ledger of a line: its moves with running balances, searched, filtered, exported."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.spreadsheets import Column, Kind, Sheet
from portal.basis import offset_pager, with_query
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.ledger.lists import described, search, select
from subsidies.models import BudgetLine, BudgetMove

PER_PAGE = 50
CONDITIONS = ("q", "kind")
COLUMNS = (
    Column(key="seq", title=gettext_lazy("序号"), kind=Kind.INTEGER),
    Column(key="at", title=gettext_lazy("日期"), kind=Kind.DATE),
    Column(key="kind", title=gettext_lazy("类别"), width=10),
    Column(key="amount", title=gettext_lazy("金额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="number", title=gettext_lazy("受理编号"), width=16),
    Column(key="enterprise", title=gettext_lazy("申报企业"), width=28),
    Column(key="instalment", title=gettext_lazy("期次"), kind=Kind.INTEGER),
    Column(key="document", title=gettext_lazy("文号"), width=20),
    Column(key="reason", title=gettext_lazy("事由"), width=28),
    Column(key="by", title=gettext_lazy("经办人"), width=14),
    Column(key="granted", title=gettext_lazy("预算指标（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="reserved", title=gettext_lazy("已安排未拨付（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="paid", title=gettext_lazy("已拨付（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="free", title=gettext_lazy("可用余额（元）"), kind=Kind.DECIMAL, width=16),
)


@dataclass(frozen=True)
class Balance:
    """As it stood after a move, yuan."""

    granted: Decimal
    reserved: Decimal
    paid: Decimal

    @property
    def free(self) -> Decimal:
        """可用余额."""
        return self.granted - self.reserved - self.paid


def ledger_of(request: HttpRequest, line: BudgetLine) -> dict[str, Any]:
    """For templates/subsidies/budget_ledger.html; the newest first."""
    found = _filtered(request, line)
    start, total = whole(request.GET.get("from", "")), found.count()
    rows = list(found.order_by("-seq")[start : start + PER_PAGE])
    after = _balances(line)
    return {
        "filters": _filters(request),
        "tools": {
            "count_text": _("共 %(n)d 笔") % {"n": total},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
        },
        "moves": [{"move": row, "after": after[row.seq], "change": _change(row)} for row in rows],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
    }


def _filtered(request: HttpRequest, line: BudgetLine) -> "QuerySet[BudgetMove]":
    rows = BudgetMove.objects.filter(line=line)
    for word in request.GET.get("q", "").split()[:5]:
        rows = rows.filter(
            Q(application__number__icontains=word)
            | Q(application__title__icontains=word)
            | Q(application__enterprise__name__icontains=word)
            | Q(order__document_number__icontains=word)
            | Q(order__reason__icontains=word)
            | Q(by_label__icontains=word)
        )
    if request.GET.get("kind", "") in BudgetMove.Kind.values:
        rows = rows.filter(kind=request.GET["kind"])
    return rows.select_related("application__enterprise", "order")


def _filters(request: HttpRequest) -> dict[str, Any]:
    fields = [
        search(request, "q", _("搜索"), _("受理编号、项目、企业、文号、经办人")),
        select(request, "kind", _("类别"), BudgetMove.Kind.choices),
    ]
    return described(request, fields)


def _balances(line: BudgetLine) -> dict[int, Balance]:
    """Of every move of the line, how it stood then; one query of four numbers a row."""
    told, granted, reserved, paid = {}, Decimal(0), Decimal(0), Decimal(0)
    rows = BudgetMove.objects.filter(line=line).order_by("seq")
    for seq, more, held, spent in rows.values_list("seq", "d_granted", "d_reserved", "d_paid"):
        granted, reserved, paid = granted + more, reserved + held, paid + spent
        told[seq] = Balance(granted, reserved, paid)
    return told


def _change(row: BudgetMove) -> Decimal:
    """What it did to what is free."""
    change: Decimal = row.d_granted - row.d_reserved - row.d_paid
    return change


def ledger_workbook(request: HttpRequest, line: BudgetLine) -> HttpResponse:
    """What is shown, all pages of it, the oldest first."""
    found = list(_filtered(request, line).order_by("seq"))
    after = _balances(line)
    rows = [_exported(row, after[row.seq]) for row in found]
    told = {"fund": line.fund.name, "year": line.year}
    notes = [_("%(fund)s%(year)d年度预算流水") % told]
    if line.is_sample:
        notes.append(_("演示数据"))
    sheet = Sheet(title=_("预算流水"), columns=COLUMNS, rows=rows, notes=notes)
    label = _("预算流水") + str(line.year)
    return workbook_answer(request, name="budget_moves", label=label, sheets=[sheet])


def _exported(row: BudgetMove, after: Balance) -> dict[str, Any]:
    application, order = row.application, row.order
    return {
        "seq": row.seq,
        "at": timezone.localdate(row.at),
        "kind": row.get_kind_display(),
        "amount": row.amount,
        "number": application.number if application else "",
        "enterprise": application.enterprise.name if application else "",
        "instalment": row.instalment or None,
        "document": order.document_number if order else "",
        "reason": order.reason if order else "",
        "by": row.by_label,
        "granted": after.granted,
        "reserved": after.reserved,
        "paid": after.paid,
        "free": after.free,
    }
