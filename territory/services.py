"""Acts on territorial units: their outlines."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.audit import Actor, act
from core.db import locked
from core.geo import Outline, make_valid_outline, to_shape
from territory.models import District, Neighbourhood, Street

Unit = District | Street | Neighbourhood
# Level in a boundary file → the units it speaks of.
LEVELS: dict[str, Any] = {
    "district": District,
    "street": Street,
    "neighbourhood": Neighbourhood,
}


@dataclass(frozen=True)
class DistrictOutline:
    """Where a district lies, as far as is known."""

    # What holds every point of the district; empty = unknown, nothing can be said of a point.
    whole: tuple[Outline, ...]
    # Street id → its outline, of those drawn.
    streets: dict[Any, Outline]


def outline_of(district: District) -> DistrictOutline:
    """The district's outline; else its streets', when all of them are drawn."""
    streets = dict(Street.objects.filter(district=district).values_list("id", "outline"))
    drawn = {pk: to_shape(outline) for pk, outline in streets.items() if outline}
    if district.outline:
        return DistrictOutline((to_shape(district.outline),), drawn)
    complete = bool(streets) and len(drawn) == len(streets)
    return DistrictOutline(tuple(drawn.values()) if complete else (), drawn)


def set_outlines(
    *,
    outlines: Iterable[tuple[Unit, dict[str, Any]]],
    by: Actor,
    is_sample: bool = False,
    source: str = "",
) -> int:
    """Give units their outlines (GeoJSON, WGS 84), all or none; how many changed.

    OutlineError when one is no usable area; `is_sample` marks schematic ones (示意边界).
    """
    wanted = [(unit, make_valid_outline(outline)[0]) for unit, outline in outlines]
    with act("territory.set_outlines", by=by) as this:
        changed: dict[str, list[str]] = {level: [] for level in LEVELS}
        for level, model in LEVELS.items():
            mine = {unit.pk: outline for unit, outline in wanted if isinstance(unit, model)}
            rows = []
            for row in locked(model.objects.filter(pk__in=mine)):
                if row.outline != mine[row.pk] or row.is_sample_outline != is_sample:
                    row.outline, row.is_sample_outline = mine[row.pk], is_sample
                    rows.append(row)
            model.objects.bulk_update(rows, ["outline", "is_sample_outline"], batch_size=100)
            changed[level] = [row.code for row in rows]
        this.changes = {"source": source, **changed}
    return sum(map(len, changed.values()))
