"""The register of one district as it stands: locked, read once, and how rows get their codes."""

import datetime as dt
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from core.text import normalise_key, pinyin_key
from outlets.models import Outlet
from outlets.querysets import facts_as_of
from outlets.services.facts import FACT_COLUMNS
from territory.models import District

# Every column of an outlet, as the database stores it.
COLUMNS = tuple(field.attname for field in Outlet._meta.concrete_fields)
_NUMBER = re.compile(r"-(\d{6,})$")
_NOT_COMPARED = frozenset(
    {"id", "district_id", "name_key", "pinyin", "version", "updated_at", "merged_into_id"}
)


def lock_register(district: District) -> District:
    """Hold the district's register until the transaction ends: nobody else enters new rows.

    Rows that merely refer to the district are not held up.
    """
    return District.objects.select_for_update(no_key=True).get(pk=district.pk)


class Register:
    """All outlets of a district that are not void, read at once, to be compared with day `on`.

    `held` has the facts of `on` of those outlets whose facts have changed since.
    """

    def __init__(self, district: District, on: dt.date) -> None:
        rows = Outlet.objects.filter(district=district, void=False).order_by("id")
        self.rows: dict[uuid.UUID, dict[str, Any]] = {
            row["id"]: row for row in rows.values(*COLUMNS)
        }
        self.by_code = {row["code"]: row for row in self.rows.values()}
        self.held: dict[uuid.UUID, dict[str, Any]] = {}
        if on < timezone.localdate():
            past = facts_as_of(on).filter(outlet__district=district, valid_to__isnull=False)
            for outlet_id, *facts in past.values_list("outlet_id", *FACT_COLUMNS):
                self.held[outlet_id] = dict(zip(FACT_COLUMNS, facts, strict=True))

    def on_the_day(self, outlet_id: uuid.UUID | None) -> dict[str, Any] | None:
        """The outlet's row as it was on `on`, as far as its columns are dated; None = unknown."""
        if outlet_id is None:
            return None
        return {**self.rows[outlet_id], **self.held.get(outlet_id, {})}

    def present(self) -> Iterable[dict[str, Any]]:
        """The rows that are not merged into another."""
        return (row for row in self.rows.values() if row["merged_into_id"] is None)


class Codes:
    """Numbers outlets that come without a code: <street code>-<6 digits>, never one used before.

    区外网点 belong to no street; theirs begin with the district's code and “W”.
    """

    def __init__(self, district: District) -> None:
        self.district = district
        self.streets = dict(district.streets.values_list("id", "code"))
        self.last: Counter[str] = Counter()
        self.used: set[str] = set()
        # Codes of void rows are spent, too.
        for code in Outlet.objects.filter(district=district).values_list("code", flat=True):
            self.reserve(code)

    def reserve(self, code: str) -> None:
        """Count a code as used."""
        self.used.add(code)
        if number := _NUMBER.search(code):
            prefix = code[: number.start()]
            self.last[prefix] = max(self.last[prefix], int(number[1]))

    def next_for(self, street_id: uuid.UUID | None) -> str:
        """The next code of the street."""
        prefix = f"{self.district.code}W" if street_id is None else self.streets[street_id]
        self.last[prefix] += 1
        code = f"{prefix}-{self.last[prefix]:06d}"
        self.used.add(code)
        return code


def blank_row(district: District) -> dict[str, Any]:
    """A new outlet's columns before anything is known of it, without id."""
    fields = (field for field in Outlet._meta.concrete_fields if not field.primary_key)
    return {field.attname: field.get_default() for field in fields} | {"district_id": district.pk}


def named(values: Mapping[str, Any]) -> dict[str, Any]:
    """The search keys that follow from a row's name."""
    name = values["name"]
    return {"name_key": normalise_key(name)[:160], "pinyin": pinyin_key(name)[:300]}


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the `new` values that differ from the row as it stands."""
    return {
        column: value
        for column, value in new.items()
        if column not in _NOT_COMPARED and old[column] != value
    }
