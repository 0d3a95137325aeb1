"""Reading a street network file: OpenStreetMap (.osm.pbf, .osm, .osm.gz) and line files.

`read_network` is the one door; files are untrusted, and every refusal is a NetworkFileError.
"""

from __future__ import annotations

import tempfile
from array import array
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from .assemble import Polylines, assemble
from .files import FileLimits, NetworkFileError, check_size, check_unpacked, unzip_shapefile
from .lines import KINDS, read_lines
from .network import Dropped, Network
from .walkable import is_walkable

OSM_KINDS = {
    ".osm.pbf": "pbf",
    ".pbf": "pbf",
    ".osm.gz": "osm.gz",
    ".osm.bz2": "osm.bz2",
    ".osm": "osm",
}
_PBF_MARK = b"OSMHeader"
_PER_DEGREE = 10_000_000


@dataclass(frozen=True)
class ReadReport:
    """What was found in a file, what became of it.

    ways_read         ways with a highway tag, or line features
    ways_walked       those that people walk on
    points_missing    vertices without coordinates (cut off at the border of an extract)
    features_skipped  features that are no lines
    segments          distinct segments between neighbouring vertices
    nodes, edges, total_length_m   the network that is kept
    dropped           what lay outside its largest component
    """

    kind: str
    ways_read: int
    ways_walked: int
    points_missing: int
    features_skipped: int
    segments: int
    nodes: int
    edges: int
    total_length_m: float
    dropped: Dropped

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def read_network(path: Path | str, limits: FileLimits | None = None) -> tuple[Network, ReadReport]:
    """The walkable network of a file and the report of reading it.

    Raises NetworkFileError: not there, empty, too big, of another kind, damaged, nothing walkable.
    """
    path, limits = Path(path), limits or FileLimits()
    check_size(path, limits)
    kind, lines, counts = _read(path, limits)
    if not counts["ways_walked"]:
        raise NetworkFileError("no_ways", name=path.name)
    try:
        network, segments = assemble(lines)
    except ValueError as error:
        code = "no_locations" if counts.get("points_missing") else "no_ways"
        raise NetworkFileError(code, name=path.name) from error
    report = ReadReport(
        kind=kind,
        ways_read=counts["ways_read"],
        ways_walked=counts["ways_walked"],
        points_missing=counts.get("points_missing", 0),
        features_skipped=counts.get("features_skipped", 0),
        segments=segments,
        nodes=network.n_nodes,
        edges=network.n_edges,
        total_length_m=network.total_length_m,
        dropped=network.dropped,
    )
    return network, report


def _read(path: Path, limits: FileLimits) -> tuple[str, Polylines, dict[str, int]]:
    name = path.name.lower()
    for suffix, osm_kind in OSM_KINDS.items():
        if name.endswith(suffix):
            return osm_kind, *_read_osm(path, osm_kind, limits)
    if path.suffix.lower() in KINDS:
        return KINDS[path.suffix.lower()][0], *read_lines(path, limits)
    if path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory() as directory:
            shape = unzip_shapefile(path, Path(directory), limits)
            return KINDS[".shp"][0], *read_lines(shape, limits)
    raise NetworkFileError("kind", name=path.name)


def _read_osm(path: Path, kind: str, limits: FileLimits) -> tuple[Polylines, dict[str, int]]:
    if kind == "pbf":
        with path.open("rb") as stream:
            if _PBF_MARK not in stream.read(64):
                raise NetworkFileError("not_kind", name=path.name, kind="OSM PBF")
    elif kind != "osm":
        check_unpacked(path, limits)
    collector = _Collector(path.name, limits)
    # the format is stated, so that the library does not guess it from an odd file name
    file = osmium.io.File(str(path), kind)
    ways = (
        osmium.FileProcessor(file)
        .with_locations()
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.KeyFilter("highway"))
    )
    try:
        for way in ways:
            collector.take(way)
    except NetworkFileError:
        raise
    except (RuntimeError, ValueError) as error:
        raise NetworkFileError("unreadable", name=path.name, detail=str(error)) from error
    return collector.polylines(), collector.counts


class _Collector:
    """Vertices of the walkable ways; a way is cut where a vertex has no coordinates."""

    def __init__(self, name: str, limits: FileLimits) -> None:
        self._name, self._limits = name, limits
        self._line, self._key = array("q"), array("q")
        self._x, self._y = array("q"), array("q")
        self._piece = 0
        self.counts = {"ways_read": 0, "ways_walked": 0, "points_missing": 0}

    def take(self, way: Any) -> None:
        self.counts["ways_read"] += 1
        if not is_walkable({tag.k: tag.v for tag in way.tags}):
            return
        self.counts["ways_walked"] += 1
        self._piece += 1
        for node in way.nodes:
            location = node.location
            if not location.valid():
                self.counts["points_missing"] += 1
                self._piece += 1
                continue
            self._line.append(self._piece)
            self._key.append(node.ref)
            self._x.append(location.x)
            self._y.append(location.y)
        if len(self._line) > self._limits.max_segments:
            limit = self._limits.max_segments
            raise NetworkFileError("too_many", name=self._name, limit=limit)

    def polylines(self) -> Polylines:
        line, key, x, y = (
            np.array(part, dtype=np.int64) for part in (self._line, self._key, self._x, self._y)
        )
        return Polylines(line, key, x / _PER_DEGREE, y / _PER_DEGREE)
