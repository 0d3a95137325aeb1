"""Outlines: GeoJSON areas as people draw and export them, and questions asked of them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from core.geo.arrays import Box, Floats, points
from core.geo.distances import GEOD, local_metres

Outline: TypeAlias = Mapping[str, Any] | BaseGeometry


class OutlineError(ValueError):
    """An outline that cannot be used; the message says where and why."""


def to_shape(outline: Outline) -> BaseGeometry:
    """The shapely geometry of a stored (valid) outline."""
    return outline if isinstance(outline, BaseGeometry) else shape(outline)


def make_valid_outline(geojson: Any) -> tuple[dict[str, Any], Box]:
    """A valid geometry and its box (west, south, east, north), or OutlineError.

    Takes a Polygon or MultiPolygon, or a Feature (or collection of one) around it. Rings are
    closed, oriented, freed of self-crossings and heights; lines and points left over are dropped.
    Idempotent.
    """
    geometry = _area_of(geojson)
    polygons = (
        [geometry.get("coordinates")]
        if geometry["type"] == "Polygon"
        else geometry.get("coordinates")
    )
    if not isinstance(polygons, list | tuple) or not polygons:
        raise OutlineError(_("轮廓没有坐标"))
    drawn = shapely.MultiPolygon([_polygon(rings, no) for no, rings in enumerate(polygons, 1)])
    repaired = shapely.make_valid(drawn, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(repaired) if part.geom_type == "Polygon"]
    if not parts or repaired.area == 0:
        raise OutlineError(_("轮廓围成的面积为零，请检查各顶点是否都在一条线上"))
    whole = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    valid = shapely.orient_polygons(shapely.normalize(whole))
    west, south, east, north = map(float, valid.bounds)
    return _listed(mapping(valid)), (west, south, east, north)


def _area_of(geojson: Any) -> Mapping[str, Any]:
    if not isinstance(geojson, Mapping):
        raise OutlineError(_("轮廓应为 GeoJSON 对象"))
    kind = geojson.get("type")
    if kind == "FeatureCollection":
        features = geojson.get("features")
        if not isinstance(features, list | tuple) or len(features) != 1:
            raise OutlineError(_("一个轮廓只能对应一个要素（Feature）"))
        return _area_of(features[0])
    if kind == "Feature":
        return _area_of(geojson.get("geometry"))
    if kind not in ("Polygon", "MultiPolygon"):
        raise OutlineError(
            _("轮廓应为面（Polygon 或 MultiPolygon），现为“%(kind)s”") % {"kind": kind}
        )
    return geojson


def _polygon(rings: Any, number: int) -> shapely.Polygon:
    if not isinstance(rings, list | tuple) or not rings:
        raise OutlineError(_("第 %(number)d 个面没有坐标") % {"number": number})
    shell, *holes = (
        _ring(points, _("第 %(polygon)d 个面第 %(ring)d 环") % {"polygon": number, "ring": place})
        for place, points in enumerate(rings, 1)
    )
    return shapely.Polygon(shell, holes)


def _ring(points: Any, where: str) -> list[tuple[float, float]]:
    if not isinstance(points, list | tuple):
        raise OutlineError(_("%(where)s不是坐标列表") % {"where": where})
    ring = [
        _point(point, _("%(where)s第 %(place)d 点") % {"where": where, "place": place})
        for place, point in enumerate(points, 1)
    ]
    if len(set(ring)) < 3:
        raise OutlineError(_("%(where)s不足 3 个不同的点，围不成面") % {"where": where})
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def _point(point: Any, where: str) -> tuple[float, float]:
    if (
        not isinstance(point, list | tuple)
        or len(point) < 2
        or not all(_is_number(value) for value in point[:2])
    ):
        raise OutlineError(_("%(where)s应为 [经度, 纬度] 两个数") % {"where": where})
    lon, lat = float(point[0]), float(point[1])
    if abs(lon) <= 180 and abs(lat) <= 90:
        return lon, lat
    if abs(lon) <= 90 and abs(lat) <= 180:
        reason = _("经纬度的先后可能颠倒了，应先经度、后纬度")
    else:
        reason = _("可能是平面坐标（米），请换算为经纬度（度）")
    raise OutlineError(
        _("%(where)s（%(lon)g, %(lat)g）超出经纬度范围：%(reason)s")
        % {"where": where, "lon": lon, "lat": lat, "reason": reason}
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _listed(value: Any) -> Any:
    """GeoJSON as `json.loads` would give it: lists, never tuples."""
    if isinstance(value, Mapping):
        return {key: _listed(entry) for key, entry in value.items()}
    return [_listed(entry) for entry in value] if isinstance(value, list | tuple) else value


def points_in_outlines(
    lon: ArrayLike, lat: ArrayLike, outlines: Sequence[Outline]
) -> NDArray[np.int64]:
    """For each point the index of the first outline that holds it (edge included), -1 for none."""
    flat_lon, flat_lat = (values.ravel() for values in points(lon, lat))
    none = len(outlines)
    first = np.full(flat_lon.shape, none, dtype=np.int64)
    placed = np.flatnonzero(np.isfinite(flat_lon) & np.isfinite(flat_lat))
    tree = shapely.STRtree(shapely.points(flat_lon[placed], flat_lat[placed]))
    shapes = np.array([to_shape(outline) for outline in outlines], dtype=object)
    which, point = tree.query(shapes, predicate="intersects")
    np.minimum.at(first, placed[point], which)
    return np.where(first == none, -1, first)


def outline_area_m2(outline: Outline) -> float:
    """Area on the ellipsoid, holes taken off, square metres."""
    area = shapely.orient_polygons(to_shape(outline))
    return abs(float(GEOD.geometry_area_perimeter(area)[0]))


def distance_to_edge_m(lon: ArrayLike, lat: ArrayLike, outline: Outline) -> Floats:
    """Metres from each point to the nearest edge of the outline, never negative, in or out."""
    area = to_shape(outline)
    centre = shapely.centroid(area)
    origin = (centre.x, centre.y)

    def plane(degrees: Floats) -> Floats:
        return np.column_stack(local_metres(degrees[:, 0], degrees[:, 1], origin))

    edge = shapely.transform(shapely.boundary(area), plane)
    shapely.prepare(edge)
    east, north = local_metres(lon, lat, origin)
    placed = np.isfinite(east) & np.isfinite(north)
    metres = np.full(east.shape, np.nan)
    metres[placed] = shapely.distance(shapely.points(east[placed], north[placed]), edge)
    return metres
