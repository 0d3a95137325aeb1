"""Street lines of GeoJSON, GeoPackage and Shapefile files.

Lines meet where they share a vertex: coordinates equal at 1e-7 degrees (about 1 cm). Lines that
merely cross stay apart, as bridges and tunnels do. Where the file has a `highway` (or `fclass`)
column the rules of `walkable` apply; without one every line is taken as walked.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray
from pyogrio.errors import CRSError, DataLayerError, FeatureError, GeometryError

from .assemble import Polylines
from .files import FileLimits, NetworkFileError
from .geojson import read_geojson
from .types import BoolArray, FloatArray
from .walkable import is_walkable

KINDS: Mapping[str, tuple[str, bytes]] = {
    ".geojson": ("GeoJSON", b"{"),
    ".json": ("GeoJSON", b"{"),
    ".gpkg": ("GPKG", b"SQLite format 3\x00"),
    ".shp": ("ESRI Shapefile", b"\x00\x00\x27\x0a"),
}
# `fclass` is the name of the same column in Geofabrik's shapefiles
_TAG_COLUMNS: dict[str, str] = {
    "highway": "highway",
    "fclass": "highway",
    "foot": "foot",
    "access": "access",
    "sidewalk": "sidewalk",
}
# DataSourceError is a RuntimeError; undecodable text is a ValueError
_READ_ERRORS = (CRSError, DataLayerError, FeatureError, GeometryError, RuntimeError, ValueError)
_LINE_TYPES = (1, 2, 5)  # LineString, LinearRing, MultiLineString
_PER_DEGREE = 10_000_000
_BOM = b"\xef\xbb\xbf"


def read_lines(path: Path, limits: FileLimits) -> tuple[Polylines, dict[str, int]]:
    """(polylines, counts: ways_read, ways_walked, features_skipped). NetworkFileError."""
    _check_kind(path)
    if KINDS[path.suffix.lower()][0] == "GeoJSON":
        geometry, columns, crs = read_geojson(path, tuple(_TAG_COLUMNS))
    else:
        geometry, columns, crs = _read_gdal(path)
    is_line = np.isin(shapely.get_type_id(geometry), _LINE_TYPES)
    # backwards: the first name of a tag wins
    tags = {_TAG_COLUMNS[name]: columns[name] for name in reversed(_TAG_COLUMNS) if name in columns}
    walked = is_line & _walked(tags, len(geometry))
    parts = shapely.get_parts(geometry[walked])
    xy, line = shapely.get_coordinates(parts, return_index=True)
    if len(xy) > limits.max_segments:
        raise NetworkFileError("too_many", name=path.name, limit=limits.max_segments)
    lon, lat = _degrees(xy, crs, path)
    polylines = Polylines(line.astype(np.int64), _keys(lon, lat), lon, lat)
    counts = {
        "ways_read": int(is_line.sum()),
        "ways_walked": int(walked.sum()),
        "features_skipped": int((~is_line).sum()),
    }
    return polylines, counts


def _check_kind(path: Path) -> None:
    """Look at the first bytes, so that no other GDAL driver is ever offered the file."""
    kind, magic = KINDS[path.suffix.lower()]
    with path.open("rb") as stream:
        head = stream.read(1024)
    if kind == "GeoJSON":
        head = head.removeprefix(_BOM).lstrip()
    if not head.startswith(magic):
        raise NetworkFileError("not_kind", name=path.name, kind=kind)


def _read_gdal(path: Path) -> tuple[Any, dict[str, NDArray[Any]], str | None]:
    """(shapely geometries, the wanted columns that occur, CRS)."""
    try:
        with warnings.catch_warnings():  # what GDAL mutters about odd files is for no one here
            warnings.simplefilter("ignore", RuntimeWarning)
            layer = _line_layer(path)
            present = pyogrio.read_info(path, layer=layer)["fields"]
            wanted = [column for column in _TAG_COLUMNS if column in present]
            meta, _, wkb, fields = pyogrio.raw.read(
                path, layer=layer, columns=wanted, force_2d=True
            )
    except _READ_ERRORS as error:
        kind = KINDS[path.suffix.lower()][0]
        raise NetworkFileError("not_kind", name=path.name, kind=kind) from error
    columns = dict(zip(meta["fields"], fields, strict=True))
    return shapely.from_wkb(wkb, on_invalid="ignore"), columns, meta.get("crs")


def _line_layer(path: Path) -> str | None:
    """The first layer of lines; the first one at all when none says so."""
    layers = pyogrio.list_layers(path)
    lines = [name for name, geometry in layers if "LineString" in str(geometry)]
    names = lines or [name for name, _ in layers]
    return str(names[0]) if names else None


def _walked(columns: Mapping[str, NDArray[Any]], n: int) -> BoolArray:
    if "highway" not in columns:
        return np.ones(n, dtype=bool)
    names = list(columns)
    rows = zip(*(columns[name].tolist() for name in names), strict=True)
    # an empty cell is None, or NaN where GDAL guessed a number
    tags = ({k: v for k, v in zip(names, row, strict=True) if isinstance(v, str)} for row in rows)
    return np.fromiter((is_walkable(t) for t in tags), dtype=bool, count=n)


def _degrees(xy: FloatArray, crs: str | None, path: Path) -> tuple[FloatArray, FloatArray]:
    lon, lat = xy[:, 0], xy[:, 1]
    if crs is not None:
        try:
            transformer = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        except pyproj.exceptions.ProjError as error:
            raise NetworkFileError("crs", name=path.name) from error
        lon, lat = (np.asarray(part) for part in transformer.transform(lon, lat))
    if not ((np.abs(lon) <= 180) & (np.abs(lat) <= 90)).all():
        raise NetworkFileError("crs", name=path.name)
    return np.ascontiguousarray(lon), np.ascontiguousarray(lat)


def _keys(lon: FloatArray, lat: FloatArray) -> NDArray[np.int64]:
    """One number for each place on a grid of 1e-7 degrees: 32 bits lon, 31 bits lat."""
    x = np.rint(lon * _PER_DEGREE).astype(np.int64)
    y = np.rint((lat + 90.0) * _PER_DEGREE).astype(np.int64)
    return (x << 31) | y
