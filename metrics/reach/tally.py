"""From (compound, outlet, distance) to nearest and counts: the last step of both methods."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .arrays import expand
from .types import NONE_DM, BoolArray, DmArray, Method, Reach, Serves

_COUNT_MAX = 65_535


class Tally:
    """Collects pairs chunk by chunk; a compound's pairs must all come in the same chunk.

    Each (compound, outlet) pair may come once only, with its shortest distance.
    """

    def __init__(
        self, n_compounds: int, serves: Serves, limits_dm: NDArray[np.int64], radius_dm: int
    ) -> None:
        self._serves = serves
        self._limits = limits_dm
        self._radius = radius_dm
        order = np.argsort(limits_dm, kind="stable")
        self._rank = np.argsort(order, kind="stable")
        # the band of every possible distance: a table look-up instead of a search per pair
        self._band = np.searchsorted(limits_dm[order], np.arange(radius_dm + 1), side="left")
        shape = (n_compounds, serves.n_formats)
        self.nearest: DmArray = np.full(shape, NONE_DM, dtype=np.uint16)
        self.counts: DmArray = np.zeros((*shape, len(limits_dm)), dtype=np.uint16)

    @property
    def cells_per_compound(self) -> int:
        """What one compound costs in memory besides its pairs; callers size their chunks by it."""
        return self._serves.n_formats * (len(self._limits) + 1)

    def add(
        self,
        first: int,
        last: int,
        compound: NDArray[np.int64],
        outlet: NDArray[np.int64],
        distance_dm: NDArray[np.int64],
    ) -> None:
        """Take the pairs (distances <= radius) of the compounds [first, last)."""
        indptr = self._serves.indptr
        n_formats, n_bands = self._serves.n_formats, len(self._limits) + 1
        pair, position = expand(indptr[outlet], indptr[outlet + 1] - indptr[outlet])
        distance = distance_dm[pair]
        cell = (compound[pair] - first) * n_formats + self._serves.formats[position]
        nearest = self.nearest[first:last].reshape(-1)
        np.minimum.at(nearest, cell, distance.astype(np.uint16))
        n_cells = (last - first) * n_formats
        histogram = np.bincount(cell * n_bands + self._band[distance], minlength=n_cells * n_bands)
        totals = histogram.reshape(last - first, n_formats, n_bands).cumsum(axis=2)
        self.counts[first:last] = np.minimum(totals[:, :, self._rank], _COUNT_MAX)

    def reach(
        self,
        method: Method,
        unsnapped: BoolArray,
        outlets_unsnapped: BoolArray,
        detour: float | None = None,
    ) -> Reach:
        """The result, when every compound has been added."""
        return Reach(
            nearest_dm=self.nearest,
            counts=self.counts,
            limits_dm=self._limits,
            radius_dm=self._radius,
            method=method,
            unsnapped=unsnapped,
            outlets_unsnapped=outlets_unsnapped,
            detour=detour,
        )
