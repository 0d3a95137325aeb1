"""The demo is worth looking at: circles that pass and miss, a past that leads to today."""

import datetime as dt
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely

from portal.demo.timeline import FACTS
from tests.portal.demo_samples import DAY, column, demo, fixture, shape

FIRST = "310107005"
BASIC = [row["code"] for row in fixture("formats")["formats"] if row["category"] == "basic"]
BITS = {row["code"]: row["bit"] for row in fixture("services")["services"]}
STANDS_FOR = {
    row["service"]: row["format"]
    for row in fixture("services")["service_formats"]
    if row["counts_as_format"]
}
TWO_YEARS_AGO = DAY - dt.timedelta(days=730)
A_YEAR_AGO = DAY.replace(year=DAY.year - 1)


def served_in(district: Any, row: int) -> set[str]:
    """Formats that open outlets inside a circle's boundary serve, add-on services included."""
    outlets = district.outlets
    lon, lat = (np.array(outlets[name], dtype=float) for name in ("lon", "lat"))
    inside = shapely.contains_xy(shape(district.circles["boundary"][row]), lon, lat)
    inside &= column(outlets, "status") == "open"
    inside &= column(outlets, "place_state") == "verified"
    codes = set(column(outlets, "main_format")[inside])
    masks = column(outlets, "services")[inside]
    return codes | {f for s, f in STANDS_FOR.items() if (masks >> BITS[s] & 1).any()}


def last_word(district: Any) -> dict[tuple[str, str], dt.date]:
    """The latest confirmation of each (street, format)."""
    words: dict[tuple[str, str], dt.date] = {}
    table = district.completeness
    for street, code, on in zip(table["street"], table["format"], table["on"], strict=True):
        words[street, code] = max(on, words.get((street, code), dt.date.min))
    return words


@pytest.mark.parametrize("scale", [0.02, 1.0])
def test_some_circles_have_every_basic_format_and_some_miss_one(scale: float) -> None:
    district = demo(scale)
    missing = [set(BASIC) - served_in(district, row) for row in range(len(district.circles["id"]))]
    assert any(not each for each in missing)
    assert any("repair" in each for each in missing)
    assert any("laundry" in each for each in missing)
    if scale == 1.0:
        assert any({"wet_market", "fresh_market"} <= each for each in missing)
        assert 10 <= sum(not each for each in missing) <= 45


@pytest.mark.parametrize("scale", [0.02, 1.0])
def test_what_is_missing_is_known_absent_here_and_unknown_there(scale: float) -> None:
    district = demo(scale)
    words = last_word(district)
    verdicts = set()
    for row, street in enumerate(district.circles["lead_street"]):
        for code in set(BASIC) - served_in(district, row):
            word = words.get((street, code))
            verdicts.add("never" if word is None else "recent" if word > A_YEAR_AGO else "expired")
    assert verdicts >= {"recent", "expired"}
    if scale == 1.0:
        assert "never" in verdicts


def test_confirmations_and_checks_are_of_the_past() -> None:
    district = demo(1.0)
    assert max(district.completeness["on"]) <= DAY
    assert max(district.format_checks["checked_on"]) <= DAY
    assert any(on <= A_YEAR_AGO for on in district.format_checks["checked_on"])


def test_a_check_that_found_nothing_is_not_contradicted_by_the_register() -> None:
    district = demo(1.0)
    rows = {circle: row for row, circle in enumerate(district.circles["id"])}
    table = district.format_checks
    for circle, code, found in zip(table["circle"], table["format"], table["found"], strict=True):
        if not found:
            assert code not in served_in(district, rows[circle])


def test_only_the_first_batch_is_assigned() -> None:
    circles = demo(1.0).circles
    batch = {
        code: each for code, each in zip(circles["code"], circles["batch"], strict=True) if each
    }
    assert set(batch.values()) == {"2021"}
    assert len(batch) == 8
    assert all(code.startswith(FIRST) for code in batch)


def test_states_and_levels_are_mixed_and_consistent() -> None:
    circles = demo(1.0).circles
    assert set(circles["state"]) == {"accepted", "built", "building", "nurtured"}
    assert set(circles["level"]) == {"", "basic", "improved", "quality"}
    rows = zip(
        *(circles[n] for n in ("state", "level", "level_year", "built_on", "accepted_on")),
        strict=True,
    )
    for state, level, year, built, accepted in rows:
        assert bool(level) == (state == "accepted") == (accepted is not None) == (year is not None)
        assert (built is not None) == (state in ("built", "accepted"))
        assert accepted is None or accepted > built
        assert built is None or built <= DAY
        assert accepted is None or accepted <= DAY


@pytest.mark.parametrize("owner", ["outlet", "circle", "compound"])
@pytest.mark.parametrize("scale", [0.02, 1.0])
def test_facts_follow_each_other_without_gap_up_to_today(owner: str, scale: float) -> None:
    facts = getattr(demo(scale), f"{owner}_facts")
    periods: dict[Any, list[tuple[dt.date, dt.date | None]]] = {}
    for key, start, end in zip(facts[owner], facts["valid_from"], facts["valid_to"], strict=True):
        periods.setdefault(key, []).append((start, end))
    assert set(periods) == set(getattr(demo(scale), f"{owner}s")["id"])
    for rows in periods.values():
        assert rows[-1][1] is None
        for (start, end), (following, _) in pairwise(rows):
            assert end == following
            assert start < following
        assert all(start <= DAY for start, _ in rows)


def test_the_last_facts_are_what_the_register_says() -> None:
    district = demo(1.0)
    facts, outlets = district.outlet_facts, district.outlets
    last = {key: row for row, key in enumerate(facts["outlet"])}
    for name in FACTS:
        today = dict(zip(outlets["id"], outlets[name], strict=True))
        assert all(facts[name][row] == today[key] for key, row in last.items()), name
    circles, past = district.circles, district.circle_facts
    for key, state, level in zip(circles["id"], circles["state"], circles["level"], strict=True):
        row = max(r for r, circle in enumerate(past["circle"]) if circle == key)
        assert (past["state"][row], past["level"][row]) == (state, level)


def on_day(district: Any, day: dt.date) -> list[int]:
    """Rows of the facts of outlets that traded on a day."""
    facts = district.outlet_facts
    return [
        row
        for row, (start, end, status) in enumerate(
            zip(facts["valid_from"], facts["valid_to"], facts["status"], strict=True)
        )
        if start <= day and (end is None or end > day) and status == "open"
    ]


def test_two_years_make_a_difference() -> None:
    district = demo(1.0)
    facts = district.outlet_facts

    def figures(day: dt.date) -> tuple[int, float, float]:
        rows = on_day(district, day)
        chain = np.mean([facts["brand"][row] is not None for row in rows])
        mapped = np.mean([facts["place_state"][row] == "verified" for row in rows])
        return len(rows), float(chain), float(mapped)

    then, now = figures(TWO_YEARS_AGO), figures(DAY)
    assert now[0] > 1.05 * then[0]
    assert now[1] > then[1] + 0.02
    assert now[2] > then[2] + 0.05
    closed = [day for day in district.outlets["closed_on"] if day]
    assert sum(day > TWO_YEARS_AGO for day in closed) > 300
    opened = [day for day in district.outlets["opened_on"] if day]
    assert min(opened).year <= DAY.year - 10
    assert max(opened) <= DAY


def test_closed_outlets_were_open_until_they_closed() -> None:
    district = demo(1.0)
    outlets = district.outlets
    gone = zip(*(outlets[name] for name in ("id", "status", "opened_on", "closed_on")), strict=True)
    starts: dict[Any, list[tuple[dt.date, str]]] = {}
    facts = district.outlet_facts
    for key, start, status in zip(
        facts["outlet"], facts["valid_from"], facts["status"], strict=True
    ):
        starts.setdefault(key, []).append((start, status))
    for key, status, opened, closed in gone:
        assert (closed is not None) == (status in ("closed", "moved"))
        if closed:
            assert opened < closed <= DAY
            assert starts[key] == [(opened, "open"), (closed, status)]


def test_add_on_services_are_offered_but_not_by_machines() -> None:
    outlets = demo(1.0).outlets
    offers = column(outlets, "services") > 0
    assert 0.15 < offers.mean() < 0.3
    assert not offers[column(outlets, "facility_form") == "smart"].any()
    mask = np.bitwise_or.reduce(column(outlets, "services"))
    assert mask >> 8 == 0
    kinds = {kind for kind in outlets["breakfast_kind"] if kind}
    assert kinds == {"shop", "convenience", "restaurant", "elderly", "mobile"}
