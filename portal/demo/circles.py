"""Circles: what is within reach of their middle, whom they serve, and how far they have come."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from portal.demo import shapes
from portal.demo.layout import STRADDLING
from portal.demo.network import Roads
from portal.demo.people import Compounds
from portal.demo.places import Middles
from portal.demo.plan import Plan
from portal.demo.tables import Table

REACH_DM = 9_000
"""A boundary encloses what lies within 900 m on foot of the middle."""
OVERLAP_M = 70
"""One circle in four reaches this far into its neighbours."""
FIRST_BATCH: Final = "310107005"
"""The plan names one street only; circles elsewhere carry no batch (待定)."""
PLAN_ISSUED: Final = dt.date(2021, 12, 10)

# What a circle lacks, dealt out in turn; the empty ones have every format.
GAPS: Final[tuple[tuple[str, ...], ...]] = (
    (),
    ("repair",),
    (),
    ("laundry", "photo_print"),
    ("wet_market", "recycling"),
    (),
    ("wet_market", "fresh_market"),
    ("housekeeping",),
    (),
    ("repair", "forward_warehouse"),
    ("pharmacy",),
    (),
    ("recycling", "forward_warehouse", "bookstore"),
)
REQUIRED: Final = frozenset({"repair", "pharmacy", "fresh_market"})
# (state, level), dealt out in turn.
STATES: Final[tuple[tuple[str, str], ...]] = (
    ("accepted", "improved"),
    ("built", ""),
    ("accepted", "quality"),
    ("building", ""),
    ("accepted", "basic"),
    ("built", ""),
    ("accepted", "improved"),
    ("accepted", "basic"),
    ("nurtured", ""),
)
FIRST_BATCH_STATES: Final[tuple[tuple[str, str], ...]] = (
    ("accepted", "quality"),
    ("accepted", "improved"),
    ("accepted", "quality"),
    ("accepted", "basic"),
    ("accepted", "improved"),
    ("accepted", "quality"),
    ("built", ""),
    ("accepted", "improved"),
)


@dataclass(frozen=True, eq=False)
class Circles:
    """The circles as drawn, with what the outlets need to know of them."""

    areas: list[shapely.Polygon]
    """Boundaries in metres."""
    lacks: list[tuple[str, ...]]
    """Format codes that no outlet inside may serve."""
    codes: list[str]
    states: list[tuple[str, str]]
    table: Table
    streets: Table
    compounds: Table
    neighbourhoods: Table
    facts: Table


def draw(
    plan: Plan, roads: Roads, chosen: Middles, homes: Compounds, parts: dict[str, Any]
) -> Circles:
    """Everything about the circles of the plan."""
    areas = _areas(roads, chosen)
    ids = plan.ids("circles", len(chosen))
    lead = chosen.street
    codes = [f"{code}-Q{number:02d}" for code, number in zip(lead, chosen.number, strict=True)]
    rank = [chosen.rank(row) for row in range(len(chosen))]
    lacks = [GAPS[at % len(GAPS)] for at in rank]
    states = [
        _state(code, number, at, missing)
        for code, number, at, missing in zip(lead, chosen.number, rank, lacks, strict=True)
    ]
    dates = [_dates(plan, rank[i], lead[i], states[i][0]) for i in range(len(chosen))]
    served = _served(areas, homes)
    streets: Table = {
        "circle": [*ids, ids[chosen.straddling]],
        "street": [*lead, STRADDLING[1]],
        "role": ["lead"] * len(ids) + ["partner"],
    }
    links = [(ids[c], homes.table["id"][h]) for c, rows in enumerate(served) for h in rows]
    hoods = [(ids[c], code) for c, rows in enumerate(served) for code in _hoods(homes, rows)]
    table = _table(plan, chosen, ids, lead, codes, states, dates, areas, parts)
    return Circles(
        areas=areas,
        lacks=lacks,
        codes=codes,
        states=states,
        table=table,
        streets=streets,
        compounds={"circle": [c for c, _ in links], "compound": [h for _, h in links]},
        neighbourhoods={"circle": [c for c, _ in hoods], "neighbourhood": [n for _, n in hoods]},
        facts=_facts(table, dates, streets, links, hoods),
    )


def _state(street: str, number: int, rank: int, lacks: tuple[str, ...]) -> tuple[str, str]:
    """State and level; where a required format is lacking nobody has given more than the lowest."""
    dealt = FIRST_BATCH_STATES[number - 1] if street == FIRST_BATCH else STATES[rank % len(STATES)]
    return (dealt[0], "basic") if dealt[1] and REQUIRED.intersection(lacks) else dealt


def _areas(roads: Roads, chosen: Middles) -> list[shapely.Polygon]:
    """What is within reach, cut to the street and (with a strip of overlap) to its own side."""
    street_nodes = np.unique(roads.network.u[~roads.lane])
    tree = shapely.STRtree(shapely.points(roads.nodes[street_nodes]))
    middle = street_nodes[tree.nearest(shapely.points(chosen.at))]
    reach = dijkstra(roads.network.graph, directed=False, indices=middle, limit=REACH_DM)
    cells = _cells(chosen.every)
    areas = []
    for row, at in enumerate(chosen.at):
        near = shapely.MultiPoint(roads.nodes[np.isfinite(reach[row])])
        walk = shapely.concave_hull(near, ratio=0.3).buffer(110).buffer(-120).buffer(50)
        own = next(cell for cell in cells if cell.intersects(shapely.Point(at)))
        overlap = OVERLAP_M if chosen.rank(row) % 4 == 0 else 0
        area = walk.intersection(own.buffer(overlap)).simplify(4)
        area = area.intersection(_ground(chosen, row))
        areas.append(max(shapely.get_parts(area), key=lambda part: part.area))
    return areas


def _cells(every: NDArray[np.float64]) -> list[BaseGeometry]:
    frame = shapes.district().buffer(2_000)
    return list(
        shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(every), extend_to=frame))
    )


def _ground(chosen: Middles, row: int) -> BaseGeometry:
    units = shapes.units()
    if row == chosen.straddling:
        return shapely.union_all([units[code] for code in STRADDLING])
    return units[chosen.street[row]]


def _served(areas: list[shapely.Polygon], homes: Compounds) -> list[NDArray[np.int64]]:
    """Rows of the compounds inside each circle."""
    tree = shapely.STRtree(shapely.points(homes.at))
    return [np.sort(tree.query(area, predicate="intersects")) for area in areas]


def _hoods(homes: Compounds, rows: NDArray[np.int64]) -> list[str]:
    """Committees of which at least a third of the compounds are among `rows`."""
    names, inside = np.unique(homes.neighbourhood[rows], return_counts=True)
    whole = {name: int((homes.neighbourhood == name).sum()) for name in names}
    return [str(n) for n, count in zip(names, inside, strict=True) if 3 * count >= whole[n]]


@dataclass(frozen=True)
class _Dates:
    started: dt.date
    built: dt.date | None
    accepted: dt.date | None


def _dates(plan: Plan, rank: int, street: str, state: str) -> _Dates:
    """Later circles started later; nobody has been accepted in less than a year and a half."""
    rng = plan.chance(f"dates of circle {rank}")
    if street == FIRST_BATCH:
        started = PLAN_ISSUED + dt.timedelta(days=21)
    elif state in ("built", "accepted"):
        started = plan.ago(rng.integers(760, 1500))
    else:
        started = plan.ago(rng.integers(60, 420))
    built = started + dt.timedelta(days=int(rng.integers(260, 420)))
    accepted = built + dt.timedelta(days=int(rng.integers(140, 300)))
    return _Dates(
        started,
        built if state in ("built", "accepted") else None,
        accepted if state == "accepted" else None,
    )


def _table(
    plan: Plan,
    chosen: Middles,
    ids: list[Any],
    lead: list[str],
    codes: list[str],
    states: list[tuple[str, str]],
    dates: list[_Dates],
    areas: list[shapely.Polygon],
    parts: dict[str, Any],
) -> Table:
    count = len(ids)
    names = {code: name for code, name in parts["street_names"].items()}
    themes, people = parts["themes"], parts["person_pattern"]
    layouts = ("street", "cluster", "scattered")
    return {
        "id": ids,
        "code": codes,
        "name": [
            parts["circle_pattern"].format(street=names[code], number=number)
            for code, number in zip(lead, chosen.number, strict=True)
        ],
        "lead_street": lead,
        "layout": [layouts[chosen.rank(row) % 3] for row in range(count)],
        "state": [state for state, _ in states],
        "level": [level for _, level in states],
        "level_year": [each.accepted.year if each.accepted else None for each in dates],
        "boundary": [shapes.geojson(area) for area in areas],
        "theme": [themes[chosen.rank(row) % len(themes)] for row in range(count)],
        "batch": ["2021" if code == FIRST_BATCH else None for code in lead],
        "started_on": [each.started for each in dates],
        "built_on": [each.built for each in dates],
        "accepted_on": [each.accepted for each in dates],
        "responsible": [people.format(number=100 + chosen.rank(row)) for row in range(count)],
        "planner": [people.format(number=200 + chosen.rank(row)) for row in range(count)],
        "operator": ["演示·社区商业运营单位"] * count,
        "version": [1] * count,
        "is_sample": [True] * count,
    }


def _facts(
    table: Table,
    dates: list[_Dates],
    streets: Table,
    compounds: list[tuple[Any, Any]],
    hoods: list[tuple[Any, str]],
) -> Table:
    """One period for each state a circle has passed through."""
    of_street = _grouped(zip(streets["circle"], streets["street"], strict=True))
    of_compound = _grouped((circle, str(compound)) for circle, compound in compounds)
    of_hood = _grouped(hoods)
    facts: Table = {
        name: []
        for name in (
            "circle",
            "valid_from",
            "valid_to",
            "state",
            "level",
            "boundary",
            "street_ids",
            "compound_ids",
            "neighbourhood_ids",
        )
    }
    for row, circle in enumerate(table["id"]):
        own = dates[row]
        steps = [
            ("nurtured", own.started - dt.timedelta(days=150)),
            ("building", None if table["state"][row] == "nurtured" else own.started),
            ("built", own.built),
            ("accepted", own.accepted),
        ]
        taken = [(state, since) for state, since in steps if since]
        for at, (state, since) in enumerate(taken):
            facts["circle"].append(circle)
            facts["valid_from"].append(since)
            facts["valid_to"].append(taken[at + 1][1] if at + 1 < len(taken) else None)
            facts["state"].append(state)
            facts["level"].append(table["level"][row] if state == "accepted" else "")
            facts["boundary"].append(table["boundary"][row])
            facts["street_ids"].append(of_street[circle])
            facts["compound_ids"].append(of_compound.get(circle, []))
            facts["neighbourhood_ids"].append(of_hood.get(circle, []))
    return facts


def _grouped(pairs: Any) -> dict[Any, list[str]]:
    grouped: dict[Any, list[str]] = {}
    for key, value in pairs:
        grouped.setdefault(key, []).append(value)
    return grouped
