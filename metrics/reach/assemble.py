"""From polylines with numbered vertices to a network: split at shared vertices, contract chains.

Two ways meet where they share a vertex, nowhere else. Vertices where exactly two segments meet are
no junctions: their segments join into one edge that keeps the shape, and whose length is the
geodesic sum, rounded once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .network import Network, build_network
from .types import FloatArray


@dataclass(frozen=True, eq=False)
class Polylines:
    """Vertices of all lines one after another: `line` says which line, `key` which place.

    line, key  int64 [P]; equal keys are one place (OSM node id, or rounded coordinates)
    lon, lat   float64 [P]
    """

    line: NDArray[np.int64]
    key: NDArray[np.int64]
    lon: FloatArray
    lat: FloatArray


def segments_of(lines: Polylines) -> tuple[NDArray[np.int64], FloatArray, FloatArray, IntPairs]:
    """(place keys, lon, lat, segments [S, 2] between places), each segment once."""
    keys, first, place = np.unique(lines.key, return_index=True, return_inverse=True)
    inside = lines.line[1:] == lines.line[:-1]
    ends = np.stack([place[:-1][inside], place[1:][inside]], axis=1).astype(np.int64)
    ends = np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1)
    packed = np.unique(ends[:, 0] * len(keys) + ends[:, 1])
    segments = np.stack(np.divmod(packed, max(len(keys), 1)), axis=1)
    return keys, lines.lon[first], lines.lat[first], segments


IntPairs = NDArray[np.int64]


def assemble(lines: Polylines) -> tuple[Network, int]:
    """(network, number of distinct segments). ValueError when no segment remains."""
    keys, lon, lat, segments = segments_of(lines)
    if not len(segments):
        raise ValueError("no segment")
    path, indptr = contracted(len(keys), segments)
    ends = np.stack([path[indptr[:-1]], path[indptr[1:] - 1]], axis=1)
    junctions, ends_new = np.unique(ends, return_inverse=True)
    ends_new = ends_new.reshape(-1, 2)
    network = build_network(
        lon[junctions],
        lat[junctions],
        ends_new[:, 0],
        ends_new[:, 1],
        shapes=(indptr, lon[path], lat[path]),
        node_id=keys[junctions],
    )
    return network, len(segments)


def contracted(n: int, segments: IntPairs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Chains of segments between junctions as (places in order, indptr).

    A ring without a junction becomes a loop at one of its places.
    """
    number = np.arange(len(segments), dtype=np.int64)
    degree = np.bincount(segments.reshape(-1), minlength=n)
    both = np.zeros(n, dtype=np.int64)
    for side in (0, 1):
        np.bitwise_xor.at(both, segments[:, side], number)
    walker = _Walker(
        # at a place of degree 2: segment ^ other = both; along a segment: place ^ other = across
        both=both.tolist(),
        across=(segments[:, 0] ^ segments[:, 1]).tolist(),
        junction=(degree != 2).tolist(),
        walked=[False] * len(segments),
    )
    paths: list[int] = []
    stops = [0]
    at_junction = degree[segments] != 2
    starts = [
        (number[at_junction[:, side]].tolist(), segments[at_junction[:, side], side].tolist())
        for side in (0, 1)
    ]
    starts.append((number.tolist(), segments[:, 0].tolist()))  # rings: what is left by then
    for candidates, places in starts:
        for segment, place in zip(candidates, places, strict=True):
            if not walker.walked[segment]:
                paths.extend(walker.walk(segment, place))
                stops.append(len(paths))
    return np.array(paths, dtype=np.int64), np.array(stops, dtype=np.int64)


@dataclass
class _Walker:
    both: list[int]
    across: list[int]
    junction: list[bool]
    walked: list[bool]

    def walk(self, segment: int, place: int) -> list[int]:
        """The places from `place` along `segment` to the next junction, or round a ring."""
        path = [place]
        while not self.walked[segment]:
            self.walked[segment] = True
            place ^= self.across[segment]
            path.append(place)
            if self.junction[place]:
                break
            segment ^= self.both[place]
        return path
