"""Residential compounds: in which block they stand and which lane leads to them."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from portal.demo import shapes
from portal.demo.layout import UNITS
from portal.demo.places import Middles, covered, random_points
from portal.demo.plan import Plan
from portal.demo.streets import Streets

Floats = NDArray[np.float64]
SETBACK_M = 16
"""Compounds stand this far inside their block where it is deep enough."""
LANE_FROM_M = 18
"""A compound farther than this from the street has a lane of its own."""
BRANCHING = 0.5
"""Share of lanes that fork."""
BLOCK_M2 = (1_500, 260_000)


@dataclass(frozen=True, eq=False)
class Homes:
    """Compounds in metres, by street, and the lanes that lead to them."""

    at: Floats
    street: NDArray[np.str_]
    lanes: list[shapely.LineString]


def settle(plan: Plan, streets: Streets, chosen: Middles) -> Homes:
    """So many compounds as planned, dense around the circles' middles, some between them."""
    rng = plan.chance("homes")
    ground = covered(plan, chosen, 780).intersection(shapes.district())
    ground = ground.difference(shapes.unbuilt().buffer(8))
    shapely.prepare(ground)
    blocks = _blocks(streets, ground)
    middle = shapely.get_coordinates(shapely.point_on_surface(blocks))
    owner = _street_of(middle)
    away = np.hypot(*(middle[:, None] - chosen.at[None]).transpose(2, 0, 1)).min(axis=1)
    weight = shapely.area(blocks) * (0.11 + np.exp(-((away / 600) ** 2)))
    found: list[Floats] = []
    street: list[str] = []
    for code, count in _compounds_per_street(plan, chosen).items():
        here = np.flatnonzero(owner == code)
        for row, number in zip(here, _portions(rng, weight[here], count), strict=True):
            lot = blocks[row].intersection(ground).intersection(shapes.units()[code])
            places = _inside(rng, lot, int(number))
            found.append(places)
            street += [code] * len(places)
    at: Floats = np.concatenate(found).round(1)
    return Homes(at, np.array(street), _lanes(rng, streets, at))


def _blocks(streets: Streets, ground: BaseGeometry) -> NDArray[np.object_]:
    """What the streets enclose, where people can live."""
    faces = shapely.get_parts(shapely.polygonize(streets.lines))
    area = shapely.area(faces)
    faces = faces[(area > BLOCK_M2[0]) & (area < BLOCK_M2[1])]
    return np.asarray(faces[shapely.contains(ground, shapely.point_on_surface(faces))])


def _street_of(places: Floats) -> NDArray[np.str_]:
    codes = np.array([*shapes.units(), ""])
    tree = shapely.STRtree(list(shapes.units().values()))
    point, unit = tree.query(shapely.points(places), predicate="intersects")
    owner = np.full(len(places), len(codes) - 1)
    owner[point] = unit
    return codes[owner]


def _compounds_per_street(plan: Plan, chosen: Middles) -> dict[str, int]:
    """By residents and by how large compounds are; only of the circles taken."""
    share = {
        unit.code: unit.residents * chosen.street.count(unit.code) / unit.circles for unit in UNITS
    }
    share = {code: value for code, value in share.items() if value}
    counts = apportion(np.array(list(share.values())), plan.compounds)
    return dict(zip(share, counts.tolist(), strict=True))


def apportion(weights: Floats, total: int) -> NDArray[np.int64]:
    """Whole numbers in proportion to the weights that add up to `total` (largest remainders)."""
    exact = weights / weights.sum() * total
    whole = np.floor(exact).astype(np.int64)
    rest = np.argsort(-(exact - whole), kind="stable")[: total - int(whole.sum())]
    whole[rest] += 1
    return whole


def _portions(rng: np.random.Generator, weight: Floats, total: int) -> NDArray[np.int64]:
    """`total` drawn in proportion to the weights, evenly (systematic sampling)."""
    edges = np.concatenate([[0], np.cumsum(weight)]) / weight.sum() * total
    return np.diff(np.ceil(edges - rng.random())).astype(np.int64)


def _inside(rng: np.random.Generator, block: BaseGeometry, count: int) -> Floats:
    """Places inside a block, apart from each other."""
    if not count:
        return np.empty((0, 2))
    deep = block.buffer(-SETBACK_M)
    ground = deep if not deep.is_empty else block
    tried = random_points(rng, ground, 5 * count)
    taken = [0]
    away = np.hypot(*(tried - tried[0]).T)
    while len(taken) < count:
        taken.append(int(away.argmax()))
        away = np.minimum(away, np.hypot(*(tried - tried[taken[-1]]).T))
    return tried[taken]


def _lanes(rng: np.random.Generator, streets: Streets, places: Floats) -> list[shapely.LineString]:
    """From the nearest street towards each compound; some go on to the street behind it."""
    tree = shapely.STRtree(streets.lines)
    points = shapely.points(places)
    nearest = streets.lines[tree.nearest(points)]
    foot = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(nearest, points), 0))
    inward = places - foot
    depth = np.hypot(*inward.T)
    bend = rng.normal(0, 0.10, len(places))
    through = rng.random(len(places)) < 0.16
    branch = np.where(rng.random(len(places)) < BRANCHING, rng.uniform(22, 60, len(places)), 0)
    branch *= rng.choice([-1.0, 1.0], len(places))
    lanes = []
    for row in np.flatnonzero(depth > LANE_FROM_M):
        across = np.array([-inward[row, 1], inward[row, 0]])
        turn = foot[row] + 0.55 * inward[row] + bend[row] * across
        lane = [foot[row], turn, foot[row] + (1 - 7 / depth[row]) * inward[row]]
        behind = _street_behind(streets, tree, lane[-1], inward[row] / depth[row])
        if through[row] and behind is not None:
            lane.append(behind)
        lanes.append(shapely.LineString(lane))
        if branch[row]:
            lanes.append(shapely.LineString([turn, turn + branch[row] * across / depth[row]]))
    return lanes


def _street_behind(
    streets: Streets, tree: shapely.STRtree, start: Floats, direction: Floats
) -> Floats | None:
    """Where a straight way on from `start` meets the next street, within 160 m."""
    ray = shapely.LineString([start, start + 160 * direction])
    met = shapely.get_coordinates(
        shapely.intersection(ray, streets.lines[tree.query(ray, predicate="intersects")])
    )
    if not len(met):
        return None
    return np.asarray(met[np.hypot(*(met - start).T).argmin()])
