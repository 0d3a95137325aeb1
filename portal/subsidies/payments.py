"""`/subsidies/payments/`: the desk of who pays; others see how far payments are."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.scope import Scope
from portal.subsidies.payment_shared import months, nav, rows_of, standing
from portal.templatetags.money import wan
from portal.views.common import own_district, page, scope_of
from subsidies.models import (
    BudgetLine,
    Clawback,
    Instalment,
    PaymentImport,
    PaymentImportRow,
    PaymentList,
)
from subsidies.payable import payable, waiting
from territory.models import District

MOST = 200
MOST_WAITING = 20
ZERO = Decimal(0)
Verdict = PaymentImportRow.Verdict


@page("subsidies.payments")
def payments(request: HttpRequest) -> HttpResponse:
    """What can be listed, what waits for a condition, what is not paid yet, what did not match."""
    scope = scope_of(request)
    district, today = own_district(scope), timezone.localdate()
    rows = rows_of(scope, district)
    ready = payable(rows, today).order_by("line", "application__number", "number")
    held = waiting(rows, today).order_by("not_before", "application__number", "number")
    unpaid = _unpaid(scope, district, today)
    drafts = _drafts(scope, district)
    context = {
        "crumbs": [{"label": district.name}, {"label": _("资金拨付")}],
        "nav": nav("payments"),
        "figures": _figures(ready, held, unpaid, scope, district),
        "groups": _groups(list(ready[:MOST]), drafts),
        "more": max(0, ready.count() - MOST),
        "drafts": drafts,
        "held": [{"row": row} | standing(row, today) for row in held[:MOST_WAITING]],
        "held_more": max(0, held.count() - MOST_WAITING),
        "unpaid": unpaid,
        "brought": _brought(scope, district, today),
        "may_pay": policy.may(scope, "subsidies.manage_payments"),
        "may_sign": policy.may(scope, "subsidies.approve_payment"),
        "may_confirm": policy.may(scope, "subsidies.confirm_condition"),
        "any": rows.exists(),
    }
    return render(request, "subsidies/payments.html", context)


def _sums(rows: Any) -> tuple[int, Decimal]:
    told = rows.order_by().aggregate(n=Count("pk"), sum=Sum("amount"))
    return told["n"], told["sum"] or ZERO


def _figures(
    ready: Any, held: Any, unpaid: list[dict[str, Any]], scope: Scope, district: District
) -> list[dict[str, Any]]:
    """Tiles: {label, value, note, url}."""
    clawbacks = Clawback.objects.visible_to(scope).filter(
        district=district, state__in=[Clawback.State.SUBMITTED, Clawback.State.APPROVED]
    )
    n_ready, s_ready = _sums(ready)
    n_held, s_held = _sums(held)
    n_back, s_back = _sums(clawbacks)
    days = max((one["days"] for one in unpaid), default=0)
    n_unpaid = sum(one["n"] for one in unpaid)
    s_unpaid = sum((one["sum"] for one in unpaid), ZERO)
    late = _("%(sum)s 万元，最长已 %(days)d 天") % {"sum": wan(s_unpaid), "days": days}
    listed = reverse("subsidies:payment_instalments")
    return [
        _tile(_("可列入清单"), n_ready, _wan_note(s_ready), "#ready"),
        _tile(_("待满足条件"), n_held, _wan_note(s_held), "#waiting"),
        _tile(
            _("已送拨付未支付"),
            n_unpaid,
            late if n_unpaid else "",
            f"{listed}?kind=unpaid",
        ),
        _tile(_("追回办理中"), n_back, _wan_note(s_back), reverse("subsidies:clawbacks")),
    ]


def _tile(label: Any, n: int, note: str, url: str) -> dict[str, Any]:
    return {"label": label, "value": n, "note": note if n else "", "url": url}


def _wan_note(amount: Decimal) -> str:
    return _("%(sum)s 万元") % {"sum": wan(amount)}


def _groups(rows: list[Instalment], drafts: list[Any]) -> list[dict[str, Any]]:
    """What can be listed, by budget line: one list is of one line."""
    by_line: dict[Any, list[Instalment]] = {}
    for row in rows:
        by_line.setdefault(row.line, []).append(row)
    return [
        {
            "line": line,
            "rows": found,
            "sum": sum((row.amount for row in found), ZERO),
            "drafts": [one for one in drafts if one.line_id == line.pk],
        }
        for line, found in by_line.items()
        if isinstance(line, BudgetLine)
    ]


def _drafts(scope: Scope, district: District) -> list[Any]:
    """Lists in the making, with how many and how much."""
    lists = PaymentList.objects.visible_to(scope).filter(
        district=district, state=PaymentList.State.DRAFT
    )
    counted = lists.annotate(n=Count("instalments"), sum=Sum("instalments__amount"))
    return list(counted.select_related("line__fund").order_by("number"))


def _unpaid(scope: Scope, district: District, today: dt.date) -> list[dict[str, Any]]:
    """Issued lists that are not settled, the oldest first: {list, n, sum, days}."""
    lists = PaymentList.objects.visible_to(scope).filter(
        district=district, state=PaymentList.State.ISSUED
    )
    listed = Q(instalments__state=Instalment.State.LISTED)
    counted = lists.annotate(
        n=Count("instalments", listed), sum=Sum("instalments__amount", filter=listed)
    )
    return [
        {
            "list": one,
            "n": one.n,
            "sum": one.sum or ZERO,
            "days": (today - one.issued_on).days if one.issued_on else 0,
        }
        for one in counted.select_related("line__fund").order_by("issued_on", "number")
    ]


def _brought(scope: Scope, district: District, today: dt.date) -> list[Any]:
    """Files that wait to be confirmed, and those with rows that are still not settled."""
    files = PaymentImport.objects.visible_to(scope).filter(district=district)
    files = files.exclude(state=PaymentImport.State.DROPPED)
    wrong = Q(lines__verdict__in=[Verdict.MISMATCHED, Verdict.INVALID]) & (
        Q(lines__instalment__isnull=True) | ~Q(lines__instalment__state=Instalment.State.PAID)
    )
    counted = files.annotate(wrong=Count("lines", wrong))
    open_ones = counted.filter(
        Q(state=PaymentImport.State.PREVIEW) | Q(wrong__gt=0, at__date__gte=months(today))
    )
    return list(open_ones.order_by("-at")[:10])
