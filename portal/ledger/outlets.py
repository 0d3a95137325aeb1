"""`/ledger/outlets/`: the register as a list or on a map, searched, filtered, as of any day."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core import policy
from core.scope import Scope
from outlets.listing import CONDITIONS, ORDERS, Shown, day_of, filtered, shown
from outlets.models import Outlet
from outlets.querysets import OutletQuerySet
from portal.ledger.addresses import address, only
from portal.ledger.columns import COLUMNS, ListColumn, Names, chosen
from portal.ledger.filtering import filters_of
from portal.maps import collection, feature, point
from portal.views.common import own_district, page, scope_of
from territory.models import District, Street

PER_PAGE = 50
MOST_POINTS = 3000
# Orders that compare what stands today: not offered for a day in the past.
OF_TODAY = frozenset({"main_format"})


@page("outlets.view")
def outlets(request: HttpRequest) -> HttpResponse:
    """The list; `?view=map` shows the same rows on a map, `?on=DAY` as they were."""
    scope = scope_of(request)
    district = own_district(scope)
    problem, rows, on = "", Outlet.objects.none(), None
    try:
        rows, on = filtered(request.GET, scope).filter(district=district), day_of(request.GET)
    except ValidationError as error:
        problem = "；".join(error.messages)
    total = rows.count()
    on_map = request.GET.get("view") == "map"
    start = _start(request, total)
    order = _order(request, on is not None)
    context: dict[str, Any] = {
        "subject": {"name": district.name},
        "problem": problem,
        "on": on,
        "filters": filters_of(request, scope, district),
        "on_map": on_map,
        "list_url": address(request, view=None, **{"from": None}),
        "map_url": address(request, view="map", **{"from": None}),
        "tools": _tools(request, scope, total, on_map),
    }
    if on_map:
        context["map"] = _map(rows, on, district)
        context["cut"] = total_note(total)
        return render(request, "ledger/outlets.html", context)
    some = rows.select_related("neighbourhood").defer("neighbourhood__outline")
    shown_rows = shown(list(some.order_by(*ORDERS[order])[start : start + PER_PAGE]), on)
    context["table"] = _table(request, shown_rows, order, on is not None)
    context["pager"] = _pager(request, start, total)
    return render(request, "ledger/outlets.html", context)


def total_note(total: int) -> str:
    """That the map does not show all, and what to do about it."""
    if total <= MOST_POINTS:
        return ""
    return _("符合条件的网点有 %(n)s 个，地图只显示其中 %(m)s 个；请缩小范围。") % {
        "n": f"{total:,}",
        "m": f"{MOST_POINTS:,}",
    }


def _start(request: HttpRequest, total: int) -> int:
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
    return start if start < total else 0


def _order(request: HttpRequest, past: bool) -> str:
    order = request.GET.get("sort", "")
    if order not in ORDERS or (past and order.removeprefix("-") in OF_TODAY):
        return "code"
    return order


def _table(request: HttpRequest, rows: list[Shown], order: str, past: bool) -> dict[str, Any]:
    columns = chosen(request.GET.getlist("column"))
    names = Names.of(rows)
    head = [
        {"label": _("网点"), **_sorting(request, "name", order)},
        {"label": _("编码"), **_sorting(request, "code", order)},
        *(_head(request, column, order, past) for column in columns),
    ]
    return {
        "caption": _("网点"),
        "columns": head,
        "rows": [
            {"cells": [*_first_cells(one), *(column.cell(one, names) for column in columns)]}
            for one in rows
        ],
        "empty_title": _("没有符合条件的网点"),
        "empty_text": _("去掉一些条件，或导入台账、登记网点。"),
    }


def _first_cells(one: Shown) -> list[dict[str, Any]]:
    outlet = one.outlet
    notes = [_("当日无记录，以最早记录代替")] if one.undated else []
    return [
        {
            "text": outlet.name,
            "url": reverse("ledger:outlet", args=[outlet.code]),
            "tags": ["demo"] if outlet.is_sample else [],
            "sub": "；".join(notes),
        },
        {"text": outlet.code},
    ]


def _head(request: HttpRequest, column: ListColumn, order: str, past: bool) -> dict[str, Any]:
    head = {"label": str(column.label), "numeric": column.numeric}
    if column.sort and not (past and column.sort in OF_TODAY):
        head |= _sorting(request, column.sort, order)
    return head


def _sorting(request: HttpRequest, name: str, order: str) -> dict[str, Any]:
    """How the list is sorted by a column now, and the address that sorts it the other way."""
    now = {name: "ascending", f"-{name}": "descending"}.get(order)
    turned = f"-{name}" if now == "ascending" else name
    return {"sort": now, "sort_url": address(request, sort=turned, **{"from": None})}


def _tools(request: HttpRequest, scope: Scope, total: int, on_map: bool) -> dict[str, Any]:
    columns = {column.name for column in chosen(request.GET.getlist("column"))}
    query = only(request.GET, CONDITIONS)
    tools: dict[str, Any] = {
        "count_text": _("共 %(n)s 个网点") % {"n": f"{total:,}"},
        "exports": [
            {
                "label": _("选择格式并导出（共 %(n)s 行）") % {"n": f"{total:,}"},
                "url": f"{reverse('ledger:export')}?{query}",
            }
        ],
        "actions": [],
    }
    if not on_map:
        tools["columns"] = [
            {"name": one.name, "label": str(one.label), "shown": one.name in columns}
            for one in COLUMNS
        ]
        tools["hidden"] = [
            {"name": name, "value": value}
            for name, values in request.GET.lists()
            if name not in ("column", "from")
            for value in values
            if value
        ]
    if policy.may(scope, "outlets.change"):
        add = reverse("admin:outlets_outlet_add")
        tools["actions"].append({"label": _("登记网点"), "url": add, "main": False})
    return tools


def _pager(request: HttpRequest, start: int, total: int) -> dict[str, Any]:
    last = min(start + PER_PAGE, total)
    before = str(max(start - PER_PAGE, 0))
    return {
        "previous_url": address(request, **{"from": before}) if start else None,
        "next_url": address(request, **{"from": str(last)}) if last < total else None,
        "text": _("第 %(a)d–%(b)d 项，共 %(n)d 项")
        % {"a": start + 1 if total else 0, "b": last, "n": total},
    }


def _missing(count: int) -> str:
    return _("%(n)d 个网点没有坐标，未显示") % {"n": count} if count else ""


def _map(rows: OutletQuerySet, on: Any, district: District) -> dict[str, Any]:
    some = rows.select_related("main_format").order_by("code", "id")
    drawn = shown(list(some[:MOST_POINTS]), on)
    names = Names.of(drawn)
    kinds: dict[Any, str] = {one.outlet.main_format_id: "" for one in drawn}
    kinds |= {one.outlet.main_format_id: one.outlet.main_format.category for one in drawn}
    streets = Street.objects.filter(district=district, outline__isnull=False).order_by("sort")
    return {
        "id": "outlets-map",
        "label": _("网点的位置"),
        "kind": "outlets",
        "attribution": _("示意边界（演示数据）"),
        "config": {
            "streets": collection(feature(s.outline, name=s.name) for s in streets if s.outline),
            "outlets": collection(
                feature(
                    point(one.facts.lon, one.facts.lat),
                    name=one.outlet.name,
                    format_label=names.formats.get(one.facts.main_format_id, ""),
                    kind=kinds.get(one.facts.main_format_id, "quality"),
                    note=one.outlet.address,
                    sure=one.facts.place_state == "verified",
                    url=reverse("ledger:outlet", args=[one.outlet.code]),
                )
                for one in drawn
                if one.facts.lon is not None and one.facts.lat is not None
            ),
            "words": {
                "unsure": str(_("位置待核实")),
                "street": str(_("街道（镇）边界")),
                "missing": _missing(sum(one.facts.lon is None for one in drawn)),
            },
        },
    }
