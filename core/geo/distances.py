"""Lengths in metres: geodesics and a local plane."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from pyproj import Geod, Transformer

from core.geo.arrays import Box, Floats, Pair, points

GEOD = Geod(ellps="WGS84")


def geodesic_m(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Shortest distance on the ellipsoid between points, element by element, metres."""
    start_lon, start_lat, end_lon, end_lat = np.broadcast_arrays(
        *(np.asarray(values, dtype=np.float64) for values in (lon1, lat1, lon2, lat2))
    )
    return np.asarray(GEOD.inv(start_lon, start_lat, end_lon, end_lat)[2], dtype=np.float64)


@lru_cache(maxsize=64)
def _local_plane(origin: tuple[float, float]) -> Transformer:
    plane = f"+proj=tmerc +lon_0={origin[0]!r} +lat_0={origin[1]!r} +k=1 +ellps=WGS84 +units=m"
    return Transformer.from_crs("+proj=longlat +ellps=WGS84", plane, always_xy=True)


def local_metres(lon: ArrayLike, lat: ArrayLike, origin: tuple[float, float]) -> Pair:
    """Plane metres (east, north) around `origin` (lon, lat).

    Transverse Mercator: 20 km from the origin a length is off by 5 parts in a million.
    """
    east, north = _local_plane((float(origin[0]), float(origin[1]))).transform(*points(lon, lat))
    return _no_place(east), _no_place(north)


def local_degrees(east: ArrayLike, north: ArrayLike, origin: tuple[float, float]) -> Pair:
    """The inverse of `local_metres`."""
    plane = _local_plane((float(origin[0]), float(origin[1])))
    lon, lat = plane.transform(*points(east, north), direction="INVERSE")
    return _no_place(lon), _no_place(lat)


def _no_place(values: ArrayLike) -> Floats:
    """PROJ's infinities, its word for "no place", as NaN."""
    array = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(array), array, np.nan)


def bbox(lon: ArrayLike, lat: ArrayLike) -> Box | None:
    """(west, south, east, north) of the points that have a place; None when none has."""
    lon, lat = points(lon, lat)
    placed = np.isfinite(lon) & np.isfinite(lat)
    if not placed.any():
        return None
    lon, lat = lon[placed], lat[placed]
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
