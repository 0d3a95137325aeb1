"""Ledger files for tests, and a small district to import them into."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import openpyxl

from core.audit import Actor
from core.models import AuditEvent
from outlets.ledger_columns import LEDGER
from outlets.models import Brand, BusinessFormat, Enterprise, Import, Outlet, OutletFacts, Service
from outlets.services import ImportOutcome, import_ledger
from territory.models import District, Neighbourhood, Street
from tests.factories import (
    BusinessFormatFactory,
    DistrictFactory,
    NeighbourhoodFactory,
    ServiceFactory,
    StreetFactory,
    box_outline,
)

TITLES = {column.key: str(column.title) for column in LEDGER}
BY = Actor(label="区商务委 王经办", office_code="sww")
# Two streets side by side, the district is both.
WEST, MIDDLE, EAST = 121.39, 121.40, 121.41
SOUTH, NORTH = 31.24, 31.26


@dataclass
class World:
    """A district with two streets, two formats, two services."""

    district: District = field(
        default_factory=lambda: DistrictFactory(outline=box_outline(WEST, SOUTH, EAST, NORTH))
    )
    street: Street = field(init=False)
    other: Street = field(init=False)
    hood: Neighbourhood = field(init=False)
    shop: BusinessFormat = field(init=False)
    repair: BusinessFormat = field(init=False)
    print_copy: Service = field(init=False)
    parcel: Service = field(init=False)

    def __post_init__(self) -> None:
        self.street = StreetFactory(
            district=self.district,
            name="试东街道",
            aliases=["试东"],
            outline=box_outline(WEST, SOUTH, MIDDLE, NORTH),
        )
        self.other = StreetFactory(
            district=self.district, name="试西镇", outline=box_outline(MIDDLE, SOUTH, EAST, NORTH)
        )
        self.hood = NeighbourhoodFactory(street=self.street, name="兰溪园居委会")
        self.shop = BusinessFormatFactory(name="试验便利店", aliases=["试便利"])
        self.repair = BusinessFormatFactory(name="试验维修点", category="quality")
        self.print_copy = ServiceFactory(name="试验打印", aliases=["试打印"])
        self.parcel = ServiceFactory(name="试验代收")

    def row(self, number: int = 1, **cells: Any) -> dict[str, Any]:
        """A good row by column key; `None` takes a cell out."""
        good = {
            "name": f"网点{number}",
            "main_format": self.shop.name,
            "street": self.street.name,
            "address": f"试验路{number}号",
        }
        return {key: value for key, value in (good | cells).items() if value is not None}

    def take(
        self,
        rows: Sequence[Mapping[str, Any]] | io.BytesIO,
        *,
        filename: str = "台账.xlsx",
        **options: Any,
    ) -> ImportOutcome:
        """Import rows, or a file, into the district."""
        file = rows if isinstance(rows, io.BytesIO) else workbook(rows)
        return import_ledger(
            **{"district": self.district, "by": BY} | options, file=file, filename=filename
        )

    def outlets(self) -> list[Outlet]:
        """The district's outlets in the order they were made."""
        return list(Outlet.objects.filter(district=self.district).order_by("id"))


def workbook(rows: Sequence[Mapping[str, Any]], *, head: Sequence[str] = ()) -> io.BytesIO:
    """An .xlsx with the official titles of the columns that `rows` use, header in row 1.

    `head` lines go above the header.
    """
    keys = [column.key for column in LEDGER if any(column.key in row for row in rows)]
    book = openpyxl.Workbook()
    sheet = book.active
    for line in head:
        sheet.append([line])
    sheet.append([TITLES[key] for key in keys])
    for row in rows:
        sheet.append([row.get(key) for key in keys])
    return saved(book)


def saved(book: openpyxl.Workbook) -> io.BytesIO:
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def csv_file(rows: Sequence[Mapping[str, Any]]) -> io.BytesIO:
    """The same as UTF-8 text."""
    keys = [column.key for column in LEDGER if any(column.key in row for row in rows)]
    lines = [",".join(TITLES[key] for key in keys)]
    lines += [",".join(str(row.get(key, "")) for key in keys) for row in rows]
    return io.BytesIO("\n".join(lines).encode())


def everything() -> dict[str, int]:
    """How many rows each table has that an import may write."""
    tables = (Outlet, Outlet.history.model, OutletFacts, Import, Enterprise, Brand, AuditEvent)
    return {table.__name__: table.objects.count() for table in tables}


def messages(outcome: ImportOutcome) -> list[str]:
    """The errors as `cell: message`."""
    return [f"{error.cell}: {error.message}" for error in outcome.errors]
