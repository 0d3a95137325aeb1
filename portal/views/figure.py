"""How a figure was computed, down to the rows behind it; and the clause it comes from."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from circles.models import Circle
from core import policy
from core.models import Clause
from core.scope import Scope
from metrics.indicators import Indicator, Part, Unit, all_indicators, get
from metrics.models import Run, Target, Value
from metrics.trace import outlets_behind
from outlets.models import BusinessFormat, Outlet
from portal.basis import offset_pager
from portal.opinion import steps_of
from portal.present import against_target, tags_of, target_for, unit_text, value_text
from portal.views.common import own_district, page, scope_of, targets
from territory.models import District, Street

BASIS_WORDS = {
    "target": gettext_lazy("目标"),
    "statistic": gettext_lazy("统计"),
    "analysis": gettext_lazy("分析"),
}
ROWS_PER_PAGE = 50
Place = District | Street | Circle


@page("portal.figures")
def figure(
    request: HttpRequest, run: uuid.UUID, code: str, scope_kind: str, scope_id: uuid.UUID, part: int
) -> HttpResponse:
    """`/figures/<run>/<indicator>/<scope>/<id>/<part>/`."""
    scope = scope_of(request)
    district = own_district(scope)
    found = get_object_or_404(
        Run.objects.select_related("rule_set", "network"), pk=run, district=district
    )
    try:
        indicator = get(code)
    except KeyError as error:
        raise Http404(_("没有名为 %(code)s 的指标。") % {"code": code}) from error
    place = _place(district, scope_kind, scope_id)
    require_readable(scope, found, place)
    value = Value.objects.filter(
        run=found, indicator=indicator.number, scope=scope_kind, scope_id=scope_id, part=part
    ).first()
    if value is None:
        raise Http404(_("这个范围没有该指标的数值。"))
    context: dict[str, Any] = {
        "crumbs": [
            {"label": district.name, "url": reverse("portal:circles")},
            {"label": str(place)},
            {"label": str(indicator.name)},
        ],
        "explain": _explain(found, indicator, place, value, part),
        "trend": None,
        "others": None,
        "data_as_of": found.as_of.isoformat(),
    }
    context["explain"]["page_url"] = request.path
    if "dialog" not in request.GET:
        context |= _rows(request, scope, found, indicator, value)
    return render(request, "portal/value_explain.html", context)


@page("portal.figures")
def clause(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`/clauses/<id>/`: the sentence itself."""
    row = get_object_or_404(Clause.objects.select_related("document"), pk=pk)
    cited = (row.document.code, row.ref)
    return render(
        request,
        "portal/clause.html",
        {
            "crumbs": [{"label": row.document.short_name}, {"label": row.ref}],
            "clause": row,
            "indicators": [str(i.name) for i in all_indicators() if i.clause == cited],
        },
    )


def require_readable(scope: Scope, run: Run, place: Place) -> None:
    """Released figures are for everyone signed in; others for those who keep the data."""
    if run.state == Run.State.RELEASED:
        return
    policy.require(scope, "metrics.view_live")
    if scope.all_streets:
        return
    own = isinstance(place, Street) and scope.covers(place.pk)
    if isinstance(place, Circle):
        own = Circle.objects.visible_to(scope).filter(pk=place.pk).exists()
    if not own:
        raise PermissionDenied(_("实时数据只对本街镇开放；其他街镇请看定稿数据。"))


def _place(district: District, kind: str, scope_id: uuid.UUID) -> Place:
    place: Place | None
    match kind:
        case "D":
            place = district if scope_id == district.pk else None
        case "S":
            place = Street.objects.filter(district=district, pk=scope_id).first()
        case "C":
            place = Circle.objects.filter(district=district, pk=scope_id).first()
        case _:
            place = None
    if place is None:
        raise Http404(_("没有这个范围。"))
    return place


def _explain(
    run: Run, indicator: Indicator, place: Place, value: Value, part: int
) -> dict[str, Any]:
    label = str(indicator.name)
    if part and indicator.part == Part.FORMAT:
        name = BusinessFormat.objects.filter(number=part).values_list("name", flat=True).first()
        label = f"{label} · {name}"
    target = target_for(targets(), indicator.code, value.scope) if not part else None
    den = value.den
    return {
        "label": label,
        "scope_text": str(place),
        "basis_word": BASIS_WORDS[indicator.basis],
        "value_text": value_text(indicator, value.value),
        "unit": unit_text(indicator),
        "tags": tags_of(run, value.flags),
        **against_target(value.value, target),
        "formula": str(indicator.formula),
        "numerator": {
            "value_text": value_text(indicator, value.value)
            if indicator.unit == Unit.POINTS
            else f"{value.num:,.0f}"
        },
        "denominator": None if den is None else {"value_text": f"{den:,.0f}"},
        "steps": steps_of(indicator.code, run.district, run.as_of, value.num, den),
        "coverage": {
            "percent": round(value.coverage * 100, 1),
            "text": _("已知输入占 %(p).1f%%") % {"p": value.coverage * 100},
            "floor_text": _("低于 %(p)d%% 时标为“数据不全，仅供参考”")
            % {"p": run.rule_set.coverage_floor * 100},
        },
        "target": _target(target, value.value),
        "clause": _clause(indicator),
        "rules": _rules(run) if indicator.by_rules else [],
        "run": {
            "label": run.get_state_display()
            if run.kind == Run.Kind.SNAPSHOT
            else run.get_kind_display(),
            "as_of": run.as_of.isoformat(),
            "computed_at": date_format(localtime(run.finished_at or run.started_at), "Y-m-d H:i"),
            "rules_version": run.rule_set.code,
        },
    }


def _target(target: Target | None, value: float | None) -> dict[str, Any] | None:
    if target is None:
        return None
    told = against_target(value, target)
    return {
        "text": told["target_text"],
        "nature_word": target.get_nature_display(),
        "gap_text": told["status_word"],
    }


def _clause(indicator: Indicator) -> dict[str, Any] | None:
    if indicator.clause is None:
        return None
    document, ref = indicator.clause
    row = Clause.objects.select_related("document").filter(document__code=document, ref=ref).first()
    if row is None:
        return None
    return {
        "document": row.document.name,
        "number": row.document.number,
        "section": row.ref,
        "quote": row.text,
        "url": reverse("portal:clause", args=[row.pk]),
    }


def _rules(run: Run) -> list[dict[str, Any]]:
    rules = run.rule_set
    unconfirmed = not rules.is_official
    network = run.network.name if run.network else _("未载入路网，按直线距离 × 绕行系数")
    return [
        {
            "label": _("步行速度"),
            "text": _("%(n)d 米／分，老年人 %(m)d 米／分")
            % {"n": rules.walking_speed, "m": rules.elderly_speed},
            "unconfirmed": unconfirmed,
        },
        {"label": _("步行距离"), "text": network, "unconfirmed": False},
        {
            "label": _("连锁最少门店数"),
            "text": str(rules.chain_min_stores),
            "unconfirmed": unconfirmed,
        },
    ]


def _rows(
    request: HttpRequest, scope: Scope, run: Run, indicator: Indicator, value: Value
) -> dict[str, Any]:
    """One page of the outlets behind the figure: public facts; links to own rows only."""
    try:
        traced = outlets_behind(run, indicator, value.scope, value.scope_id, value.part)
    except (OSError, ValueError):
        # The snapshot's inputs are gone or changed: the nightly proof names the run; the figure
        # itself can still be read, its rows cannot.
        traced = None
    if traced is None:
        return {"rows": None}
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isdecimal() else 0
    ids = traced.outlet_ids[start : start + ROWS_PER_PAGE]
    outlets = Outlet.objects.select_related("main_format", "street").in_bulk(
        [uuid.UUID(id) for id in ids]
    )
    visible = set(
        Outlet.objects.visible_to(scope).filter(pk__in=outlets).values_list("pk", flat=True)
    )
    rows = []
    for id in ids:
        outlet = outlets[uuid.UUID(id)]
        link = reverse("admin:outlets_outlet_change", args=[id]) if outlet.pk in visible else ""
        rows.append(
            {
                "cells": [
                    {"text": outlet.name, "url": link, "sub": outlet.code},
                    {"text": outlet.main_format.name},
                    {"text": str(outlet.street or "—")},
                    {"text": outlet.address},
                    {"text": _("是") if id in traced.in_numerator else _("否")},
                ]
            }
        )
    return {
        "rows": {
            "caption": _("计入的网点"),
            "columns": [
                {"label": _("网点")},
                {"label": _("业态")},
                {"label": _("街道（镇）")},
                {"label": _("地址")},
                {"label": _("计入分子")},
            ],
            "rows": rows,
        },
        "pager": offset_pager(request, start, ROWS_PER_PAGE, len(traced.outlet_ids)),
    }
