"""`/subsidies/budgets/`: 预算指标 of a year, what of them is reserved, paid and free."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from portal.basis import sort_heads, with_query
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.ledger.lists import described, search
from portal.templatetags.money import wan
from portal.views.common import own_district, page, scope_of
from subsidies.models import BudgetLine, BudgetOrder, Fund
from subsidies.plans import totals
from territory.models import District

FREE = F("granted") - F("reserved") - F("paid")
# Word of the address → what lines are ordered by.
SORTS: dict[str, Any] = {
    "fund": F("fund__name"),
    "granted": F("granted"),
    "reserved": F("reserved"),
    "paid": F("paid"),
    "free": FREE,
}
COLUMNS = (
    Column(key="year", title=gettext_lazy("年度"), kind=Kind.INTEGER),
    Column(key="fund", title=gettext_lazy("专项资金"), width=30),
    Column(key="granted", title=gettext_lazy("预算指标（元）"), kind=Kind.DECIMAL, width=18),
    Column(key="reserved", title=gettext_lazy("已安排未拨付（元）"), kind=Kind.DECIMAL, width=18),
    Column(key="paid", title=gettext_lazy("已拨付（元）"), kind=Kind.DECIMAL, width=18),
    Column(key="free", title=gettext_lazy("可用余额（元）"), kind=Kind.DECIMAL, width=18),
)
# Figure → what it is.
FIGURES = (
    ("granted", gettext_lazy("预算指标"), gettext_lazy("下达 − 收回 ± 调剂、结转")),
    (
        "reserved",
        gettext_lazy("已安排未拨付"),
        gettext_lazy("列入拟支持名单时安排，拨付或撤销时减少"),
    ),
    ("paid", gettext_lazy("已拨付"), gettext_lazy("按国库支付结果登记，追回到账后减少")),
    (
        "free",
        gettext_lazy("可用余额"),
        gettext_lazy("预算指标 − 已安排未拨付 − 已拨付，不会小于零"),
    ),
)


@page("subsidies.budgets")
def budgets(request: HttpRequest) -> HttpResponse:
    """The lines of a year, this one unless asked otherwise."""
    scope = scope_of(request)
    district = own_district(scope)
    every = BudgetLine.objects.visible_to(scope).filter(district=district)
    today, asked = timezone.localdate(), request.GET.get("year", "")
    year = 0 if asked == "all" else whole(asked) or today.year
    known = {*every.values_list("year", flat=True), today.year, year or today.year}
    years = sorted(known, reverse=True)
    found = _sorted(request, _filtered(request, every, year))
    if request.GET.get("export") == "xlsx":
        return _workbook(request, list(found), district)
    lines = list(found)
    orders = BudgetOrder.objects.visible_to(scope).filter(district=district)
    context = {
        "crumbs": [{"label": district.name}, {"label": _("预算指标")}],
        "year": year,
        "figures": _figures(found),
        "filters": _filters(request, years, year),
        "tools": {
            "count_text": _("共 %(n)d 项") % {"n": len(lines)},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": _actions(scope),
        },
        "heads": sort_heads(request, SORTS, "fund"),
        "lines": lines,
        "years_shown": year == 0,
        "filtered": bool(request.GET.get("q")),
        "waiting": orders.filter(state=BudgetOrder.State.SUBMITTED).count(),
        "may_manage": policy.may(scope, "subsidies.manage_budgets"),
        "has_funds": Fund.objects.visible_to(scope).filter(district=district).exists(),
    }
    return render(request, "subsidies/budgets.html", context)


def _actions(scope: Scope) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = [
        {"label": _("预算调整"), "url": reverse("subsidies:budget_orders")}
    ]
    if policy.may(scope, "subsidies.manage_budgets"):
        told += [
            {"label": _("开设预算指标"), "url": reverse("subsidies:budget_open")},
            {
                "label": _("新建预算调整"),
                "url": reverse("subsidies:budget_order_new"),
                "main": True,
            },
        ]
    return told


def _filtered(request: HttpRequest, rows: "QuerySet[Any]", year: int) -> "QuerySet[Any]":
    for word in request.GET.get("q", "").split()[:5]:
        rows = rows.filter(Q(fund__name__icontains=word) | Q(fund__code__icontains=word))
    if year:
        rows = rows.filter(year=year)
    return rows.select_related("fund")


def _sorted(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    asked = request.GET.get("sort", "fund")
    of = SORTS.get(asked.removeprefix("-"), SORTS["fund"])
    first = of.desc() if asked.startswith("-") else of.asc()
    return rows.order_by("-year", first, "id")


def _filters(request: HttpRequest, years: list[int], year: int) -> dict[str, Any]:
    options = [{"value": str(one), "label": str(one)} for one in years]
    options.append({"value": "all", "label": _("全部年度")})
    chosen = str(year or "all")
    fields = [
        {"name": "year", "label": _("年度"), "kind": "select", "value": chosen, "options": options},
        search(request, "q", _("搜索"), _("专项资金名称、编码")),
    ]
    return described(request, fields)


def _figures(found: "QuerySet[Any]") -> list[dict[str, Any]]:
    sums = totals(found)
    return [
        {"key": key, "label": label, "value": wan(sums[key]), "note": note}
        for key, label, note in FIGURES
    ]


def _workbook(request: HttpRequest, lines: list[BudgetLine], district: District) -> HttpResponse:
    notes = [_("%(district)s专项资金预算指标") % {"district": district.name}]
    if any(line.is_sample for line in lines):
        notes.append(_("演示数据"))
    rows = [
        {
            "year": line.year,
            "fund": line.fund.name,
            "granted": line.granted,
            "reserved": line.reserved,
            "paid": line.paid,
            "free": line.free,
        }
        for line in lines
    ]
    sheet = Sheet(title=_("预算指标"), columns=COLUMNS, rows=rows, notes=notes)
    return workbook_answer(request, name="budgets", label=_("预算指标"), sheets=[sheet])
