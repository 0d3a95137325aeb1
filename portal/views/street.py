"""One street or town."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from circles.models import Circle, Designation
from core import policy
from core.geo import outline_area_m2
from core.scope import Scope
from metrics.gaps import gaps
from metrics.indicators import get
from metrics.models import Run
from metrics.querysets import figures
from outlets.models import Import, LedgerCompleteness, Outlet, QualityFinding
from portal.basis import choose, readers_scope
from portal.maps import circle_layer, shade_values
from portal.present import figure_card, full_text, people_text, target_for
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
from territory.models import Neighbourhood, Street

HEAD = ("circles_built", "outlet_count", "chain_share", "basic_basket_share", "mapped_share")
CIRCLE_COLUMNS = ("basic_basket_share", "basic_formats_present", "missing_formats", "chain_share")
SHADES = ("basic_basket_share", "chain_share", "missing_formats")


@page("portal.figures")
def street(request: HttpRequest, code: str) -> HttpResponse:
    """`/streets/<code>/`: released figures for everyone, the ledger's state for its own street."""
    scope = scope_of(request)
    district = own_district(scope)
    row = Street.objects.filter(district=district, code=code).first()
    if row is None:
        raise Http404(_("没有区划代码为 %(code)s 的街道（镇）。") % {"code": code})
    own = scope.covers(row.pk)
    basis = choose(request, scope, district)
    if basis and basis.live and not own:
        policy.require(scope, "portal.dashboard")
    context: dict[str, Any] = {
        "crumbs": [
            {"label": district.name, "url": reverse("portal:circles")},
            {"label": row.name},
        ],
        "street": _facts(row),
        "actions": [],
        "ledger": ledger_health(scope, row) if own else None,
        "circles": {"rows": [], "caption": _("便民生活圈")},
        "gaps": {"items": []},
    }
    if basis:
        circles = list(Circle.objects.filter(streets=row).order_by("code"))
        book = figures(basis.run, {*HEAD, "residents"}, scope="S", scope_ids=[row.pk], part=0)
        set_targets = targets()
        residents = book.get(("residents", row.pk, 0))
        context["street"]["residents_text"] = people_text(residents.num) if residents else ""
        readers = readers_scope(basis, scope)
        context |= {
            "basis": basis.described(request, scope),
            "data_as_of": basis.run.as_of.isoformat(),
            "figures": [
                figure_card(
                    basis.run,
                    code,
                    "S",
                    row.pk,
                    book.get((code, row.pk, 0)),
                    target=target_for(set_targets, code, "S"),
                )
                for code in HEAD
            ],
            "map": _map(basis.run, circles, scope),
            "circles": circle_table(basis.run, circles),
            "circles_url": f"{reverse('portal:circles')}?street={row.code}",
            "gaps": gap_items(gaps(basis.run, readers, circles=[c.pk for c in circles]), 8),
            "trends": trend_charts(district, "S", row.pk),
        }
    return render(request, "portal/street.html", context)


def circle_table(run: Run, circles: list[Circle], *, client_sort: bool = True) -> dict[str, Any]:
    """Circles with their main figures, one row each; two queries."""
    book = figures(run, CIRCLE_COLUMNS, scope_ids=[c.pk for c in circles], part=0)
    rows = []
    for circle in circles:
        cells: list[dict[str, Any]] = [
            {
                "text": circle.name,
                "url": reverse("portal:circle", args=[circle.code]),
                "sub": circle.code,
            },
            {"text": circle.get_state_display()},
            {"text": circle.get_level_display() or "—"},
        ]
        for code in CIRCLE_COLUMNS:
            figure = book.get((code, circle.pk, 0))
            value = figure.value if figure else None
            text = full_text(get(code), value)
            if code == "basic_formats_present" and figure and figure.den:
                text = f"{figure.num:.0f} / {figure.den:.0f}"
            if get(code).unit == "share":
                percent = None if value is None else round(value * 100, 1)
                cells.append(
                    {
                        "bar": {"text": text, "percent": percent},
                        "sort_value": -1 if value is None else value,
                    }
                )
            else:
                cells.append(
                    {"text": text, "numeric": True, "sort_value": -1 if value is None else value}
                )
        rows.append({"cells": cells})
    heads = [_("生活圈"), _("状态"), _("审定等级")]
    columns = [{"label": head} for head in heads] + [
        {"label": str(get(code).name), "numeric": get(code).unit != "share"}
        for code in CIRCLE_COLUMNS
    ]
    return {
        "caption": _("便民生活圈"),
        "columns": columns,
        "rows": rows,
        "client_sort": client_sort,
        "empty_title": _("还没有生活圈"),
        "empty_text": _("生活圈由区商务委建立，划定边界后显示。"),
    }


def _facts(row: Street) -> dict[str, Any]:
    designation = Designation.objects.filter(street=row).order_by("-year").first()
    hoods = Neighbourhood.objects.filter(street=row).count()
    return {
        "name": row.name,
        "code": row.code,
        "designation": str(designation.level + designation.batch) if designation else "",
        "neighbourhoods_text": _("%(n)d 个") % {"n": hoods},
        "area_text": _("%(a).2f 平方千米（示意）") % {"a": outline_area_m2(row.outline) / 1e6}
        if row.outline
        else "",
        "responsible": None,
    }


def ledger_health(scope: Scope, row: Street) -> dict[str, Any]:
    """Health of the street's ledger: located, sized, staffed, confirmed."""
    rows = Outlet.objects.visible_to(scope).filter(street=row).registered().filter(status="open")
    total = rows.count()
    parts = [
        (_("位置已核实"), rows.filter(place_state="verified").count()),
        (_("已填营业面积"), rows.filter(business_area__isnull=False).count()),
        (_("已填从业人数"), rows.filter(employees__isnull=False).count()),
    ]
    last = Import.objects.filter(street=row).order_by("-at").first()
    confirmed = LedgerCompleteness.objects.filter(street=row).values("format").distinct().count()
    items = [
        {
            "label": label,
            "text": f"{known:,} / {total:,}",
            "percent": round(known / total * 100, 1) if total else None,
            "status": "unknown" if not total else "good" if known >= 0.9 * total else "warn",
            "status_word": "—" if not total else _("较好") if known >= 0.9 * total else _("待完善"),
        }
        for label, known in parts
    ]
    items.append(
        {
            "label": _("已确认台账完整的业态"),
            "text": _("%(n)d 种") % {"n": confirmed},
            "percent": None,
            "status": "none",
            "status_word": "",
        }
    )
    if policy.may(scope, "outlets.view"):
        findings = QualityFinding.objects.visible_to(scope).filter(street=row)
        items.append(waiting_row(findings, street=row.code))
        items[0]["url"] = findings_url(rule="missing_place", street=row.code)
    updated = _("上次导入 %(day)s") % {"day": f"{last.at:%Y-%m-%d}"} if last else _("尚未导入台账")
    return {"items": items, "updated_text": updated}


def _map(run: Run, circles: list[Circle], scope: Scope) -> dict[str, Any] | None:
    drawn = [circle for circle in circles if circle.boundary]
    if not drawn:
        return None
    return {
        "id": "street-map",
        "label": _("街道（镇）内的生活圈：选择指标，点击查看"),
        "kind": "district",
        "attribution": _("示意边界（演示数据）") if run.is_sample else "",
        "config": {
            "layers": [
                {
                    "level": "circle",
                    "label": _("生活圈"),
                    "from_zoom": 0,
                    "data": circle_layer(drawn),
                }
            ],
            "indicators": [
                {
                    "code": code,
                    "label": str(get(code).name),
                    "unit": "%" if get(code).unit == "share" else "",
                }
                for code in SHADES
            ],
            "indicator": SHADES[0],
            "formats": [],
            "values": {code: shade_values(run, code, 0, scope) for code in SHADES},
        },
    }
