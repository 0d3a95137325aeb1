"""How outlets came and went: openings, closings, chains joined, places found; as dated facts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from portal.demo.plan import Plan
from portal.demo.tables import Table

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FACTS: Final = (
    "street", "status", "main_format", "services", "brand", "chain_kind", "facility_form", "lon",
    "lat", "place_state", "employees", "business_area", "open_24h", "elderly_friendly",
    "cash_accepted", "supply",
)  # fmt: skip
"""The columns of the register that are dated."""
# Shares of the register today; at least one outlet each.
STATUS: Final = {"closed": 0.034, "moved": 0.006, "suspended": 0.013, "preparing": 0.009}
PLACE: Final = {"failed": 0.02, "unverified": 0.014}
UNDATED = 0.012
# Shares of open outlets to which this happened in the last two years.
JOINED, FOUND, RESTAFFED = 0.16, 0.12, 0.07
TWO_YEARS = 730


@dataclass(frozen=True, eq=False)
class Lives:
    """For each outlet what it is today and when it opened and closed."""

    status: list[str]
    place_state: list[str]
    opened_on: list[dt.date | None]
    closed_on: list[dt.date | None]
    change_on: list[dt.date]
    """When its present facts began."""


def live(plan: Plan, count: int, spared: Bools) -> Lives:
    """Draw today's states. `spared` outlets are open, verified and have been for long."""
    rng = plan.chance("lives")
    status = _dealt(rng, STATUS, "open", spared)
    place = _dealt(rng, PLACE, "verified", spared)
    recent = rng.random(count) < 0.17
    age = np.where(recent, rng.integers(25, TWO_YEARS, count), rng.integers(TWO_YEARS, 4300, count))
    left = np.isin(status, ["closed", "moved"])
    age = np.where(spared | (left & (age < 400)), age + 800, age)
    change = rng.integers(12, TWO_YEARS, count)
    change = np.minimum(change, age - 5)
    undated = (rng.random(count) < UNDATED) & ~left
    opened: list[dt.date | None] = [
        None if none or state == "preparing" else plan.ago(days)
        for none, state, days in zip(undated, status.tolist(), age, strict=True)
    ]
    return Lives(
        status=status.tolist(),
        place_state=place.tolist(),
        opened_on=opened,
        closed_on=[plan.ago(d) if gone else None for gone, d in zip(left, change, strict=True)],
        change_on=[plan.ago(d) for d in change],
    )


def _dealt(
    rng: np.random.Generator, shares: dict[str, float], usual: str, spared: Bools
) -> NDArray[np.str_]:
    """Each state to its share of the outlets, none to the spared ones."""
    result = np.full(len(spared), usual, dtype="<U10")
    free = rng.permutation(np.flatnonzero(~spared))
    for state, share in shares.items():
        count = max(1, round(share * len(spared)))
        result[free[:count]], free = state, free[count:]
    return result


def facts(plan: Plan, table: Table, change_on: list[dt.date]) -> Table:
    """One to three periods for each outlet; the last is what the register says today."""
    rng = plan.chance("facts")
    count = len(table["id"])
    draws = rng.random((count, 4))
    earlier_days = rng.integers(30, 420, count)
    result: Table = {name: [] for name in ("outlet", "valid_from", "valid_to", *FACTS)}
    columns = [table[name] for name in FACTS]
    for row in range(count):
        today = dict(zip(FACTS, (column[row] for column in columns), strict=True))
        first = table["opened_on"][row] or table["collected_on"][row]
        periods = [(first, today)]
        if table["status"][row] != "open":
            periods = _before_change(first, change_on[row], today)
        else:
            before = _before(today, draws[row])
            on = change_on[row]
            if before and on > first:
                periods = [(first, before), (on, today)]
                halfway = on - dt.timedelta(days=int(earlier_days[row]))
                if draws[row, 3] < RESTAFFED and halfway > first and before["employees"]:
                    older = {**before, "employees": max(1, before["employees"] - 1)}
                    periods = [(first, older), (halfway, before), (on, today)]
        _append(result, table["id"][row], periods)
    return result


def _before_change(
    first: dt.date, on: dt.date, today: dict[str, Any]
) -> list[tuple[dt.date, dict[str, Any]]]:
    """Open until it closed, moved or paused; one that prepares has no past."""
    if today["status"] == "preparing" or on <= first:
        return [(min(first, on), today)]
    return [(first, {**today, "status": "open"}), (on, today)]


def _before(today: dict[str, Any], draw: NDArray[np.float64]) -> dict[str, Any] | None:
    """What was different before the last change, if anything was."""
    if today["brand"] and draw[0] < JOINED:
        return {**today, "brand": None, "chain_kind": "none"}
    if draw[1] < FOUND and today["place_state"] == "verified":
        return {**today, "place_state": "unverified"}
    if draw[2] < RESTAFFED and today["employees"]:
        return {**today, "employees": today["employees"] + 1}
    return None


def _append(result: Table, outlet: Any, periods: list[tuple[dt.date, dict[str, Any]]]) -> None:
    for at, (since, values) in enumerate(periods):
        result["outlet"].append(outlet)
        result["valid_from"].append(since)
        result["valid_to"].append(periods[at + 1][0] if at + 1 < len(periods) else None)
        for name, value in values.items():
            result[name].append(value)
