"""Streets and lanes as nodes and edges, in the form the walking distances are computed on."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from metrics.reach import Network, build_network
from portal.demo.shapes import to_degrees
from portal.demo.streets import GRID_M, Streets

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Roads:
    """The network and, in its edge order, what it was drawn from."""

    network: Network
    nodes: Floats
    """[N, 2] metres."""
    lines: NDArray[np.object_]
    """[E] lines in metres."""
    main: Bools
    lane: Bools


def join(streets: Streets, lanes: list[shapely.LineString]) -> Roads:
    """Streets with the lanes that branch off them; unconnected pieces are left out."""
    whole = shapely.union_all([*streets.lines, *lanes], grid_size=GRID_M)
    lines = shapely.get_parts(whole)
    ends = shapely.get_coordinates(shapely.get_point(lines[:, None], [0, -1]))
    keys, number = np.unique(np.rint(ends / GRID_M).astype(np.int64), axis=0, return_inverse=True)
    ends_of = number.reshape(-1, 2)
    kept = _connected(ends_of, len(keys))
    lines, ends_of = lines[kept], ends_of[kept]
    used, ends_of = np.unique(ends_of, return_inverse=True)
    ends_of = ends_of.reshape(-1, 2)
    nodes = keys[used] * GRID_M
    degrees = to_degrees(nodes)
    network = build_network(*degrees.T, *ends_of.T, shapes=_polylines(lines, degrees, ends_of))
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    return Roads(
        network=network,
        nodes=nodes,
        lines=lines,
        main=_lies_on(middle, streets.lines[streets.main]),
        lane=~_lies_on(middle, streets.lines),
    )


def _connected(ends: NDArray[np.int64], count: int) -> Bools:
    links = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    label = connected_components(links, directed=False)[1]
    return np.asarray(label[ends[:, 0]] == np.bincount(label).argmax())


def _polylines(
    lines: NDArray[np.object_], nodes: Floats, ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """(indptr, lon, lat) of the lines, their ends exactly at the nodes."""
    metres, owner = shapely.get_coordinates(lines, return_index=True)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(lines)))])
    degrees = to_degrees(metres)
    degrees[indptr[:-1]], degrees[indptr[1:] - 1] = nodes[ends[:, 0]], nodes[ends[:, 1]]
    return indptr, degrees[:, 0], degrees[:, 1]


def _lies_on(points: NDArray[np.object_], lines: NDArray[np.object_]) -> Bools:
    near = shapely.STRtree(lines).query(points, predicate="dwithin", distance=3 * GRID_M)[0]
    return np.isin(np.arange(len(points)), near)
