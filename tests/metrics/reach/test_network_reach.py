"""Reach along the network: exact against brute force, also at band edges and on one edge."""

from importlib import import_module
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.reach import (
    NONE_DM,
    Network,
    Points,
    Reach,
    Serves,
    build_network,
    build_table,
    compute_reach,
    scan,
)
from tests.metrics.reach import oracle
from tests.metrics.reach.small_worlds import LAT, LON, World, points_by, worlds

RADIUS = 12_000
# the package offers a function of the name of this module
SCAN, TABLE = import_module("metrics.reach.scan"), import_module("metrics.reach.table")


def reached(world: World) -> list[dict[int, int]]:
    """Every outlet within the radius of each compound, by brute force."""
    compounds, outlets = world.network.snap(world.compounds), world.network.snap(world.outlets)
    return oracle.distances(world.network, compounds, outlets, RADIUS)


def reach_of(world: World, limits: list[int]) -> Reach:
    return compute_reach(world.compounds, world.outlets, world.serves, limits, world.network)


@given(worlds(), st.lists(st.integers(0, RADIUS), min_size=1, max_size=5))
def test_equals_brute_force(world: World, limits: list[int]) -> None:
    reach = reach_of(world, limits)
    nearest, counts = oracle.nearest_and_counts(reached(world), world.serves, limits)
    assert reach.nearest_dm.tolist() == nearest
    assert reach.counts.tolist() == counts


@given(worlds())
def test_exact_at_the_edge_of_every_band(world: World) -> None:
    brute = reached(world)
    seen = sorted({d for outlets in brute for d in outlets.values()})
    limits = [d + step for d in islice(seen, 5) for step in (-1, 0, 1)]
    limits = [limit for limit in limits if 0 <= limit <= RADIUS] or [0]
    _, counts = oracle.nearest_and_counts(brute, world.serves, limits)
    assert reach_of(world, limits).counts.tolist() == counts


@given(worlds(), st.data())
def test_one_outlet_more_never_takes_reach_away(world: World, data: st.DataObject) -> None:
    more = data.draw(points_by(world.network, 3))
    outlets = Points.of(
        np.append(world.outlets.lon, more.lon), np.append(world.outlets.lat, more.lat)
    )
    served = [(o, f) for o in range(len(world.outlets)) for f in oracle.formats_of(world.serves, o)]
    served += [(len(world.outlets) + i, i % 3) for i in range(len(more))]
    columns = np.array(served, dtype=int).reshape(-1, 2).T
    serves = Serves.from_pairs(*columns, len(outlets), 3)
    before = reach_of(world, [2000, RADIUS])
    after = compute_reach(world.compounds, outlets, serves, [2000, RADIUS], world.network)
    assert (after.nearest_dm <= before.nearest_dm).all()
    assert (after.counts >= before.counts).all()


@given(worlds(), st.integers(1, 7))
def test_the_size_of_the_chunks_changes_nothing(world: World, size: int) -> None:
    whole = reach_of(world, [100, 3000])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SCAN, "_PAIRS_AT_ONCE", size)
        patch.setattr(TABLE, "_MATRIX_BYTES", size * 8)
        pieces = reach_of(world, [100, 3000])
    assert (whole.nearest_dm == pieces.nearest_dm).all()
    assert (whole.counts == pieces.counts).all()


@given(worlds())
def test_what_stands_too_far_from_any_street_is_reported_and_never_reached(world: World) -> None:
    reach = reach_of(world, [RADIUS])
    compounds, outlets = world.network.snap(world.compounds), world.network.snap(world.outlets)
    assert (reach.unsnapped == ~compounds.ok).all()
    assert (reach.outlets_unsnapped == ~outlets.ok).all()
    assert (reach.nearest_dm[reach.unsnapped] == NONE_DM).all()
    assert not reach.counts[reach.unsnapped].any()


def street(length_dm: int = 3000) -> Network:
    """One street of 0.003 degrees (some 286 m) eastward, with a stated length."""
    return build_network([LON, LON + 0.003], [LAT, LAT], [0], [1], [length_dm])


def test_neighbours_on_one_edge_do_not_walk_round_by_its_ends() -> None:
    compound, outlet = Points.of([LON + 0.001], [LAT]), Points.of([LON + 0.002], [LAT])
    reach = compute_reach(compound, outlet, Serves.from_main([0], 1), [999, 1000, 1001], street())
    assert reach.nearest_dm.tolist() == [[1000]]
    assert reach.counts.tolist() == [[[0, 1, 1]]]


def test_limits_keep_the_order_they_were_given_in() -> None:
    compound, outlet = Points.of([LON], [LAT]), Points.of([LON + 0.003, LON], [LAT, LAT])
    serves = Serves.from_main([0, 0], 1)
    reach = compute_reach(compound, outlet, serves, [3000, 0, 2999, 3000], street())
    assert reach.counts.tolist() == [[[2, 1, 1, 2]]]
    assert reach.counts_within([2999]).tolist() == [[1]]
    with pytest.raises(ValueError, match="not among"):
        reach.counts_within([1234])


def test_beyond_the_radius_is_none_at_exactly_one_decimetre_more() -> None:
    compound, outlet = Points.of([LON], [LAT]), Points.of([LON + 0.003], [LAT])
    serves = Serves.from_main([0], 1)
    for length, expected in ((12_000, 12_000), (12_001, NONE_DM)):
        reach = compute_reach(compound, outlet, serves, [500], street(length))
        assert reach.nearest_dm.tolist() == [[expected]]


def test_an_island_is_dropped_and_reported_and_its_points_are_unsnapped() -> None:
    network = build_network(
        [LON, LON + 0.003, LON + 0.1, LON + 0.101], [LAT] * 4, [0, 2], [1, 3], [3000, 1000]
    )
    assert (network.n_nodes, network.n_edges) == (2, 1)
    assert vars(network.dropped) == {"components": 1, "nodes": 2, "edges": 1, "length_m": 100.0}
    assert network.snap(Points.of([LON + 0.1, LON], [LAT, LAT])).ok.tolist() == [False, True]


def test_the_component_with_the_most_metres_is_kept() -> None:
    """Not the one with the most edges: a maze of short passages is no district."""
    lon = [LON, LON + 0.003, LON + 0.1, LON + 0.1001, LON + 0.1002]
    network = build_network(lon, [LAT] * 5, [0, 2, 3], [1, 3, 4], [3000, 100, 100])
    assert network.node_id.tolist() == [0, 1]


def test_no_compounds_no_outlets_no_formats() -> None:
    network = street()
    none, one = Points.of([], []), Points.of([LON], [LAT])
    assert compute_reach(none, one, Serves.from_main([0], 2), [100], network).nearest_dm.shape == (
        0,
        2,
    )
    empty = compute_reach(one, none, Serves.from_pairs([], [], 0, 2), [100], network)
    assert empty.nearest_dm.tolist() == [[NONE_DM, NONE_DM]]
    assert compute_reach(one, one, Serves.from_main([-1], 0), [100], network).counts.shape == (
        1,
        0,
        1,
    )


def test_wrong_questions_are_refused() -> None:
    network, one = street(), Points.of([LON], [LAT])
    serves = Serves.from_main([0], 1)
    table = build_table(network, one, 5000)
    with pytest.raises(ValueError, match="radius of the reach table"):
        scan(table, network.snap(one), serves, [5001])
    with pytest.raises(ValueError, match="another network or other compounds"):
        compute_reach(Points.of([LON], [LAT + 1e-4]), one, serves, [100], network, table=table)
    for limits in ([], [-1], [65_001], list(range(17)), [12.5]):
        with pytest.raises(ValueError, match="limits"):
            compute_reach(one, one, serves, limits, network)
    with pytest.raises(ValueError, match="radius"):
        compute_reach(one, one, serves, [100], network, radius_dm=65_001)
    with pytest.raises(ValueError, match="length"):
        compute_reach(one, Points.of([], []), serves, [100], network)
