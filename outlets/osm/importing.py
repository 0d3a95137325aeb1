"""Shops and amenities of an OpenStreetMap extract, taken in like any other ledger."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from core.audit import Actor
from core.geo import geodesic_m, points_in_outlines
from core.text import normalise, normalise_key
from outlets.imports.taking import ImportOutcome, import_ledger
from outlets.ledger_columns import LEDGER
from outlets.models import BusinessFormat
from outlets.osm.reading import Element, read_elements
from outlets.osm.table import tag_table
from territory.models import District, Street
from territory.services import outline_of

SOURCE = "OpenStreetMap"
LICENCE = "© OpenStreetMap contributors, ODbL 1.0 (https://www.openstreetmap.org/copyright)"
# Two objects of one name and format this near are one shop, drawn twice.
DOUBLE_M = 30.0
_ALWAYS = "24/7"
_LENGTHS = {column.key: column.max_length for column in LEDGER}
_TITLES = {column.key: str(column.title) for column in LEDGER}
_WRITTEN = (
    "name",
    "main_format",
    "street",
    "address",
    "x_in",
    "y_in",
    "hours",
    "open_24h",
    "brand",
    "data_source",
)


@dataclass
class OsmOutcome:
    """What of an extract was an outlet of the district, and what the ledger made of it."""

    # Objects with a tag of the table that lie in the district.
    inside: int = 0
    outside: int = 0
    # In the district, but in no street whose outline is known.
    streetless: int = 0
    # Left out on purpose, without a name, or drawn twice.
    left_out: int = 0
    nameless: int = 0
    doubles: int = 0
    # key=value → how many objects of the district the table does not know.
    unmapped: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    ledger: ImportOutcome | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "inside": self.inside,
            "outside": self.outside,
            "streetless": self.streetless,
            "left_out": self.left_out,
            "nameless": self.nameless,
            "doubles": self.doubles,
            "unmapped": dict(self.unmapped.most_common()),
            "formats": dict(self.formats.most_common()),
            "ledger": self.ledger.as_json() if self.ledger else None,
            "licence": LICENCE,
        }


class NoOutlinesError(ValueError):
    """Nothing can be said of where an object lies before outlines are drawn."""


def import_osm_outlets(
    *, district: District, path: Path, by: Actor, dry_run: bool = False
) -> OsmOutcome:
    """Take in an extract (.osm.pbf, .osm). OsmFileError and NoOutlinesError refuse it whole."""
    return import_elements(
        district=district,
        elements=read_elements(path, tag_table().keys),
        filename=path.name,
        by=by,
        dry_run=dry_run,
    )


def import_elements(
    *,
    district: District,
    elements: Iterable[Element],
    filename: str,
    by: Actor,
    dry_run: bool = False,
) -> OsmOutcome:
    """Take in those objects that lie in the district and mean a format, through the ledger.

    So matching and double checking apply as to any ledger; what the ledger finds wrong or doubtful
    is not written but kept with the import, and a second run of one file changes nothing.
    """
    outcome = OsmOutcome()
    rows = _rows(district, list(elements), outcome)
    if rows:
        outcome.ledger = import_ledger(
            district=district,
            file=_table(rows),
            filename=f"{filename}.csv",
            by=by,
            crs="wgs84",
            dry_run=dry_run,
            partial=True,
        )
    return outcome


def _rows(
    district: District, elements: Sequence[Element], outcome: OsmOutcome
) -> list[dict[str, Any]]:
    """Ledger rows, by column key, of the objects that are outlets of the district."""
    streets = _streets_of(district, elements, outcome)
    names = dict(BusinessFormat.objects.values_list("code", "name"))
    table = tag_table()
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[str, str], list[Element]] = defaultdict(list)
    for one, street in zip(elements, streets, strict=True):
        if not street:
            continue
        entry = table.entry_of(one.tags)
        if entry is None:
            if unknown := table.unknown_of(one.tags):
                outcome.unmapped[unknown] += 1
        elif entry.format not in names:
            outcome.left_out += 1
        elif not (name := _name(one)):
            outcome.nameless += 1
        elif _drawn_already(seen[normalise_key(name), entry.format], one):
            outcome.doubles += 1
        else:
            outcome.formats[entry.format] += 1
            rows.append(_row(one, name, names[entry.format], street))
    return rows


def _streets_of(district: District, elements: Sequence[Element], outcome: OsmOutcome) -> list[str]:
    """The code of the street that each object lies in; "" = outside, or in no street known."""
    outline = outline_of(district)
    if not outline.whole or not outline.streets:
        raise NoOutlinesError(
            _(
                "%(district)s还没有区和街道（镇）边界，无法判断位置；请先导入边界（import_boundaries）"
            )
            % {"district": district}
        )
    lon = np.array([one.lon for one in elements], dtype=float)
    lat = np.array([one.lat for one in elements], dtype=float)
    inside = points_in_outlines(lon, lat, outline.whole) >= 0
    at = points_in_outlines(lon, lat, tuple(outline.streets.values()))
    codes = dict(Street.objects.filter(district=district).values_list("id", "code"))
    order = [codes[pk] for pk in outline.streets]
    outcome.inside, outcome.outside = int(inside.sum()), int((~inside).sum())
    outcome.streetless = int((inside & (at < 0)).sum())
    return [
        order[street] if hit and street >= 0 else "" for hit, street in zip(inside, at, strict=True)
    ]


def _drawn_already(same: list[Element], one: Element) -> bool:
    """Whether an object of this name and format stands here already; if not, it does now."""
    for other in same:
        if float(geodesic_m(one.lon, one.lat, other.lon, other.lat)) <= DOUBLE_M:
            return True
    same.append(one)
    return False


def _name(one: Element) -> str:
    """The name as people there write it; "" when there is none that the ledger could hold."""
    for key in ("name:zh", "name:zh-Hans", "name", "brand"):
        name = normalise(one.tags.get(key, ""))
        if name and len(name) <= (_LENGTHS["name"] or len(name)):
            return name
    return ""


def _row(one: Element, name: str, format_name: str, street: str) -> dict[str, Any]:
    hours = normalise(one.tags.get("opening_hours", ""))
    row = {
        "name": name,
        "main_format": format_name,
        "street": street,
        "address": _address(one.tags),
        "x_in": f"{one.lon:.7f}",
        "y_in": f"{one.lat:.7f}",
        "hours": hours,
        "open_24h": _("是") if hours == _ALWAYS else "",
        "brand": normalise(one.tags.get("brand:zh", "") or one.tags.get("brand", "")),
        "data_source": SOURCE,
    }
    # What does not fit is no reason to lose the row.
    return {key: "" if _too_long(key, text) else text for key, text in row.items()}


def _too_long(key: str, text: str) -> bool:
    longest = _LENGTHS[key]
    return longest is not None and len(text) > longest


def _address(tags: dict[str, str]) -> str:
    if full := normalise(tags.get("addr:full", "")):
        return full
    road, number = tags.get("addr:street", ""), tags.get("addr:housenumber", "")
    return normalise(f"{road}{_numbered(number)}") if road else ""


def _numbered(number: str) -> str:
    """12 → 12号, as addresses are written here; other forms stay."""
    return f"{number}号" if number.isdecimal() else f" {number}" if number else ""


def _table(rows: Sequence[dict[str, Any]]) -> io.BytesIO:
    """The rows as a ledger file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_TITLES[key] for key in _WRITTEN])
    writer.writerows([row[key] for key in _WRITTEN] for row in rows)
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))
