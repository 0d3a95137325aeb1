"""GeoJSON read without GDAL: its driver fetches whatever address a file's `crs` member names."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .files import NetworkFileError

_EPSG = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:[\d.]*:?(\d{4,6})", re.IGNORECASE)
_CRS84 = re.compile(r"(?:urn:ogc:def:crs:)?OGC:[\d.]*:?CRS84", re.IGNORECASE)


def read_geojson(
    path: Path, columns: tuple[str, ...]
) -> tuple[Any, dict[str, NDArray[Any]], str | None]:
    """(shapely geometries, the wanted columns that occur, CRS or None for plain degrees).

    Raises NetworkFileError for anything that is not a FeatureCollection, and for a CRS that is not
    named by its EPSG number.
    """
    try:
        data = json.loads(path.read_bytes())
        if data["type"] != "FeatureCollection":
            raise _not_geojson(path)
        features = data["features"]
        texts = [_geometry_text(feature) for feature in features]
        properties = [feature.get("properties") or {} for feature in features]
        names = [name for name in columns if any(name in p for p in properties)]
        table = {name: _column([p.get(name) for p in properties]) for name in names}
        geometry = shapely.from_geojson(np.array(texts, dtype=object))
    except NetworkFileError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _not_geojson(path) from error
    except shapely.errors.ShapelyError as error:
        raise _not_geojson(path) from error
    return geometry, table, _crs(data.get("crs"), path)


def _geometry_text(feature: dict[str, Any]) -> str | None:
    geometry = feature.get("geometry")
    return None if geometry is None else json.dumps(geometry)


def _column(values: list[Any]) -> NDArray[Any]:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _crs(member: Any, path: Path) -> str | None:
    """None without the (outdated) member or where it names CRS84."""
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = str(properties.get("name")) if isinstance(properties, dict) else ""
    if _CRS84.fullmatch(name):
        return None
    found = _EPSG.fullmatch(name)
    if not found:
        raise NetworkFileError("crs", name=path.name)
    return f"EPSG:{found.group(1)}"


def _not_geojson(path: Path) -> NetworkFileError:
    return NetworkFileError("not_kind", name=path.name, kind="GeoJSON")
