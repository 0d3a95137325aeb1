"""From the clean cells of a ledger to drafts of outlets: references found, places converted."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.masking import MARK
from core.spreadsheets.checking import Checked
from core.spreadsheets.columns import Column
from core.spreadsheets.tables import CellError, Table
from core.text import normalise_key
from outlets.ledger_columns import NO_BRAND, title_of
from outlets.models import BusinessFormat, Service
from outlets.services.coordinates import Stated, problem_of, system_of, to_degrees
from outlets.services.owners import Brands, Enterprises
from outlets.services.references import Neighbourhoods
from territory.models import District, Street

# Ledger columns that are outlet columns as they stand.
DIRECT = (
    "name",
    "licence_name",
    "industry_code",
    "address",
    "floor_room",
    "business_area",
    "building_area",
    "opened_on",
    "closed_on",
    "status",
    "hours",
    "open_24h",
    "facility_form",
    "chain_kind",
    "employees",
    "contact",
    "phone",
    "ownership",
    "rent_subsidy",
    "elderly_friendly",
    "mother_infant",
    "cash_accepted",
    "delivery",
    "dark_store",
    "supply",
    "breakfast_kind",
    "licences",
    "licence_until",
    "credit_grade",
    "data_source",
    "collected_by",
    "collected_on",
    "outside",
)
# Outlet column → the ledger column that people see, where they differ.
SEEN_AS = {"street_id": "street", "main_format_id": "main_format", "lon": "x_in", "lat": "y_in"}


class Problems:
    """Errors of a table by cell; the first thing said of a cell stands."""

    def __init__(
        self, table: Table, columns: Sequence[Column], errors: Iterable[CellError]
    ) -> None:
        self.table = table
        self.columns = columns
        self.errors = list(errors)
        self._cells = {(error.row, error.column) for error in self.errors if error.column >= 0}
        self._absent: set[tuple[int, str]] = set()
        self.rows = {error.row for error in self.errors}

    def add(self, row: int, key: str, message: str) -> None:
        """Say what is wrong with a cell, given by sheet row and outlet or ledger column."""
        key = SEEN_AS.get(key, key)
        column = self.table.columns.get(key, -1)
        cells, cell = (self._cells, (row, column)) if column >= 0 else (self._absent, (row, key))
        if cell in cells:
            return
        cells.add(cell)  # type: ignore[arg-type]
        self.rows.add(row)
        title = title_of(self.columns, key)
        self.errors.append(self.table.error(row, key, message, title=title))

    def sorted(self) -> list[CellError]:
        """All errors in the order of the sheet."""
        return sorted(self.errors, key=lambda error: (error.row, error.column))


@dataclass(slots=True, eq=False)
class Draft:
    """One row of a ledger: the outlet columns it states, and what it may mean."""

    row: int
    # Stated code; "" = the row has none.
    code: str
    # Outlet column → value, of those the row states.
    values: dict[str, Any]
    # 核查状态 as stated.
    stated: str = ""
    outlet_id: uuid.UUID | None = None

    @property
    def name_key(self) -> str:
        return normalise_key(self.values.get("name", ""))

    @property
    def address_key(self) -> str:
        return normalise_key(self.values.get("address", ""))


class Drafter:
    """Turns clean rows into drafts, knowing the district's reference rows."""

    def __init__(self, district: District, street: Street | None) -> None:
        self.street = street
        self.streets: dict[str, Any] = dict(
            Street.objects.filter(district=district).values_list("code", "id")
        )
        formats = BusinessFormat.objects.values_list("code", "id", "category", "name")
        self.formats: dict[str, list[Any]] = {code: rest for code, *rest in formats}
        self.bits = dict(Service.objects.values_list("code", "bit"))
        self.neighbourhoods = Neighbourhoods(district)
        self.brands = Brands(district)
        self.enterprises = Enterprises(district)

    def drafts(self, checked: Checked, problems: Problems, crs: str | None) -> list[Draft]:
        """One draft a row; SpreadsheetError when the coordinates' system is in doubt."""
        drafts = [self._draft(row.row, row.values, problems) for row in checked.rows]
        places = [stated_place(row.row, row.values, problems) for row in checked.rows]
        system = system_of(places, crs)
        for draft, place, (lon, lat) in zip(
            drafts, places, to_degrees(places, system), strict=True
        ):
            if lon is not None:
                draft.values |= {
                    "lon": lon,
                    "lat": lat,
                    "x_in": place.x,
                    "y_in": place.y,
                    "crs_in": place.crs or system,
                }
        return drafts

    def _draft(self, row: int, cells: Mapping[str, Any], problems: Problems) -> Draft:
        values = {key: cells[key] for key in DIRECT if cells[key] not in (None, "")}
        for key in ("contact", "phone"):
            # A masked contact comes from an export: it says nothing new.
            if MARK in values.get(key, ""):
                del values[key]
        draft = Draft(row, cells["code"], values, stated=cells["place_state"] or "")
        self._place_in_territory(draft, cells, problems)
        self._classify(draft, cells, problems)
        self._own(values, cells)
        if cells["declared_circles"]:
            values["declared_circles"] = list(cells["declared_circles"])
        return draft

    def _place_in_territory(
        self, draft: Draft, cells: Mapping[str, Any], problems: Problems
    ) -> None:
        values = draft.values
        street = self.streets.get(cells["street"] or "")
        if self.street is not None:
            if values.get("outside"):
                problems.add(
                    draft.row, "outside", _("区外网点不属于任何街道（镇），请由区商务委导入")
                )
            elif street not in (None, self.street.pk):
                problems.add(
                    draft.row,
                    "street",
                    _("本次只能导入%(street)s的网点") % {"street": self.street},
                )
            street = self.street.pk
        if values.get("outside"):
            values |= {"street_id": None, "neighbourhood_id": None}
        elif street is not None:
            values["street_id"] = street
            if cells["neighbourhood"]:
                found, problem = self.neighbourhoods.find(cells["neighbourhood"], street)
                if problem:
                    problems.add(draft.row, "neighbourhood", problem)
                else:
                    values["neighbourhood_id"] = found

    def _classify(self, draft: Draft, cells: Mapping[str, Any], problems: Problems) -> None:
        if cells["main_format"]:
            pk, category, name = self.formats[cells["main_format"]]
            draft.values["main_format_id"] = pk
            if cells["format_category"] not in (None, category):
                label = BusinessFormat.Category(category).label
                problems.add(
                    draft.row,
                    "format_category",
                    _("“%(name)s”属于%(label)s，与填写的业态类别不符")
                    % {"name": name, "label": label},
                )
        if cells["services"]:
            draft.values["services"] = sum(1 << self.bits[code] for code in cells["services"])

    def _own(self, values: dict[str, Any], cells: Mapping[str, Any]) -> None:
        if cells["brand"] and cells["brand"] not in NO_BRAND:
            values["brand_id"] = self.brands.find(cells["brand"])
        owner = self.enterprises.find(
            cells["credit_code"], cells["licence_name"], cells["name"] or ""
        )
        if owner:
            values["enterprise_id"] = owner


def stated_place(row: int, cells: Mapping[str, Any], problems: Problems) -> Stated:
    """The place as a row writes it; nothing where it cannot be."""
    x, y = (None if cells[key] is None else float(cells[key]) for key in ("x_in", "y_in"))
    if problem := problem_of(x, y):
        problems.add(row, *problem)
        return Stated(row, None, None)
    return Stated(row, x, y, cells["crs_in"] or "")
