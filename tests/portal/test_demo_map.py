"""The sketch holds together: outlines tile, streets connect, things stand where they should."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely

from metrics.reach import Points
from portal.demo import shapes
from portal.demo.district import DemoDistrict
from portal.demo.tables import Table
from tests.portal.demo_samples import column, demo, fixture, metres, shape

NAMES = {row["code"]: row["short_name"] for row in fixture("territory")["streets"]}


@pytest.fixture(scope="module")
def full() -> DemoDistrict:
    return demo(1.0)


def outlines(full: DemoDistrict) -> dict[str, shapely.Geometry]:
    return {code: shape(outline) for code, outline in full.street_outlines.items()}


def places(table: Table) -> "np.ndarray[Any, Any]":
    lon, lat = (np.array(table[name], dtype=float) for name in ("lon", "lat"))
    return shapely.points(lon, lat)


def test_the_ten_units_tile_the_district(full: DemoDistrict) -> None:
    units = list(outlines(full).values())
    assert shapely.coverage_is_valid(units), "borders are shared exactly: no gap, no overlap"
    assert all(unit.is_valid and unit.geom_type == "Polygon" for unit in units)
    whole = shapely.union_all(units)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert sum(unit.area for unit in units) == pytest.approx(whole.area, rel=1e-12)
    assert shapely.equals(whole, shape(full.outline)) or whole.symmetric_difference(
        shape(full.outline)
    ).area == pytest.approx(0, abs=1e-12)


def test_the_district_lies_where_and_is_as_large_as_it_should(full: DemoDistrict) -> None:
    outline = shape(full.outline)
    west, south, east, north = outline.bounds
    assert west > 121.34
    assert east < 121.46
    assert south > 31.215
    assert north < 31.31
    assert 50e6 < metres(outline).area < 65e6


@pytest.mark.parametrize(
    ("one", "direction", "other"),
    [
        ("桃浦", "north", "长征"),
        ("桃浦", "west", "万里"),
        ("长征", "west", "真如"),
        ("万里", "north", "真如"),
        ("真如", "north", "曹杨"),
        ("曹杨", "north", "长风"),
        ("长风", "west", "长寿"),
        ("长寿", "south", "宜川"),
        ("甘泉", "west", "宜川"),
        ("石泉", "east", "真如"),
    ],
)
def test_neighbours_lie_on_the_right_side(
    full: DemoDistrict, one: str, direction: str, other: str
) -> None:
    centres = {NAMES[code]: unit.centroid for code, unit in outlines(full).items()}
    a, b = centres[one], centres[other]
    assert {
        "north": a.y > b.y,
        "south": a.y < b.y,
        "west": a.x < b.x,
        "east": a.x > b.x,
    }[direction]


def test_neighbourhoods_divide_their_street(full: DemoDistrict) -> None:
    for street, unit in outlines(full).items():
        own = [
            shape(outline)
            for code, outline in full.neighbourhood_outlines.items()
            if code.startswith(street)
        ]
        assert sum(area.area for area in own) == pytest.approx(unit.area, rel=1e-3)
        assert shapely.union_all(own).area == pytest.approx(unit.area, rel=1e-3)


def test_the_network_is_one_piece_with_few_ways_over_the_water(full: DemoDistrict) -> None:
    assert full.network.dropped.edges == 0
    lines = full.roads.lines
    lengths = shapely.length(lines)
    assert np.median(lengths) < 250
    assert full.network.length_dm.sum() / 10 == pytest.approx(lengths.sum(), rel=2e-3)
    for barrier, most in ((shapes.river(), 8), (shapes.railway(), 10)):
        crossing = shapely.intersects(lines, barrier).sum()
        assert 3 <= crossing <= 2 * most
    degree = np.bincount(np.concatenate([full.network.u, full.network.v]))
    assert 0.1 < (degree == 1).mean() < 0.5, "cul-de-sacs occur"


def test_compounds_stand_in_their_street_on_dry_ground_near_a_road(full: DemoDistrict) -> None:
    units, points = outlines(full), places(full.compounds)
    street = column(full.compounds, "street")
    for code, unit in units.items():
        assert shapely.contains(unit, points[street == code]).all()
    assert not shapely.intersects(shapes.river(), metres(points)).any()
    hoods = column(full.compounds, "neighbourhood")
    assert all(hood.startswith(code) for hood, code in zip(hoods, street, strict=True))
    assert len(set(hoods)) > 280
    snapped = full.network.snap(Points.of(*shapely.get_coordinates(points).T))
    assert snapped.ok.all()
    assert snapped.access_dm.max() < 1_200


def test_outlets_stand_beside_streets_inside_or_just_outside(full: DemoDistrict) -> None:
    points = places(full.outlets)
    located = ~np.isnan(shapely.get_x(points))
    street = np.array([code or "" for code in full.outlets["street"]])
    for code, unit in outlines(full).items():
        assert shapely.contains(unit, points[located & (street == code)]).mean() > 0.999
    outside = column(full.outlets, "outside")
    assert (outside == (street == "")).all()
    assert 100 < outside.sum() < 300
    border = metres(shape(full.outline))
    beyond = shapely.distance(metres(points[outside & located]), border)
    assert beyond.min() > 0
    assert beyond.max() < 600
    shops = located & (column(full.outlets, "facility_form") != "smart")
    snapped = full.network.snap(Points.of(*shapely.get_coordinates(points[shops]).T))
    assert snapped.access_dm.max() <= 305
    assert np.median(snapped.access_dm) >= 50


def test_unlocated_outlets_name_their_circles_instead(full: DemoDistrict) -> None:
    rows = list(
        zip(
            *(full.outlets[name] for name in ("place_state", "lon", "declared_circles", "outside")),
            strict=True,
        )
    )
    failed = [row for row in rows if row[0] == "failed"]
    assert 200 < len(failed) < 400
    assert all(lon is None for _, lon, _, _ in failed)
    assert sum(bool(circles) for _, _, circles, _ in failed) > 0.8 * len(failed)
    assert not any(circles for state, _, circles, _ in rows if state == "verified")
    assert not any(circles for _, _, circles, outside in rows if outside)
    codes = set(full.circles["code"])
    assert {code for _, _, circles, _ in rows for code in circles} <= codes


def test_a_circle_lies_in_one_street_and_one_circle_in_two(full: DemoDistrict) -> None:
    units = outlines(full)
    streets: dict[object, list[str]] = {}
    for circle, street in zip(
        full.circle_streets["circle"], full.circle_streets["street"], strict=True
    ):
        streets.setdefault(circle, []).append(street)
    assert Counter(map(len, streets.values())) == {1: 57, 2: 1}
    for circle, boundary in zip(full.circles["id"], full.circles["boundary"], strict=True):
        area = shape(boundary)
        assert area.is_valid
        inside = [area.intersection(units[code]).area / area.area for code in streets[circle]]
        assert sum(inside) > 0.999
        assert min(inside) > 0.15, "a circle in two streets has a good part in either"
        assert 0.15e6 < metres(area).area < 2.6e6


def test_circles_serve_most_compounds_some_twice_and_some_not(full: DemoDistrict) -> None:
    served = Counter(full.circle_compounds["compound"])
    count = len(full.compounds["id"])
    assert 0.8 < len(served) / count < 0.95
    assert max(served.values()) >= 2
    for row, circle in enumerate(full.circles["id"]):
        inside = shapely.contains(shape(full.circles["boundary"][row]), places(full.compounds))
        listed = full.circle_compounds["circle"].count(circle)
        assert abs(int(inside.sum()) - listed) <= 1
