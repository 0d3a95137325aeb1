"""Outlets as rows of the official ledger, in words that the import reads back as what they were."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.geo import CRS, from_wgs84
from core.masking import mask_name, mask_phone
from core.spreadsheets import Choice, Column, Kind
from core.spreadsheets.parsing import Refused, parser_for
from core.text import normalise_key
from outlets.ledger_columns import ledger_columns
from outlets.listing import Shown
from outlets.models import Brand, BusinessFormat, Enterprise, Outlet, Service
from outlets.services.owners import Brands
from territory.models import District, Neighbourhood, Street

# Excel's calendar begins in 1900 and has a day too many in that year.
_FIRST_DATE = dt.date(1900, 3, 1)
# A millimetre.
_DEGREE_PLACES = 8
# Ledger columns that stand as they are in the outlet …
_OF_OUTLET = (
    "code", "name", "licence_name", "industry_code", "address", "floor_room", "outside",
    "building_area", "opened_on", "closed_on", "hours", "ownership", "rent_subsidy",
    "mother_infant", "delivery", "dark_store", "breakfast_kind", "licences", "licence_until",
    "credit_grade", "data_source", "collected_by", "collected_on",
)  # fmt: skip
# … and in its dated facts.
_OF_FACTS = (
    "business_area", "status", "open_24h", "facility_form", "chain_kind", "employees",
    "elderly_friendly", "cash_accepted", "supply", "place_state",
)  # fmt: skip


class LedgerRows:
    """Turns outlets of one district into ledger rows by column key.

    Values are stored values; `columns` have the words for them, as `write_rows` takes them.
    """

    def __init__(self, district: District, *, crs: CRS, contacts: bool) -> None:
        self.crs, self.contacts = crs, contacts
        self.columns: list[Column] = [_unmistakable(one) for one in ledger_columns(district)]
        formats = BusinessFormat.objects.values_list("id", "code", "category")
        self.formats: dict[Any, tuple[str, str]] = {pk: (code, sort) for pk, code, sort in formats}
        streets = Street.objects.filter(district=district).values_list("id", "code")
        self.streets: dict[Any, str] = dict(streets)
        self.services = list(Service.objects.order_by("bit").values_list("bit", "code"))
        self.hoods = _hood_words(district)
        self.brand_names = Brands(district)

    def rows(self, chunk: Sequence[Shown]) -> Iterator[dict[str, Any]]:
        """One row for each; two queries for the chunk."""
        brands = _named(Brand, "name", {one.facts.brand_id for one in chunk})
        owners = _named(Enterprise, "credit_code", {one.outlet.enterprise_id for one in chunk})
        for one, place in zip(chunk, self._places(chunk), strict=True):
            yield self._row(one.outlet, one.facts, brands, owners) | place

    def _row(
        self, outlet: Outlet, facts: Any, brands: dict[Any, str], owners: dict[Any, str]
    ) -> dict[str, Any]:
        row = {key: getattr(outlet, key) for key in _OF_OUTLET}
        row |= {key: getattr(facts, key) for key in _OF_FACTS}
        for key in ("opened_on", "closed_on", "licence_until", "collected_on"):
            if row[key] is not None and row[key] < _FIRST_DATE:
                row[key] = row[key].isoformat()
        row["main_format"], row["format_category"] = self.formats[facts.main_format_id]
        row["services"] = [code for bit, code in self.services if facts.services >> bit & 1]
        row["street"] = self.streets.get(facts.street_id, "")
        hood, street = self.hoods.get(outlet.neighbourhood_id, ("", None))
        row["neighbourhood"] = hood if street == facts.street_id else ""
        row["declared_circles"] = outlet.declared_circles
        row["brand"] = self._brand(facts.brand_id, brands)
        row["credit_code"] = owners.get(outlet.enterprise_id) or ""
        row["contact"] = outlet.contact if self.contacts else mask_name(outlet.contact)
        row["phone"] = outlet.phone if self.contacts else mask_phone(outlet.phone)
        return row

    def _brand(self, pk: uuid.UUID | None, brands: dict[Any, str]) -> str:
        name = brands.get(pk, "")
        # A name that is read as another brand is better left out: blank changes nothing.
        return name if name and self.brand_names.find(name) == pk else ""

    def _places(self, chunk: Sequence[Shown]) -> Iterator[dict[str, Any]]:
        """Coordinates in the chosen system: as they came in where they came in it."""
        nowhere = float("nan")
        lon = np.array([nowhere if one.facts.lon is None else one.facts.lon for one in chunk])
        lat = np.array([nowhere if one.facts.lat is None else one.facts.lat for one in chunk])
        x, y = from_wgs84(lon, lat, self.crs)
        for one, east, north in zip(chunk, x.tolist(), y.tolist(), strict=True):
            outlet, facts = one.outlet, one.facts
            if facts.lon is None:
                yield {"x_in": None, "y_in": None, "crs_in": ""}
                continue
            if self._came_so(outlet, facts):
                east, north = outlet.x_in, outlet.y_in
            else:
                east, north = round(east, _DEGREE_PLACES), round(north, _DEGREE_PLACES)
            yield {"x_in": east, "y_in": north, "crs_in": self.crs.value}

    def _came_so(self, outlet: Outlet, facts: Any) -> bool:
        same_place = (facts.lon, facts.lat) == (outlet.lon, outlet.lat)
        return same_place and outlet.crs_in == self.crs and outlet.x_in is not None


def _unmistakable(column: Column) -> Column:
    """The column with labels that are read back as their own codes; where one is not, the code."""
    parse = parser_for(column)

    def word(choice: Choice) -> str:
        wanted: Any = (choice.code,) if column.kind is Kind.LIST else choice.code
        try:
            return str(choice.label) if parse(str(choice.label)) == wanted else choice.code
        except Refused:
            return choice.code

    return replace(column, choices=tuple(replace(one, label=word(one)) for one in column.choices))


def _hood_words(district: District) -> dict[Any, tuple[str, uuid.UUID]]:
    """Id → (name, or the code where the street has two of that name; its street)."""
    rows = list(
        Neighbourhood.objects.filter(district=district)
        .order_by("id")
        .values_list("id", "code", "name", "street_id")
    )
    seen: dict[tuple[Any, str], int] = {}
    for _pk, _code, name, street in rows:
        key = street, normalise_key(name)
        seen[key] = seen.get(key, 0) + 1
    return {
        pk: (name if seen[street, normalise_key(name)] == 1 else code, street)
        for pk, code, name, street in rows
    }


def _named(model: Any, column: str, ids: Iterable[Any]) -> dict[Any, str]:
    wanted = {pk for pk in ids if pk is not None}
    return dict(model.objects.filter(pk__in=wanted).values_list("pk", column))
