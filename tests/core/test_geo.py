"""Coordinate systems, distances and outlines."""

import json
import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from core.geo import (
    CRS,
    OutlineError,
    bbox,
    distance_to_edge_m,
    from_wgs84,
    geodesic_m,
    local_degrees,
    local_metres,
    make_valid_outline,
    outline_area_m2,
    points_in_outlines,
    to_wgs84,
)

PUTUO = (121.396, 31.2553)
inside_china = st.tuples(st.floats(72.5, 137.5), st.floats(1.0, 55.5))
anywhere = st.tuples(st.floats(-179.9, 179.9), st.floats(-85, 85))
box = st.tuples(st.floats(121.3, 121.5), st.floats(31.2, 31.3))


def square(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


# --- coordinate systems ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crs", "lon", "lat"),
    [
        ("gcj02", 121.400653, 31.253475),
        ("bd09", 121.407203, 31.259306),
        ("cgcs2000", *PUTUO),
        ("wgs84", *PUTUO),
    ],
)
def test_known_point_of_putuo(crs, lon, lat):
    there = from_wgs84(*PUTUO, crs)
    assert (round(float(there[0]), 6), round(float(there[1]), 6)) == (lon, lat)
    back = to_wgs84(*there, crs)
    assert geodesic_m(*back, *PUTUO) < 1e-6


@pytest.mark.parametrize(("crs", "shift"), [("gcj02", 487), ("bd09", 1154)])
def test_systems_lie_hundreds_of_metres_apart(crs, shift):
    assert geodesic_m(*PUTUO, *from_wgs84(*PUTUO, crs)) == pytest.approx(shift, abs=2)


@given(inside_china, st.sampled_from(CRS))
def test_there_and_back_inside_china(point, crs):
    lon, lat = to_wgs84(*from_wgs84(*point, crs), crs)
    assert geodesic_m(lon, lat, *point) < 0.01
    assert abs(lon - point[0]) < 1e-9
    assert abs(lat - point[1]) < 1e-9


@given(inside_china, st.sampled_from(CRS))
def test_back_and_there_inside_china(point, crs):
    lon, lat = from_wgs84(*to_wgs84(*point, crs), crs)
    assert abs(lon - point[0]) < 1e-9
    assert abs(lat - point[1]) < 1e-9


@given(anywhere)
def test_gcj02_changes_nothing_far_outside_china(point):
    lon, lat = point
    if 71.9 < lon < 138 and 0.7 < lat < 56:
        return
    assert tuple(map(float, from_wgs84(lon, lat, CRS.GCJ02))) == point
    assert tuple(map(float, to_wgs84(lon, lat, CRS.GCJ02))) == point


@given(st.floats(-0.02, 0.02), st.floats(2, 54), st.sampled_from([72.004, 137.8347]))
def test_at_the_edge_of_the_box_the_inverse_leads_back_to_the_given_point(off, lat, edge):
    """Where an original exists, whichever is taken, it is an original."""
    shown = from_wgs84(edge + off, lat, CRS.GCJ02)
    original = to_wgs84(*shown, CRS.GCJ02)
    again = from_wgs84(*original, CRS.GCJ02)
    assert abs(again[0] - shown[0]) < 1e-9
    assert abs(again[1] - shown[1]) < 1e-9


def test_arrays_keep_their_shape_their_gaps_and_their_owner():
    lon = np.array([[121.4, np.nan], [116.4, -0.1]])
    lat = np.array([[31.2, 31.2], [39.9, 51.5]])
    kept = lon.copy()
    there = to_wgs84(lon, lat, "bd09")
    assert there[0].shape == lon.shape
    assert np.isnan(there[0]).tolist() == [[False, True], [False, False]]
    np.testing.assert_array_equal(lon, kept)
    for index in [(0, 0), (1, 0)]:
        single = to_wgs84(lon[index], lat[index], "bd09")
        assert geodesic_m(there[0][index], there[1][index], *single) < 1e-6


def test_no_points_are_no_trouble():
    lon, lat = to_wgs84([], [], "gcj02")
    assert lon.size == lat.size == 0


def test_unknown_system_is_refused():
    with pytest.raises(ValueError, match="shanghai"):
        to_wgs84(121.4, 31.2, "shanghai")


# --- distances ---------------------------------------------------------------------------------


def test_a_degree_at_putuo():
    assert geodesic_m(121.4, 30.75, 121.4, 31.75) == pytest.approx(110_870, rel=2e-3)
    assert geodesic_m(121.0, 31.25, 122.0, 31.25) == pytest.approx(95_240, rel=2e-3)


@given(box, box)
def test_plane_lengths_agree_with_geodesics(one, other):
    east, north = local_metres([one[0], other[0]], [one[1], other[1]], PUTUO)
    plane = math.hypot(east[1] - east[0], north[1] - north[0])
    assert plane == pytest.approx(float(geodesic_m(*one, *other)), rel=1e-5, abs=1e-6)


@given(box)
def test_plane_there_and_back(point):
    lon, lat = local_degrees(*local_metres(*point, PUTUO), PUTUO)
    assert geodesic_m(lon, lat, *point) < 1e-6


def test_origin_is_zero_and_no_place_stays_no_place():
    east, north = local_metres([PUTUO[0], np.nan], [PUTUO[1], 31.0], PUTUO)
    assert abs(east[0]) < 1e-9
    assert abs(north[0]) < 1e-9
    assert np.isnan(east[1])
    assert np.isnan(north[1])


def test_bbox_leaves_out_points_without_a_place():
    assert bbox([1, np.nan, 3], [5, 2, 4]) == (1, 4, 3, 5)
    assert bbox([np.nan], [np.nan]) is None
    assert bbox([], []) is None


# --- outlines ----------------------------------------------------------------------------------


def test_a_valid_outline_comes_back_as_plain_json_with_its_box():
    outline, outer = make_valid_outline(square(121.3, 31.2, 121.4, 31.3))
    assert outer == (121.3, 31.2, 121.4, 31.3)
    assert json.loads(json.dumps(outline)) == outline
    assert outline["type"] == "Polygon"


@pytest.mark.parametrize("wrap", ["Feature", "FeatureCollection"])
def test_a_single_feature_is_unwrapped(wrap):
    feature = {"type": "Feature", "properties": {}, "geometry": square(0, 0, 1, 1)}
    whole = feature if wrap == "Feature" else {"type": wrap, "features": [feature]}
    assert make_valid_outline(whole)[0] == make_valid_outline(square(0, 0, 1, 1))[0]


def test_a_bow_tie_becomes_its_two_triangles():
    ring = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    outline, _ = make_valid_outline({"type": "Polygon", "coordinates": [ring]})
    assert outline["type"] == "MultiPolygon"
    assert shapely.geometry.shape(outline).area == pytest.approx(0.5)


def test_overlapping_parts_are_one_area_and_not_a_hole():
    parts = [square(0, 0, 2, 2)["coordinates"], square(1, 1, 3, 3)["coordinates"]]
    outline, _ = make_valid_outline({"type": "MultiPolygon", "coordinates": parts})
    assert shapely.geometry.shape(outline).area == pytest.approx(7)


def test_open_rings_are_closed_and_heights_dropped():
    ring = [[0, 0, 9], [1, 0, 9], [1, 1, 9]]
    outline, _ = make_valid_outline({"type": "Polygon", "coordinates": [ring]})
    (closed,) = outline["coordinates"]
    assert closed[0] == closed[-1]
    assert all(len(point) == 2 for point in closed)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=12, unique=True)
)
def test_whatever_is_drawn_ends_up_valid_or_refused(ring):
    drawn = {"type": "Polygon", "coordinates": [[list(point) for point in ring]]}
    try:
        outline, outer = make_valid_outline(drawn)
    except OutlineError:
        assert shapely.MultiPoint(ring).convex_hull.area == 0
        return
    area = shapely.geometry.shape(outline)
    assert area.is_valid
    assert area.geom_type in {"Polygon", "MultiPolygon"}
    assert area.bounds == outer
    assert make_valid_outline(outline)[0] == outline


@pytest.mark.parametrize(
    ("geojson", "said"),
    [
        ("POLYGON((0 0))", "应为 GeoJSON 对象"),
        ({"type": "Point", "coordinates": [0, 0]}, "现为“Point”"),
        ({"type": "FeatureCollection", "features": []}, "一个要素"),
        ({"type": "Polygon", "coordinates": []}, "没有坐标"),
        ({"type": "Polygon"}, "没有坐标"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "第 1 个面没有坐标"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "第 1 环不足 3 个"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, None], [2, 2]]]}, "第 1 环第 2 点应为"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, math.nan], [2, 2]]]}, "第 2 点应为"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, True], [2, 2]]]}, "第 2 点应为"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2]]]}, "面积为零"),
        ({"type": "Polygon", "coordinates": [[[31, 121], [31, 122], [32, 121]]]}, "先后可能颠倒"),
        ({"type": "Polygon", "coordinates": [[[500, 3e6], [600, 3e6], [5, 5]]]}, "平面坐标（米）"),
        ({"type": "Polygon", "coordinates": "x"}, "没有坐标"),
        ({"type": "Polygon", "coordinates": ["x"]}, "不是坐标列表"),
    ],
)
def test_refusals_say_what_and_where(geojson, said):
    with pytest.raises(OutlineError, match=said):
        make_valid_outline(geojson)


def test_points_find_their_outline():
    outlines = [square(0, 0, 1, 1), square(1, 0, 2, 1), square(0.5, 0.5, 3, 3)]
    lon = [0.2, 1.5, 1.0, 0.7, 2.5, 9, np.nan]
    lat = [0.2, 0.2, 0.2, 0.7, 2.5, 9, 0.5]
    assert points_in_outlines(lon, lat, outlines).tolist() == [0, 1, 0, 0, 2, -1, -1]


def test_nothing_is_found_where_there_is_nothing():
    assert points_in_outlines([1.0], [1.0], []).tolist() == [-1]
    assert points_in_outlines([], [], [square(0, 0, 1, 1)]).tolist() == []
    assert points_in_outlines([np.nan], [np.nan], [square(0, 0, 1, 1)]).tolist() == [-1]


@given(
    st.lists(st.tuples(st.floats(0, 4), st.floats(0, 4)), max_size=30),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6),
)
def test_points_in_outlines_agrees_with_a_plain_loop(places, corners):
    outlines = [square(x, y, x + 1.5, y + 1.5) for x, y in corners]
    shapes = [shapely.box(x, y, x + 1.5, y + 1.5) for x, y in corners]
    expected = [
        next((no for no, area in enumerate(shapes) if area.covers(shapely.Point(place))), -1)
        for place in places
    ]
    lon, lat = [place[0] for place in places], [place[1] for place in places]
    assert points_in_outlines(lon, lat, outlines).tolist() == expected


def test_area_is_square_metres_less_its_holes():
    whole = square(121.39, 31.25, 121.40, 31.26)
    width = float(geodesic_m(121.39, 31.255, 121.40, 31.255))
    height = float(geodesic_m(121.395, 31.25, 121.395, 31.26))
    assert outline_area_m2(whole) == pytest.approx(width * height, rel=1e-4)
    hole = square(121.392, 31.252, 121.394, 31.254)
    holed = {"type": "Polygon", "coordinates": [*whole["coordinates"], *hole["coordinates"]]}
    assert outline_area_m2(holed) == pytest.approx(outline_area_m2(whole) - outline_area_m2(hole))


def test_distance_to_edge_from_both_sides():
    outline = square(121.39, 31.25, 121.40, 31.26)
    found = distance_to_edge_m([121.391, 121.389, 121.39], [31.255, 31.255, 31.255], outline)
    step = float(geodesic_m(121.391, 31.255, 121.39, 31.255))
    assert found == pytest.approx([step, step, 0], abs=0.01)
    assert np.isnan(distance_to_edge_m([np.nan], [31.0], outline)).all()
