"""What of an OpenStreetMap extract may be an outlet: points, and areas by their centroid."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import osmium
from django.utils.translation import gettext as _
from shapely import Polygon

_KINDS = {
    ".osm.pbf": "pbf",
    ".pbf": "pbf",
    ".osm.gz": "osm.gz",
    ".osm.bz2": "osm.bz2",
    ".osm": "osm",
}
_PBF_MARK = b"OSMHeader"
# A point and an area, and three corners make an area.
_CORNERS = 3


class OsmFileError(ValueError):
    """The file cannot be read; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Element:
    """One object of the map: its kind and number there, WGS 84 degrees, its tags."""

    kind: str
    number: int
    lon: float
    lat: float
    tags: dict[str, str]


def read_elements(path: Path, keys: Iterable[str]) -> Iterator[Element]:
    """Objects that bear one of the tags `keys`. OsmFileError: no such file, kind, or damaged."""
    kind = _kind_of(path)
    wanted = osmium.filter.KeyFilter(*keys)
    objects = (
        osmium.FileProcessor(osmium.io.File(str(path), kind))
        .with_areas(osmium.filter.KeyFilter(*keys))
        .with_filter(wanted)
    )
    try:
        for one in objects:
            place = _place_of(one)
            if place is not None:
                tags = {tag.k: tag.v for tag in one.tags}
                yield Element(*_name_of(one), *place, tags)
    except (RuntimeError, ValueError) as error:
        message = _("无法读取 %(file)s，文件可能已损坏：%(detail)s")
        raise OsmFileError(message % {"file": path.name, "detail": error}) from error


def _kind_of(path: Path) -> str:
    name = path.name.lower()
    kind = next((kind for suffix, kind in _KINDS.items() if name.endswith(suffix)), None)
    if kind is None:
        raise OsmFileError(_("不支持的文件类型：请使用 .osm.pbf、.osm 或 .osm.gz"))
    if not path.is_file():
        raise OsmFileError(_("找不到文件 %(file)s") % {"file": path})
    if kind == "pbf":
        with path.open("rb") as stream:
            if _PBF_MARK not in stream.read(64):
                raise OsmFileError(_("%(file)s 不是 OSM PBF 文件") % {"file": path.name})
    return kind


def _place_of(one: Any) -> tuple[float, float] | None:
    """Degrees of a point, or of an area's centroid; None for lines and what is cut off."""
    if one.is_node():
        return (one.lon, one.lat) if one.location.valid() else None
    if not one.is_area():
        # Closed ways come again as areas.
        return None
    rings = [
        [(node.lon, node.lat) for node in ring if node.location.valid()]
        for ring in one.outer_rings()
    ]
    shapes = [Polygon(ring) for ring in rings if len(ring) > _CORNERS]
    if not shapes:
        return None
    centre = max(shapes, key=lambda shape: shape.area).centroid
    return (centre.x, centre.y) if not centre.is_empty else None


def _name_of(one: Any) -> tuple[str, int]:
    if one.is_node():
        return "node", one.id
    return ("way" if one.from_way() else "relation"), one.orig_id()
