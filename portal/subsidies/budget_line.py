"""`/subsidies/budgets/<id>/`: one line: balances, plan by year, what is unpaid, its ledger."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from portal.coordination.files import workbook_answer
from portal.subsidies.budget_ledger import ledger_of, ledger_workbook
from portal.views.common import page, scope_of
from subsidies.models import BudgetLine, BudgetOrder, Instalment
from subsidies.plans import spending_plan, unpaid
from subsidies.services.carrying import total_of
from subsidies.services.reserving import commitments_of

UNPAID = (
    Column(key="number", title=gettext_lazy("受理编号"), width=16),
    Column(key="title", title=gettext_lazy("项目名称"), width=30),
    Column(key="enterprise", title=gettext_lazy("申报企业"), width=30),
    Column(key="instalment", title=gettext_lazy("期次"), kind=Kind.INTEGER),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="list", title=gettext_lazy("拨付清单"), width=16),
    Column(key="condition", title=gettext_lazy("拨付条件"), width=24),
    Column(key="met_on", title=gettext_lazy("条件核实日期"), kind=Kind.DATE),
    Column(key="amount", title=gettext_lazy("金额（元）"), kind=Kind.DECIMAL, width=16),
)


@page("subsidies.budgets")
def line(request: HttpRequest, pk: Any) -> HttpResponse:
    """The line; `?export=` xlsx gives the ledger as it is filtered, unpaid what is not paid."""
    row = find(pk, scope_of(request))
    if request.GET.get("export") == "xlsx":
        return ledger_workbook(request, row)
    if request.GET.get("export") == "unpaid":
        return _unpaid_workbook(request, row)
    return show(request, row)


def find(pk: Any, scope: Scope) -> BudgetLine:
    """The line, if the caller's scope holds it."""
    rows = BudgetLine.objects.visible_to(scope).select_related("fund", "district")
    found: BudgetLine | None = rows.defer("district__outline").filter(pk=pk).first()
    if found is None:
        raise Http404(_("没有这项预算指标，或者不在您的范围内。"))
    return found


def show(request: HttpRequest, row: BudgetLine) -> HttpResponse:
    """The page."""
    scope = scope_of(request)
    owed, left = commitments_of(row), list(unpaid(row, scope))
    orders = BudgetOrder.objects.visible_to(scope).filter(line=row)
    orders |= BudgetOrder.objects.visible_to(scope).filter(to_line=row)
    context = {
        "crumbs": crumbs(row),
        "line": row,
        "plan": spending_plan(row.fund),
        "owed": owed,
        "owed_total": total_of(owed),
        "short": max(total_of(owed) - row.free, 0),
        "unpaid": left,
        "unpaid_total": total_of(left),
        "next_line": next_line(row),
        "may_carry": any(one.state == Instalment.State.RESERVED for one in left),
        "orders": orders.select_related("line__fund", "to_line__fund").order_by("-created_at")[:10],
        "may_manage": policy.may(scope, "subsidies.manage_budgets", row),
        **ledger_of(request, row),
    }
    return render(request, "subsidies/budget.html", context)


def _unpaid_workbook(request: HttpRequest, row: BudgetLine) -> HttpResponse:
    told = {"fund": row.fund.name, "year": row.year}
    notes = [_("%(fund)s%(year)d年度已安排未拨付清单") % told]
    if row.is_sample:
        notes.append(_("演示数据"))
    rows = [
        {
            "number": one.application.number,
            "title": one.application.title,
            "enterprise": one.application.enterprise.name,
            "instalment": one.number,
            "state": one.get_state_display(),
            "list": one.payment_list.number if one.payment_list else "",
            "condition": one.condition,
            "met_on": one.condition_met_on,
            "amount": one.amount,
        }
        for one in unpaid(row, scope_of(request))
    ]
    sheet = Sheet(title=_("已安排未拨付清单"), columns=UNPAID, rows=rows, notes=notes)
    label = _("已安排未拨付清单") + str(row.year)
    return workbook_answer(request, name="budget_unpaid", label=label, sheets=[sheet])


def next_line(row: BudgetLine) -> BudgetLine | None:
    """The same fund's line of the next year, if it is open."""
    return BudgetLine.objects.filter(fund=row.fund_id, year=row.year + 1).first()


def crumbs(row: BudgetLine) -> list[dict[str, str]]:
    """区 › 预算指标 › 专项资金 年度."""
    return [
        {"label": row.district.name},
        {"label": _("预算指标"), "url": f"{reverse('subsidies:budgets')}?year={row.year}"},
        {"label": str(row)},
    ]
