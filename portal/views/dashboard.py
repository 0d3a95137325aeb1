"""The commission's dashboard: the last 定稿, live figures, what waits, what is missing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from circles.models import Circle, Compound, PilotBatch
from core import policy
from core.models import Job
from core.scope import Scope
from metrics.gaps import gaps
from metrics.indicators import get
from metrics.indicators.programme import LEVELS
from metrics.models import Run
from metrics.querysets import Figure, Key, figures
from metrics.work import LIVE
from outlets.models import BusinessFormat, QualityFinding
from portal.basis import Basis, choose, releases, with_query
from portal.maps import BY_FORMAT, SHADES, street_layer
from portal.present import (
    NO_VALUE,
    figure_card,
    full_text,
    people_text,
    target_for,
    unit_text,
)
from portal.subsidies.home import year_in_brief
from portal.todo import waiting_for
from portal.views.common import (
    findings_url,
    gap_items,
    own_district,
    page,
    scope_of,
    targets,
    trend_charts,
    waiting_row,
)
from territory.models import District, Street

HEAD = (
    "circles_built",
    "communities_served",
    "residents_served",
    "chain_share",
    "circles_with_gaps",
    "basic_basket_share",
    "satisfaction_share",
)
COMPARED = ("circles_built", "outlet_count", "chain_share", "basic_basket_share", "mapped_share")
LEVEL_WORDS = {
    "basic": gettext_lazy("基础型"),
    "improved": gettext_lazy("提升型"),
    "quality": gettext_lazy("品质型"),
    "": gettext_lazy("未评"),
}
GAPS_SHOWN = 8


@page("portal.dashboard")
def dashboard(request: HttpRequest) -> HttpResponse:
    """`/admin/`: what a section officer and a leader look at first."""
    scope = scope_of(request)
    district = own_district(scope)
    basis = choose(request, scope, district)
    wall = request.GET.get("wall") == "1"
    context: dict[str, Any] = {
        "subject": {"name": district.name},
        "wall": {
            "active": wall,
            "url": with_query(request, wall="1"),
            "exit_url": with_query(request, wall=None),
        },
        "filters": _filters(request, district),
        "progress": progress_of_live(district),
        "todo": waiting_for(scope, district),
        "subsidies": year_in_brief(scope, district),
    }
    if basis is None:
        context |= _first_step(scope)
    else:
        context |= _figures(request, scope, district, basis)
    return render(request, "portal/dashboard.html", context)


def progress_of_live(district: District) -> dict[str, Any] | None:
    """The progress box while the live run is being recomputed."""
    waiting = Job.objects.filter(
        kind=LIVE, key=district.code, state__in=(Job.State.QUEUED, Job.State.RUNNING)
    ).first()
    if waiting is None:
        return None
    return {
        "label": _("正在重新测算"),
        "detail": waiting.get_state_display(),
        "percent": None,
        "poll_url": reverse("portal:job", args=[waiting.pk]),
    }


def _first_step(scope: Scope) -> dict[str, Any]:
    may = policy.may(scope, "metrics.snapshot")
    return {
        "basis": None,
        "first_step_url": reverse("admin:metrics_run_changelist") if may else "",
        "first_step_label": _("去生成快照并定稿") if may else "",
    }


def _figures(
    request: HttpRequest, scope: Scope, district: District, basis: Basis
) -> dict[str, Any]:
    book = figures(basis.run, {*HEAD, *COMPARED}, scope="D")
    before = figures(basis.release.run, HEAD, scope="D") if basis.live and basis.release else {}
    street, batch = request.GET.get("street", ""), request.GET.get("batch", "")
    circles = Circle.objects.visible_to(scope).filter(district=district)
    if street:
        circles = circles.filter(streets__code=street)
    if batch:
        circles = circles.filter(batch__code=batch)
    found = gaps(basis.run, scope, circles=list(circles.values_list("pk", flat=True)))
    return {
        "basis": basis.described(request, scope),
        "data_as_of": basis.run.as_of.isoformat(),
        "figures": _head(basis.run, district, book, before),
        "map": _map(basis.run, district),
        "streets": _streets(basis.run, district, street),
        "gaps": gap_items(found, GAPS_SHOWN),
        "trends": trend_charts(district, "D", district.pk),
        "questions": _questions(basis.run, district, book),
        "quality": _quality(district, book),
    }


def _head(
    run: Run, district: District, book: dict[Key, Figure], before: dict[Key, Figure]
) -> list[dict[str, Any]]:
    set_targets = targets()

    def card(code: str, **options: Any) -> dict[str, Any]:
        key = (code, district.pk, 0)
        return figure_card(
            run,
            code,
            "D",
            district.pk,
            book.get(key),
            target=target_for(set_targets, code, "D"),
            earlier=before.get(key),
            **options,
        )

    built = card("circles_built")
    built["parts"] = [
        {"label": LEVEL_WORDS[level], "value_text": f"{book[key].num:,.0f}"}
        for level, part in LEVELS.items()
        if (key := ("circles_built", district.pk, part)) in book
    ]
    served = card("communities_served", label=_("覆盖社区／服务居民"))
    residents = book.get(("residents_served", district.pk, 0))
    served["first_label"] = _("社区")
    served["more"] = [
        {"label": _("居民"), "value_text": people_text(residents.num) if residents else "—"}
    ]
    satisfaction = card("satisfaction_share")
    if satisfaction["value_text"] == NO_VALUE:
        satisfaction |= {
            "status": "unknown",
            "status_word": _("尚无调查结果"),
            "note": _("居民满意度调查结果公布后显示"),
        }
    return [
        built,
        served,
        card("chain_share"),
        satisfaction,
        card("circles_with_gaps", label=_("短板（缺业态生活圈数）")),
    ]


def _map(run: Run, district: District) -> dict[str, Any]:
    indicators = [
        {
            "code": code,
            "label": str(get(code).name),
            "unit": unit_text(get(code)),
            "by_format": code in BY_FORMAT,
        }
        for code in SHADES
    ]
    formats = BusinessFormat.objects.filter(formatrule__rule_set=run.rule_set).order_by("number")
    layer = reverse("portal:map_layer", args=["LEVEL"])
    return {
        "id": "district-map",
        "label": _("全区地图：选择指标和业态，点击街道（镇）或生活圈查看"),
        "kind": "district",
        "attribution": _("示意边界（演示数据）") if run.is_sample else "",
        "config": {
            "layers": [
                {
                    "level": "street",
                    "label": _("街道（镇）"),
                    "from_zoom": 0,
                    "data": street_layer(district),
                },
                {
                    "level": "circle",
                    "label": _("生活圈"),
                    "from_zoom": 13,
                    "url": layer.replace("LEVEL", "circle"),
                },
                {
                    "level": "compound",
                    "label": _("小区"),
                    "from_zoom": 15,
                    "url": layer.replace("LEVEL", "compound"),
                },
            ],
            "indicators": indicators,
            "indicator": SHADES[0],
            "formats": [{"code": f.code, "label": f.name} for f in formats],
            "values": {},
            "values_url": reverse("portal:map_values", args=[run.pk]),
        },
    }


def _streets(run: Run, district: District, chosen: str) -> dict[str, Any]:
    rows = Street.objects.filter(district=district).order_by("sort", "code")
    if chosen:
        rows = rows.filter(code=chosen)
    streets = list(rows)
    book = figures(run, COMPARED, scope="S", part=0)
    chain_target = target_for(targets(), "chain_share", "D")
    goal = float(chain_target.value) * 100 if chain_target else None

    def cell(code: str, street: Street) -> dict[str, Any]:
        figure = book.get((code, street.pk, 0))
        indicator = get(code)
        value = figure.value if figure else None
        text = full_text(indicator, value)
        if indicator.unit != "share":
            return {"text": text, "numeric": True, "sort_value": value or 0}
        bar = {"text": text, "percent": None if value is None else round(value * 100, 1)}
        if code == "chain_share" and goal is not None:
            bar["target_percent"] = goal
            bar["status"] = "warn" if value is not None and value * 100 < goal else ""
        return {"bar": bar, "sort_value": -1 if value is None else value}

    columns = [{"label": _("街道（镇）")}] + [
        {"label": str(get(code).name), "numeric": get(code).unit != "share"} for code in COMPARED
    ]
    return {
        "table": {
            "caption": _("各街道（镇）主要指标"),
            "columns": columns,
            "client_sort": True,
            "rows": [
                {
                    "cells": [
                        {"text": s.name, "url": reverse("portal:street", args=[s.code])},
                        *(cell(code, s) for code in COMPARED),
                    ]
                }
                for s in streets
            ],
        },
        "note": _("竖线为目标值；点击列名排序"),
    }


def _questions(run: Run, district: District, book: dict[Key, Figure]) -> list[dict[str, Any]]:
    """The four weaknesses that the reply to the proposal of 2024 admits (提案答复 四)."""

    def number(code: str) -> str:
        figure = book.get((code, district.pk, 0))
        return full_text(get(code), figure.value if figure else None)

    straddling = Circle.objects.filter(district=district, street_links__role="partner").distinct()
    return [
        {
            "title": _("生活圈划分与跨街镇共享"),
            "figures": [
                {"label": _("跨街镇生活圈"), "value_text": str(straddling.count())},
                {"label": _("建成生活圈"), "value_text": number("circles_built")},
            ],
        },
        {
            "title": _("逐圈调整与步行可达"),
            "figures": [
                {"label": _("必备业态可达"), "value_text": number("basic_basket_share")},
                {"label": _("缺业态生活圈"), "value_text": number("circles_with_gaps")},
            ],
        },
        {
            "title": _("特色与画像"),
            "figures": [
                {
                    "label": _("已定主题的生活圈"),
                    "value_text": str(
                        Circle.objects.filter(district=district).exclude(theme="").count()
                    ),
                }
            ],
        },
        {
            "title": _("市场主体与连锁化"),
            "figures": [{"label": _("连锁化率"), "value_text": number("chain_share")}],
        },
    ]


def _quality(district: District, book: dict[Key, Figure]) -> dict[str, Any]:
    mapped = book.get(("mapped_share", district.pk, 0))
    compounds = Compound.objects.filter(district=district)
    total = compounds.count()
    known = compounds.filter(population__isnull=False).count()
    chain = book.get(("chain_share", district.pk, 0))
    return {
        "items": [
            _quality_row(_("入图率"), mapped.value if mapped else None, _("位置已核实的营业网点"))
            | {"url": findings_url(rule="missing_place")},
            _quality_row(
                _("人口已填小区"),
                known / total if total else None,
                _("%(known)s / %(total)s 个小区") % {"known": f"{known:,}", "total": f"{total:,}"},
            ),
            _quality_row(
                _("连锁情况已填"), chain.coverage if chain else None, _("填报品牌或连锁类型的网点")
            ),
            waiting_row(QualityFinding.objects.filter(district=district)),
        ]
    }


def _quality_row(label: str, share: float | None, text: str) -> dict[str, Any]:
    good = share is not None and share >= 0.9
    words = {True: _("较好"), False: _("待完善")}
    return {
        "label": label,
        "text": text,
        "percent": None if share is None else round(share * 100, 1),
        "status": "unknown" if share is None else "good" if good else "warn",
        "status_word": "—" if share is None else words[good],
    }


def _filters(request: HttpRequest, district: District) -> dict[str, Any]:
    def choices(empty: str, rows: list[tuple[str, str]]) -> list[dict[str, str]]:
        return [{"value": "", "label": empty}, *({"value": v, "label": w} for v, w in rows)]

    days = [
        (r.cutoff.isoformat(), f"{r.cutoff}（{r.get_purpose_display()}）")
        for r in releases(district)
    ]
    streets = list(
        Street.objects.filter(district=district).order_by("sort").values_list("code", "name")
    )
    batches = list(
        PilotBatch.objects.filter(district=district).order_by("year").values_list("code", "name")
    )
    fields = [
        ("as_of", _("统计截止日"), _("最近定稿"), days),
        ("street", _("街道（镇）"), _("全部"), streets),
        ("batch", _("试点批次"), _("全部"), batches),
    ]
    chips = [
        {
            "label": f"{label}：{dict(rows)[value]}",
            "remove_url": with_query(request, **{name: None}),
        }
        for name, label, _empty, rows in fields
        if (value := request.GET.get(name, "")) in dict(rows)
    ]
    return {
        "fields": [
            {
                "name": name,
                "label": label,
                "kind": "select",
                "value": request.GET.get(name, ""),
                "options": choices(empty, rows),
            }
            for name, label, empty, rows in fields
        ]
        + ([{"name": "live", "kind": "hidden", "value": "1"}] if request.GET.get("live") else []),
        "chips": chips,
        "clear_url": request.path,
    }
