"""Outlines of the sketch in metres, and the way from metres to degrees."""

import zlib
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from core.geo import local_degrees
from portal.demo.layout import (
    CORNERS,
    ORIGIN,
    RAILWAY,
    RAILWAY_WIDTH,
    RINGS,
    RIVER,
    RIVER_WIDTH,
    ZONES,
    Place,
)

Floats = NDArray[np.float64]


@lru_cache(maxsize=1)
def units() -> dict[str, shapely.Polygon]:
    """Street code → its outline; neighbours share every vertex of their border."""
    return {
        code: shapely.Polygon(np.concatenate([_border(a, b) for a, b in _sides(ring)]))
        for code, ring in RINGS.items()
    }


@lru_cache(maxsize=1)
def district() -> shapely.Polygon:
    """The ten units together."""
    whole = shapely.coverage_union_all(list(units().values()))
    return whole if whole.geom_type == "Polygon" else whole.geoms[0]


def _sides(ring: str) -> list[tuple[str, str]]:
    corners = ring.split()
    return list(zip(corners, corners[1:] + corners[:1], strict=True))


def _border(start: str, end: str) -> Floats:
    """The drawn line between two corners without its end; the same points from either side."""
    first, last = sorted((start, end))
    a, b = np.array(CORNERS[first], dtype=float), np.array(CORNERS[last], dtype=float)
    length = float(np.hypot(*(b - a)))
    steps = max(3, round(length / 180))
    rng = np.random.default_rng(zlib.crc32(f"{first}-{last}".encode()))
    at = np.linspace(0, 1, steps + 1)
    bend = rng.uniform(-0.05, 0.05) * length * np.sin(np.pi * at)
    wobble = rng.normal(0, 14, steps + 1)
    wobble[[0, -1]] = 0
    across = np.array([-(b - a)[1], (b - a)[0]]) / length
    line = a + np.outer(at, b - a) + np.outer(bend + wobble, across)
    line = np.round(line, 1)
    return line[:-1] if start == first else line[::-1][:-1]


def smooth(places: tuple[Place, ...]) -> shapely.LineString:
    """A line through the places with its corners rounded (Chaikin, three times)."""
    line = np.array(places, dtype=float)
    for _ in range(3):
        inner = np.stack([0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]])
        line = np.concatenate([line[:1], inner.swapaxes(0, 1).reshape(-1, 2), line[-1:]])
    return shapely.LineString(line)


@lru_cache(maxsize=1)
def river() -> BaseGeometry:
    """The water."""
    return smooth(RIVER).buffer(RIVER_WIDTH / 2)


@lru_cache(maxsize=1)
def railway() -> BaseGeometry:
    """The tracks and the ground beside them."""
    return smooth(RAILWAY).buffer(RAILWAY_WIDTH / 2)


@lru_cache(maxsize=1)
def zones() -> BaseGeometry:
    """Parks, works, campuses, yards, with uneven edges."""
    rng = np.random.default_rng(7)
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    patches = []
    for zone in ZONES:
        uneven = 1 + 0.16 * np.sin(2 * turn + rng.uniform(0, 6)) + rng.normal(0, 0.05, len(turn))
        edge = np.column_stack([np.cos(turn), np.sin(turn)]) * (zone.radius * uneven)[:, None]
        patches.append(shapely.Polygon(np.array(zone.at) + edge))
    return shapely.union_all(patches)


@lru_cache(maxsize=1)
def unbuilt() -> BaseGeometry:
    """Where nobody lives: zones, water, tracks."""
    return shapely.union_all([zones(), river(), railway()])


def to_degrees(metres: Floats) -> Floats:
    """[n, 2] metres of the sketch → degrees (lon, lat)."""
    return np.column_stack(local_degrees(metres[:, 0], metres[:, 1], ORIGIN))


def geojson(area: BaseGeometry) -> dict[str, object]:
    """An outline in degrees (six decimals, some 10 cm), as it is stored."""
    shape = shapely.transform(shapely.orient_polygons(area), lambda m: to_degrees(m).round(6))
    parts = [
        [[list(map(float, place)) for place in ring.coords] for ring in (p.exterior, *p.interiors)]
        for p in shapely.get_parts(shape)
    ]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}
