"""Which outlets belong to which circles: by the boundary if located, else as declared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape


@dataclass(frozen=True, eq=False)
class Members:
    """Pairs (circle row, outlet row), sorted, each once; `inside` = by the boundary."""

    circle: NDArray[np.int32]
    outlet: NDArray[np.int32]
    inside: NDArray[np.bool_]


def memberships(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    located: NDArray[np.bool_],
    outside: NDArray[np.bool_],
    declared: Sequence[Sequence[str]],
    *,
    boundaries: Sequence[dict[str, Any] | None],
    codes: Sequence[str],
) -> Members:
    """Members of each circle. 区外网点 belong to none; a point on the boundary is inside."""
    by_place = _inside(lon, lat, np.flatnonzero(located & ~outside), boundaries)
    circle_of = {code: row for row, code in enumerate(codes)}
    by_word = [
        (circle_of[code], outlet)
        for outlet in np.flatnonzero(~located & ~outside).tolist()
        for code in declared[outlet] or ()
        if code in circle_of
    ]
    pairs = np.concatenate([by_place, np.array(by_word, dtype=np.int32).reshape(-1, 2)])
    inside = np.arange(len(pairs)) < len(by_place)
    _, first = np.unique(pairs, axis=0, return_index=True)
    pairs, inside = pairs[first], inside[first]
    return Members(pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32), inside)


def _inside(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    candidates: NDArray[np.intp],
    boundaries: Sequence[dict[str, Any] | None],
) -> NDArray[np.int32]:
    drawn = [row for row, boundary in enumerate(boundaries) if boundary]
    if not drawn or not len(candidates):
        return np.empty((0, 2), dtype=np.int32)
    areas = np.array([shape(boundaries[row]) for row in drawn])
    tree = shapely.STRtree(shapely.points(lon[candidates], lat[candidates]))
    area, point = tree.query(areas, predicate="intersects")
    return np.stack([np.array(drawn)[area], candidates[point]], axis=1).astype(np.int32)
