"""Coordinate systems of ledgers and maps, and the exact way between them (domain.md §9.5)."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geo.arrays import Box, Floats, Pair, points


class CRS(StrEnum):
    """The coordinate systems that ledgers come in.

    CGCS2000 and WGS 84 differ by centimetres here and are treated as one.
    """

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


# GCJ-02: constants of domain.md §9.5, polynomial as published by its many implementations.
_A = 6378245.0
_EE = 0.00669342162296594323
_CHINA: Box = (72.004, 0.8293, 137.8347, 55.8271)
# BD-09
_X_PI = np.pi * 3000.0 / 180.0
_BD_LON, _BD_LAT = 0.0065, 0.006

# Both corrections change by less than 3 % of a step, so each round gains at least 1.5 digits.
_ROUNDS = 30
_SETTLED = 1e-13


def from_wgs84(lon: ArrayLike, lat: ArrayLike, crs: CRS | str) -> Pair:
    """WGS 84 degrees to degrees of `crs`. ValueError for an unknown system."""
    return _FORWARD[CRS(crs)](*points(lon, lat))


def to_wgs84(lon: ArrayLike, lat: ArrayLike, crs: CRS | str) -> Pair:
    """Degrees of `crs` to WGS 84 degrees: the inverse of `from_wgs84` to floating precision.

    GCJ-02 stops at the edge of a box around China, where a strip some 500 m wide has two
    originals or none; there the original inside the box is taken.
    """
    return _INVERSE[CRS(crs)](*points(lon, lat))


def _same(lon: Floats, lat: Floats) -> Pair:
    return lon, lat


def _in_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    west, south, east, north = _CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _obfuscation(lon: Floats, lat: Floats) -> Pair:
    """What GCJ-02 adds to a WGS 84 point inside China, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (ripple + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (ripple + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    meridian = _A * (1.0 - _EE) / (magic * np.sqrt(magic))
    parallel = _A / np.sqrt(magic) * np.cos(phi)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> Pair:
    inside = _in_china(lon, lat)
    d_lon, d_lat = _obfuscation(lon, lat)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def _gcj02_to_wgs84(lon: Floats, lat: Floats) -> Pair:
    def shifted(x: Floats, y: Floats) -> Pair:
        d_lon, d_lat = _obfuscation(x, y)
        return x + d_lon, y + d_lat

    back_lon, back_lat = _solve(shifted, lon, lat)
    inside = _in_china(back_lon, back_lat)
    return np.where(inside, back_lon, lon), np.where(inside, back_lat, lat)


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> Pair:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _X_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _X_PI)
    return radius * np.cos(angle) + _BD_LON, radius * np.sin(angle) + _BD_LAT


def _bd09_to_gcj02(lon: Floats, lat: Floats) -> Pair:
    return _solve(_gcj02_to_bd09, lon, lat)


def _solve(forward: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    """The points that `forward`, a near-identity, takes to (lon, lat): fixed-point iteration."""
    x, y = lon, lat
    for _round in range(_ROUNDS):
        image_lon, image_lat = forward(x, y)
        step_lon, step_lat = lon - image_lon, lat - image_lat
        x, y = x + step_lon, y + step_lat
        off = np.maximum(np.abs(step_lon), np.abs(step_lat))
        if not np.any(off > _SETTLED):
            break
    return x, y


_FORWARD: dict[CRS, Callable[[Floats, Floats], Pair]] = {
    CRS.WGS84: _same,
    CRS.CGCS2000: _same,
    CRS.GCJ02: _wgs84_to_gcj02,
    CRS.BD09: lambda lon, lat: _gcj02_to_bd09(*_wgs84_to_gcj02(lon, lat)),
}
_INVERSE: dict[CRS, Callable[[Floats, Floats], Pair]] = {
    CRS.WGS84: _same,
    CRS.CGCS2000: _same,
    CRS.GCJ02: _gcj02_to_wgs84,
    CRS.BD09: lambda lon, lat: _gcj02_to_wgs84(*_bd09_to_gcj02(lon, lat)),
}
