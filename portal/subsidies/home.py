"""扶持总览: what waits for the caller, the money at a glance, how far applications have come."""

from decimal import Decimal
from typing import Any

from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.scope import Scope
from core.workdays import calendar
from portal.basis import with_query
from portal.desk.words import due_text
from portal.subsidies.todo import applications_to_finish, waiting_in_subsidies
from portal.views.common import own_district, page, scope_of
from subsidies.models import Application, BudgetLine, Round
from subsidies.overview import Account, Funnel, accounts, funnel
from subsidies.plans import totals
from subsidies.self_assessment import money, percent
from territory.models import District

MOST = 50
YEARS = 6


@page("subsidies.rounds")
def home(request: HttpRequest) -> HttpResponse:
    """The overview; `?year=` chooses whose rounds and budgets."""
    scope = scope_of(request)
    district = own_district(scope)
    year = _year(request)
    context: dict[str, Any] = {
        "crumbs": [{"label": district.name}, {"label": _("扶持总览")}],
        "year": year,
        "years": _years(request, scope, district, year),
        "waiting": waiting_in_subsidies(scope, district) if scope.all_streets else [],
        "own": [] if scope.all_streets else own_applications(scope),
        "open_rounds": _open_rounds(scope, district),
        "funnel": _funnel(funnel(district, scope, year), year),
        "sees_money": policy.may(scope, "subsidies.budgets"),
        "may_file": policy.may(scope, "subsidies.file_application"),
    }
    if context["sees_money"]:
        context["money"] = money_of(scope, district, year)
    return render(request, "subsidies/home.html", context)


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    fits = text.isascii() and text.isdecimal() and len(text) == 4
    return int(text) if fits else timezone.localdate().year


def _years(
    request: HttpRequest, scope: Scope, district: District, year: int
) -> list[dict[str, Any]]:
    """The last years since the first round, and the chosen one."""
    rounds = Round.objects.visible_to(scope).filter(district=district)
    told = rounds.aggregate(first=Min("year"), last=Max("year"))
    now = timezone.localdate().year
    first, last = min(told["first"] or now, now), max(told["last"] or now, now)
    years = sorted({*range(last, first - 1, -1)[:YEARS], year}, reverse=True)
    return [
        {"label": str(one), "url": with_query(request, year=str(one)), "on": one == year}
        for one in years
    ]


# --- What waits for a street ----------------------------------------------------------------------
def own_applications(scope: Scope) -> list[dict[str, Any]]:
    """Drafts, and those to be completed with their due day."""
    today, days = timezone.localdate(), calendar()
    return [_own(row, today, days) for row in applications_to_finish(scope)[:MOST]]


def _own(row: Any, today: Any, days: Any) -> dict[str, Any]:
    asked = row.state == Application.State.SUPPLEMENT
    day = row.supplement_due if asked else row.round.closes_on
    late = day is not None and day < today
    return {
        "title": row.title,
        "note": f"{row.enterprise.name} · {row.round.name}",
        "url": reverse("subsidies:application_edit", args=[row.pk]),
        "kind": _("扶持补正") if asked else _("扶持申报"),
        "state": row.get_state_display(),
        "status": "bad" if late else "warn",
        "due_on": day,
        "due": due_text(day, today, days) if day else "",
        "quote": row.supplement_text if asked else "",
        "act": _("补正") if asked else _("继续填报"),
    }


def _open_rounds(scope: Scope, district: District) -> list[Round]:
    """Rounds that take applications today."""
    today = timezone.localdate()
    rows = Round.objects.visible_to(scope).filter(
        district=district, state=Round.State.OPEN, opens_on__lte=today, closes_on__gte=today
    )
    return list(rows.select_related("policy").order_by("closes_on", "name")[:MOST])


# --- Money ----------------------------------------------------------------------------------------
def money_of(scope: Scope, district: District, year: int) -> dict[str, Any]:
    """The year's budgets as bars, their sum, and what later years are committed to."""
    found = accounts(district, scope)
    lines = [line for one in found if (line := one.of(year)) is not None]
    granted = sum((line.granted for line in lines), Decimal(0))
    paid = sum((line.paid for line in lines), Decimal(0))
    return {
        "year": year,
        "bars": [money_bar(line) for line in lines],
        "others": [_other_years(one, year) for one in found if len(one.lines) > 1],
        "commitments": [
            {"fund": one.name, "year": later, "text": money(amount), "opened": one.of(later)}
            for one in found
            for later, amount in one.commitments
        ],
        "granted": money(granted if lines else None),
        "share": percent(paid / granted if granted else None),
        "sample": any(line.is_sample for line in lines),
    }


def money_bar(line: BudgetLine, label: str = "") -> dict[str, Any]:
    """subsidies/money_bar.html's dict: 已拨付, 已安排未拨付, 可用余额 side by side."""
    parts = [
        ("paid", _("已拨付"), line.paid),
        ("reserved", _("已安排未拨付"), line.reserved),
        ("free", _("可用余额"), line.free),
    ]
    shares = [
        (key, word, amount, float(amount / line.granted * 100) if line.granted else 0.0)
        for key, word, amount in parts
    ]
    starts = [sum(share for *_rest, share in shares[:place]) for place in range(len(shares))]
    return {
        "label": label or line.fund.name,
        "url": reverse("subsidies:budget", args=[line.pk]),
        "granted": money(line.granted),
        "share": percent(line.paid / line.granted if line.granted else None),
        "parts": [
            {
                "key": key,
                "word": word,
                "text": money(amount),
                "x": round(x, 3),
                "width": round(share, 3),
            }
            for x, (key, word, amount, share) in zip(starts, shares, strict=True)
        ],
    }


def _other_years(account: Account, year: int) -> dict[str, Any]:
    rows = [line for line in account.lines if line.year != year]
    return {
        "fund": account.name,
        "rows": [
            {
                "year": line.year,
                "url": reverse("subsidies:budget", args=[line.pk]),
                "granted": money(line.granted),
                "paid": money(line.paid),
                "reserved": money(line.reserved),
                "free": money(line.free),
                "share": percent(line.paid / line.granted if line.granted else None),
            }
            for line in rows
        ],
    }


def year_in_brief(scope: Scope, district: District) -> dict[str, Any] | None:
    """The dashboard's part: this year's money in one bar.

    None where no budget was granted, or the caller may not see budgets.
    """
    if not policy.may(scope, "subsidies.budgets"):
        return None
    year = timezone.localdate().year
    lines = BudgetLine.objects.visible_to(scope).filter(district=district, year=year)
    told = totals(lines)
    if not told["granted"]:
        return None
    whole = BudgetLine(granted=told["granted"], reserved=told["reserved"], paid=told["paid"])
    bar = money_bar(whole, _("%(year)d年预算指标") % {"year": year})
    return {
        "year": year,
        "bar": bar | {"url": reverse("subsidies:budgets")},
        "sample": lines.filter(is_sample=True).exists(),
    }


# --- The path -------------------------------------------------------------------------------------
def _funnel(told: Funnel, year: int) -> dict[str, Any]:
    most = max((stage.n for stage in told.stages), default=0)
    address = reverse("subsidies:applications")
    return {
        "stages": [
            {
                "label": stage.label,
                "n": stage.n,
                "here": [
                    {"label": label, "n": n, "url": f"{address}?year={year}&state={state}"}
                    for state, label, n in stage.here
                ],
                "amount": "—" if stage.amount is None else money(stage.amount),
                "percent": round(stage.n / most * 100, 1) if most else 0,
            }
            for stage in told.stages
        ],
        "ended": [
            {"label": label, "n": n, "url": f"{address}?year={year}&state={state}"}
            for state, label, n in told.ended
        ],
        "drafts": told.drafts,
        "any": bool(most or told.drafts or told.ended),
    }
