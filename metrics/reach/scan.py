"""Nearest outlet and counts for every compound, by one scan of the reach table.

The plain NumPy reference: exact for every single outlet, also where node distance + offset
straddles a limit, and where compound and outlet stand on the same edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import chunks, expand
from .network import Snapped
from .table import ReachTable
from .tally import Tally
from .types import Reach, Serves, checked_limits

_PAIRS_AT_ONCE = 2_000_000
_DISTANCE_BITS = 16


@dataclass(frozen=True, eq=False)
class _Doors:
    """Outlets by the node they hang on (two rows each) and by the edge they stand on."""

    indptr: NDArray[np.int64]
    outlet: NDArray[np.int64]
    offset_dm: NDArray[np.int64]
    edge: NDArray[np.int64]
    edge_outlet: NDArray[np.int64]

    @classmethod
    def of(cls, outlets: Snapped, n_nodes: int) -> _Doors:
        ok = np.flatnonzero(outlets.ok)
        node = outlets.node[ok].astype(np.int64).reshape(-1)
        order = np.argsort(node, kind="stable")
        indptr = np.zeros(n_nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(node, minlength=n_nodes), out=indptr[1:])
        by_edge = ok[np.argsort(outlets.edge[ok], kind="stable")]
        return cls(
            indptr=indptr,
            outlet=np.repeat(ok, 2)[order],
            offset_dm=outlets.offset_dm[ok].astype(np.int64).reshape(-1)[order],
            edge=outlets.edge[by_edge].astype(np.int64),
            edge_outlet=by_edge,
        )


def scan(
    table: ReachTable,
    outlets: Snapped,
    serves: Serves,
    limits_dm: Sequence[int] | NDArray[np.int64],
) -> Reach:
    """Reach of all compounds of the table. ValueError when a limit passes the table's radius.

    `outlets` must have been snapped to the network of the table.
    """
    if len(serves) != len(outlets):
        raise ValueError("serves and outlets differ in length")
    limits = checked_limits(limits_dm)
    if int(limits.max()) > table.radius_dm:
        raise ValueError("a limit is larger than the radius of the reach table")
    doors = _Doors.of(outlets, table.n_nodes)
    tally = Tally(table.n_compounds, serves, limits, table.radius_dm)
    sizes = _work(table, doors) + tally.cells_per_compound
    for first, last in chunks(sizes, _PAIRS_AT_ONCE):
        through = _through_nodes(table, doors, first, last)
        along = _along_edge(table.compounds, outlets, doors, first, last)
        compound, outlet, distance = (
            np.concatenate(parts) for parts in zip(through, along, strict=True)
        )
        near = distance <= table.radius_dm
        pairs = _shortest(compound[near] - first, outlet[near], distance[near], len(outlets))
        tally.add(first, last, pairs[0] + first, pairs[1], pairs[2])
    return tally.reach("network", ~table.compounds.ok, ~outlets.ok)


def _work(table: ReachTable, doors: _Doors) -> NDArray[np.int64]:
    """How many (node, outlet row) meetings each compound has."""
    rows = np.diff(doors.indptr)
    total = np.concatenate([[0], np.cumsum(rows[table.node])])
    work: NDArray[np.int64] = total[table.indptr[1:]] - total[table.indptr[:-1]]
    return work


def _through_nodes(
    table: ReachTable, doors: _Doors, first: int, last: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(compound, outlet, decimetres) of every path over an end node of the outlet's edge."""
    begin, end = int(table.indptr[first]), int(table.indptr[last])
    owner = np.repeat(np.arange(first, last), np.diff(table.indptr[first : last + 1]))
    node = table.node[begin:end]
    rows = doors.indptr[node + 1] - doors.indptr[node]
    used = np.flatnonzero(rows)
    entry, position = expand(doors.indptr[node[used]], rows[used])
    entry = used[entry]
    distance = table.dist_dm[begin:end][entry].astype(np.int64) + doors.offset_dm[position]
    return owner[entry], doors.outlet[position], distance


def _along_edge(
    compounds: Snapped, outlets: Snapped, doors: _Doors, first: int, last: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(compound, outlet, decimetres) of pairs on the same edge, walking straight along it."""
    compound = first + np.flatnonzero(compounds.ok[first:last])
    edge = compounds.edge[compound].astype(np.int64)
    start = np.searchsorted(doors.edge, edge, side="left").astype(np.int64)
    stop = np.searchsorted(doors.edge, edge, side="right").astype(np.int64)
    which, position = expand(start, stop - start)
    compound, outlet = compound[which], doors.edge_outlet[position]
    gap = np.abs(compounds.along_dm[compound] - outlets.along_dm[outlet]).astype(np.int64)
    return compound, outlet, gap + compounds.access_dm[compound] + outlets.access_dm[outlet]


def _shortest(
    row: NDArray[np.int64], outlet: NDArray[np.int64], distance: NDArray[np.int64], n_outlets: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The shortest path of each (row, outlet): one sort of packed integers."""
    packed = ((row * n_outlets + outlet) << _DISTANCE_BITS) | distance
    packed.sort()
    pair = packed >> _DISTANCE_BITS
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    row, outlet = np.divmod(pair[first], max(n_outlets, 1))
    return row, outlet, packed[first] & ((1 << _DISTANCE_BITS) - 1)
