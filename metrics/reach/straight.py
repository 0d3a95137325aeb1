"""Straight-line reach: the fallback where no street network is loaded.

Walking distance = straight line x detour factor. Measured as the chord between geocentric (ECEF)
positions on the WGS 84 ellipsoid: within 6.5 km it is less than 1 mm shorter than the geodesic
and, unlike a projection around the middle of the data, it depends on the two positions alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from .arrays import chunks
from .tally import Tally
from .types import FloatArray, Points, Reach, Serves, checked_limits, checked_radius

_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 6.694379990141317e-3
_PAIRS_AT_ONCE = 2_000_000


def geocentric(points: Points) -> FloatArray:
    """Metres from the earth's centre, [n, 3], at height 0."""
    lon, lat = np.radians(points.lon), np.radians(points.lat)
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    radius = _SEMI_MAJOR_M / np.sqrt(1.0 - _ECCENTRICITY_SQUARED * sin_lat * sin_lat)
    z = radius * (1.0 - _ECCENTRICITY_SQUARED) * sin_lat
    return np.stack([radius * cos_lat * np.cos(lon), radius * cos_lat * np.sin(lon), z], axis=1)


def straight_reach(
    compounds: Points,
    outlets: Points,
    serves: Serves,
    limits_dm: Sequence[int] | NDArray[np.int64],
    detour: float,
    *,
    radius_dm: int | None = None,
) -> Reach:
    """Nearest distance and counts by straight line x `detour` (>= 1)."""
    if not (np.isfinite(detour) and detour >= 1.0):
        raise ValueError("the detour factor must be a number of at least 1")
    if len(serves) != len(outlets):
        raise ValueError("serves and outlets differ in length")
    limits = checked_limits(limits_dm)
    radius = checked_radius(radius_dm, limits)
    tally = Tally(len(compounds), serves, limits, radius)
    here, there = np.flatnonzero(compounds.placed), np.flatnonzero(outlets.placed)
    if len(here) and len(there):
        _pairs(_take(compounds, here), _take(outlets, there), here, there, detour, tally, radius)
    return tally.reach("straight", ~compounds.placed, ~outlets.placed, detour)


def _take(points: Points, index: NDArray[np.int64]) -> FloatArray:
    return geocentric(Points(points.lon[index], points.lat[index]))


def _pairs(
    from_xyz: FloatArray,
    to_xyz: FloatArray,
    here: NDArray[np.int64],
    there: NDArray[np.int64],
    detour: float,
    tally: Tally,
    radius_dm: int,
) -> None:
    # a little wider than the radius: what rounds to it must be found, the integers then decide
    search_m = (radius_dm + 1) / 10.0 / detour
    tree = cKDTree(to_xyz)
    sizes = tree.query_ball_point(from_xyz, search_m, return_length=True).astype(np.int64)
    for first, last in chunks(sizes + tally.cells_per_compound, _PAIRS_AT_ONCE):
        part = cKDTree(from_xyz[first:last])
        found = part.sparse_distance_matrix(tree, search_m, output_type="ndarray")
        distance = np.rint(found["v"] * detour * 10.0).astype(np.int64)
        keep = distance <= radius_dm
        begin, end = int(here[first]), int(here[last - 1]) + 1
        compound = here[first + found["i"][keep].astype(np.int64)]
        tally.add(begin, end, compound, there[found["j"][keep]], distance[keep])
