"""`/subsidies/budgets/<id>/`: one line: balances, plan by year, what is unpaid, its ledger."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core import policy
from core.scope import Scope
from portal.subsidies.budget_ledger import ledger_of, ledger_workbook
from portal.views.common import page, scope_of
from subsidies.models import BudgetLine, BudgetOrder, Instalment
from subsidies.plans import spending_plan, unpaid
from subsidies.services.carrying import total_of
from subsidies.services.reserving import commitments_of


@page("subsidies.budgets")
def line(request: HttpRequest, pk: Any) -> HttpResponse:
    """The line; `?export=xlsx` gives the ledger as it is filtered."""
    row = find(pk, scope_of(request))
    if request.GET.get("export") == "xlsx":
        return ledger_workbook(request, row)
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
