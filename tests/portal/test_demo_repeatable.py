"""The same plan makes the same demo, to the last id; at every size all its cases occur."""

import datetime as dt

import pytest

from portal.demo.district import generate
from portal.demo.plan import Plan
from portal.demo.tables import length
from tests.portal.demo_samples import DAY, FIXTURES, demo, tables


def test_the_same_plan_makes_identical_rows() -> None:
    one, two = demo(), generate(Plan(0.02, 1, DAY), FIXTURES)
    assert tables(one) == tables(two)
    assert one.network.digest == two.network.digest
    assert one.street_outlines == two.street_outlines
    assert one.neighbourhood_outlines == two.neighbourhood_outlines


def test_another_seed_makes_another_district() -> None:
    one, two = demo(seed=1), demo(seed=2)
    assert one.outlets["lon"] != two.outlets["lon"]
    assert one.outlets["id"] != two.outlets["id"]
    assert one.network.digest != two.network.digest
    # The sketch itself is drawn by hand.
    assert one.street_outlines == two.street_outlines


def test_another_day_moves_the_dates_only() -> None:
    later = generate(Plan(0.02, 1, DAY + dt.timedelta(days=100)), FIXTURES)
    one = demo()
    assert one.network.digest == later.network.digest
    for name in ("id", "lon", "status", "brand", "main_format"):
        assert one.outlets[name] == later.outlets[name]
    moved = {
        new - old
        for old, new in zip(one.outlets["opened_on"], later.outlets["opened_on"], strict=True)
        if old and new
    }
    assert moved == {dt.timedelta(days=100)}


@pytest.mark.parametrize("name", ["outlets", "compounds", "circles", "enterprises", "brands"])
def test_ids_are_ascending_and_of_version_7(name: str) -> None:
    ids = tables(demo())[name]["id"]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)
    assert {each.version for each in ids} == {7}


def test_ids_of_different_tables_and_seeds_differ() -> None:
    one, two = demo(seed=1), demo(seed=2)
    ids = [
        each
        for district in (one, two)
        for name in ("outlets", "compounds", "circles", "enterprises", "brands")
        for each in tables(district)[name]["id"]
    ]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("scale", [0, 0.01, 1.01, -1])
def test_a_scale_out_of_range_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        Plan(scale, 1, DAY)


@pytest.mark.parametrize("seed", [1, 2, 3, 5, 8])
def test_even_the_smallest_demo_has_every_case(seed: int) -> None:
    district = demo(seed=seed)
    outlets = district.outlets
    assert length(outlets) == 280
    assert length(district.compounds) == 60
    assert length(district.circles) == 6
    assert set(outlets["status"]) == {"open", "closed", "moved", "suspended", "preparing"}
    assert set(outlets["place_state"]) == {"verified", "unverified", "failed"}
    assert set(outlets["facility_form"]) >= {"shop", "smart"}
    assert set(outlets["outside"]) == {True, False}
    assert None in district.compounds["population"]
    assert sum(p or 0 for p in district.compounds["population"]) == round(1_239_800 * 0.02)
    assert len(set(district.circles["state"])) >= 3
    assert sorted(district.circle_streets["role"]).count("partner") == 1
    assert len(set(district.circles["lead_street"])) >= 2
    assert set(district.format_checks["found"]) == {True, False}
    assert len(set(outlets["code"])) == 280
