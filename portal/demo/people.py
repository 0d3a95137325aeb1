"""Who lives in the compounds: kinds, residents, ages, floor areas; all of it sample."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.demo.homes import Homes, apportion
from portal.demo.layout import UNITS
from portal.demo.places import Hoods, Middles
from portal.demo.plan import Plan
from portal.demo.shapes import to_degrees
from portal.demo.tables import Table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
KINDS = ("old", "new", "affordable", "commodity")
SIZE = np.array([380.0, 470.0, 820.0, 410.0])
"""Residents of a usual compound of each kind."""
ELDERLY = np.array([1.13, 0.55, 0.9, 0.85])
UNKNOWN = 0.008
"""Share of compounds of which nobody has counted the residents."""


NEW_ESTATE = (
    "planned_on",
    "built_on",
    "accepted_on",
    "delivered_on",
    "floor_area",
    "commercial_area",
)


@dataclass(frozen=True, eq=False)
class Compounds:
    """The compounds in the order of their rows, with places in metres."""

    at: Floats
    street: NDArray[np.str_]
    neighbourhood: NDArray[np.str_]
    kind: NDArray[np.int64]
    residents: Ints
    """0 where unknown."""
    table: Table
    facts: Table


def house(
    plan: Plan,
    homes: Homes,
    chosen: Middles,
    hoods: Hoods,
    parts: dict[str, Any],
) -> Compounds:
    """Residents and particulars of every compound."""
    rng = plan.chance("people")
    order = np.lexsort((homes.at[:, 0], -homes.at[:, 1], homes.street))
    at, street = homes.at[order], homes.street[order]
    kind = _kinds(rng, street)
    known = np.ones(len(at), dtype=bool)
    known[rng.choice(len(at), max(1, round(UNKNOWN * len(at))), replace=False)] = False
    residents = _residents(plan, rng, chosen, street, kind, known)
    neighbourhood = hoods.nearest(at, street)
    ages = _ages(rng, street, kind, residents)
    table = _table(plan, at, street, neighbourhood, kind, residents, known, ages, parts)
    table |= _new_estates(plan, rng, kind, residents)
    return Compounds(at, street, neighbourhood, kind, residents, table, _facts(plan, rng, table))


def _kinds(rng: np.random.Generator, street: NDArray[np.str_]) -> Ints:
    shares = {unit.code: np.cumsum(unit.kinds) for unit in UNITS}
    edges = np.array([shares[code] for code in street])
    drawn = rng.random(len(street))
    return np.minimum((drawn[:, None] >= edges).sum(axis=1), len(KINDS) - 1)


def _residents(
    plan: Plan,
    rng: np.random.Generator,
    chosen: Middles,
    street: NDArray[np.str_],
    kind: Ints,
    known: NDArray[np.bool_],
) -> Ints:
    """Add up to the plan's residents exactly, in each street to its share of them."""
    size = SIZE[kind] * rng.lognormal(0, 0.45, len(street)) * known
    share = {
        unit.code: unit.residents * chosen.street.count(unit.code) / unit.circles for unit in UNITS
    }
    share = {code: value for code, value in share.items() if (street == code).any()}
    totals = apportion(np.array(list(share.values())), plan.residents)
    residents = np.zeros(len(street), dtype=np.int64)
    for code, total in zip(share, totals, strict=True):
        here = street == code
        residents[here] = apportion(size[here], int(total))
    return residents


def _ages(
    rng: np.random.Generator, street: NDArray[np.str_], kind: Ints, residents: Ints
) -> dict[str, Ints]:
    elderly = {unit.code: unit.elderly for unit in UNITS}
    old = np.array([elderly[code] for code in street]) * ELDERLY[kind]
    old = np.clip(old * rng.normal(1, 0.08, len(old)), 0.08, 0.6)
    small = np.clip((0.075 - 0.09 * old) * rng.normal(1, 0.2, len(old)), 0.01, 0.12)
    young = np.clip((0.36 - 0.42 * old) * rng.normal(1, 0.1, len(old)), 0.08, 0.5)
    counts = {
        "population_0_3": 0.48 * small,
        "population_0_6": small,
        "population_18_35": young,
        "population_60": old,
    }
    return {name: np.floor(share * residents).astype(np.int64) for name, share in counts.items()}


def _table(
    plan: Plan,
    at: Floats,
    street: NDArray[np.str_],
    neighbourhood: NDArray[np.str_],
    kind: Ints,
    residents: Ints,
    known: NDArray[np.bool_],
    ages: dict[str, Ints],
    parts: dict[str, Any],
) -> Table:
    rng = plan.chance("compound names")
    count = len(at)
    degrees = to_degrees(at).round(7)
    numbers = _numbers(street)
    roads = rng.choice(parts["roads"], count)
    doors = rng.integers(10, 900, count)
    return {
        "id": plan.ids("compounds", count),
        "street": [str(code) for code in street],
        "neighbourhood": [str(code) for code in neighbourhood],
        "code": [f"{code}-X{n:04d}" for code, n in zip(street, numbers, strict=True)],
        "name": _names(rng, kind, parts),
        "kind": [KINDS[k] for k in kind],
        "address": [f"{road}{door}弄" for road, door in zip(roads, doors, strict=True)],
        "lon": degrees[:, 0].tolist(),
        "lat": degrees[:, 1].tolist(),
        "crs_in": ["wgs84"] * count,
        "households": _known(np.ceil(residents / 2.35).astype(np.int64), known),
        "population": _known(residents, known),
        **{name: _known(values, known) for name, values in ages.items()},
        "version": [1] * count,
        "is_sample": [True] * count,
    }


def _known(values: Ints, known: NDArray[np.bool_]) -> list[int | None]:
    return [int(v) if k else None for v, k in zip(values, known, strict=True)]


def _numbers(street: NDArray[np.str_]) -> list[int]:
    """1, 2, 3 … within each street, in row order."""
    seen: dict[str, int] = {}
    numbers = []
    for code in street.tolist():
        seen[code] = seen.get(code, 0) + 1
        numbers.append(seen[code])
    return numbers


def _names(rng: np.random.Generator, kind: Ints, parts: dict[str, Any]) -> list[str]:
    """Each name once; those that are drawn again are parts of the same estate."""
    suffixes = {row["compound_type"]: row["suffixes"] for row in parts["compound_suffixes"]}
    leads = rng.choice(parts["compound_leads"], len(kind))
    pick = rng.random(len(kind))
    used: dict[str, int] = {}
    names = []
    for row, lead in enumerate(leads):
        ends = suffixes[KINDS[kind[row]]]
        stem = f"{lead}{ends[int(pick[row] * len(ends))]}"
        used[stem] = used.get(stem, 0) + 1
        part = "" if used[stem] == 1 else f"{_chinese(used[stem])}区"
        names.append(parts["compound_pattern"].format(lead=stem, suffix=part))
    return names


def _chinese(number: int) -> str:
    """A small number in Chinese figures."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    text = ("" if tens < 2 else digits[tens]) + ("十" if tens else "")
    return text + (digits[ones] if ones or not tens else "")


def _new_estates(plan: Plan, rng: np.random.Generator, kind: Ints, residents: Ints) -> Table:
    """四同步 dates and floor areas of new estates; some lie under the ten percent."""
    count = len(kind)
    table: Table = {name: [None] * count for name in NEW_ESTATE}
    for turn, row in enumerate(np.flatnonzero(kind == KINDS.index("new"))):
        delivered = int(rng.integers(90, 2400))
        lags = np.cumsum(rng.integers((20, 60, 380), (60, 140, 760)))
        floor = max(60, int(residents[row])) * float(rng.uniform(33, 46))
        share = float(rng.uniform(0.055, 0.099) if turn % 4 == 0 else rng.uniform(0.1, 0.16))
        values: dict[str, Any] = {
            "delivered_on": plan.ago(delivered),
            "accepted_on": plan.ago(delivered + lags[0]),
            "built_on": plan.ago(delivered + lags[1]),
            "planned_on": plan.ago(delivered + lags[2]),
            "floor_area": _square_metres(floor),
            # Of one in fifteen the papers do not say how much.
            "commercial_area": None if turn % 15 == 7 else _square_metres(floor * share),
        }
        for name, value in values.items():
            table[name][row] = value
    return table


def _square_metres(area: float) -> Decimal:
    return Decimal(round(area * 10)) / 10


PEOPLE = (
    "population",
    "population_0_3",
    "population_0_6",
    "population_18_35",
    "population_60",
)


def _facts(plan: Plan, rng: np.random.Generator, table: Table) -> Table:
    """Residents over time: for one in eight there was an older count."""
    since = plan.ago(5 * 365)
    facts: Table = {name: [] for name in ("compound", "valid_from", "valid_to", *PEOPLE)}
    recounted = rng.random(len(table["id"])) < 0.125
    grown = rng.uniform(0.93, 1.03, len(table["id"]))
    change = [plan.ago(days) for days in rng.integers(200, 700, len(table["id"]))]
    for row, compound in enumerate(table["id"]):
        now = [table[name][row] for name in PEOPLE]
        periods: list[tuple[dt.date, dt.date | None, list[int | None]]] = [(since, None, now)]
        if recounted[row]:
            older = [None if value is None else int(value * grown[row]) for value in now]
            periods = [(since, change[row], older), (change[row], None, now)]
        for start, end, values in periods:
            for name, value in zip(facts, (compound, start, end, *values), strict=True):
                facts[name].append(value)
    return facts
