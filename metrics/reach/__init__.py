"""Walking reach of compounds to outlets: NumPy arrays in, NumPy arrays out.

`compute_reach` is the one door: along the street network where one is loaded, else by straight line
times a detour factor. The answer has the same type either way and says which way it was.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .coverage import Coverage, areas_from_pairs, basket, coverage, weighted_quantiles
from .network import Dropped, Network, Snapped, access_links_dm, build_network, edges_dm
from .scan import scan
from .straight import straight_reach
from .table import ReachTable, build_table, cached_table, table_digest
from .types import (
    MAX_LIMITS,
    MAX_RADIUS_DM,
    MIN_RADIUS_DM,
    NONE_DM,
    Points,
    Reach,
    Serves,
    checked_limits,
    checked_radius,
)

__all__ = [
    "MAX_LIMITS",
    "MAX_RADIUS_DM",
    "MIN_RADIUS_DM",
    "NONE_DM",
    "Coverage",
    "Dropped",
    "Network",
    "Points",
    "Reach",
    "ReachTable",
    "Serves",
    "Snapped",
    "access_links_dm",
    "areas_from_pairs",
    "basket",
    "build_network",
    "build_table",
    "cached_table",
    "compute_reach",
    "coverage",
    "edges_dm",
    "scan",
    "straight_reach",
    "table_digest",
    "weighted_quantiles",
]


def compute_reach(
    compounds: Points,
    outlets: Points,
    serves: Serves,
    limits_dm: Sequence[int] | NDArray[np.int64],
    network: Network | None = None,
    detour: float = 1.3,
    *,
    radius_dm: int | None = None,
    table: ReachTable | None = None,
) -> Reach:
    """Nearest outlet of each format and how many within each limit, for every compound.

    limits_dm  up to 16 walking distances in decimetres, each at most 65,000 (6.5 km)
    network    None: straight line x `detour`, and the result's `method` says so
    radius_dm  how far to search; default: the largest limit, at least 1,200 m
    table      a reach table of this network, these compounds and this radius (`cached_table`);
               built on the spot when left out. Its radius wins over `radius_dm`.

    ValueError for limits out of range or a table that belongs to other inputs.
    """
    if network is None:
        return straight_reach(compounds, outlets, serves, limits_dm, detour, radius_dm=radius_dm)
    if table is None:
        radius = checked_radius(radius_dm, checked_limits(limits_dm))
        table = build_table(network, compounds, radius)
    elif table.digest != table_digest(network, compounds, table.radius_dm):
        raise ValueError("the reach table belongs to another network or other compounds")
    return scan(table, network.snap(outlets), serves, limits_dm)
