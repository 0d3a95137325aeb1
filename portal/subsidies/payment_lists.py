"""`/subsidies/payment-lists/`: 拨付清单, made of what can be paid."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from core.spreadsheets import Column, Kind, Sheet
from portal.basis import offset_pager, with_query
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.ledger.lists import described, search, select
from portal.subsidies.payment_shared import LIST_STATUS, crumbs_of, ids_in, nav, ticked
from portal.views.common import own_district, page, scope_of
from subsidies.models import BudgetLine, Instalment, PaymentList
from subsidies.services.payment_lists import add_to_list, create_list

PER_PAGE = 50
CONDITIONS = ("q", "state", "year")
State = PaymentList.State
COLUMNS = (
    Column(key="number", title=lazy("清单编号"), width=16),
    Column(key="line", title=lazy("预算指标"), width=30),
    Column(key="state", title=lazy("状态"), width=12),
    Column(key="n", title=lazy("笔数"), kind=Kind.INTEGER),
    Column(key="sum", title=lazy("金额（元）"), kind=Kind.DECIMAL, width=18),
    Column(key="paid_n", title=lazy("已拨付笔数"), kind=Kind.INTEGER),
    Column(key="paid_sum", title=lazy("已拨付（元）"), kind=Kind.DECIMAL, width=18),
    Column(key="issued_on", title=lazy("送拨付日期"), kind=Kind.DATE, width=14),
    Column(key="note", title=lazy("说明"), width=40),
)


@page("subsidies.payments")
def payment_lists(request: HttpRequest) -> HttpResponse:
    """The lists, filtered; `?export=xlsx` gives exactly what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    every = PaymentList.objects.visible_to(scope).filter(district=district)
    found = counted(_within(request, every)).order_by("-created_at", "-id")
    if request.GET.get("export") == "xlsx":
        return _workbook(request, list(found))
    start, total = whole(request.GET.get("from", "")), found.count()
    years = every.order_by("-line__year").values_list("line__year", flat=True).distinct()
    context = {
        "crumbs": crumbs_of(district, (_("拨付清单"), "")),
        "nav": nav("payment_lists"),
        "filters": described(
            request,
            [
                search(request, "q", _("搜索"), _("清单编号、企业、受理编号")),
                select(request, "state", _("状态"), State.choices),
                select(request, "year", _("年度"), [(str(one), one) for one in years]),
            ],
        ),
        "tools": {
            "count_text": _("共 %(n)d 份") % {"n": total},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
        },
        "lines": [
            {"row": row, "status": LIST_STATUS[State(row.state)]}
            for row in found[start : start + PER_PAGE]
        ],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
    }
    return render(request, "subsidies/payment_lists.html", context)


def counted(rows: "QuerySet[PaymentList]") -> "QuerySet[PaymentList]":
    """With n, sum, paid_n, paid_sum."""
    paid = Q(instalments__state=Instalment.State.PAID)
    return rows.select_related("line__fund").annotate(
        n=Count("instalments"),
        sum=Sum("instalments__amount"),
        paid_n=Count("instalments", paid),
        paid_sum=Sum("instalments__amount", filter=paid),
    )


def _within(request: HttpRequest, rows: "QuerySet[PaymentList]") -> "QuerySet[PaymentList]":
    get = request.GET.get
    for word in get("q", "").split()[:5]:
        of_row = Instalment.objects.filter(
            Q(application__enterprise__name__icontains=word)
            | Q(application__number__icontains=word)
        )
        rows = rows.filter(Q(number__icontains=word) | Q(pk__in=of_row.values("payment_list")))
    if (state := get("state", "")) in State.values:
        rows = rows.filter(state=state)
    if year := whole(get("year", "")):
        rows = rows.filter(line__year=year)
    return rows


def _workbook(request: HttpRequest, rows: list[Any]) -> HttpResponse:
    told = [
        {
            "number": row.number,
            "line": str(row.line),
            "state": row.get_state_display(),
            "n": row.n,
            "sum": row.sum or Decimal(0),
            "paid_n": row.paid_n,
            "paid_sum": row.paid_sum or Decimal(0),
            "issued_on": row.issued_on,
            "note": row.note,
        }
        for row in rows
    ]
    notes = [_("拨付清单一览")]
    if any(row.is_sample for row in rows):
        notes.append(_("演示数据"))
    sheet = Sheet(title=_("拨付清单"), columns=COLUMNS, rows=told, notes=notes)
    return workbook_answer(request, name="payment-lists", label=_("拨付清单一览"), sheets=[sheet])


@require_POST
@page("subsidies.manage_payments")
def new(request: HttpRequest) -> HttpResponse:
    """The ticked instalments on a new list, or on the draft that was chosen."""
    scope = scope_of(request)
    chosen = ids_in([request.POST.get("list", "")])
    lines = ids_in([request.POST.get("line", "")])
    common: dict[str, Any] = {"by": current_actor(), "scope": scope}
    try:
        with refusals():
            rows = ticked(request)
            if chosen:
                listed = get_object_or_404(PaymentList.objects.visible_to(scope), pk=chosen[0])
                add_to_list(payment_list=listed, instalments=rows, **common)
            else:
                found = BudgetLine.objects.visible_to(scope).filter(pk__in=lines).first()
                if found is None:
                    raise ValidationError(_("请先勾选要列入清单的分期。"))
                note = request.POST.get("note", "")
                listed = create_list(line=found, instalments=rows, note=note, **common)
    except RefusedError as refusal:
        for text in refusal.errors.messages:
            messages.error(request, text)
        return redirect("subsidies:payments")
    told = {"n": len(rows), "number": listed.number}
    messages.success(request, _("%(n)d 笔已列入清单 %(number)s。") % told)
    return redirect("subsidies:payment_list", listed.pk)


def find(request: HttpRequest, pk: Any) -> PaymentList:
    """The list, if the caller sees it."""
    rows = PaymentList.objects.visible_to(scope_of(request)).select_related(
        "line__fund", "district"
    )
    found: PaymentList = get_object_or_404(rows.defer("district__outline"), pk=pk)
    return found


def back_to(listed: PaymentList) -> str:
    """Its page."""
    return reverse("subsidies:payment_list", args=[listed.pk])


def unknown_word() -> Http404:
    """For a word that no move has."""
    return Http404(_("没有这项办理。"))
