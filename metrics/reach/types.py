"""What goes into a reach computation and what comes out of it: plain arrays with their units.

Every distance is a whole number of decimetres, so that two computations of the same input are equal
to the last unit, on any machine and in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.signedinteger[Any]]
DmArray = NDArray[np.uint16]

NONE_DM = 65_535
"""Stands in `nearest_dm` where nothing lies within the radius."""
MAX_RADIUS_DM = 65_000
"""6,500 m: the largest radius whose distances fit 16 bits beside NONE_DM."""
MIN_RADIUS_DM = 12_000
"""1,200 m: the radius used when every limit is smaller."""
MAX_LIMITS = 16

Method = Literal["network", "straight"]


@dataclass(frozen=True, eq=False)
class Points:
    """Positions in WGS 84 degrees; NaN (or anything off the globe) means: no position."""

    lon: FloatArray
    lat: FloatArray

    @classmethod
    def of(cls, lon: ArrayLike, lat: ArrayLike) -> Points:
        """Points from anything array-like. ValueError when the lengths differ."""
        x = np.ascontiguousarray(lon, dtype=np.float64)
        y = np.ascontiguousarray(lat, dtype=np.float64)
        if x.ndim != 1 or x.shape != y.shape:
            raise ValueError("lon and lat must be one-dimensional and of equal length")
        return cls(x, y)

    def __len__(self) -> int:
        return len(self.lon)

    @property
    def placed(self) -> BoolArray:
        """Which points have a position at all."""
        return (np.abs(self.lon) <= 180.0) & (np.abs(self.lat) <= 90.0)


@dataclass(frozen=True, eq=False)
class Serves:
    """Which formats each outlet serves: `formats[indptr[o]:indptr[o + 1]]`, each at most once."""

    indptr: NDArray[np.int64]
    formats: NDArray[np.int32]
    n_formats: int

    @classmethod
    def from_pairs(
        cls, outlet: ArrayLike, business_format: ArrayLike, n_outlets: int, n_formats: int
    ) -> Serves:
        """From (outlet, format) pairs in any order; repeated pairs count once."""
        o = np.asarray(outlet, dtype=np.int64)
        f = np.asarray(business_format, dtype=np.int64)
        if o.ndim != 1 or o.shape != f.shape:
            raise ValueError("outlet and format must be one-dimensional and of equal length")
        if o.size and (o.min() < 0 or o.max() >= n_outlets or f.min() < 0 or f.max() >= n_formats):
            raise ValueError("an outlet or a format is out of range")
        pairs = np.unique(o * max(n_formats, 1) + f)
        owner, column = np.divmod(pairs, max(n_formats, 1))
        indptr = np.zeros(n_outlets + 1, dtype=np.int64)
        np.cumsum(np.bincount(owner, minlength=n_outlets), out=indptr[1:])
        return cls(indptr, column.astype(np.int32), n_formats)

    @classmethod
    def from_main(cls, business_format: ArrayLike, n_formats: int) -> Serves:
        """One format for each outlet; -1 = serves none of them."""
        f = np.asarray(business_format, dtype=np.int64)
        served = np.flatnonzero(f >= 0)
        return cls.from_pairs(served, f[served], len(f), n_formats)

    @classmethod
    def from_bool(cls, matrix: ArrayLike) -> Serves:
        """From a bool array [outlets, formats]."""
        m = np.asarray(matrix, dtype=bool)
        o, f = np.nonzero(m)
        return cls.from_pairs(o, f, m.shape[0], m.shape[1])

    def __len__(self) -> int:
        return len(self.indptr) - 1


@dataclass(frozen=True, eq=False)
class Reach:
    """What each compound reaches, whichever way it was measured.

    nearest_dm  uint16 [H, F]     to the nearest outlet of each format; NONE_DM beyond radius_dm
    counts      uint16 [H, F, L]  outlets at a distance <= limits_dm[l]; stops at 65,535
    limits_dm   int64 [L]         as asked for, in that order
    unsnapped   bool [H]          compounds without a position or too far from any street: their
                                  rows say nothing (NONE_DM, 0), they are *unknown*, not unreached
    outlets_unsnapped  bool [O]   outlets left out for the same reason
    detour                        the factor used (straight line only)
    """

    nearest_dm: DmArray
    counts: DmArray
    limits_dm: NDArray[np.int64]
    radius_dm: int
    method: Method
    unsnapped: BoolArray
    outlets_unsnapped: BoolArray
    detour: float | None = None

    def counts_within(self, within_dm: ArrayLike) -> DmArray:
        """Counts [H, F] within each format's own limit; every limit must have been asked for."""
        wanted = np.broadcast_to(np.asarray(within_dm, dtype=np.int64), self.counts.shape[1:2])
        matches = wanted[:, None] == self.limits_dm[None, :]
        if not matches.any(axis=1).all():
            raise ValueError("a limit was not among limits_dm of this computation")
        column = np.arange(len(wanted))
        return np.ascontiguousarray(self.counts[:, column, matches.argmax(axis=1)])


def checked_limits(limits_dm: Sequence[int] | NDArray[Any]) -> NDArray[np.int64]:
    """The limits as int64 [L]. ValueError when there are too many or one is out of range."""
    given = np.asarray(limits_dm)
    limits = given.astype(np.int64)
    if limits.ndim != 1 or not 1 <= len(limits) <= MAX_LIMITS or (limits != given).any():
        raise ValueError(f"between 1 and {MAX_LIMITS} limits in whole decimetres are needed")
    if limits.min() < 0 or limits.max() > MAX_RADIUS_DM:
        raise ValueError(f"limits must lie between 0 and {MAX_RADIUS_DM} decimetres")
    return limits


def checked_radius(radius_dm: int | None, limits: NDArray[np.int64]) -> int:
    """The radius to search: as given, or the largest limit, at least 1,200 m."""
    radius = max(int(limits.max()), MIN_RADIUS_DM) if radius_dm is None else int(radius_dm)
    if not int(limits.max()) <= radius <= MAX_RADIUS_DM:
        raise ValueError("the radius must hold every limit and stay within 6,500 m")
    return radius
