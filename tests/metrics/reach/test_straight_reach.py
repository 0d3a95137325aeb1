"""Straight-line reach: geodesic x detour to a decimetre, and the same answer type."""

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.reach import NONE_DM, Points, Serves, compute_reach, straight_reach
from metrics.reach import straight as straight_module
from tests.metrics.reach import oracle
from tests.metrics.reach.small_worlds import serving

GEOD = pyproj.Geod(ellps="WGS84")
offset = st.one_of(st.floats(-0.02, 0.02), st.sampled_from([0.0, 0.001, float("nan")]))
places = st.lists(st.tuples(offset, offset), min_size=1, max_size=12)
centres = st.sampled_from([(121.4, 31.25), (24.94, 60.17), (-179.99, -16.5), (0.0, 0.0)])
detours = st.sampled_from([1.0, 1.3, 1.57])


def points(centre: tuple[float, float], chosen: list[tuple[float, float]]) -> Points:
    lon, lat = np.array(chosen).T
    return Points.of(centre[0] + lon * 0.4, centre[1] + lat * 0.4)


def geodesics(compounds: Points, outlets: Points, detour: float) -> list[dict[int, float]]:
    """For each compound: outlet -> decimetres (not rounded) along the ellipsoid x detour."""
    result = []
    for h in range(len(compounds)):
        found = {}
        for o in np.flatnonzero(outlets.placed).tolist():
            if compounds.placed[h]:
                metres = GEOD.inv(
                    compounds.lon[h], compounds.lat[h], outlets.lon[o], outlets.lat[o]
                )[2]
                found[o] = metres * detour * 10
        result.append(found)
    return result


@given(centres, places, places, detours, st.integers(0, 12_000), st.data())
def test_agrees_with_geodesics_to_a_decimetre(
    centre: tuple[float, float],
    here: list[tuple[float, float]],
    there: list[tuple[float, float]],
    detour: float,
    limit: int,
    data: st.DataObject,
) -> None:
    compounds, outlets = points(centre, here), points(centre, there)
    serves = data.draw(serving(len(outlets), 3))
    reach = compute_reach(compounds, outlets, serves, [limit], None, detour)
    assert (reach.method, reach.detour) == ("straight", detour)
    for h, found in enumerate(geodesics(compounds, outlets, detour)):
        for f in range(3):
            served = [d for o, d in found.items() if f in oracle.formats_of(serves, o)]
            best = min(served, default=np.inf)
            nearest = int(reach.nearest_dm[h, f])
            if nearest == NONE_DM:
                assert best > reach.radius_dm - 1
            else:
                assert abs(nearest - best) <= 1
            least, most = (sum(d <= limit + slack for d in served) for slack in (-1, 1))
            assert least <= reach.counts[h, f, 0] <= most


@given(places, places, st.integers(1, 5))
def test_the_size_of_the_chunks_changes_nothing(
    here: list[tuple[float, float]], there: list[tuple[float, float]], size: int
) -> None:
    compounds, outlets = points((121.4, 31.25), here), points((121.4, 31.25), there)
    serves = Serves.from_main(np.arange(len(outlets)) % 2, 2)
    whole = straight_reach(compounds, outlets, serves, [3000, 9000], 1.3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(straight_module, "_PAIRS_AT_ONCE", size)
        pieces = straight_reach(compounds, outlets, serves, [3000, 9000], 1.3)
    assert (whole.nearest_dm == pieces.nearest_dm).all()
    assert (whole.counts == pieces.counts).all()


@given(places, places, places)
def test_each_pair_depends_on_itself_alone(
    here: list[tuple[float, float]],
    there: list[tuple[float, float]],
    others: list[tuple[float, float]],
) -> None:
    """Other compounds never change a compound's figures; more outlets never worsen them."""
    centre = (121.4, 31.25)
    alone = points(centre, here)
    together = points(centre, here + others)
    few, many = points(centre, there), points(centre, there + others)
    one = straight_reach(alone, few, Serves.from_main([0] * len(few), 1), [6000], 1.3)
    two = straight_reach(together, few, Serves.from_main([0] * len(few), 1), [6000], 1.3)
    assert (two.nearest_dm[: len(alone)] == one.nearest_dm).all()
    assert (two.counts[: len(alone)] == one.counts).all()
    more = straight_reach(alone, many, Serves.from_main([0] * len(many), 1), [6000], 1.3)
    assert (more.nearest_dm <= one.nearest_dm).all()
    assert (more.counts >= one.counts).all()


def test_points_without_a_position_are_reported() -> None:
    compounds = Points.of([121.4, np.nan, 121.4], [31.25, 31.25, 91.0])
    outlets = Points.of([np.nan, 121.4], [31.25, 31.25])
    reach = straight_reach(compounds, outlets, Serves.from_main([0, 0], 1), [100], 1.3)
    assert reach.unsnapped.tolist() == [False, True, True]
    assert reach.outlets_unsnapped.tolist() == [True, False]
    assert reach.nearest_dm.tolist() == [[0], [NONE_DM], [NONE_DM]]
    assert reach.counts.tolist() == [[[1]], [[0]], [[0]]]


@pytest.mark.parametrize("detour", [0.9, float("nan"), float("inf")])
def test_a_detour_factor_below_one_is_refused(detour: float) -> None:
    one = Points.of([121.4], [31.25])
    with pytest.raises(ValueError, match="detour"):
        straight_reach(one, one, Serves.from_main([0], 1), [100], detour)
