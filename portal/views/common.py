"""What the pages of this room share: the caller's district, the gate, targets, gaps, trends."""

import uuid
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core import policy
from core.scope import Scope
from metrics.gaps import Gap
from metrics.indicators import Unit, get
from metrics.models import Run, Target, Value
from outlets.models import QualityFinding
from portal.basis import releases
from portal.present import full_text, unit_text
from territory.models import District

TREND_CODES = ("basic_basket_share", "chain_share", "outlet_count", "circles_with_gaps")


def page(action: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A page for signed-in people whom the gate lets do `action`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            policy.require(scope_of(request), action)
            # No column holds it, so that a search for it would fail in the database.
            if any("\x00" in value for value in _sent(request)):
                raise BadRequest
            return view(request, *args, **kwargs)

        return gated

    return decorate


def _sent(request: HttpRequest) -> Iterator[str]:
    """Every value of the address and of the form."""
    for query in (request.GET, request.POST):
        for _name, values in query.lists():
            yield from map(str, values)


def scope_of(request: HttpRequest) -> Scope:
    """The caller's scope, made once by the middleware."""
    return request.scope  # type: ignore[attr-defined]


def own_district(scope: Scope) -> District:
    """The district the caller works for."""
    district = District.objects.filter(pk__in=scope.district_ids).order_by("code").first()
    if district is None:
        raise PermissionDenied(_("您的账号尚未归属任何单位，请联系系统管理员。"))
    return district


def targets() -> list[Target]:
    """Targets that apply, with their clauses."""
    return list(Target.objects.filter(applies=True).select_related("clause__document"))


def gap_items(found: list[Gap], limit: int) -> dict[str, Any]:
    """portal/gap_rows.html's dict: format × circle, residents affected."""
    return {
        "items": [gap_item(gap) for gap in found[:limit]],
        "count_text": _("共 %(n)d 项") % {"n": len(found)},
        "more_url": reverse("portal:gaps"),
    }


def gap_item(gap: Gap) -> dict[str, Any]:
    """One row of portal/gap_rows.html."""
    return {
        "format": gap.format.name,
        "circle": gap.circle.name,
        "circle_url": reverse("portal:circle", args=[gap.circle.code]),
        "street": gap.circle.lead_street.name,
        "state_word": gap_word(gap),
        "residents_text": _("%(n)s 人") % {"n": f"{gap.unreached:,}"},
        "note": _("步行时限内到不了的居民"),
    }


def gap_word(gap: Gap) -> str:
    """缺失 when confirmed, 偏少 when present but out of some residents' reach, else 情况不明."""
    if gap.missing is None:
        return _("情况不明")
    return _("缺失") if gap.missing else _("偏少")


def trend_charts(district: District, scope: str, scope_id: uuid.UUID) -> list[dict[str, Any]]:
    """Four figures over the district's releases, one query."""
    runs: dict[uuid.UUID, Run] = {r.run_id: r.run for r in reversed(releases(district))}
    if len(runs) < 2:
        return []
    numbers = {get(code).number: code for code in TREND_CODES}
    found = {
        (numbers[indicator], run): value
        for indicator, run, value in Value.objects.filter(
            run__in=runs, indicator__in=numbers, scope=scope, scope_id=scope_id, part=0
        ).values_list("indicator", "run_id", "value")
    }
    charts = []
    for code in TREND_CODES:
        indicator = get(code)
        percent = indicator.unit == Unit.SHARE
        points = [
            {
                "day": run.as_of.isoformat(),
                "value": _plotted(found.get((code, run.pk)), percent=percent),
                "text": full_text(indicator, found.get((code, run.pk))),
            }
            for run in runs.values()
        ]
        if all(point["value"] is None for point in points):
            continue
        charts.append(
            {
                "id": f"trend-{code}",
                "title": str(indicator.name),
                "kind": "trend",
                "tags": ["demo"] if any(run.is_sample for run in runs.values()) else [],
                "data": {
                    "unit": unit_text(indicator),
                    "decimals": 1 if percent else 0,
                    "series": [{"label": str(indicator.name), "points": points}],
                },
            }
        )
    return charts


def _plotted(value: float | None, *, percent: bool) -> float | None:
    if value is None:
        return None
    return round(value * 100, 2) if percent else round(value, 2)


def waiting_row(findings: "QuerySet[QualityFinding]", **conditions: str) -> dict[str, Any]:
    """portal/quality_row.html's dict: how many findings wait, with the way to them."""
    n = findings.filter(rule__in_force=True, waived_at__isnull=True).count()
    return {
        "label": _("数据质量问题"),
        "text": _("%(n)s 项待处理") % {"n": f"{n:,}"},
        "percent": None,
        "status": "warn" if n else "good",
        "status_word": _("待处理") if n else _("较好"),
        "url": findings_url(**conditions),
    }


def findings_url(**conditions: str) -> str:
    """What waits in the register by these conditions."""
    query = f"?{urlencode(conditions)}#findings" if conditions else ""
    return reverse("ledger:quality") + query
