"""The reach table: sorted, its own inverse, stored and found again under a key of its inputs."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from metrics.reach import (
    Network,
    Points,
    ReachTable,
    Serves,
    build_network,
    build_table,
    cached_table,
    compute_reach,
    table_digest,
)
from tests.metrics.reach.small_worlds import LAT, LON, World, worlds

TABLE = ["indptr", "node", "dist_dm", "inverse_indptr", "inverse_compound", "inverse_dist_dm"]
SNAPPED = ["edge", "along_dm", "access_dm", "node", "offset_dm"]


def square(side_dm: int = 2000) -> Network:
    return build_network(
        [LON, LON + 0.002, LON + 0.002, LON],
        [LAT, LAT, LAT + 0.002, LAT + 0.002],
        [0, 1, 2, 3],
        [1, 2, 3, 0],
        [side_dm] * 4,
    )


def same(a: ReachTable, b: ReachTable) -> bool:
    tables = all(np.array_equal(getattr(a, name), getattr(b, name)) for name in TABLE)
    snapped = (
        np.array_equal(getattr(a.compounds, name), getattr(b.compounds, name)) for name in SNAPPED
    )
    return tables and all(snapped) and (a.radius_dm, a.digest) == (b.radius_dm, b.digest)


@given(worlds())
def test_rows_are_sorted_and_the_inverse_holds_the_same_pairs(world: World) -> None:
    table = build_table(world.network, world.compounds, 12_000)
    rows = np.repeat(np.arange(table.n_compounds), np.diff(table.indptr))
    order = np.lexsort((table.node, table.dist_dm, rows))
    assert (order == np.arange(len(order))).all()
    forward = set(zip(rows.tolist(), table.node.tolist(), table.dist_dm.tolist(), strict=True))
    nodes = np.repeat(np.arange(table.n_nodes), np.diff(table.inverse_indptr))
    columns = (table.inverse_compound.tolist(), nodes.tolist(), table.inverse_dist_dm.tolist())
    assert set(zip(*columns, strict=True)) == forward
    assert len(forward) == len(table.node)


def test_a_stored_table_comes_back_memory_mapped_and_equal(tmp_path: Path) -> None:
    table = build_table(square(), Points.of([LON, LON + 0.001, LON + 1], [LAT] * 3), 5000)
    table.save(tmp_path / "table")
    mapped, plain = (ReachTable.load(tmp_path / "table", mapped=m) for m in (True, False))
    assert same(mapped, table)
    assert same(plain, table)
    assert isinstance(mapped.node, np.memmap)


def test_a_table_without_compounds_is_stored_too(tmp_path: Path) -> None:
    table = build_table(square(), Points.of([], []), 5000)
    table.save(tmp_path / "table")
    assert same(ReachTable.load(tmp_path / "table"), table)


def test_a_stored_network_comes_back_equal_with_its_report(tmp_path: Path) -> None:
    network = build_network([LON, LON + 0.001, 0, 1e-4], [LAT, LAT, 0, 0], [0, 2], [1, 3])
    network.save(tmp_path / "network")
    again = Network.load(tmp_path / "network")
    assert again.digest == network.digest
    assert again.dropped == network.dropped
    assert again.dropped.nodes == 2


def test_a_mapped_table_gives_the_same_reach(tmp_path: Path) -> None:
    network, compounds = square(), Points.of([LON, LON + 0.001], [LAT, LAT])
    outlets, serves = Points.of([LON + 0.002], [LAT + 0.001]), Serves.from_main([0], 1)
    table = cached_table(tmp_path, network, compounds, 12_000)
    mapped = compute_reach(compounds, outlets, serves, [3000], network, table=table)
    fresh = compute_reach(compounds, outlets, serves, [3000], network)
    assert mapped.nearest_dm.tolist() == fresh.nearest_dm.tolist() == [[3000], [2000]]
    assert mapped.counts.tolist() == fresh.counts.tolist()


def test_the_cache_is_used_again_and_mended_when_damaged(tmp_path: Path) -> None:
    network, compounds = square(), Points.of([LON], [LAT])
    table = cached_table(tmp_path, network, compounds, 5000)
    file = tmp_path / table.digest / "node.npy"
    stamp = file.stat().st_mtime_ns
    assert same(cached_table(tmp_path, network, compounds, 5000), table)
    assert file.stat().st_mtime_ns == stamp
    file.write_bytes(file.read_bytes()[:-3])
    mended = cached_table(tmp_path, network, compounds, 5000)
    assert same(mended, build_table(network, compounds, 5000))
    assert [path.name for path in tmp_path.iterdir()] == [table.digest]


def test_the_digest_tells_every_input_apart() -> None:
    network, compounds = square(), Points.of([LON, LON + 0.001], [LAT, LAT])
    moved = Points.of([LON, LON + 0.001], [LAT, LAT + 1e-7])
    swapped = Points.of([LON + 0.001, LON], [LAT, LAT])
    digests = [
        table_digest(network, compounds, 5000),
        table_digest(network, compounds, 5001),
        table_digest(network, moved, 5000),
        table_digest(network, swapped, 5000),
        table_digest(square(2001), compounds, 5000),
    ]
    assert len(set(digests)) == len(digests)
    assert table_digest(square(), Points.of(compounds.lon, compounds.lat), 5000) == digests[0]


def test_an_absent_table_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ReachTable.load(tmp_path / "nothing")
    with pytest.raises(ValueError, match="radius"):
        build_table(square(), Points.of([LON], [LAT]), 65_001)
