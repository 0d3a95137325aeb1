"""The reach table: for each compound the street nodes within a radius, nearest first, and the
inverse. It is the one structure behind reach, what-if and siting; it depends on the network, the
compounds and the radius only, so it is built once for each of their versions and memory-mapped.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from .arrays import digest_of, load_arrays, save_arrays
from .network import Network, Snapped
from .types import MAX_RADIUS_DM, DmArray, Points

_FORMAT = 1
_MATRIX_BYTES = 64 * 2**20
_OWN_ARRAYS = ("indptr", "node", "dist_dm", "inverse_indptr", "inverse_compound", "inverse_dist_dm")
_SNAPPED_ARRAYS = ("edge", "along_dm", "access_dm", "node", "offset_dm")


@dataclass(frozen=True, eq=False)
class ReachTable:
    """H compounds, N nodes, K pairs within the radius.

    indptr           int64 [H+1]   compound h owns [indptr[h]:indptr[h + 1]], sorted by
    node             int32 [K]     (distance, node)
    dist_dm          uint16 [K]    walking distance from the compound itself, access included
    inverse_indptr   int64 [N+1]   node n owns [inverse_indptr[n]:inverse_indptr[n + 1]],
    inverse_compound int32 [K]     sorted by compound
    inverse_dist_dm  uint16 [K]
    compounds        where the compounds meet the network (same-edge paths need it)
    """

    indptr: NDArray[np.int64]
    node: NDArray[np.int32]
    dist_dm: DmArray
    inverse_indptr: NDArray[np.int64]
    inverse_compound: NDArray[np.int32]
    inverse_dist_dm: DmArray
    compounds: Snapped
    radius_dm: int
    digest: str

    @property
    def n_compounds(self) -> int:
        return len(self.indptr) - 1

    @property
    def n_nodes(self) -> int:
        return len(self.inverse_indptr) - 1

    def save(self, directory: Path) -> None:
        """Store as a directory of .npy files."""
        arrays: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in _OWN_ARRAYS}
        arrays |= {f"compound_{name}": getattr(self.compounds, name) for name in _SNAPPED_ARRAYS}
        meta = {"format": _FORMAT, "radius_dm": self.radius_dm, "digest": self.digest}
        save_arrays(directory, arrays, meta)

    @classmethod
    def load(cls, directory: Path, *, mapped: bool = True) -> ReachTable:
        """Read what `save` stored. FileNotFoundError, or ValueError for another format."""
        names = _OWN_ARRAYS + tuple(f"compound_{name}" for name in _SNAPPED_ARRAYS)
        arrays, meta = load_arrays(directory, names, mapped=mapped)
        if meta.get("format") != _FORMAT:
            raise ValueError(f"not a reach table of this version: {directory}")
        snapped = Snapped(**{name: arrays.pop(f"compound_{name}") for name in _SNAPPED_ARRAYS})
        return cls(
            **arrays, compounds=snapped, radius_dm=int(meta["radius_dm"]), digest=meta["digest"]
        )


def table_digest(network: Network, compounds: Points, radius_dm: int) -> str:
    """The key of a table: changes when the network, a compound's position or the radius does."""
    return digest_of(
        {
            "format": _FORMAT,
            "network": network.digest,
            "lon": compounds.lon,
            "lat": compounds.lat,
            "radius_dm": radius_dm,
        }
    )


def build_table(network: Network, compounds: Points, radius_dm: int) -> ReachTable:
    """Snap the compounds and search from each of them. ValueError for a radius beyond 6,500 m."""
    if not 0 <= radius_dm <= MAX_RADIUS_DM:
        raise ValueError("the radius must lie between 0 and 6,500 m")
    snapped = network.snap(compounds)
    sources = np.flatnonzero(snapped.ok)
    most = max(1, _MATRIX_BYTES // (8 * (network.n_nodes + 1)))
    nodes: list[NDArray[np.int32]] = []
    distances: list[DmArray] = []
    sizes = np.zeros(len(compounds) + 1, dtype=np.int64)
    for first in range(0, len(sources), most):
        chosen = sources[first : first + most]
        row, node, distance = _search(network, snapped, chosen, radius_dm)
        sizes[chosen + 1] = np.bincount(row, minlength=len(chosen))
        nodes.append(node)
        distances.append(distance)
    indptr = np.cumsum(sizes)
    node = np.concatenate(nodes) if nodes else np.zeros(0, dtype=np.int32)
    dist = np.concatenate(distances) if distances else np.zeros(0, dtype=np.uint16)
    shape = (len(compounds), network.n_nodes)
    inverse = csr_array((dist, node, indptr), shape=shape).tocsc()
    return ReachTable(
        indptr=indptr,
        node=node,
        dist_dm=dist,
        inverse_indptr=inverse.indptr.astype(np.int64),
        inverse_compound=inverse.indices.astype(np.int32),
        inverse_dist_dm=inverse.data,
        compounds=snapped,
        radius_dm=radius_dm,
        digest=table_digest(network, compounds, radius_dm),
    )


def cached_table(root: Path, network: Network, compounds: Points, radius_dm: int) -> ReachTable:
    """The table from `root`/<digest>, memory-mapped; built and stored there when missing."""
    digest = table_digest(network, compounds, radius_dm)
    directory = root / digest
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
        table = ReachTable.load(directory)
        if table.digest == digest:
            return table
    build_table(network, compounds, radius_dm).save(directory)
    return ReachTable.load(directory)


def _search(
    network: Network, snapped: Snapped, chosen: NDArray[np.int64], radius_dm: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], DmArray]:
    """(row of `chosen`, node, decimetres) within the radius, by row, distance and node.

    Each compound becomes a node of its own with two one-way links: paths start there, none pass.
    """
    n, base = network.n_nodes, network.graph
    ends, offsets = snapped.node[chosen].astype(np.int64), snapped.offset_dm[chosen]
    loop = ends[:, 0] == ends[:, 1]
    offsets = np.where(loop[:, None], offsets.min(axis=1, keepdims=True), offsets)
    keep = np.stack([np.ones(len(chosen), dtype=bool), ~loop], axis=1)
    indptr = np.concatenate([base.indptr, base.indptr[-1] + np.cumsum(keep.sum(axis=1))])
    indices = np.concatenate([base.indices, ends[keep]])
    data = np.concatenate([base.data, offsets[keep].astype(np.float64)])
    size = n + len(chosen)
    graph = csr_array((data, indices, indptr), shape=(size, size))
    # integers below 2**53 stay exact in float64, so the limit and the results are exact
    matrix = dijkstra(graph, directed=True, indices=np.arange(n, size), limit=float(radius_dm))
    row, node = np.nonzero(np.isfinite(matrix[:, :n]))
    distance = matrix[row, node].astype(np.int64)
    order = np.argsort((row.astype(np.int64) << 16) | distance, kind="stable")
    return row[order], node[order].astype(np.int32), distance[order].astype(np.uint16)
