"""`/subsidies/payments/register/`: what the treasury paid."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core.spreadsheets import Column, Kind, Sheet
from portal.basis import offset_pager, with_query
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.ledger.lists import described, search, select
from portal.subsidies.payment_shared import crumbs_of, ids_in, nav
from portal.views.common import own_district, page, scope_of
from subsidies.models import BudgetLine, Clawback, Payment

PER_PAGE = 50
CONDITIONS = ("q", "line", "since", "until")
COLUMNS = (
    Column(key="paid_on", title=lazy("支付日期"), kind=Kind.DATE, width=14),
    Column(key="voucher", title=lazy("凭证号"), width=20),
    Column(key="application", title=lazy("受理编号"), width=18),
    Column(key="enterprise", title=lazy("申报企业"), width=32),
    Column(key="title", title=lazy("项目名称"), width=32),
    Column(key="number", title=lazy("期次"), kind=Kind.INTEGER),
    Column(key="account_name", title=lazy("收款户名"), width=32),
    Column(key="amount", title=lazy("支付金额（元）"), kind=Kind.DECIMAL, width=18),
    Column(key="recovered", title=lazy("已追回（元）"), kind=Kind.DECIMAL, width=18),
    Column(key="list", title=lazy("拨付清单"), width=14),
    Column(key="line", title=lazy("预算指标"), width=28),
    Column(key="file", title=lazy("登记方式"), width=28),
)


@page("subsidies.payments")
def register(request: HttpRequest) -> HttpResponse:
    """The payments, filtered; `?export=xlsx` gives exactly what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    every = Payment.objects.visible_to(scope).filter(district=district)
    found = _within(request, every).order_by("-paid_on", "-at", "-id")
    recovered = Sum(
        "instalment__clawbacks__amount",
        filter=Q(instalment__clawbacks__state=Clawback.State.RECOVERED),
    )
    shown = found.annotate(recovered=recovered).select_related(
        "instalment__application__enterprise",
        "instalment__payment_list",
        "instalment__line__fund",
        "brought",
    )
    if request.GET.get("export") == "xlsx":
        return _workbook(request, list(shown))
    start, total = whole(request.GET.get("from", "")), found.count()
    told = found.order_by().aggregate(sum=Sum("amount"))
    lines = BudgetLine.objects.visible_to(scope).filter(district=district)
    named = [
        (str(one.pk), str(one))
        for one in lines.select_related("fund").order_by("-year", "fund__name")
    ]
    context = {
        "crumbs": crumbs_of(district, (_("拨付记录"), "")),
        "nav": nav("payment_register"),
        "filters": described(
            request,
            [
                search(request, "q", _("搜索"), _("企业、凭证号、受理编号、户名")),
                select(request, "line", _("预算指标"), named),
                _date(request, "since", _("支付日期自")),
                _date(request, "until", _("至")),
            ],
        ),
        "tools": {
            "count_text": _("共 %(n)d 笔，合计 %(sum)s 元")
            % {"n": total, "sum": f"{told['sum'] or Decimal(0):,.2f}"},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
        },
        "rows": list(shown[start : start + PER_PAGE]),
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
    }
    return render(request, "subsidies/payment_register.html", context)


def _date(request: HttpRequest, name: str, label: str) -> dict[str, Any]:
    return {"name": name, "label": label, "kind": "date", "value": request.GET.get(name, "")}


def _within(request: HttpRequest, rows: "QuerySet[Payment]") -> "QuerySet[Payment]":
    get = request.GET.get
    for word in get("q", "").split()[:5]:
        rows = rows.filter(
            Q(voucher__icontains=word)
            | Q(account_name__icontains=word)
            | Q(instalment__application__number__icontains=word)
            | Q(instalment__application__enterprise__name__icontains=word)
        )
    if keys := ids_in([get("line", "")]):
        rows = rows.filter(instalment__line__in=keys)
    if since := _day(get("since", "")):
        rows = rows.filter(paid_on__gte=since)
    if until := _day(get("until", "")):
        rows = rows.filter(paid_on__lte=until)
    return rows


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _workbook(request: HttpRequest, rows: list[Any]) -> HttpResponse:
    notes = [_("拨付记录"), _("导出日期：%(day)s") % {"day": timezone.localdate()}]
    if any(row.instalment.application.is_sample for row in rows):
        notes.append(_("演示数据"))
    told = [
        {
            "paid_on": row.paid_on,
            "voucher": row.voucher,
            "application": row.instalment.application.number,
            "enterprise": row.instalment.application.enterprise.name,
            "title": row.instalment.application.title,
            "number": row.instalment.number,
            "account_name": row.account_name,
            "amount": row.amount,
            "recovered": row.recovered,
            "list": row.instalment.payment_list.number if row.instalment.payment_list else "",
            "line": str(row.instalment.line),
            "file": row.brought.name if row.brought else _("逐笔登记"),
        }
        for row in rows
    ]
    sheet = Sheet(title=_("拨付记录"), columns=COLUMNS, rows=told, notes=notes)
    return workbook_answer(request, name="payments", label=_("拨付记录"), sheets=[sheet])
