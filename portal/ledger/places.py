"""Where an outlet stands: the map that moves it, and what a place would mean."""

from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.geo import CRS, geodesic_m, local_degrees, points_in_outlines, to_wgs84
from outlets.models import Outlet
from outlets.services.coordinates import problem_of
from portal.ledger.outlet import find
from portal.maps import collection, feature, point
from portal.views.common import page
from territory.models import Street

NEAR_M = 300.0
MOST_NEAR = 200


def place_map(row: Outlet) -> dict[str, Any]:
    """components/map.html's dict, kind place."""
    streets = Street.objects.filter(district=row.district_id, outline__isnull=False)
    return {
        "id": "place-map",
        "label": _("网点的位置，可移动"),
        "kind": "place",
        "attribution": _("示意边界（演示数据）") if row.is_sample else " ",
        "config": {
            "lon": row.lon,
            "lat": row.lat,
            "streets": collection(
                feature(one.outline, name=one.name, own=one.pk == row.street_id)
                for one in streets.order_by("sort")
                if one.outline
            ),
            "neighbours": _neighbours(row),
            "ask": reverse("ledger:outlet_place", args=[row.code]),
            "fields": {"x": "id_x_in", "y": "id_y_in", "crs": "id_crs_in"},
            "says": "place-says",
            "words": {"mark": _("网点的新位置，可用方向键移动")},
        },
    }


def _neighbours(row: Outlet) -> dict[str, Any]:
    if row.lon is None or row.lat is None:
        return collection([])
    east, north = local_degrees(np.array([NEAR_M]), np.array([NEAR_M]), (row.lon, row.lat))
    wide, high = abs(float(east[0]) - row.lon), abs(float(north[0]) - row.lat)
    near = (
        Outlet.objects.registered()
        .filter(
            district=row.district_id,
            street=row.street_id,
            lon__range=(row.lon - wide, row.lon + wide),
            lat__range=(row.lat - high, row.lat + high),
        )
        .exclude(pk=row.pk)
        .order_by("id")
        .values_list("name", "main_format__name", "lon", "lat")
    )
    return collection(
        feature(point(lon, lat), name=name, format_label=label)
        for name, label, lon, lat in near[:MOST_NEAR]
    )


@page("outlets.change")
def place(request: HttpRequest, code: str) -> HttpResponse:
    """`?x=&y=&crs=`: the point in WGS 84, how far that moves the outlet, whether in its street."""
    row = find(request, code)
    crs = request.GET.get("crs", "")
    x, y = _degree(request, "x"), _degree(request, "y")
    if crs not in CRS.__members__.values():
        return JsonResponse({"problem": _("请选择坐标系")})
    if x is None or y is None:
        return JsonResponse({"problem": _("请填写十进制度的经度和纬度")})
    if problem := problem_of(x, y):
        return JsonResponse({"problem": problem[1]})
    pair = to_wgs84(x, y, crs)
    lon, lat = float(pair[0]), float(pair[1])
    inside = _inside(row, lon, lat)
    return JsonResponse(
        {"lon": lon, "lat": lat, "inside": inside, "text": _said(row, lon, lat, inside)}
    )


def _degree(request: HttpRequest, name: str) -> float | None:
    try:
        value = float(request.GET.get(name, ""))
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def _inside(row: Outlet, lon: float, lat: float) -> bool | None:
    """Whether in the outlet's street; None where its outline is not known."""
    outline = row.street.outline if row.street else None
    if outline is None:
        return None
    return bool(points_in_outlines(np.array([lon]), np.array([lat]), [outline])[0] >= 0)


def _said(row: Outlet, lon: float, lat: float, inside: bool | None) -> str:
    if row.lon is None or row.lat is None:
        moved = _("原来没有位置")
    else:
        away = float(geodesic_m(row.lon, row.lat, lon, lat))
        moved = _("移动 %(m)s 米") % {"m": f"{away:,.1f}"}
    street = row.street.name if row.street else _("区外网点")
    where = {
        True: _("在%(street)s边界内"),
        False: _("不在%(street)s边界内，保存后为“待核实”"),
        None: _("%(street)s边界未知，无法核对"),
    }[inside] % {"street": street}
    return f"{moved}；{where}（WGS-84 {lon:.6f}, {lat:.6f}）"
