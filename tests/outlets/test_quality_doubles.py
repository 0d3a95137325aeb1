"""Outlets of one format at one place: against every pair measured one by one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geo import geodesic_m
from outlets.models import BusinessFormat, QualityRule
from outlets.quality.book import Book
from outlets.quality.places import near_ones
from outlets.quality.registry import known_rules
from tests.factories import CENTRE_LAT, CENTRE_LON, OutletFactory, StreetFactory
from tests.outlets.test_quality_rules import TODAY

# A raster of about 1 m: 24 m across, so that many points meet and some share theirs.
STEP = 1e-5
POINTS = st.lists(
    st.tuples(st.integers(0, 25), st.integers(0, 22), st.integers(0, 2)), min_size=2, max_size=40
)
EDGE = 1e-3


@given(POINTS, st.floats(0.5, 12))
def test_as_every_pair_measured_on_the_ellipsoid(
    points: list[tuple[int, int, int]], reach: float
) -> None:
    lon = np.array([CENTRE_LON + x * STEP for x, _y, _kind in points])
    lat = np.array([CENTRE_LAT + y * STEP for _x, y, _kind in points])
    kind = np.array([k for _x, _y, k in points], dtype=np.int64)
    near = near_ones(lon, lat, kind, reach)
    for at in range(len(points)):
        away = geodesic_m(lon[at], lat[at], lon, lat)
        away[(kind != kind[at]) | (np.arange(len(points)) == at)] = np.inf
        # What lies on the very edge may count or not: the plane is off by parts in a million.
        assert np.sum(away < reach - EDGE) <= near.count[at] <= np.sum(away < reach + EDGE)
        if near.count[at]:
            assert near.metres[at] == pytest.approx(away.min(), abs=EDGE)
            assert away[near.nearest[at]] == pytest.approx(away.min(), abs=EDGE)
            assert near.nearest[at] != at


def test_of_equally_near_ones_the_earlier() -> None:
    lon = np.full(4, CENTRE_LON)
    near = near_ones(lon, np.full(4, CENTRE_LAT), np.zeros(4, dtype=np.int64), 5.0)
    assert near.count.tolist() == [3, 3, 3, 3]
    assert near.nearest.tolist() == [1, 0, 0, 0]


def test_many_rows_at_one_point_are_one_spot() -> None:
    """Every pair of them would not fit into any machine."""
    many = 300_000
    near = near_ones(
        np.full(many, CENTRE_LON), np.full(many, CENTRE_LAT), np.zeros(many, dtype=np.int64), 5.0
    )
    assert set(near.count.tolist()) == {many - 1}


@pytest.mark.django_db
def test_open_ones_of_a_format_within_the_limit() -> None:
    street = StreetFactory()
    shop, other = BusinessFormat.objects.order_by("number")[:2]

    def make(metres: float, **columns: Any) -> str:
        # A degree of latitude is 110.85 km here.
        place = {"lon": CENTRE_LON, "lat": CENTRE_LAT + metres / 110_850}
        row = {"street": street, "main_format": shop} | place | columns
        return str(OutletFactory(**row).code)

    first, second, third = make(0), make(3), make(7.5)
    make(20)
    make(0, main_format=other)
    make(0, status="suspended")
    make(0, facility_form="stall")
    make(0, void=True)
    make(0, lon=None, lat=None, place_state="unverified")

    def ask(**numbers: Any) -> dict[str, Any]:
        row = QualityRule.objects.get(code="double_place")
        book = Book(street.district, TODAY)
        codes = dict(zip(book.ids.tolist(), book["code"].tolist(), strict=True))
        found = known_rules()["double_place"].check(book, row.numbers | numbers)
        return {codes[outlet]: detail for outlet, detail in found}

    found = ask()
    assert {code: (d["other"], d["metres"], d["count"]) for code, d in found.items()} == {
        first: (second, 3.0, 1),
        second: (first, 3.0, 2),
        third: (second, 4.5, 1),
    }
    assert set(ask(metres=4)) == {first, second}
    assert len(ask(metres=4, except_forms=[])) == 3
