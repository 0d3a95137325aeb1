"""Lists of circles and of gaps: searched, filtered, sorted, exported as shown."""

import csv
import io
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from circles.models import Circle
from circles.models.circle import Level, State
from core import audit
from core.scope import Scope
from core.spreadsheets.bulk import csv_text
from metrics.gaps import Gap, gaps
from outlets.models import BusinessFormat
from portal.basis import Basis, choose, offset_pager, readers_scope, with_query
from portal.views.common import gap_word, own_district, page, scope_of
from portal.views.street import circle_table
from territory.models import District, Street

GAPS_PER_PAGE = 100
GAP_STATUS = {True: "bad", False: "warn", None: "unknown"}


@page("portal.figures")
def circles(request: HttpRequest) -> HttpResponse:
    """`/circles/`: every circle of the district with its released figures."""
    scope = scope_of(request)
    district = own_district(scope)
    basis = choose(request, scope, district)
    rows = list(
        _filtered(request, district, scope, live=bool(basis and basis.live)).order_by("code")
    )
    table = circle_table(basis.run, rows) if basis else {"rows": []}
    if request.GET.get("export") == "csv":
        return _export(request, "circles", _circle_rows(table))
    return render(
        request,
        "portal/circle_list.html",
        {
            "crumbs": [{"label": district.name}],
            "subject": {"name": district.name},
            "basis": basis.described(request, scope) if basis else None,
            "filters": _circle_filters(request, district),
            "tools": {
                "count_text": _("共 %(n)d 个生活圈") % {"n": len(rows)},
                "exports": [{"label": _("导出 CSV"), "url": with_query(request, export="csv")}],
            },
            "table": table,
            "pager": None,
        },
    )


@page("portal.figures")
def gap_list(request: HttpRequest) -> HttpResponse:
    """`/gaps/`: 短板清单, the most residents first."""
    scope = scope_of(request)
    district = own_district(scope)
    basis = choose(request, scope, district)
    found = _gaps(request, scope, district, basis) if basis else []
    if request.GET.get("export") == "csv":
        return _export(request, "gaps", _gap_rows(found))
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isdecimal() else 0
    shown = found[start : start + GAPS_PER_PAGE]
    table = {
        "caption": _("短板清单"),
        "columns": [
            {"label": _("生活圈")},
            {"label": _("主报街镇")},
            {"label": _("业态")},
            {"label": _("情况")},
            {"label": _("步行时限内到不了的居民"), "numeric": True},
            {"label": _("居民"), "numeric": True},
        ],
        "client_sort": True,
        "rows": [{"cells": _gap_cells(gap)} for gap in shown],
        "empty_title": _("没有短板"),
        "empty_text": _("所选范围内，居民都能在时限内到达各类业态；情况不明的业态不列入。"),
    }
    return render(
        request,
        "portal/gap_list.html",
        {
            "crumbs": [{"label": district.name}, {"label": _("短板清单")}],
            "basis": basis.described(request, scope) if basis else None,
            "filters": _gap_filters(request, district),
            "tools": {
                "count_text": _("共 %(n)d 项") % {"n": len(found)},
                "exports": [{"label": _("导出 CSV"), "url": with_query(request, export="csv")}],
            },
            "table": table,
            "pager": offset_pager(request, start, GAPS_PER_PAGE, len(found)),
        },
    )


def _filtered(
    request: HttpRequest, district: District, scope: Scope, *, live: bool
) -> "QuerySet[Circle]":
    rows = Circle.objects.filter(district=district).select_related("lead_street")
    if live:
        rows = rows & Circle.objects.visible_to(scope)
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(Q(name__icontains=text) | Q(code__icontains=text))
    if street := request.GET.get("street"):
        rows = rows.filter(streets__code=street).distinct()
    if state := request.GET.get("state"):
        rows = rows.filter(state=state)
    if level := request.GET.get("level"):
        rows = rows.filter(level=level)
    return rows


def _gaps(request: HttpRequest, scope: Scope, district: District, basis: Basis) -> list[Gap]:
    scope = readers_scope(basis, scope)
    wanted = Circle.objects.visible_to(scope).filter(district=district)
    if street := request.GET.get("street"):
        wanted = wanted.filter(streets__code=street)
    chosen = request.GET.get("business_format")
    return gaps(
        basis.run,
        scope,
        circles=list(wanted.values_list("pk", flat=True)),
        formats=[chosen] if chosen else None,
        only_missing=request.GET.get("missing") == "1",
    )


def _gap_cells(gap: Gap) -> list[dict[str, Any]]:
    return [
        {"text": gap.circle.name, "url": reverse("portal:circle", args=[gap.circle.code])},
        {"text": gap.circle.lead_street.name},
        {"text": gap.format.name},
        {"text": gap_word(gap), "status": GAP_STATUS[gap.missing]},
        {"text": f"{gap.unreached:,}", "numeric": True, "sort_value": gap.unreached},
        {"text": f"{gap.residents:,}", "numeric": True, "sort_value": gap.residents},
    ]


def _gap_rows(found: list[Gap]) -> list[list[Any]]:
    head = [
        _("生活圈编码"),
        _("生活圈"),
        _("主报街镇"),
        _("业态"),
        _("情况"),
        _("到不了的居民"),
        _("居民"),
    ]
    return [head] + [
        [
            gap.circle.code,
            gap.circle.name,
            gap.circle.lead_street.name,
            gap.format.name,
            gap_word(gap),
            gap.unreached,
            gap.residents,
        ]
        for gap in found
    ]


def _circle_rows(table: dict[str, Any]) -> list[list[Any]]:
    head = [_("生活圈编码"), *(column["label"] for column in table.get("columns", []))]
    rows = [
        [
            row["cells"][0]["sub"],
            *(cell.get("text") or cell.get("bar", {}).get("text", "") for cell in row["cells"]),
        ]
        for row in table["rows"]
    ]
    return [head, *rows]


def _export(request: HttpRequest, name: str, rows: list[list[Any]]) -> HttpResponse:
    """A list as shown, as CSV for Excel (with BOM); noted in the audit log."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([csv_text(cell) if isinstance(cell, str) else cell for cell in row])
    audit.note("portal.export", list=name, rows=len(rows) - 1, query=request.GET.urlencode())
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _select(name: str, label: str, value: str, rows: list[tuple[str, str]]) -> dict[str, Any]:
    options = [{"value": "", "label": _("全部")}, *({"value": v, "label": w} for v, w in rows)]
    return {"name": name, "label": label, "kind": "select", "value": value, "options": options}


def _chips(request: HttpRequest, fields: list[dict[str, Any]]) -> list[dict[str, str]]:
    chips = []
    for field in fields:
        value = request.GET.get(field["name"], "")
        if value and field["kind"] != "hidden":
            words = {o["value"]: o["label"] for o in field.get("options", [])}
            chips.append(
                {
                    "label": f"{field['label']}：{words.get(value, value)}",
                    "remove_url": with_query(request, **{field["name"]: None, "from": None}),
                }
            )
    return chips


def _circle_filters(request: HttpRequest, district: District) -> dict[str, Any]:
    get = request.GET.get
    fields = [
        {
            "name": "q",
            "label": _("搜索"),
            "kind": "search",
            "value": get("q", ""),
            "placeholder": _("名称或编码"),
        },
        _select("street", _("街道（镇）"), get("street", ""), _streets(district)),
        _select("state", _("状态"), get("state", ""), [(v, str(w)) for v, w in State.choices]),
        _select("level", _("等级"), get("level", ""), [(v, str(w)) for v, w in Level.choices]),
    ]
    return {"fields": fields, "chips": _chips(request, fields), "clear_url": request.path}


def _gap_filters(request: HttpRequest, district: District) -> dict[str, Any]:
    get = request.GET.get
    formats = list(
        BusinessFormat.objects.filter(formatrule__isnull=False)
        .distinct()
        .order_by("number")
        .values_list("code", "name")
    )
    fields = [
        _select("street", _("街道（镇）"), get("street", ""), _streets(district)),
        _select("business_format", _("业态"), get("business_format", ""), formats),
        _select("missing", _("范围"), get("missing", ""), [("1", _("只看缺失"))]),
    ]
    return {"fields": fields, "chips": _chips(request, fields), "clear_url": request.path}


def _streets(district: District) -> list[tuple[str, str]]:
    rows = Street.objects.filter(district=district).order_by("sort")
    return list(rows.values_list("code", "name"))
