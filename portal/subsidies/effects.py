"""`/subsidies/effects/`: what the money bought, by policy, item or street, each outlet beneath."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from circles.models import Compound
from core import policy
from core.audit import current_actor
from core.models import Job
from metrics.querysets import last_release
from portal.basis import offset_pager, with_query
from portal.coordination.acting import run_here
from portal.ledger.lists import described, own_streets, select
from portal.maps import collection, feature, point, street_layer
from portal.subsidies.effects_files import workbook
from portal.templatetags.money import wan
from portal.views.common import own_district, page, scope_of
from subsidies.effects import GROUPS, Line, Total, grouped, supported_lines, total_of, union
from subsidies.models import Policy, Round
from subsidies.self_assessment import (
    cost,
    money,
    people,
    releases_text,
    unknown_text,
)
from subsidies.services.effects import MEASURE, ask_for_effects
from territory.models import District

PER_PAGE = 50
MOST_COMPOUNDS = 2000
# Of a name beside a bar.
LABEL = 12
BY = (
    ("policy", gettext_lazy("按政策")),
    ("item", gettext_lazy("按支持事项")),
    ("street", gettext_lazy("按街道（镇）")),
)
NAMES = {
    "policy": gettext_lazy("扶持政策"),
    "item": gettext_lazy("支持事项"),
    "street": gettext_lazy("街道（镇）"),
}


@page("subsidies.effects")
def effects(request: HttpRequest) -> HttpResponse:
    """The page; `?by=` chooses the groups, `?export=xlsx` gives what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    lines = supported_lines(district, scope, **asked(request))
    by = request.GET.get("by", "")
    by = by if by in GROUPS else "policy"
    groups = grouped(lines, GROUPS[by])
    if by == "street":
        groups.sort(key=lambda one: str(one.key))
    if request.GET.get("export") == "xlsx":
        return workbook(request, district, str(NAMES[by]), groups, total_of(lines), lines)
    total = total_of(lines)
    start = _start(request)
    last = last_release(district)
    context = {
        "crumbs": [{"label": district.name}, {"label": _("扶持成效")}],
        "filters": _filters(request, scope, district),
        "by": by,
        "ways": [
            {"label": label, "url": with_query(request, by=key, **{"from": None}), "on": key == by}
            for key, label in BY
        ],
        "figures": _figures(total, lines),
        "unknown": unknown_text(total),
        "sample": any(line.application.is_sample for line in lines),
        "table": _table(groups, total, NAMES[by]) if lines else None,
        "charts": _charts(groups, by),
        "map": _map(district, lines),
        "tools": {
            "count_text": _("共 %(n)d 项") % {"n": len(lines)},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
        },
        "lines": [_shown(line) for line in lines[start : start + PER_PAGE]],
        "pager": offset_pager(request, start, PER_PAGE, len(lines)),
        "filtered": any(asked(request).values()),
        "release": last,
        "year": asked(request)["year"],
        "policy_code": asked(request)["policy"],
        "may_measure": last is not None and policy.may(scope, "subsidies.measure_effects"),
        "progress": _progress(district),
    }
    return render(request, "subsidies/effects.html", context)


@require_POST
@page("subsidies.measure_effects")
def measure(request: HttpRequest) -> HttpResponse:
    """Have the effects measured anew at the last 定稿."""
    scope = scope_of(request)

    def run() -> None:
        ask_for_effects(district=own_district(scope), by=current_actor(), scope=scope)

    done = _("已开始测算，完成后刷新本页查看。")
    return run_here(request, reverse("subsidies:effects"), done, run)


def asked(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for."""
    year = request.GET.get("year", "")
    return {
        "year": int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None,
        "policy": request.GET.get("policy", "")[:60],
        "street": request.GET.get("street", "")[:20],
    }


def _start(request: HttpRequest) -> int:
    text = request.GET.get("from", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _filters(request: HttpRequest, scope: Any, district: District) -> dict[str, Any]:
    rounds = Round.objects.filter(district=district)
    years = sorted(set(rounds.values_list("year", flat=True)), reverse=True)
    names: dict[str, str] = dict(
        Policy.objects.filter(rounds__in=rounds)
        .order_by("code", "number")
        .values_list("code", "name")
    )
    streets = [(one.code, one.name) for one in own_streets(scope, district)]
    fields = [
        select(request, "year", _("资金批次年度"), [(str(one), str(one)) for one in years]),
        select(request, "policy", _("扶持政策"), names.items()),
        select(request, "street", _("街道（镇）"), streets),
    ]
    if by := request.GET.get("by"):
        fields.append({"name": "by", "kind": "hidden", "value": by})
    return described(request, fields[:3]) | {"fields": fields}


def _figures(total: Total, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Summary figures, each with where it comes from."""
    opened = _("已开业 %(n)d 个，补齐生活圈业态 %(m)d 个") % {"n": total.opened, "m": total.filled}
    return [
        {
            "label": _("支持网点"),
            "value": f"{total.outlets:,}",
            "unit": _("个"),
            "note": opened,
            "source": _("来源：已审定、拨付中、已办结的申报；营业状态见定稿台账"),
        },
        {
            "label": _("已拨付"),
            "value": wan(total.paid),
            "unit": _("万元"),
            "note": _("支持金额 %(n)s") % {"n": money(total.amount)},
            "source": _("来源：拨付记录，扣除已追回"),
        },
        {
            "label": _("新增可达居民"),
            "value": "—" if total.residents is None else f"{total.residents:,}",
            "unit": "" if total.residents is None else _("人"),
            "note": _("小区 %(n)d 个，跨网点不重复计") % {"n": total.compounds},
            "source": _("来源：%(what)s") % {"what": releases_text(lines)},
        },
        {
            "label": _("单位成本"),
            "value": "—" if total.cost is None else f"{total.cost:,.2f}",
            "unit": "" if total.cost is None else _("元/人"),
            "note": total.why,
            "source": _("已拨付 ÷ 新增可达居民；只计已拨付且可测算的，分期的按已付部分"),
        },
    ]


def _table(groups: Sequence[Total], total: Total, name: Any) -> dict[str, Any]:
    columns = [
        (name, False),
        (_("支持网点"), True),
        (_("已开业"), True),
        (_("补齐业态"), True),
        (_("已拨付（万元）"), True),
        (_("新增可达居民（人）"), True),
        (_("单位成本（元/人）"), True),
        (_("无法测算（项）"), True),
    ]
    cells = _cells(total, _("合计"))
    return {
        "caption": _("扶持成效"),
        "columns": [{"label": label, "numeric": numeric} for label, numeric in columns],
        "rows": [{"cells": _cells(one, one.label)} for one in groups],
        "total": [
            {"text": cell.get("text"), "numeric": cell.get("numeric", False)} for cell in cells
        ],
    }


def _cells(one: Total, label: str) -> list[dict[str, Any]]:
    figures = [
        f"{one.outlets:,}",
        f"{one.opened:,}",
        f"{one.filled:,}",
        f"{one.paid / 10_000:,.2f}",
        "—" if one.residents is None else f"{one.residents:,}",
        "—" if one.cost is None else f"{one.cost:,.2f}",
        f"{one.unknown:,}" if one.unknown else "—",
    ]
    told: list[dict[str, Any]] = [{"text": text, "numeric": True} for text in figures]
    told[5]["sub"] = one.why
    return [{"text": label, "sub": one.sub}, *told]


def _charts(groups: Sequence[Total], by: str) -> list[dict[str, Any]]:
    """Residents newly reached, and what each cost: groups of which it can be told, if several."""
    reached = [
        {"label": Truncator(one.label).chars(LABEL), "value": one.residents, "text": people(one)}
        for one in groups
        if one.residents is not None
    ]
    costs = [
        {"label": Truncator(one.label).chars(LABEL), "value": float(one.cost), "text": cost(one)}
        for one in groups
        if one.cost is not None
    ]
    told = (
        ("reached", _("新增可达居民（人）"), reached),
        ("cost", _("单位成本（元/人）"), costs),
    )
    return [
        {
            "id": f"effects-{key}",
            "title": title,
            "kind": "bars",
            "sub": str(dict(BY)[by]),
            "data": {"rows": rows},
        }
        for key, title, rows in told
        if len(rows) > 1
    ]


def _map(district: District, lines: Sequence[Line]) -> dict[str, Any] | None:
    """Supported outlets, and the compounds they newly reach as squares."""
    outlets = {
        line.application.outlet_id: line for line in lines if line.application.outlet is not None
    }
    placed = [line for line in outlets.values() if line.application.outlet.lon is not None]
    if not placed:
        return None
    reached = union(lines)
    compounds = Compound.objects.filter(district=district, pk__in=list(reached)[:MOST_COMPOUNDS])
    names = compounds.values_list("pk", "name", "lon", "lat")
    shapes = [
        feature(
            point(lon, lat),
            name=name,
            format_label=_("新增可达小区"),
            note=_("居民 %(n)s 人") % {"n": f"{reached[str(pk)]:,}"},
            kind="quality",
            sure=False,
        )
        for pk, name, lon, lat in names
        if lon is not None and lat is not None
    ]
    shapes += [
        feature(
            point(line.application.outlet.lon, line.application.outlet.lat),
            name=line.application.outlet.name,
            format_label=_("支持网点"),
            note=_result(line),
            kind="basic",
            sure=True,
            url=reverse("subsidies:application", args=[line.application.pk]),
        )
        for line in placed
    ]
    lost = len(outlets) - len(placed)
    return {
        "id": "effects-map",
        "label": _("支持网点和新增可达小区的位置"),
        "kind": "outlets",
        "attribution": _("示意边界（演示数据）"),
        "config": {
            "streets": street_layer(district),
            "outlets": collection(shapes),
            "words": {
                "basic": str(_("支持网点")),
                "quality": "",
                "unsure": str(_("新增可达小区")),
                "street": str(_("街道（镇）边界")),
                "missing": _("%(n)d 个网点没有坐标，未显示") % {"n": lost} if lost else "",
            },
        },
    }


def _shown(line: Line) -> dict[str, Any]:
    effect = line.effect
    return {
        "line": line,
        "application": line.application,
        "effect": effect,
        "open": None if effect is None else effect.is_open,
        "filled": None if effect is None else effect.filled_format,
        "result": _result(line),
        "paid": line.paid,
    }


def _result(line: Line) -> str:
    if line.known and line.effect is not None:
        return _("新增可达居民 %(n)s 人") % {"n": f"{line.effect.residents:,}"}
    return _("无法测算：%(why)s") % {"why": line.why}


def _progress(district: District) -> dict[str, Any] | None:
    states = (Job.State.QUEUED, Job.State.RUNNING)
    job = Job.objects.filter(kind=MEASURE, key=district.code, state__in=states).first()
    if job is None:
        return None
    return {
        "label": _("正在测算扶持成效"),
        "detail": job.get_state_display(),
        "percent": None,
        "poll_url": reverse("portal:job", args=[job.pk]),
    }
