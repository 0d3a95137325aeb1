"""Where circles have their middle and committees their place; which of them a plan takes."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from portal.demo import shapes
from portal.demo.layout import STRADDLING, UNITS
from portal.demo.plan import FULL_CIRCLES, Plan

Floats = NDArray[np.float64]
MARGIN_M = 550
"""Streets reach this far beyond the district, where 区外网点 stand."""
STRADDLING_AT = (2020.0, -660.0)


@dataclass(frozen=True, eq=False)
class Middles:
    """The circles a plan takes: street code and number within it, middle in metres."""

    street: list[str]
    number: list[int]
    at: Floats
    straddling: int
    """Row of the circle that lies in two streets."""
    every: Floats
    """Middles of all circles of the full district."""
    row: list[int]
    """Where each circle stands among all of them."""

    def __len__(self) -> int:
        return len(self.street)

    def rank(self, circle: int) -> int:
        """0 for the circle in two streets, then by distance from it: the same at every scale."""
        away = np.hypot(*(self.every - STRADDLING_AT).T)
        return int((away < away[self.row[circle]]).sum())


def middles(plan: Plan) -> Middles:
    """All circles, or those nearest to the one that lies in two streets."""
    street: list[str] = []
    number: list[int] = []
    found: list[Floats] = []
    for unit in UNITS:
        fixed = np.array([STRADDLING_AT] if unit.code == STRADDLING[0] else []).reshape(-1, 2)
        at = _spread(plan, f"circles {unit.code}", unit.code, unit.circles, fixed)
        found.append(at[np.lexsort((at[:, 0], -np.round(at[:, 1] / 700)))])
        street += [unit.code] * unit.circles
        number += range(1, unit.circles + 1)
    every = np.concatenate(found)
    away = np.hypot(*(every - STRADDLING_AT).T)
    taken = np.sort(np.argsort(away, kind="stable")[: plan.circles])
    return Middles(
        street=[street[row] for row in taken],
        number=[number[row] for row in taken],
        at=every[taken],
        straddling=int(away[taken].argmin()),
        every=every,
        row=[int(row) for row in taken],
    )


@dataclass(frozen=True, eq=False)
class Hoods:
    """Street code → codes of its committees, and a place in metres for each."""

    codes: dict[str, list[str]]
    at: dict[str, Floats]

    def nearest(self, places: Floats, street: NDArray[np.str_]) -> NDArray[np.str_]:
        """The committee of the same street that is nearest to each place; '' outside."""
        found = np.zeros(len(places), dtype="<U12")
        for code, names in self.codes.items():
            here = street == code
            if here.any():
                found[here] = np.array(names)[cKDTree(self.at[code]).query(places[here])[1]]
        return found

    def outlines(self) -> dict[str, dict[str, object]]:
        """Each street divided among its committees, every spot to the nearest."""
        outlines = {}
        for street, names in self.codes.items():
            area, points = shapes.units()[street], shapely.points(self.at[street])
            frame = area.buffer(3_000)
            cells = shapely.get_parts(
                shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=frame)
            )
            cell, point = shapely.STRtree(points).query(cells, predicate="intersects")
            for row, number in zip(cell, point, strict=True):
                outlines[names[number]] = shapes.geojson(cells[row].intersection(area))
        return outlines


def committees(plan: Plan, codes: dict[str, list[str]]) -> Hoods:
    """Every street's committees, spread over it."""
    none = np.empty((0, 2))
    at = {
        code: _spread(plan, f"committees {code}", code, len(names), none)
        for code, names in codes.items()
    }
    return Hoods(codes, at)


def _spread(plan: Plan, subject: str, code: str, count: int, fixed: Floats) -> Floats:
    """`count` places spread evenly over what is built of a unit (Lloyd's method)."""
    rng = plan.chance(subject)
    ground = shapes.units()[code].difference(shapes.unbuilt())
    points = random_points(rng, ground, 24 * count + 400)
    at = np.concatenate([fixed, points[rng.choice(len(points), count - len(fixed), replace=False)]])
    for _ in range(20):
        owner = cKDTree(at).query(points)[1]
        size = np.bincount(owner, minlength=count)
        mean = np.column_stack([np.bincount(owner, axis, count) for axis in points.T])
        free = (np.arange(count) >= len(fixed)) & (size > 0)
        at[free] = mean[free] / size[free, None]
    return np.round(at, 1)


def random_points(rng: np.random.Generator, ground: BaseGeometry, count: int) -> Floats:
    """Points evenly at random inside an area."""
    west, south, east, north = ground.bounds
    shapely.prepare(ground)
    kept = np.empty((0, 2))
    while len(kept) < count:
        tried = rng.uniform((west, south), (east, north), (2 * count + 16, 2))
        kept = np.concatenate([kept, tried[shapely.contains_xy(ground, *tried.T)]])
    return kept[:count]


def covered(plan: Plan, chosen: Middles, radius_m: float) -> BaseGeometry:
    """The part of the plane a plan is about: everything, or around its circles."""
    whole = shapes.district().buffer(MARGIN_M)
    if plan.circles >= FULL_CIRCLES:
        return whole
    around = shapely.union_all(shapely.buffer(shapely.points(chosen.at), radius_m))
    return around.intersection(whole)


def way_out(chosen: Middles) -> BaseGeometry:
    """A strip from the circles to the nearest border, so that some outlets stand beyond it."""
    border = shapes.district().exterior
    away = shapely.distance(shapely.points(chosen.at), border)
    line = shapely.shortest_line(shapely.Point(chosen.at[away.argmin()]), border)
    return line.buffer(MARGIN_M)
