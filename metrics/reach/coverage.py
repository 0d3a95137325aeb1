"""Shares of residents: who reaches what, summed over areas (circles, streets, the district).

An area is a row of a sparse matrix [A, H] of its compounds. A compound whose population is unknown
(NaN or negative), or whose reach is unknown, counts in neither numerator nor denominator; how many
were known is given beside every share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from .types import MAX_RADIUS_DM, NONE_DM, BoolArray, DmArray, FloatArray


@dataclass(frozen=True, eq=False)
class Coverage:
    """numerator float64 [A, F] (or [A]), denominator float64 [A]: residents.

    known, members int64 [A]: compounds whose figures are known, and all compounds of the area.
    A denominator of 0 means *no value*, never 0 %.
    """

    numerator: FloatArray
    denominator: FloatArray
    known: NDArray[np.int64]
    members: NDArray[np.int64]


def areas_from_pairs(area: ArrayLike, compound: ArrayLike, n_areas: int, n_compounds: int) -> Any:
    """csr_array [A, H] of ones; a repeated pair counts once."""
    pairs = np.stack([np.asarray(area, dtype=np.int64), np.asarray(compound, dtype=np.int64)])
    a, h = np.unique(pairs, axis=1)
    return csr_array((np.ones(len(a)), (a, h)), shape=(n_areas, n_compounds))


def coverage(
    nearest_dm: DmArray,
    within_dm: ArrayLike,
    population: ArrayLike,
    areas: Any,
    *,
    known: BoolArray | None = None,
) -> Coverage:
    """Residents who reach each format within its limit.

    nearest_dm  uint16 [H, F]; population [H]; within_dm int [F] (or one for all), none larger
                than the radius that nearest_dm was computed with: beyond it nothing was sought;
    areas       sparse [A, H] weights (1 = all residents of the compound belong to the area);
    known       bool [H], e.g. `~reach.unsnapped`; all when left out.
    """
    reached = _reached(nearest_dm, within_dm)
    return _share(reached, population, areas, known)


def basket(
    nearest_dm: DmArray,
    within_dm: ArrayLike,
    groups: Sequence[Sequence[int]],
    population: ArrayLike,
    areas: Any,
    *,
    at_least: int | None = None,
    known: BoolArray | None = None,
) -> Coverage:
    """Residents who reach one format of every group (or of `at_least` groups) in time.

    A required format is a group of one column, an either-or group lists its columns. The result's
    numerator is [A]. ValueError when there is no group, or a group is empty.
    """
    if not groups or not all(groups):
        raise ValueError("a basket needs groups, and each group at least one format")
    reached = _reached(nearest_dm, within_dm)
    met = np.stack([reached[:, list(group)].any(axis=1) for group in groups], axis=1)
    needed = len(groups) if at_least is None else at_least
    full = met.sum(axis=1) >= needed
    share = _share(full[:, None], population, areas, known)
    return Coverage(share.numerator[:, 0], share.denominator, share.known, share.members)


def weighted_quantiles(
    values: NDArray[Any],
    population: ArrayLike,
    areas: Any,
    percents: Sequence[int] = (50, 90),
    *,
    known: BoolArray | None = None,
    missing: int = NONE_DM,
) -> NDArray[Any]:
    """Population-weighted quantiles [A, F, Q] of values [H, F], in the type of `values`.

    The p-quantile is the smallest value v such that residents with a value <= v are at least
    p percent. NONE_DM sorts last and is a possible answer: so many residents reach nothing.
    An area without known residents gets `missing`.
    """
    if not all(0 < percent <= 100 for percent in percents):
        raise ValueError("percents lie above 0 and at most 100")
    weight, is_known = _weights(population, known)
    members = csr_array(areas).tocoo()
    area, compound = members.coords
    share = members.data * np.where(is_known, weight, 0.0)[compound]
    area, compound, share = area[share > 0], compound[share > 0], share[share > 0]
    result = np.full((members.shape[0], values.shape[1], len(percents)), missing, values.dtype)
    if not len(area):
        return result
    for column in range(values.shape[1]):
        order = np.lexsort((values[compound, column], area))
        sorted_area, sorted_value = area[order], values[compound[order], column]
        filled, start = np.unique(sorted_area, return_index=True)
        stop = np.append(start[1:], len(sorted_area))
        running = np.cumsum(share[order])
        before = np.where(start > 0, running[start - 1], 0.0)
        total = running[stop - 1] - before
        for index, percent in enumerate(percents):
            # whole residents x whole percent: exact, where 0.9 x total would not be
            enough = 100.0 * (running - np.repeat(before, stop - start)) >= np.repeat(
                percent * total, stop - start
            )
            first = np.minimum.reduceat(
                np.where(enough, np.arange(len(enough)), len(enough)), start
            )
            result[filled, column, index] = sorted_value[first]
    return result


def _reached(nearest_dm: DmArray, within_dm: ArrayLike) -> BoolArray:
    within = np.broadcast_to(np.asarray(within_dm, dtype=np.int64), nearest_dm.shape[1:])
    if (within > MAX_RADIUS_DM).any():
        raise ValueError("a limit is larger than any radius")
    reached: BoolArray = nearest_dm.astype(np.int64) <= within
    return reached


def _weights(population: ArrayLike, known: BoolArray | None) -> tuple[FloatArray, BoolArray]:
    weight = np.asarray(population, dtype=np.float64)
    is_known = np.isfinite(weight) & (weight >= 0)
    if known is not None:
        is_known &= known
    return np.where(is_known, weight, 0.0), is_known


def _share(
    reached: BoolArray, population: ArrayLike, areas: Any, known: BoolArray | None
) -> Coverage:
    weight, is_known = _weights(population, known)
    matrix = csr_array(areas)
    present = csr_array((matrix.data != 0, matrix.indices, matrix.indptr), shape=matrix.shape)
    present = present.astype(np.int64)
    return Coverage(
        numerator=np.asarray(matrix @ (reached * weight[:, None])),
        denominator=np.asarray(matrix @ weight),
        known=np.asarray(present @ is_known.astype(np.int64)),
        members=np.asarray(present @ np.ones(len(weight), dtype=np.int64)),
    )
