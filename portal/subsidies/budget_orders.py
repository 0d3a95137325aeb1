"""`/subsidies/budgets/orders/`: 下达、收回、调剂、结转: the list, an order, its form and moves."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import policy
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from core.workflow import open_moves
from portal.basis import offset_pager, sort_heads, with_query
from portal.coordination.acting import ActPage, act_page, common_of, run_here, seen_in, sent
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.coordination.trails import trail_of
from portal.ledger.lists import described, search, select
from portal.subsidies.budget_forms import OrderForm
from portal.views.common import own_district, page, scope_of
from subsidies.models import BudgetLine, BudgetMove, BudgetOrder
from subsidies.services import orders as services
from subsidies.services.carrying import total_of
from subsidies.workflow.money import ORDER

PER_PAGE = 30
CONDITIONS = ("q", "kind", "state", "year")
State = BudgetOrder.State
STATUS = {
    State.DRAFT: "none",
    State.SUBMITTED: "warn",
    State.APPROVED: "good",
    State.REFUSED: "bad",
}
SORTS = {
    "made": ("created_at",),
    "line": ("line__fund__name", "line__year"),
    "amount": ("amount",),
    "state": ("state",),
}
ACTS = {
    "subsidies.create_order": gettext_lazy("起草"),
    "subsidies.change_order": gettext_lazy("修改"),
}
COLUMNS = (
    Column(key="kind", title=gettext_lazy("类别"), width=8),
    Column(key="line", title=gettext_lazy("预算指标"), width=30),
    Column(key="to_line", title=gettext_lazy("调入预算指标"), width=30),
    Column(key="amount", title=gettext_lazy("金额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="document", title=gettext_lazy("文号"), width=20),
    Column(key="reason", title=gettext_lazy("事由"), width=40),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="made", title=gettext_lazy("起草日期"), kind=Kind.DATE),
    Column(key="decided_on", title=gettext_lazy("审批日期"), kind=Kind.DATE),
)
DONE = {
    "submit": gettext_lazy("已提交，等待审批。"),
    "return": gettext_lazy("已退回修改。"),
    "approve": gettext_lazy("已批准，预算指标已变动。"),
    "refuse": gettext_lazy("已记为未批准，预算指标未变动。"),
    "remove": gettext_lazy("草稿已删除。"),
}


# --- The list -------------------------------------------------------------------------------------
@page("subsidies.budgets")
def orders(request: HttpRequest) -> HttpResponse:
    """All orders, the newest first unless asked otherwise."""
    scope = scope_of(request)
    district = own_district(scope)
    every = BudgetOrder.objects.visible_to(scope).filter(district=district)
    found = _sorted(request, _filtered(request, every))
    if request.GET.get("export") == "xlsx":
        return _workbook(request, list(found))
    start, total = whole(request.GET.get("from", "")), found.count()
    may_manage = policy.may(scope, "subsidies.manage_budgets")
    new_url = reverse("subsidies:budget_order_new")
    context = {
        "crumbs": _crumbs(),
        "filters": _filters(request, every),
        "tools": {
            "count_text": _("共 %(n)d 项") % {"n": total},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": [{"label": _("新建预算调整"), "url": new_url, "main": True}]
            if may_manage
            else [],
        },
        "heads": sort_heads(request, SORTS, "-made"),
        "rows": [
            {"order": row, "status": STATUS[State(row.state)]}
            for row in found[start : start + PER_PAGE]
        ],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "may_manage": may_manage,
        "has_lines": BudgetLine.objects.visible_to(scope).filter(district=district).exists(),
    }
    return render(request, "subsidies/budget_orders.html", context)


def _filtered(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    get = request.GET.get
    for word in get("q", "").split()[:5]:
        rows = rows.filter(
            Q(line__fund__name__icontains=word)
            | Q(document_number__icontains=word)
            | Q(reason__icontains=word)
        )
    if get("kind", "") in BudgetOrder.Kind.values:
        rows = rows.filter(kind=get("kind"))
    if get("state", "") in State.values:
        rows = rows.filter(state=get("state"))
    if year := whole(get("year", "")):
        rows = rows.filter(Q(line__year=year) | Q(to_line__year=year))
    return rows.select_related("line__fund", "to_line__fund")


def _sorted(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    asked = request.GET.get("sort", "-made")
    columns = SORTS.get(asked.removeprefix("-"), SORTS["made"])
    down = "-" if asked.startswith("-") else ""
    return rows.order_by(*(f"{down}{column}" for column in columns), "-id")


def _filters(request: HttpRequest, every: "QuerySet[Any]") -> dict[str, Any]:
    years = sorted(set(every.values_list("line__year", flat=True)), reverse=True)
    fields = [
        search(request, "q", _("搜索"), _("专项资金、文号、事由")),
        select(request, "kind", _("类别"), BudgetOrder.Kind.choices),
        select(request, "state", _("状态"), State.choices),
        select(request, "year", _("年度"), [(str(year), str(year)) for year in years]),
    ]
    return described(request, fields)


def _workbook(request: HttpRequest, found: list[BudgetOrder]) -> HttpResponse:
    rows = [
        {
            "kind": row.get_kind_display(),
            "line": str(row.line),
            "to_line": str(row.to_line or ""),
            "amount": row.amount,
            "document": row.document_number,
            "reason": row.reason,
            "state": row.get_state_display(),
            "made": timezone.localdate(row.created_at),
            "decided_on": row.decided_on,
        }
        for row in found
    ]
    notes = [_("预算调整"), *([_("演示数据")] if any(row.is_sample for row in found) else [])]
    sheet = Sheet(title=_("预算调整"), columns=COLUMNS, rows=rows, notes=notes)
    return workbook_answer(request, name="budget_orders", label=_("预算调整"), sheets=[sheet])


# --- One order ------------------------------------------------------------------------------------
@page("subsidies.budgets")
def order(request: HttpRequest, pk: Any) -> HttpResponse:
    """The order: what would be moved, how the lines would stand then, and the decision."""
    scope = scope_of(request)
    row = _find(pk, scope)
    along = list(row.instalments.select_related("application__enterprise"))
    moves = open_moves(ORDER, row, scope)
    context = {
        "crumbs": _crumbs({"label": f"{row.get_kind_display()} {row.line}"}),
        "order": row,
        "status": STATUS[State(row.state)],
        "along": along,
        "along_total": total_of(along),
        "moves": {move.word: move for move in moves},
        "waits": "" if moves else _waits(row),
        "effects": _effects(row, total_of(along)),
        "made": BudgetMove.objects.filter(order=row).select_related("line__fund"),
        "today": timezone.localdate(),
        "may_edit": row.state == State.DRAFT and policy.may(scope, "subsidies.manage_budgets", row),
        "trail": trail_of(row, ORDER, others=ACTS),
    }
    return render(request, "subsidies/budget_order.html", context)


def _waits(row: BudgetOrder) -> str:
    told = {
        State.DRAFT: _("待提交审批。"),
        State.SUBMITTED: _("待委分管领导审批；起草和提交的人不能审批。"),
    }
    return told.get(State(row.state), "")


def _effects(row: BudgetOrder, along: Any) -> list[dict[str, Any]]:
    """The lines, now and after; only while it is not decided."""
    if row.state not in (State.DRAFT, State.SUBMITTED):
        return []
    sign = 1 if row.kind == BudgetOrder.Kind.GRANT else -1
    lines = [(row.line, sign * row.amount, along)]
    if row.to_line is not None:
        lines.append((row.to_line, row.amount, -along))
    return [
        {
            "line": line,
            "granted": line.granted + change,
            "free": (free := line.free + change + released),
            "is_short": free < 0,
        }
        for line, change, released in lines
    ]


def _find(pk: Any, scope: Scope) -> BudgetOrder:
    rows = BudgetOrder.objects.visible_to(scope).select_related("line__fund", "to_line__fund")
    found: BudgetOrder | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404(_("没有这项预算调整，或者不在您的范围内。"))
    return found


def _crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"label": _("预算指标"), "url": reverse("subsidies:budgets")},
        {"label": _("预算调整"), "url": reverse("subsidies:budget_orders")},
        *more,
    ]


# --- Writing --------------------------------------------------------------------------------------
@page("subsidies.manage_budgets")
def new(request: HttpRequest) -> HttpResponse:
    """A draft; `?kind=`, `?line=`, `?amount=` fill the form."""
    scope = scope_of(request)
    asked = {name: request.GET.get(name) for name in ("kind", "line", "to_line", "amount")}
    form = OrderForm(sent(request), initial=asked, lines=_lines(scope))

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        made = services.create_order(**given, by=common["by"], scope=common["scope"])
        return reverse("subsidies:budget_order", args=[made.pk])

    back = reverse("subsidies:budget_orders")
    page_ = _form_page(_("新建预算调整"), form, run, back, _("已保存草稿，核对后提交审批。"))
    return act_page(request, page_)


@page("subsidies.manage_budgets")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """The form of a draft."""
    scope = scope_of(request)
    row = _find(pk, scope)
    policy.require(scope, "subsidies.manage_budgets", row)
    asked = {name: getattr(row, name) for name in services.CHANGEABLE}
    asked["seen_version"] = row.version
    form = OrderForm(sent(request), initial=asked, lines=_lines(scope), fixed_kind=True)

    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        services.change_order(order=row, changes=given, **common)

    back = reverse("subsidies:budget_order", args=[row.pk])
    title = _("修改%(kind)s") % {"kind": row.get_kind_display()}
    return act_page(request, _form_page(title, form, run, back, _("已保存。")))


def _form_page(title: str, form: Any, run: Any, back: str, done: str) -> ActPage:
    return ActPage(
        title=title,
        explanation=_("起草后提交审批，由另一人批准；批准时预算指标才变动，余额不足的不能批准。"),
        submit=_("保存草稿"),
        form=form,
        run=run,
        done=done,
        back=back,
        crumbs=_crumbs({"label": title}),
        template="subsidies/act.html",
    )


def _lines(scope: Scope) -> "QuerySet[Any]":
    rows = BudgetLine.objects.visible_to(scope).filter(district=own_district(scope))
    return rows.select_related("fund").order_by("-year", "fund__name", "id")


@require_POST
@page("subsidies.budgets")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """提交审批、退回修改、批准、不予批准; or a draft is dropped."""
    row = _find(pk, scope_of(request))
    if word not in DONE:
        raise Http404(_("没有这项办理。"))
    back = reverse("subsidies:budget_order", args=[row.pk])
    common = common_of(request, seen_in(request)) | {"order": row}
    if word == "remove":
        back = reverse("subsidies:budget_orders")
        return run_here(request, back, DONE[word], lambda: services.remove_order(**common))
    acts: dict[str, Any] = {
        "submit": services.submit_order,
        "return": services.return_order,
        "approve": services.approve_order,
        "refuse": services.refuse_order,
    }
    comment = request.POST.get("comment", "").strip()[:500]
    return run_here(request, back, DONE[word], lambda: acts[word](comment=comment, **common))
