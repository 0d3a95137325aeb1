"""On real streets every nearest distance and every count equals networkx's, integer for integer."""

import numpy as np
import pytest

from metrics.reach import NONE_DM, compute_reach
from metrics.reach.osm import read_network
from tests.metrics.reach import oracle
from tests.metrics.reach.helsinki import FORMATS, extract, homes_and_shops

LIMITS = [500, 1500, 3000, 3750, 6000, 7500, 11_250]


@pytest.mark.parametrize("name", ["Helsinki.osm.pbf", "test.osm.pbf"])
def test_every_nearest_and_count_is_equal(name: str) -> None:
    path = extract(name)
    network, _ = read_network(path)
    n_homes = 150 if name.startswith("Helsinki") else 60
    homes, shops, serves = homes_and_shops(path, n_homes, seed=20210902)
    reach = compute_reach(homes, shops, serves, LIMITS, network)

    homes_at, shops_at = network.snap(homes), network.snap(shops)
    reached = oracle.distances(network, homes_at, shops_at, reach.radius_dm)
    nearest, counts = oracle.nearest_and_counts(reached, serves, LIMITS)

    assert reach.method == "network"
    assert reach.nearest_dm.tolist() == nearest
    assert reach.counts.tolist() == counts


def test_the_comparison_is_not_empty() -> None:
    path = extract("Helsinki.osm.pbf")
    network, _ = read_network(path)
    homes, shops, serves = homes_and_shops(path, 150, seed=20210902)
    reach = compute_reach(homes, shops, serves, LIMITS, network)

    assert reach.nearest_dm.shape == (150, len(FORMATS))
    assert len(shops) > 400
    assert (np.diff(serves.indptr) > 1).any()  # some serve several formats
    assert (reach.nearest_dm < NONE_DM).mean() > 0.5
    assert not reach.unsnapped.all()
