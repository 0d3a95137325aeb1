"""The street network: nodes, edges with whole decimetres, their real shape, and snapping to it.

Only the largest connected component (by metres of street) is kept, since residents snapped to an
island would silently reach nothing; what was dropped is reported in `Network.dropped`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from .arrays import digest_of, expand, load_arrays, save_arrays
from .types import BoolArray, FloatArray, Points

MAX_ACCESS_DM = 2_000
"""Farther than 200 m from any street: unsnapped."""
_FORMAT = 1
_ARRAYS = (
    "lon",
    "lat",
    "node_id",
    "u",
    "v",
    "length_dm",
    "shape_indptr",
    "shape_lon",
    "shape_lat",
)
GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class Dropped:
    """What lay outside the largest component."""

    components: int = 0
    nodes: int = 0
    edges: int = 0
    length_m: float = 0.0


@dataclass(frozen=True, eq=False)
class Snapped:
    """Where points meet the network; arrays of length n, -1 where `ok` is False.

    edge       int32   nearest edge
    along_dm   int32   from the edge's node u to the foot of the point, along the edge
    access_dm  int32   from the point to that foot, at most MAX_ACCESS_DM
    node       int32 [n, 2]   the edge's end nodes (u, v)
    offset_dm  int32 [n, 2]   access + along the edge, to u and to v
    """

    edge: NDArray[np.int32]
    along_dm: NDArray[np.int32]
    access_dm: NDArray[np.int32]
    node: NDArray[np.int32]
    offset_dm: NDArray[np.int32]

    @property
    def ok(self) -> BoolArray:
        return self.edge >= 0

    def __len__(self) -> int:
        return len(self.edge)


@dataclass(frozen=True, eq=False)
class Network:
    """An undirected street network, connected. Build it with `build_network`.

    lon, lat      float64 [N]   WGS 84 degrees
    node_id       int64 [N]     the source's own number of the node (OSM id), else its index
    u, v          int32 [E]     end nodes; parallel edges and loops are allowed
    length_dm     uint32 [E]
    shape_indptr  int64 [E+1]   the edge's polyline from u to v, ends included:
    shape_lon, shape_lat        positions [indptr[e]:indptr[e + 1]]
    """

    lon: FloatArray
    lat: FloatArray
    node_id: NDArray[np.int64]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    length_dm: NDArray[np.uint32]
    shape_indptr: NDArray[np.int64]
    shape_lon: FloatArray
    shape_lat: FloatArray
    dropped: Dropped = Dropped()

    @property
    def n_nodes(self) -> int:
        return len(self.lon)

    @property
    def n_edges(self) -> int:
        return len(self.u)

    @property
    def total_length_m(self) -> float:
        return float(self.length_dm.sum(dtype=np.int64)) / 10.0

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything a distance can depend on."""
        return digest_of({name: getattr(self, name) for name in _ARRAYS} | {"format": _FORMAT})

    @cached_property
    def graph(self) -> Any:
        """Symmetric csr_array [N, N] of decimetres (float64); the shorter of parallel edges."""
        low = np.minimum(self.u, self.v).astype(np.int64)
        high = np.maximum(self.u, self.v).astype(np.int64)
        key = low * self.n_nodes + high
        order = np.lexsort((self.length_dm, key))
        order = order[low[order] != high[order]]
        order = order[np.unique(key[order], return_index=True)[1]]
        a, b, w = low[order], high[order], self.length_dm[order].astype(np.float64)
        ends = (np.concatenate([a, b]), np.concatenate([b, a]))
        return csr_array((np.concatenate([w, w]), ends), shape=(self.n_nodes, self.n_nodes))

    def project(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Local metres [n, 2], azimuthal equidistant around the network's middle."""
        x, y = self._projection(lon, lat)
        return np.stack([np.asarray(x), np.asarray(y)], axis=1)

    @cached_property
    def _projection(self) -> pyproj.Proj:
        middle_lon = (float(self.lon.min()) + float(self.lon.max())) / 2
        middle_lat = (float(self.lat.min()) + float(self.lat.max())) / 2
        return pyproj.Proj(proj="aeqd", lon_0=middle_lon, lat_0=middle_lat, datum="WGS84")

    @cached_property
    def lines(self) -> Any:
        """shapely LineStrings of the edges, in local metres (an object array [E])."""
        xy = self.project(self.shape_lon, self.shape_lat)
        owner = np.repeat(np.arange(self.n_edges), np.diff(self.shape_indptr))
        return shapely.linestrings(xy, indices=owner)

    @cached_property
    def _tree(self) -> Any:
        return shapely.STRtree(self.lines)

    def snap(self, points: Points) -> Snapped:
        """Each point to the nearest edge within 200 m (the lowest edge number among equals)."""
        n = len(points)
        edge = np.full(n, -1, dtype=np.int32)
        along = np.full(n, -1, dtype=np.int32)
        access = np.full(n, -1, dtype=np.int32)
        node = np.full((n, 2), -1, dtype=np.int32)
        offset = np.full((n, 2), -1, dtype=np.int32)
        which, found, distance_m, fraction = self._nearest(points)
        distance_dm = np.rint(distance_m * 10.0)
        near = distance_dm <= MAX_ACCESS_DM
        which, found = which[near], found[near]
        edge[which], access[which] = found, distance_dm[near]
        length = self.length_dm[found].astype(np.int64)
        along[which] = np.rint(fraction[near] * length)
        node[which, 0], node[which, 1] = self.u[found], self.v[found]
        offset[which, 0] = access[which] + along[which]
        offset[which, 1] = access[which] + (length - along[which])
        return Snapped(edge, along, access, node, offset)

    def _nearest(
        self, points: Points
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray, FloatArray]:
        """(point, nearest edge, metres, fraction along the edge) of points near a street."""
        placed = np.flatnonzero(points.placed)
        xy = self.project(points.lon[placed], points.lat[placed])
        placed, xy = placed[np.isfinite(xy).all(axis=1)], xy[np.isfinite(xy).all(axis=1)]
        geometry = shapely.points(xy)
        # a little wider than the limit: the rounded distance decides
        search_m = (MAX_ACCESS_DM + 1) / 10.0
        (which, edge), distance = self._tree.query_nearest(
            geometry, max_distance=search_m, return_distance=True, all_matches=True
        )
        order = np.lexsort((edge, which))
        first = order[np.unique(which[order], return_index=True)[1]]
        which, edge, distance = which[first], edge[first], distance[first]
        fraction = shapely.line_locate_point(self.lines[edge], geometry[which], normalized=True)
        return placed[which], edge, distance, np.clip(np.nan_to_num(fraction), 0.0, 1.0)

    def save(self, directory: Path) -> None:
        """Store as a directory of .npy files."""
        meta = {"format": _FORMAT, "dropped": vars(self.dropped), "digest": self.digest}
        save_arrays(directory, {name: getattr(self, name) for name in _ARRAYS}, meta)

    @classmethod
    def load(cls, directory: Path, *, mapped: bool = True) -> Network:
        """Read what `save` stored. FileNotFoundError, or ValueError for another format."""
        arrays, meta = load_arrays(directory, _ARRAYS, mapped=mapped)
        if meta.get("format") != _FORMAT:
            raise ValueError(f"not a network of this version: {directory}")
        return cls(**arrays, dropped=Dropped(**meta["dropped"]))


def build_network(
    lon: ArrayLike,
    lat: ArrayLike,
    u: ArrayLike,
    v: ArrayLike,
    length_dm: ArrayLike | None = None,
    *,
    shapes: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    node_id: ArrayLike | None = None,
) -> Network:
    """The largest component of the given nodes and edges, renumbered.

    shapes   (indptr, lon, lat) of the edges' polylines from u to v; straight lines when left out
    length_dm  whole decimetres; the geodesic length of the shape when left out

    ValueError when there is no edge or the arrays do not fit together.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    a, b = np.asarray(u, dtype=np.int64), np.asarray(v, dtype=np.int64)
    _check_edges(x, y, a, b)
    indptr, shape_lon, shape_lat = _shapes(x, y, a, b, shapes)
    length = (
        geodesic_dm(indptr, shape_lon, shape_lat) if length_dm is None else np.asarray(length_dm)
    )
    if length.shape != a.shape or (length < 0).any() or (length > 2**31 - 1).any():
        raise ValueError("edge lengths must be whole decimetres, one for each edge")
    ids = np.arange(len(x)) if node_id is None else np.asarray(node_id, dtype=np.int64)
    nodes, edges, components = _largest(len(x), a, b, length.astype(np.int64))
    number = np.cumsum(nodes) - 1
    kept = np.flatnonzero(edges)
    _, position = expand(indptr[kept], np.diff(indptr)[kept])
    kept_indptr = np.concatenate([[0], np.cumsum(np.diff(indptr)[kept])])
    return Network(
        lon=x[nodes],
        lat=y[nodes],
        node_id=ids[nodes].astype(np.int64),
        u=number[a[kept]].astype(np.int32),
        v=number[b[kept]].astype(np.int32),
        length_dm=length[kept].astype(np.uint32),
        shape_indptr=kept_indptr.astype(np.int64),
        shape_lon=shape_lon[position],
        shape_lat=shape_lat[position],
        dropped=Dropped(
            components=components - 1,
            nodes=int((~nodes).sum()),
            edges=int((~edges).sum()),
            length_m=float(length[~edges].sum()) / 10.0,
        ),
    )


def _check_edges(x: FloatArray, y: FloatArray, a: NDArray[np.int64], b: NDArray[np.int64]) -> None:
    if x.ndim != 1 or x.shape != y.shape or not (np.isfinite(x) & np.isfinite(y)).all():
        raise ValueError("nodes need finite lon and lat of equal length")
    if a.ndim != 1 or a.shape != b.shape or not len(a):
        raise ValueError("a network needs edges, u and v of equal length")
    if min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= len(x):
        raise ValueError("an edge names a node that does not exist")


def _shapes(
    x: FloatArray,
    y: FloatArray,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    shapes: tuple[ArrayLike, ArrayLike, ArrayLike] | None,
) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
    if shapes is None:
        ends = np.stack([a, b], axis=1).reshape(-1)
        return np.arange(len(a) + 1, dtype=np.int64) * 2, x[ends], y[ends]
    indptr = np.asarray(shapes[0], dtype=np.int64)
    shape_lon, shape_lat = (np.asarray(part, dtype=np.float64) for part in shapes[1:])
    fits = len(indptr) == len(a) + 1 and indptr[-1] == len(shape_lon) == len(shape_lat)
    if not fits or (np.diff(indptr) < 2).any():
        raise ValueError("each edge needs a polyline of at least two positions")
    return indptr, shape_lon, shape_lat


def _largest(
    n: int, a: NDArray[np.int64], b: NDArray[np.int64], length: NDArray[np.int64]
) -> tuple[BoolArray, BoolArray, int]:
    """(nodes kept, edges kept, number of components); by length, then by number of edges."""
    links = csr_array((np.ones(len(a), dtype=np.int64), (a, b)), shape=(n, n))
    components, label = connected_components(links, directed=False)
    metres = np.zeros(components, dtype=np.int64)
    np.add.at(metres, label[a], length)
    edges = np.bincount(label[a], minlength=components)
    largest = int(np.lexsort((-np.arange(components), edges, metres))[-1])
    nodes = label == largest
    return nodes, nodes[a], int(components)


def geodesic_dm(indptr: NDArray[np.int64], lon: FloatArray, lat: FloatArray) -> NDArray[np.int64]:
    """Length of each polyline on the WGS 84 ellipsoid, summed, then rounded to decimetres."""
    metres = np.zeros(len(lon))
    if len(lon) > 1:
        _, _, metres[1:] = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    metres[indptr[:-1]] = 0.0  # the leap from one polyline to the next
    return np.rint(np.add.reduceat(metres, indptr[:-1]) * 10.0).astype(np.int64)


def edges_dm(network: Network) -> list[tuple[int, int, int]]:
    """Every edge as (u, v, decimetres), parallel ones included: for independent checks."""
    return list(
        zip(network.u.tolist(), network.v.tolist(), network.length_dm.tolist(), strict=True)
    )


def access_links_dm(snapped: Snapped) -> list[tuple[int, int, int]]:
    """The links of snapped points as (point, node, decimetres), two for each: for checks."""
    which = np.repeat(np.flatnonzero(snapped.ok), 2)
    ok = snapped.ok
    ends, offsets = snapped.node[ok].reshape(-1), snapped.offset_dm[ok].reshape(-1)
    return list(zip(which.tolist(), ends.tolist(), offsets.tolist(), strict=True))
