"""Tables into the database: codes become ids, missing columns their defaults, rows go in bulk."""

import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from django.db import models
from django.utils import timezone

from circles.models import (
    Circle,
    CircleCompound,
    CircleFacts,
    CircleNeighbourhood,
    CircleStreet,
    ComplaintCount,
    Compound,
    CompoundFacts,
    Facility,
    FormatCheck,
    PilotBatch,
    Space,
)
from core import audit
from core.bulk import insert_rows
from core.text import normalise_key, pinyin_key
from outlets.models import (
    AllianceMember,
    Brand,
    BrandStoreCount,
    BusinessFormat,
    Enterprise,
    LedgerCompleteness,
    Outlet,
    OutletFacts,
)
from portal.demo.district import DemoDistrict
from portal.demo.tables import Table, length
from territory.models import District, Neighbourhood, Street

Ids = Mapping[Any, Any]


def write(demo: DemoDistrict, district: District) -> None:
    """Every table in the order of their references; the caller holds the transaction."""
    keys = _Keys(demo, district)
    _outlines(demo, district)
    _insert(Compound, keys.resolve(demo.compounds), history=True)
    _insert(CompoundFacts, keys.dated(demo.compound_facts))
    _insert(Circle, keys.resolve(demo.circles), history=True)
    _insert(CircleStreet, keys.resolve(demo.circle_streets))
    _insert(CircleCompound, demo.circle_compounds)
    _insert(CircleNeighbourhood, keys.resolve(demo.circle_neighbourhoods))
    _insert(CircleFacts, keys.dated(keys.listed(demo.circle_facts)))
    _insert(Brand, keys.resolve({k: v for k, v in demo.brands.items() if k != "code"}))
    _insert(BrandStoreCount, keys.resolve(demo.store_counts))
    _insert(Enterprise, keys.resolve(demo.enterprises))
    _insert(Outlet, keys.resolve(_searchable(demo.outlets)), history=True)
    facts = keys.dated(keys.resolve(demo.outlet_facts))
    _insert(OutletFacts, facts | {"source": ["演示数据"] * length(facts)})
    _insert(LedgerCompleteness, keys.resolve(demo.completeness))
    _insert(FormatCheck, keys.resolve(demo.format_checks))
    _insert(Facility, keys.resolve(demo.facilities), history=True)
    _insert(Space, keys.resolve(demo.spaces), history=True)
    _insert(AllianceMember, keys.resolve(demo.alliance_members))
    _insert(ComplaintCount, keys.resolve(demo.complaint_counts))


class _Keys:
    """Codes of the tables → ids of the database."""

    def __init__(self, demo: DemoDistrict, district: District) -> None:
        self._district = district.pk
        streets = _ids_of(Street.objects.filter(district=district))
        hoods = _ids_of(Neighbourhood.objects.filter(district=district))
        formats = _ids_of(BusinessFormat.objects.all())
        self._by_column: dict[str, Ids] = {
            "street": streets,
            "lead_street": streets,
            "neighbourhood": hoods,
            "main_format": formats,
            "format": formats,
            "brand": dict(zip(demo.brands["code"], demo.brands["id"], strict=True)),
            "batch": _ids_of(PilotBatch.objects.filter(district=district)),
        }
        self._lists: dict[str, Ids] = {"street_ids": streets, "neighbourhood_ids": hoods}

    def resolve(self, table: Table) -> Table:
        """Ids for codes, in the columns that hold codes; and the district."""
        resolved = {
            name: [None if key is None else self._by_column[name][key] for key in column]
            if name in self._by_column
            else column
            for name, column in table.items()
        }
        return resolved | {"district": [self._district] * length(table)}

    def listed(self, table: Table) -> Table:
        """Ids as text for the codes in columns that hold lists of codes."""
        return {
            name: [[str(self._lists[name][key]) for key in keys] for keys in column]
            if name in self._lists
            else column
            for name, column in table.items()
        }

    def dated(self, table: Table) -> Table:
        """Facts belong to the act that loads them."""
        return table | {"act": [audit.current_act_id()] * length(table)}


def _ids_of(rows: "models.QuerySet[Any]") -> dict[str, uuid.UUID]:
    return dict(rows.values_list("code", "id"))


def _searchable(outlets: Table) -> Table:
    """With the keys that lists are searched by."""
    pinyin = lru_cache(maxsize=None)(pinyin_key)
    key = lru_cache(maxsize=None)(normalise_key)
    return outlets | {
        "name_key": [key(name)[:160] for name in outlets["name"]],
        "pinyin": [pinyin(name)[:300] for name in outlets["name"]],
    }


# Columns that reference tables bring and a model does not have.
_IGNORED: Final = frozenset({"district"})


def _insert(model: type[models.Model], table: Table, *, history: bool = False) -> None:
    """All rows of a table; columns it does not name get the field's default."""
    fields = {
        field.name: field
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField)
    }
    unknown = table.keys() - fields.keys() - _IGNORED
    if unknown:
        raise ValueError(f"{model.__name__} has no {sorted(unknown)}")
    count = length(table)
    columns: Table = {}
    for name, field in fields.items():
        columns[name] = table[name] if name in table else [_default(field)] * count
    insert_rows(model, list(columns), zip(*columns.values(), strict=True))
    if history:
        _insert_history(model, columns, count)


def _default(field: "models.Field[Any, Any]") -> Any:
    if getattr(field, "auto_now", False):
        return timezone.now()
    return field.get_default()


def _insert_history(model: type[models.Model], columns: Table, count: int) -> None:
    """One “+” version for each row, as saving it would have written."""
    actor = audit.current_actor()
    columns = columns | {
        "history_date": [timezone.now()] * count,
        "history_type": ["+"] * count,
        "history_change_reason": ["演示数据"] * count,
        "history_user_id": [actor.id] * count,
        "act": [audit.current_act_id()] * count,
        "actor_label": [actor.label] * count,
    }
    versions = model.history.model  # type: ignore[attr-defined]
    insert_rows(versions, list(columns), zip(*columns.values(), strict=True))


def _outlines(demo: DemoDistrict, district: District) -> None:
    """Our own sketch as outlines, marked as such."""
    district.outline, district.is_sample_outline = demo.outline, True
    district.save(update_fields=["outline", "is_sample_outline"])
    areas: tuple[tuple[Any, dict[str, dict[str, object]]], ...] = (
        (Street, demo.street_outlines),
        (Neighbourhood, demo.neighbourhood_outlines),
    )
    for model, outlines in areas:
        rows = list(model.objects.filter(district=district, code__in=outlines))
        for row in rows:
            row.outline, row.is_sample_outline = outlines[row.code], True
        model.objects.bulk_update(rows, ["outline", "is_sample_outline"], batch_size=100)
