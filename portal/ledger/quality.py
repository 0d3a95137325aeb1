"""`/ledger/quality/`: what is wrong in the register, street by street, and what to do about it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import policy
from core.audit import current_actor
from core.scope import Scope
from core.text import normalise_key
from outlets.models import Outlet, QualityCount, QualityFinding, QualityRule
from outlets.quality import open_by_day, unwaive_finding, waive_finding, words_of
from outlets.quality.services import seen_mark
from portal.basis import offset_pager, with_query
from portal.ledger.lists import csv_answer, described, own_streets, search, select
from portal.views.common import own_district, page, scope_of
from territory.models import District, Street

PER_PAGE = 50
STATUS = {QualityRule.Severity.ERROR: "bad", QualityRule.Severity.WARNING: "warn"}
OUTSIDE = "outside"
Place = tuple[Any, str, str]


@page("outlets.view")
def quality(request: HttpRequest) -> HttpResponse:
    """What waits by rule and street, then the findings themselves, filtered."""
    scope = scope_of(request)
    district = own_district(scope)
    streets = own_streets(scope, district)
    rules = list(QualityRule.objects.filter(in_force=True).order_by("sort", "code"))
    found = _filtered(request, scope, district)
    if request.GET.get("export") == "csv":
        return csv_answer(request, "quality", _table_of(found))
    start = _whole(request.GET.get("from", ""))
    total = found.count()
    context = {
        "crumbs": [{"label": district.name}, {"label": _("数据质量")}],
        "overview": _overview(scope, district, streets, rules),
        "filters": _filters(request, streets, rules),
        "tools": {
            "count_text": _("共 %(n)s 项") % {"n": f"{total:,}"},
            "exports": [{"label": _("导出 CSV"), "url": with_query(request, export="csv")}],
        },
        "findings": [_shown(scope, row) for row in found[start : start + PER_PAGE]],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in ("q", "street", "rule", "severity")),
        "here": request.get_full_path(),
    }
    return render(request, "ledger/quality.html", context)


@require_POST
@page("outlets.waive")
def waive(request: HttpRequest, pk: Any) -> HttpResponse:
    """确认无误, for a reason, of what was seen; or (`undo`) taken back."""
    finding = _own(request, pk)
    try:
        if request.POST.get("undo"):
            unwaive_finding(finding=finding, by=current_actor())
            messages.success(request, _("已撤销“%(name)s”的确认。") % {"name": finding.outlet})
        else:
            waive_finding(
                finding=finding,
                by=current_actor(),
                reason=request.POST.get("reason", ""),
                seen=request.POST.get("seen", ""),
            )
            messages.success(request, _("已确认“%(name)s”无误。") % {"name": finding.outlet})
    except ValidationError as refused:
        messages.error(request, "；".join(refused.messages))
    return redirect(_back(request))


def _own(request: HttpRequest, pk: Any) -> QualityFinding:
    scope = scope_of(request)
    rows = QualityFinding.objects.visible_to(scope).select_related("outlet", "rule")
    finding: QualityFinding | None = rows.filter(pk=pk).first()
    if finding is None:
        raise Http404(_("该问题已消除，或不在您的工作范围内。"))
    policy.require(scope, "outlets.waive", finding)
    return finding


def _back(request: HttpRequest) -> str:
    """The list as it was filtered; nowhere else."""
    asked = request.POST.get("next", "")
    here = reverse("ledger:quality")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if safe and asked.startswith(here) else here


# --- What waits, by rule and street --------------------------------------------------------------
def _overview(
    scope: Scope, district: District, streets: list[Street], rules: list[QualityRule]
) -> dict[str, Any]:
    looked_at = QualityCount.objects.filter(district=district).aggregate(at=Max("at"))["at"]
    tally = _tally(scope, district)
    outlets = Outlet.objects.visible_to(scope).filter(district=district).registered().count()
    trend = open_by_day(scope, district, until=timezone.localdate())
    places = _places(scope, streets)
    several = len(places) > 1
    sums = [sum(tally[pk, rule.code] for rule in rules) for pk, _code, _name in places]
    busy = {rule for _street, rule in tally} | {code for code, days in trend.items() if any(days)}
    return {
        "looked_at": timezone.localtime(looked_at) if looked_at else None,
        "outlets": f"{outlets:,}",
        "total": f"{sum(sums):,}",
        "places": [{"name": name, "url": _to(street=code)} for _pk, code, name in places]
        if several
        else [],
        "sums": [f"{n:,}" for n in sums] if several else [],
        "rows": [
            _line(rule, [tally[pk, rule.code] for pk, _code, _name in places], outlets)
            | {
                "trend": _drawn(trend.get(rule.code, [])),
                "change": _change(trend.get(rule.code, [])),
                "cells": _cells(rule, tally, places) if several else [],
            }
            for rule in rules
            if rule.code in busy
        ],
        "kept": "、".join(_name_of(rule) for rule in rules if rule.code not in busy),
    }


def _places(scope: Scope, streets: list[Street]) -> list[Place]:
    """(id, code, short name) of the columns: the caller's streets, and 区外 for the district."""
    places: list[Place] = [(s.pk, s.code, s.name.removesuffix("街道")) for s in streets]
    return [*places, (None, OUTSIDE, _("区外"))] if scope.all_streets else places


def _line(rule: QualityRule, each: list[int], outlets: int) -> dict[str, Any]:
    n, status = sum(each), STATUS[QualityRule.Severity(rule.severity)]
    return {
        "name": _name_of(rule),
        "url": _to(rule=rule.code),
        "remedy": _remedy_of(rule),
        "status": status,
        "word": rule.get_severity_display(),
        "bar": {
            "text": f"{n:,}",
            # Of the register's rows.
            "percent": round(n / outlets * 100, 2) if outlets else None,
            "status": status if n else "",
        },
    }


def _cells(
    rule: QualityRule, tally: Counter[tuple[Any, str]], places: list[Place]
) -> list[dict[str, str]]:
    cells = []
    for pk, code, _name in places:
        n = tally[pk, rule.code]
        cells.append({"text": f"{n:,}", "url": _to(rule=rule.code, street=code) if n else ""})
    return cells


def _tally(scope: Scope, district: District) -> Counter[tuple[Any, str]]:
    """(street, rule) → findings that wait."""
    rows = QualityFinding.objects.visible_to(scope).filter(
        district=district, rule__in_force=True, waived_at__isnull=True
    )
    counted = rows.order_by().values_list("street_id", "rule_id").annotate(n=Count("id"))
    return Counter({(street, rule): n for street, rule, n in counted})


def _drawn(days: list[int | None]) -> str:
    """What the sparkline reads: nothing where nobody looked."""
    return ",".join("" if n is None else str(n) for n in days)


def _change(days: list[int | None]) -> str:
    """The last count against the first of the thirty days, in words."""
    known = [n for n in days if n is not None]
    if len(known) < 2:
        return _("尚无可比")
    gained = known[-1] - known[0]
    return _("持平") if not gained else f"{gained:+,}"


def _to(**conditions: str) -> str:
    """The findings of these conditions alone."""
    return f"{reverse('ledger:quality')}?{urlencode(conditions)}#findings"


# --- The findings --------------------------------------------------------------------------------
def _filtered(request: HttpRequest, scope: Scope, district: District) -> "QuerySet[QualityFinding]":
    rows = QualityFinding.objects.visible_to(scope).filter(district=district, rule__in_force=True)
    get = request.GET.get
    if street := get("street"):
        rows = rows.filter(Q(street__isnull=True) if street == OUTSIDE else Q(street__code=street))
    if rule := get("rule"):
        rows = rows.filter(rule=rule)
    if severity := get("severity"):
        rows = rows.filter(rule__severity=severity)
    state = get("state", "open")
    if state in ("open", "waived"):
        rows = rows.filter(waived_at__isnull=state == "open")
    for word in get("q", "").split():
        key = normalise_key(word)
        rows = rows.filter(
            Q(outlet__name_key__contains=key)
            | Q(outlet__pinyin__contains=key)
            | Q(outlet__code__icontains=word)
            | Q(outlet__address__icontains=word)
        )
    return (
        rows.select_related("outlet", "rule", "street")
        .order_by("rule__sort", "rule", "street__sort", "outlet__code", "id")
        .defer("street__outline")
    )


def _filters(
    request: HttpRequest, streets: list[Street], rules: list[QualityRule]
) -> dict[str, Any]:
    places = [(street.code, street.name) for street in streets]
    if scope_of(request).all_streets:
        places.append((OUTSIDE, _("区外网点")))
    fields = [
        search(request, "q", _("搜索"), _("网点名称、编码、地址或拼音")),
        select(request, "rule", _("规则"), [(rule.code, _name_of(rule)) for rule in rules]),
        select(request, "severity", _("程度"), QualityRule.Severity.choices),
        select(
            request,
            "state",
            _("处理情况"),
            [("open", _("待处理")), ("waived", _("已确认无误"))],
            default="open",
        ),
    ]
    if len(places) > 1:
        fields.insert(1, select(request, "street", _("街道（镇）"), places))
    return described(request, fields)


def _shown(scope: Scope, row: QualityFinding) -> dict[str, Any]:
    days = (timezone.localdate() - row.since).days
    return {
        "pk": row.pk,
        "outlet": row.outlet.name,
        "code": row.outlet.code,
        "url": outlet_url(row.outlet),
        "street": row.street.name if row.street else _("区外网点"),
        "rule": _name_of(row.rule),
        "status": STATUS[QualityRule.Severity(row.rule.severity)],
        "word": row.rule.get_severity_display(),
        "text": words_of(row.rule_id, row.detail),
        "remedy": _remedy_of(row.rule),
        "since": row.since.isoformat(),
        "days": _("第 %(n)d 天") % {"n": days + 1},
        "may_waive": policy.may(scope, "outlets.waive", row),
        "seen": seen_mark(row),
        "waived": {
            "who": row.waived_by_label,
            "on": timezone.localtime(row.waived_at).date().isoformat(),
            "reason": row.reason,
        }
        if row.waived_at
        else None,
    }


def outlet_url(outlet: Outlet) -> str:
    """The outlet's page in the ledger; its form while there is none."""
    try:
        return reverse("ledger:outlet", args=[outlet.code])
    except NoReverseMatch:
        return reverse("admin:outlets_outlet_change", args=[outlet.pk])


def _table_of(found: "QuerySet[QualityFinding]") -> Iterator[list[Any]]:
    """The findings as a table, titles first; who to call there is not in it."""
    yield [
        _("网点编码"),
        _("网点名称"),
        _("街道（镇）"),
        _("地址"),
        _("规则"),
        _("程度"),
        _("问题"),
        _("处理办法"),
        _("发现日期"),
        _("处理情况"),
        _("确认人"),
        _("理由"),
    ]
    for row in found.iterator(chunk_size=2000):
        yield [
            row.outlet.code,
            row.outlet.name,
            row.street.name if row.street else _("区外网点"),
            row.outlet.address,
            _name_of(row.rule),
            row.rule.get_severity_display(),
            words_of(row.rule_id, row.detail),
            _remedy_of(row.rule),
            row.since.isoformat(),
            _("已确认无误") if row.waived_at else _("待处理"),
            row.waived_by_label,
            row.reason,
        ]


def _name_of(rule: QualityRule) -> str:
    return rule.name_en if _in_english() and rule.name_en else rule.name


def _remedy_of(rule: QualityRule) -> str:
    return rule.remedy_en if _in_english() and rule.remedy_en else rule.remedy


def _in_english() -> bool:
    return (get_language() or "").startswith("en")


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


__all__ = ["outlet_url", "quality", "waive"]
