"""Where outlets stand: along the streets, dense towards the middles of circles, by format."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from portal.demo import shapes
from portal.demo.circles import Circles
from portal.demo.homes import apportion
from portal.demo.network import Roads
from portal.demo.people import Compounds
from portal.demo.places import Middles
from portal.demo.plan import Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OUTSIDE_SHARE = 0.012
"""Of the register: 区外网点, in the strip beyond the border."""
BETWEEN_SHARE = 0.07
"""Of the others: away from every circle."""
LACK_M = 140
"""A format that a circle lacks is kept this far from its boundary as well."""
LOCKER: Final = "smart"
# Daily formats are spread over the quarter, the others keep to its middle.
DAILY: Final = frozenset(
    {
        "convenience_store",
        "breakfast_shop",
        "fresh_market",
        "parcel_station",
        "pharmacy",
        "repair",
        "hair_beauty",
        "laundry",
        "recycling",
    }
)


@dataclass(frozen=True, eq=False)
class Sites:
    """One entry for each outlet; `circle` is a circle it stands in, or -1."""

    format: NDArray[np.str_]
    form: NDArray[np.str_]
    at: Floats
    street: NDArray[np.str_]
    """'' = outside the district."""
    circle: Ints


def site(
    plan: Plan,
    roads: Roads,
    chosen: Middles,
    homes: Compounds,
    circles: Circles,
    mix: list[dict[str, Any]],
    basic: list[str],
) -> Sites:
    """Formats in the shares of `mix` exactly; circles without gaps get every basic format."""
    rng = plan.chance("sites")
    ground = _Ground(roads, chosen, homes, circles)
    kinds = np.array([(row["format"], row["facility_form"]) for row in mix])
    shares = np.array([row["share"] for row in mix])
    count_outside = max(2, round(OUTSIDE_SHARE * plan.outlets))
    counts = apportion(shares, plan.outlets - count_outside)
    places = [
        _near_homes(rng, homes, int(count))
        if form == LOCKER
        else ground.draw(rng, str(code), int(count))
        for (code, form), count in zip(kinds, counts, strict=True)
    ]
    row = np.repeat(np.arange(len(kinds)), counts)
    at = np.concatenate(places)
    _complete(rng, ground, circles, kinds[row, 0], at, basic)
    beyond = rng.choice(len(kinds), count_outside, p=shares / shares.sum())
    at = np.concatenate([at, ground.draw_outside(rng, count_outside)]).round(1)
    kind = kinds[np.concatenate([row, beyond])]
    street = _streets(at)
    street[len(row) :] = ""
    return Sites(kind[:, 0], kind[:, 1], at, street, first_circle(circles, at))


class _Ground:
    """The edges outlets may stand on, with how much they attract."""

    def __init__(self, roads: Roads, chosen: Middles, homes: Compounds, circles: Circles) -> None:
        self._areas = circles.areas
        self.lines = roads.lines
        self.main, self.lane = roads.main, roads.lane
        middle = shapely.line_interpolate_point(self.lines, 0.5, normalized=True)
        xy = shapely.get_coordinates(middle)
        away = np.hypot(*(xy[:, None] - chosen.at[None]).transpose(2, 0, 1)).min(axis=1)
        pull = np.where(self.main, 1.0, np.where(self.lane, 0.05, 0.55))
        busy = np.random.default_rng(11).lognormal(0, 0.75, len(xy))
        self._bare = shapely.length(self.lines) * pull * busy
        inside = shapely.contains(shapes.district().buffer(-45), middle)
        reach = shapes.district().buffer(420)
        self.beyond = shapely.contains(reach, middle) & shapely.disjoint(
            shapes.district().buffer(45), middle
        )
        self.circle = np.where(inside, first_circle(circles, xy), -2)
        quota = _quotas(homes, circles)
        self._close = self._weigh(self._bare * (0.06 + np.exp(-((away / 270) ** 2))), quota)
        self._spread = self._weigh(self._bare * (0.55 + np.exp(-((away / 430) ** 2))), quota)
        self._barred: dict[str, Bools] = {}
        for area, lacks in zip(circles.areas, circles.lacks, strict=True):
            near = self._near(area) if lacks else False
            for code in lacks:
                self._barred[code] = self._barred.get(code, np.zeros(len(xy), dtype=bool)) | near

    def _weigh(self, weight: Floats, quota: Floats) -> Floats:
        """Scaled so that circle c draws quota[c] and the rest of the district what is left."""
        scaled = np.zeros(len(weight))
        for circle in range(-1, len(quota)):
            here = self.circle == circle
            share = BETWEEN_SHARE if circle < 0 else (1 - BETWEEN_SHARE) * quota[circle]
            if here.any():
                scaled[here] = weight[here] / weight[here].sum() * share
        return scaled

    def _near(self, area: shapely.Polygon) -> Bools:
        around = area.buffer(LACK_M)
        shapely.prepare(around)
        return np.asarray(shapely.intersects(around, self.lines))

    def draw(self, rng: np.random.Generator, code: str, count: int) -> Floats:
        """Places for outlets of a format, none near a circle that lacks it."""
        weight = self._spread if code in DAILY else self._close
        if code in self._barred:
            weight = np.where(self._barred[code], 0, weight)
        return self._beside(rng, rng.choice(len(weight), count, p=weight / weight.sum()))

    def draw_inside(self, rng: np.random.Generator, code: str, circle: int) -> Floats:
        """A place within one circle."""
        weight = np.where(self.circle == circle, self._spread if code in DAILY else self._close, 0)
        places = self._beside(rng, rng.choice(len(weight), 40, p=weight / weight.sum()))
        return places[int(shapely.contains_xy(self._areas[circle], *places.T).argmax())]

    def draw_outside(self, rng: np.random.Generator, count: int) -> Floats:
        """Places in the strip beyond the border."""
        weight = np.where(self.beyond, self._bare, 0)
        return self._beside(rng, rng.choice(len(weight), count, p=weight / weight.sum()))

    def _beside(self, rng: np.random.Generator, edge: Ints) -> Floats:
        """5 to 30 m off the edge, to either side."""
        line = self.lines[edge]
        length = shapely.length(line)
        along = rng.uniform(0.05, 0.95, len(edge)) * length
        foot = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
        ahead = shapely.get_coordinates(
            shapely.line_interpolate_point(line, np.minimum(along + 0.04 * length, length))
        )
        way = ahead - foot
        way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
        low = np.where(self.main[edge], 12, 5)
        high = np.where(self.main[edge], 30, np.where(self.lane[edge], 9, 17))
        side = rng.choice([-1.0, 1.0], len(edge)) * rng.uniform(low, high)
        return foot + side[:, None] * np.column_stack([-way[:, 1], way[:, 0]])


def _quotas(homes: Compounds, circles: Circles) -> Floats:
    """A circle's part of all outlets in circles: large ones have more, but fewer per head."""
    people = [
        homes.residents[shapely.contains_xy(area, *homes.at.T)].sum() for area in circles.areas
    ]
    quota = np.maximum(people, 300) ** 0.85
    return np.asarray(quota / quota.sum())


def _near_homes(rng: np.random.Generator, homes: Compounds, count: int) -> Floats:
    """Lockers stand in or before compounds, in proportion to residents."""
    weight = np.maximum(homes.residents, 60).astype(float)
    row = rng.choice(len(weight), count, p=weight / weight.sum())
    turn = rng.uniform(0, 2 * np.pi, count)
    away = rng.uniform(6, 28, count)
    return homes.at[row] + away[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])


def _complete(
    rng: np.random.Generator,
    ground: _Ground,
    circles: Circles,
    code: NDArray[np.str_],
    at: Floats,
    basic: list[str],
) -> None:
    """Move outlets until circles without gaps hold each basic format, as far as there are any."""
    full = [row for row, lacks in enumerate(circles.lacks) if not lacks]
    inside = np.stack([shapely.contains_xy(circles.areas[row], *at.T) for row in full])
    for which, circle in enumerate(full):
        for wanted in basic:
            if (inside[which] & (code == wanted)).any():
                continue
            # What another complete circle cannot spare stays there.
            spare = code == wanted
            for other in inside:
                own = np.flatnonzero(other & (code == wanted))
                spare[own[:1]] = False
            if spare.any():
                moved = int(rng.choice(np.flatnonzero(spare)))
                at[moved] = ground.draw_inside(rng, wanted, circle)
                inside[:, moved] = [
                    shapely.contains_xy(circles.areas[row], *at[moved]) for row in full
                ]


def _streets(at: Floats) -> NDArray[np.str_]:
    """The street each place lies in; '' for none."""
    codes = np.array([*shapes.units(), ""])
    tree = shapely.STRtree(list(shapes.units().values()))
    point, unit = tree.query(shapely.points(at), predicate="intersects")
    owner = np.full(len(at), len(codes) - 1)
    owner[point] = unit
    return codes[owner]


def first_circle(circles: Circles, at: Floats) -> Ints:
    """Row of a circle that holds each place, -1 for none."""
    point, area = shapely.STRtree(circles.areas).query(shapely.points(at), predicate="intersects")
    found = np.full(len(at), -1)
    found[point[::-1]] = area[::-1]
    return found
