"""`/subsidies/payments/instalments/`: every instalment, and one of them with its acts."""

from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core import policy
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from portal.basis import offset_pager, with_query
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.ledger.lists import described, search, select
from portal.subsidies.payment_shared import (
    KINDS,
    account_lines,
    crumbs_of,
    ids_in,
    nav,
    rows_of,
    standing,
)
from portal.views.common import own_district, page, scope_of
from subsidies.accounts import account_faults
from subsidies.models import Clawback, Instalment, PaymentList
from subsidies.payable import PAYING, payable, waiting
from subsidies.services.clawbacks import recoverable

PER_PAGE = 50
CONDITIONS = ("q", "kind", "year", "round")
State = Instalment.State
READY, WAITING = "ready", "waiting"
COLUMNS = (
    Column(key="application", title=lazy("受理编号"), width=18),
    Column(key="enterprise", title=lazy("申报企业"), width=32),
    Column(key="title", title=lazy("项目名称"), width=32),
    Column(key="item", title=lazy("支持事项"), width=22),
    Column(key="round", title=lazy("资金批次"), width=22),
    Column(key="number", title=lazy("期次"), kind=Kind.INTEGER),
    Column(key="year", title=lazy("计划年度"), kind=Kind.INTEGER),
    Column(key="amount", title=lazy("金额（元）"), kind=Kind.DECIMAL, width=18),
    Column(key="state", title=lazy("状态"), width=14),
    Column(key="note", title=lazy("说明"), width=36),
    Column(key="condition", title=lazy("拨付条件"), width=30),
    Column(key="not_before", title=lazy("最早拨付日"), kind=Kind.DATE, width=14),
    Column(key="met_on", title=lazy("条件核实日期"), kind=Kind.DATE, width=14),
    Column(key="list", title=lazy("拨付清单"), width=14),
    Column(key="paid_on", title=lazy("支付日期"), kind=Kind.DATE, width=14),
    Column(key="voucher", title=lazy("凭证号"), width=18),
)


@page("subsidies.payments")
def instalments(request: HttpRequest) -> HttpResponse:
    """The list, filtered; `?export=xlsx` gives exactly what is shown."""
    scope, today = scope_of(request), timezone.localdate()
    district = own_district(scope)
    every = rows_of(scope, district)
    found = _within(request, every).order_by("year", "application__number", "number", "id")
    if request.GET.get("export") == "xlsx":
        return _workbook(request, list(found))
    start = whole(request.GET.get("from", ""))
    told = found.order_by().aggregate(sum=Sum("amount"))
    total = found.count()
    years = every.order_by("year").values_list("year", flat=True).distinct()
    rounds = every.order_by("-application__round__year", "application__round__name").values_list(
        "application__round", "application__round__name"
    )
    kinds = [
        (READY, _("可列入清单")),
        (WAITING, _("待满足条件")),
        *((word, label) for word, (label, _q) in KINDS.items()),
    ]
    context = {
        "crumbs": crumbs_of(district, (_("拨付分期"), "")),
        "nav": nav("payment_instalments"),
        "filters": described(
            request,
            [
                search(request, "q", _("搜索"), _("企业、受理编号、项目、清单编号")),
                select(request, "kind", _("状态"), kinds),
                select(request, "year", _("计划年度"), [(str(one), one) for one in years]),
                select(
                    request, "round", _("资金批次"), {str(pk): name for pk, name in rounds}.items()
                ),
            ],
        ),
        "tools": {
            "count_text": _("共 %(n)d 期，合计 %(sum)s 元")
            % {"n": total, "sum": f"{told['sum'] or Decimal(0):,.2f}"},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
        },
        "lines": [{"row": row} | standing(row, today) for row in found[start : start + PER_PAGE]],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
    }
    return render(request, "subsidies/instalments.html", context)


def _within(request: HttpRequest, rows: "QuerySet[Instalment]") -> "QuerySet[Instalment]":
    get, today = request.GET.get, timezone.localdate()
    for word in get("q", "").split()[:5]:
        rows = rows.filter(
            Q(application__enterprise__name__icontains=word)
            | Q(application__number__icontains=word)
            | Q(application__title__icontains=word)
            | Q(payment_list__number__icontains=word)
        )
    kind = get("kind", "")
    if kind == READY:
        rows = payable(rows, today)
    elif kind == WAITING:
        rows = waiting(rows, today)
    elif kind in KINDS:
        rows = rows.filter(KINDS[kind][1])
    else:
        # What was given up is shown when asked for.
        rows = rows.exclude(state=State.CANCELLED)
    if year := whole(get("year", "")):
        rows = rows.filter(year=year)
    if rounds := ids_in([get("round", "")]):
        rows = rows.filter(application__round__in=rounds)
    return rows


def _workbook(request: HttpRequest, rows: list[Instalment]) -> HttpResponse:
    today = timezone.localdate()
    notes = [_("拨付分期")]
    if any(row.application.is_sample for row in rows):
        notes.append(_("演示数据"))
    sheet = Sheet(
        title=_("拨付分期"),
        columns=COLUMNS,
        rows=[_exported(row, standing(row, today)) for row in rows],
        notes=notes,
    )
    return workbook_answer(request, name="instalments", label=_("拨付分期"), sheets=[sheet])


def _exported(row: Instalment, told: dict[str, Any]) -> dict[str, Any]:
    payment = getattr(row, "payment", None)
    return {
        "application": row.application.number,
        "enterprise": row.application.enterprise.name,
        "title": row.application.title,
        "item": row.application.item.name,
        "round": row.application.round.name,
        "number": row.number,
        "year": row.year,
        "amount": row.amount,
        "state": told["word"],
        "note": told["note"],
        "condition": row.condition,
        "not_before": row.not_before,
        "met_on": row.condition_met_on,
        "list": row.payment_list.number if row.payment_list else "",
        "paid_on": payment.paid_on if payment else None,
        "voucher": payment.voucher if payment else "",
    }


# --- One ------------------------------------------------------------------------------------------
def find(request: HttpRequest, pk: Any) -> Instalment:
    """The instalment, if the caller sees it."""
    scope = scope_of(request)
    found: Instalment = get_object_or_404(rows_of(scope, own_district(scope)), pk=pk)
    return found


def path_of(row: Instalment) -> str:
    """Its page."""
    return reverse("subsidies:payment_instalment", args=[row.pk])


def title_of(row: Instalment) -> str:
    """企业 第n期."""
    told = {"enterprise": row.application.enterprise.name, "n": row.number}
    return _("%(enterprise)s 第%(n)d期") % told


@page("subsidies.payments")
def instalment(request: HttpRequest, pk: Any) -> HttpResponse:
    """What it is, what it waits for, whose account it goes to, what was paid and came back."""
    scope, today, row = scope_of(request), timezone.localdate(), find(request, pk)
    is_paid = row.state == State.PAID
    is_listed = row.state in (State.LISTED, State.PAID)
    clawbacks = list(row.clawbacks.order_by("number"))
    rest = recoverable(row) if is_paid else Decimal(0)
    context = {
        "crumbs": crumbs_of(
            row.application.district,
            (_("拨付分期"), reverse("subsidies:payment_instalments")),
            (title_of(row), ""),
        ),
        "nav": nav("payment_instalments"),
        "row": row,
        "title": title_of(row),
        "account": account_lines(row if is_listed else row.application, scope),
        "faults": [] if is_paid else account_faults(row),
        "payment": getattr(row, "payment", None),
        "clawbacks": clawbacks,
        "recovered": sum(
            (one.amount for one in clawbacks if one.state == Clawback.State.RECOVERED), Decimal(0)
        ),
        "rest": rest,
        "acts": _acts(row, scope, rest),
        "others": list(
            rows_of(scope, row.application.district)
            .filter(application=row.application_id, attempt=row.attempt)
            .order_by("number")
        ),
    } | standing(row, today)
    return render(request, "subsidies/instalment.html", context)


def _acts(row: Instalment, scope: Scope, rest: Decimal) -> dict[str, bool]:
    """Which of its forms the caller may open now."""
    application, listed = row.application, row.payment_list
    manages = policy.may(scope, "subsidies.manage_payments", application)
    is_open = row.state == State.LISTED and listed is not None
    return {
        "confirm": row.state in (State.RESERVED, State.PLANNED)
        and bool(row.condition or row.not_before)
        and policy.may(scope, "subsidies.confirm_condition", application),
        "account": manages
        and application.state in PAYING
        and row.state != State.PAID
        and (listed is None or listed.state == PaymentList.State.DRAFT),
        "record": manages and is_open and bool(listed and listed.state == PaymentList.State.ISSUED),
        "clawback": rest > 0 and policy.may(scope, "subsidies.ask_clawback", application),
    }
