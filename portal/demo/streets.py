"""The streets of the sketch: a bent grid of main roads, each superblock cut in its own way.

Lines only; `network.py` makes nodes and edges of them. A small demo is a corner of the large one:
each superblock draws its own chances.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from portal.demo import shapes
from portal.demo.layout import BRIDGES, CROSSINGS, DIAGONALS, Place
from portal.demo.plan import Plan

Floats = NDArray[np.float64]
HALF_M = 7_200
"""The grid runs this far from the origin to every side."""
GRID_M = 0.1
"""Coordinates are whole multiples of this."""
STUB_M = 18
"""Dead ends shorter than this are left out."""


@dataclass(frozen=True, eq=False)
class Streets:
    """Noded lines: they meet at their ends only. `main` marks main roads."""

    lines: NDArray[np.object_]
    main: NDArray[np.bool_]


def lay_streets(plan: Plan, area: BaseGeometry) -> Streets:
    """All streets whose middle lies in `area`, cut where they meet."""
    columns, rows = _spacing(plan, "columns"), _spacing(plan, "rows")
    on_row: dict[int, set[float]] = {j: set(columns) for j in range(len(rows))}
    on_column: dict[int, set[float]] = {i: set(rows) for i in range(len(columns))}
    side: list[shapely.LineString] = []
    shapely.prepare(area)
    corners = warp(np.array([(x, y) for x in columns for y in rows])).reshape(len(columns), -1, 2)
    for i in range(len(columns) - 1):
        for j in range(len(rows) - 1):
            if not area.intersects(
                shapely.MultiPoint(corners[i : i + 2, j : j + 2].reshape(-1, 2))
            ):
                continue
            rng = plan.chance(f"superblock {i} {j}")
            x, y = _cuts(rng, *columns[i : i + 2]), _cuts(rng, *rows[j : j + 2])
            side += _inner_streets(rng, x, y, columns[i : i + 2], rows[j : j + 2])
            for number in (j, j + 1):
                on_row[number].update(x)
            for number in (i, i + 1):
                on_column[number].update(y)
    main = [shapes.smooth(line) for line in DIAGONALS]
    main += [_road(on_row[j], y, along_x=True) for j, y in enumerate(rows)]
    main += [_road(on_column[i], x, along_x=False) for i, x in enumerate(columns)]
    return _noded(main, side, area)


def warp(grid: Floats) -> Floats:
    """Grid coordinates → metres: the bends that keep the grid from looking ruled."""
    u, v = grid[:, 0], grid[:, 1]
    x = (
        u
        + 240 * np.sin(2 * np.pi * v / 7300 + 0.6)
        + 85 * np.sin(2 * np.pi * u / 2900 + 1.1)
        + 48 * np.sin(2 * np.pi * (u + v) / 1750)
    )
    y = (
        v
        + 0.1 * u
        + 300 * np.sin(2 * np.pi * u / 8200 + 2.2)
        + 85 * np.sin(2 * np.pi * v / 3100 + 0.4)
        + 48 * np.sin(2 * np.pi * (u - v) / 1900)
    )
    return np.column_stack([x, y])


def _spacing(plan: Plan, which: str) -> list[float]:
    """Where main roads run: 430 to 800 m apart."""
    steps = plan.chance(which).uniform(430, 800, 2 * HALF_M // 430 + 1)
    places = np.round(np.cumsum(steps) - HALF_M, 1)
    return [float(place) for place in places[places < HALF_M]]


def _cuts(rng: np.random.Generator, low: float, high: float) -> list[float]:
    """Inner streets between two main roads, 95 to 230 m apart."""
    parts = max(2, round((high - low) / float(rng.uniform(125, 190))))
    shares = rng.uniform(0.75, 1.25, parts)
    at = low + (high - low) * np.cumsum(shares / shares.sum())[:-1]
    return [round(float(place), 1) for place in at]


def _inner_streets(
    rng: np.random.Generator, x: list[float], y: list[float], xs: list[float], ys: list[float]
) -> list[shapely.LineString]:
    """The stretches between the corners of a superblock's own grid, some of them missing."""
    nodes = np.array([[(a, b) for b in (ys[0], *y, ys[1])] for a in (xs[0], *x, xs[1])])
    metres = warp(nodes.reshape(-1, 2)).reshape(nodes.shape)
    metres[1:-1, 1:-1] += rng.normal(0, 11, metres[1:-1, 1:-1].shape)
    # Few stretches are missing in old quarters, many in new ones.
    gaps = float(rng.choice([0.06, 0.14, 0.26]))
    upright = metres[1:-1, :-1], metres[1:-1, 1:]
    level = metres[:-1, 1:-1], metres[1:, 1:-1]
    stretches = np.concatenate(
        [np.stack(pair, axis=2).reshape(-1, 2, 2) for pair in (upright, level)]
    )
    kept = stretches[rng.random(len(stretches)) > gaps]
    return list(shapely.linestrings(kept))


def _road(junctions: set[float], at: float, *, along_x: bool) -> shapely.LineString:
    """A main road: through every junction, and a point between two so that it bends."""
    along = np.array(sorted(junctions))
    middle = (along[:-1] + along[1:]) / 2
    places = np.sort(np.concatenate([along, middle[np.diff(along) > 120]]))
    fixed = np.full(len(places), at)
    return shapely.LineString(
        warp(np.column_stack([places, fixed] if along_x else [fixed, places]))
    )


def _noded(
    main: list[shapely.LineString], side: list[shapely.LineString], area: BaseGeometry
) -> Streets:
    """Cut by water and tracks, carried over at bridges and crossings, noded, cut to the area."""
    river, railway = shapes.river().buffer(24), shapes.railway().buffer(20)
    barriers = river.union(railway)
    shapely.prepare(barriers)
    spans = _spans(main, river, BRIDGES) + _spans(main, railway, CROSSINGS)
    roads = [*_outside(main, barriers), *spans]
    green = shapes.zones()
    side = [line for line in side if not green.contains(line)]
    # The roads along the banks and the tracks tie together what the barrier cuts off.
    inner = [*_outside(side, barriers), *_edges_of(river), *_edges_of(railway)]
    lines = shapely.get_parts(shapely.union_all([*roads, *inner], grid_size=GRID_M))
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    lines = lines[shapely.contains(area, middle)]
    lines = lines[~_stubs(lines)]
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    on_road = shapely.STRtree(roads).query(middle, predicate="dwithin", distance=3 * GRID_M)[0]
    return Streets(lines, np.isin(np.arange(len(lines)), on_road))


def _outside(lines: list[shapely.LineString], barriers: BaseGeometry) -> list[BaseGeometry]:
    met = shapely.intersects(barriers, lines)
    free = np.array(lines, dtype=object)
    return [*free[~met], *shapely.difference(free[met], barriers)]


def _edges_of(area: BaseGeometry) -> list[BaseGeometry]:
    return list(shapely.get_parts(area.boundary))


def _spans(
    main: list[shapely.LineString], barrier: BaseGeometry, places: tuple[Place, ...]
) -> list[BaseGeometry]:
    """At each place the nearest stretch on which a main road crosses the barrier squarely."""
    width = 2 * barrier.area / barrier.length
    stretches = shapely.get_parts(shapely.intersection(main, barrier))
    length = shapely.length(stretches)
    square = stretches[(length > 0.9 * width) & (length < 2.2 * width)]
    nearest = {int(shapely.distance(square, shapely.Point(place)).argmin()) for place in places}
    return [square[number] for number in sorted(nearest)]


def _stubs(lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which lines are short dead ends."""
    ends = shapely.get_coordinates(shapely.get_point(lines[:, None], [0, -1]))
    _, number, degree = np.unique(
        np.rint(ends / GRID_M).astype(np.int64), axis=0, return_inverse=True, return_counts=True
    )
    dead = (degree[number.reshape(-1, 2)] == 1).any(axis=1)
    return np.asarray(dead & (shapely.length(lines) < STUB_M))
