"""Points meet the nearest edge, on its real shape, and only within 200 m."""

from itertools import pairwise

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.reach import Network, Points, build_network
from tests.metrics.reach.small_worlds import LAT, LON

GEOD = pyproj.Geod(ellps="WGS84")
coordinate = st.floats(0.0, 0.02, allow_nan=False)


def plane_around(lon: float, lat: float, lons: np.ndarray, lats: np.ndarray) -> np.ndarray:
    """Metres around one point, by azimuth and geodesic: exact for distances from that point."""
    n = len(lons)
    azimuth, _, metres = GEOD.inv([lon] * n, [lat] * n, lons, lats)
    angle = np.radians(azimuth)
    return np.stack([metres * np.sin(angle), metres * np.cos(angle)], axis=1)


def metres_to_edge(network: Network, edge: int, lon: float, lat: float) -> float:
    """From the point to the edge's polyline, by plain point-to-segment formulas."""
    part = slice(network.shape_indptr[edge], network.shape_indptr[edge + 1])
    xy = plane_around(lon, lat, network.shape_lon[part], network.shape_lat[part])
    best = np.inf
    for a, b in pairwise(xy):
        along = b - a
        squared = float(along @ along)
        t = 0.0 if squared == 0 else min(1.0, max(0.0, float(-a @ along) / squared))
        best = min(best, float(np.hypot(*(a + t * along))))
    return best


@given(
    st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9),
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6),
)
def test_snaps_to_the_nearest_edge_within_200_metres(
    nodes: list[tuple[float, float]], points: list[tuple[float, float]]
) -> None:
    x, y = np.array(nodes).T
    network = build_network(LON + x, LAT + y, range(len(x) - 1), range(1, len(x)))
    lon, lat = np.array(points).T
    snapped = network.snap(Points.of(LON + lon, LAT + lat))
    for i in range(len(points)):
        metres = [
            metres_to_edge(network, e, LON + lon[i], LAT + lat[i]) for e in range(network.n_edges)
        ]
        if snapped.ok[i]:
            assert metres[snapped.edge[i]] <= min(metres) + 0.05
            assert abs(snapped.access_dm[i] / 10 - min(metres)) <= 0.1
        else:
            assert min(metres) > 199.9


@pytest.mark.parametrize(
    ("metres", "ok"), [(199.9, True), (200.0, True), (200.04, True), (200.1, False)]
)
def test_the_limit_is_200_metres(metres: float, ok: bool) -> None:
    network = build_network([LON - 0.001, LON + 0.001], [LAT, LAT], [0], [1])
    lon, lat, _ = GEOD.fwd(LON, LAT, 0.0, metres)
    assert network.snap(Points.of([lon], [lat])).ok.tolist() == [ok]


def test_the_distance_along_follows_the_shape() -> None:
    """An edge that goes east, then back west 50 m to the north: a U."""
    lon, lat = [LON, LON + 0.002, LON + 0.002, LON], [LAT, LAT, LAT + 0.0005, LAT + 0.0005]
    network = build_network(
        [LON, LON], [LAT, LAT + 0.0005], [0], [1], [4000], shapes=([0, 4], lon, lat)
    )
    snapped = network.snap(Points.of([LON, LON + 0.002, LON], [LAT, LAT + 0.00025, LAT + 0.0005]))
    assert snapped.along_dm.tolist() == [0, 2000, 4000]
    assert snapped.access_dm.tolist() == [0, 0, 0]


def test_points_without_a_position_are_unsnapped() -> None:
    network = build_network([LON, LON + 0.01], [LAT, LAT], [0], [1])
    points = Points.of([np.nan, LON, LON + 360, -58.6, LON], [LAT, np.nan, LAT, -31.2, LAT])
    snapped = network.snap(points)
    assert snapped.ok.tolist() == [False, False, False, False, True]
    assert (snapped.node[:4] == -1).all()
