"""`/subsidies/clawbacks/`: 资金追回, and one with its acts."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core import policy
from core.spreadsheets import Column, Kind, Sheet
from core.workflow import open_moves
from portal.basis import offset_pager, with_query
from portal.coordination.acting import (
    ActPage,
    CommentForm,
    DayField,
    SeenForm,
    act_page,
    sent,
)
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.coordination.trails import trail_of
from portal.ledger.lists import described, search, select
from portal.subsidies.payment_lists import unknown_word
from portal.subsidies.payment_shared import crumbs_of, nav
from portal.templatetags.money import yuan
from portal.views.common import own_district, page, scope_of
from subsidies.models import Clawback
from subsidies.services import clawbacks as services
from subsidies.workflow.money import CLAWBACK

PER_PAGE = 50
CONDITIONS = ("q", "state")
State = Clawback.State
STATUS = {
    State.SUBMITTED: "warn",
    State.APPROVED: "warn",
    State.RECOVERED: "good",
    State.REFUSED: "none",
}
COLUMNS = (
    Column(key="application", title=lazy("受理编号"), width=18),
    Column(key="enterprise", title=lazy("申报企业"), width=32),
    Column(key="instalment", title=lazy("期次"), kind=Kind.INTEGER),
    Column(key="amount", title=lazy("追回金额（元）"), kind=Kind.DECIMAL, width=18),
    Column(key="reason", title=lazy("追回事由"), width=44),
    Column(key="state", title=lazy("状态"), width=12),
    Column(key="recovered_on", title=lazy("到账日期"), kind=Kind.DATE, width=14),
    Column(key="voucher", title=lazy("凭证号"), width=18),
    Column(key="where", title=lazy("去向"), width=20),
    Column(key="line", title=lazy("预算指标"), width=28),
)


def _rows(request: HttpRequest) -> Any:
    rows = Clawback.objects.visible_to(scope_of(request))
    return rows.select_related(
        "instalment__application__enterprise", "instalment__line__fund", "district"
    ).defer("district__outline")


@page("subsidies.payments")
def clawbacks(request: HttpRequest) -> HttpResponse:
    """The list, filtered; `?export=xlsx` gives exactly what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    found = _rows(request).filter(district=district)
    for word in request.GET.get("q", "").split()[:5]:
        found = found.filter(
            Q(instalment__application__enterprise__name__icontains=word)
            | Q(instalment__application__number__icontains=word)
            | Q(reason__icontains=word)
        )
    if (state := request.GET.get("state", "")) in State.values:
        found = found.filter(state=state)
    found = found.order_by("-created_at", "-id")
    if request.GET.get("export") == "xlsx":
        return _workbook(request, list(found))
    start, total = whole(request.GET.get("from", "")), found.count()
    told = found.order_by().aggregate(
        sum=Sum("amount"), back=Sum("amount", filter=Q(state=State.RECOVERED))
    )
    sums = {
        "n": total,
        "sum": yuan(told["sum"] or Decimal(0)),
        "back": yuan(told["back"] or Decimal(0)),
    }
    context = {
        "crumbs": crumbs_of(district, (_("资金追回"), "")),
        "nav": nav("clawbacks"),
        "filters": described(
            request,
            [
                search(request, "q", _("搜索"), _("企业、受理编号、事由")),
                select(request, "state", _("状态"), State.choices),
            ],
        ),
        "tools": {
            "count_text": _("共 %(n)d 笔 %(sum)s 元，已追回 %(back)s 元") % sums,
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
        },
        "lines": [
            {"row": row, "status": STATUS[State(row.state)]}
            for row in found[start : start + PER_PAGE]
        ],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
    }
    return render(request, "subsidies/clawbacks.html", context)


def where_to(row: Clawback) -> str:
    """Where recovered money went."""
    if row.state != State.RECOVERED:
        return ""
    return _("缴回财政") if row.is_returned else _("退回本年度指标")


def _workbook(request: HttpRequest, rows: list[Clawback]) -> HttpResponse:
    told = [
        {
            "application": row.instalment.application.number,
            "enterprise": row.instalment.application.enterprise.name,
            "instalment": row.instalment.number,
            "amount": row.amount,
            "reason": row.reason,
            "state": row.get_state_display(),
            "recovered_on": row.recovered_on,
            "voucher": row.voucher,
            "where": where_to(row),
            "line": str(row.instalment.line),
        }
        for row in rows
    ]
    notes = [_("资金追回")]
    if any(row.instalment.application.is_sample for row in rows):
        notes.append(_("演示数据"))
    sheet = Sheet(title=_("资金追回"), columns=COLUMNS, rows=told, notes=notes)
    return workbook_answer(request, name="clawbacks", label=_("资金追回"), sheets=[sheet])


@page("subsidies.payments")
def clawback(request: HttpRequest, pk: Any) -> HttpResponse:
    """One: why, how much, where it stands, what can be done."""
    row: Clawback = get_object_or_404(_rows(request), pk=pk)
    context = {
        "crumbs": crumbs_of(
            row.district,
            (_("资金追回"), reverse("subsidies:clawbacks")),
            (row.instalment.application.number, ""),
        ),
        "nav": nav("clawbacks"),
        "row": row,
        "status": STATUS[State(row.state)],
        "where": where_to(row),
        "moves": open_moves(CLAWBACK, row, scope_of(request)),
        "trail": trail_of(row, CLAWBACK, others={"subsidies.ask_clawback": lazy("申请追回")}),
    }
    return render(request, "subsidies/clawback.html", context)


# --- Acts -----------------------------------------------------------------------------------------
class ApproveForm(SeenForm):
    comment = forms.CharField(label=lazy("审批意见"), max_length=500, required=False)


class RecoverForm(SeenForm):
    on = DayField(label=lazy("到账日期"))
    voucher = forms.CharField(label=lazy("凭证号"), max_length=60)


FORMS: dict[str, tuple[Any, Any, Any]] = {
    "approve": (ApproveForm, services.approve_clawback, lazy("已批准，追回到账后由财务登记。")),
    "refuse": (CommentForm, services.refuse_clawback, lazy("未予批准。")),
    "recover": (RecoverForm, services.recover_clawback, lazy("已登记到账，预算指标已更新。")),
}


@page("subsidies.payments")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """批准, 不予批准, 登记到账."""
    row: Clawback = get_object_or_404(_rows(request), pk=pk)
    if word not in FORMS:
        raise unknown_word()
    policy.require(scope_of(request), CLAWBACK.move(word).action, row)
    form, service, done = FORMS[word]
    back = reverse("subsidies:clawback", args=[row.pk])
    label = CLAWBACK.move(word).label

    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        service(clawback=row, **given, **common)

    line = row.instalment.line
    explanation = (
        _("到账在%(year)d年内的，退回预算指标可再使用；以后年度到账的缴回财政。")
        % {"year": line.year}
        if word == "recover" and line
        else ""
    )
    act = ActPage(
        title=label,
        submit=label,
        form=form(sent(request), initial={"seen_version": row.version}),
        run=run,
        done=done,
        back=back,
        crumbs=crumbs_of(
            row.district,
            (_("资金追回"), reverse("subsidies:clawbacks")),
            (row.instalment.application.number, back),
            (label, ""),
        ),
        explanation=explanation,
        template="subsidies/act.html",
        extra={
            "facts": [
                (_("申报企业"), row.instalment.application.enterprise.name),
                (_("期次"), row.instalment.number),
                (_("追回金额（元）"), yuan(row.amount)),
                (_("追回事由"), row.reason),
            ]
        },
    )
    return act_page(request, act)
