"""Reading the workbook of a standard or a questionnaire: whole, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.parts import (
    Fault,
    Part,
    clean_rows,
    clean_value,
    repeated_inner,
)
from assessments.sheets import NAMED, SHEETS, TOLD, columns_of, field_column, own_sheet_columns
from core.spreadsheets import Column, Kind, SpreadsheetError, header_key
from core.spreadsheets.books import SheetSource, open_book
from core.spreadsheets.cells import CellValue, is_filled
from core.spreadsheets.columns import every_language
from core.spreadsheets.headers import HeaderFinder
from core.spreadsheets.parsing import Refused, parser_for
from core.spreadsheets.partbooks import HEADER_WITHIN, LIMITS, BookError, Reading, filled_rows

_OWN = ("clause", "questionnaire")
Parsed = dict[str, Any]


@dataclass
class _Rows:
    """The rows of one sheet as parsed, and where each place of them stands."""

    rows: list[Parsed] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)


def read_book(own: Part, parts: Sequence[Part], file: BinaryIO, filename: str = "") -> Reading:
    """The content of a workbook, and where its own columns stand. BookError."""
    reading = Reading()
    finder = HeaderFinder(own_sheet_columns(), HEADER_WITHIN)
    try:
        with open_book(file, filename, finder, LIMITS) as book:
            sheets = {sheet.name: sheet for sheet in book.sheets}
            _read_own(own, sheets.get(SHEETS[own.name]), reading)
            for part in parts:
                _read_part(part, sheets.get(SHEETS[part.name]), reading)
    except SpreadsheetError as error:
        raise BookError(
            [{"sheet": None, "row": None, "column": None, "message": error.message}]
        ) from error
    reading.done()
    return reading


# --- the version's own columns -----------------------------------------------------------------


def _read_own(own: Part, sheet: SheetSource | None, reading: Reading) -> None:
    columns = own_sheet_columns()
    told: Parsed = {}
    names = {
        header_key(word): name
        for name in own.columns
        for word in (*every_language(own.model._meta.get_field(name).verbose_name), name)  # type: ignore[union-attr]
    }
    for number, row in filled_rows(SHEETS[own.name], sheet, columns, reading):
        label = str(row.get(NAMED, "")).strip()
        name = names.get(header_key(label))
        if name is None:
            reading.wrong(
                SHEETS[own.name],
                number,
                str(columns[0].title),
                _("不认识“%(named)s”") % {"named": label},
            )
            continue
        reading.own_rows[name] = number
        told[name] = _own_value(own, name, row.get(TOLD, ""), number, reading)
    reading.content[own.name] = clean = {}
    for name in own.columns:
        column: Any = own.model._meta.get_field(name)
        try:
            value = told.get(name, column.get_default())
            clean[name] = (
                str(value or "").strip() if name in _OWN else clean_value(own, name, value)
            )
        except ValidationError as error:
            message = " ".join(error.messages)
            row_number = reading.own_rows.get(name)
            reading.wrong(SHEETS[own.name], row_number, own.column_label(name), message)


def _own_value(own: Part, name: str, raw: CellValue, number: int, reading: Reading) -> Any:
    column = field_column(own, name)
    try:
        return _parsed(own, name, column, raw)
    except (Refused, ValidationError) as error:
        reading.wrong(SHEETS[own.name], number, own.column_label(name), _said(error))
        return None


# --- rows --------------------------------------------------------------------------------------


def _read_part(part: Part, sheet: SheetSource | None, reading: Reading) -> None:
    name = SHEETS[part.name]
    columns = columns_of(part)
    before = len(reading.errors)
    found = _Rows()
    for number, raw in filled_rows(name, sheet, columns, reading):
        row: Parsed = {}
        for column in columns:
            owner, field_name = _owner(part, column.key)
            try:
                value = _parsed(owner, field_name, column, raw.get(column.key, ""))
            except (Refused, ValidationError) as error:
                reading.wrong(name, number, str(column.title), _said(error))
                continue
            if value is not None:
                row[column.key] = value
        _take(part, row, number, found, reading)
    faults: list[Fault] = []
    clean = clean_rows(part, found.rows, faults)
    if key := repeated_inner(part, clean):
        reading.wrong(name, None, str(columns[0].title), _("“%(key)s”重复") % {"key": key})
    # What could not be read has been told already.
    if len(reading.errors) == before:
        for fault in faults:
            title = _title(part, fault.at.count(".") > 1, fault.column) or fault.label
            reading.wrong(name, found.numbers.get(fault.at), title, fault.message)
    reading.content[part.name] = clean


def _owner(part: Part, key: str) -> tuple[Part, str]:
    if part.inner and not key.startswith(f"{part.name}."):
        return part.inner, key
    return part, key.removeprefix(f"{part.name}.")


def _take(part: Part, row: Parsed, number: int, found: _Rows, reading: Reading) -> None:
    """Add a row; of a part with inner rows, to the row that it belongs to."""
    if not part.inner:
        found.rows.append(row)
        found.numbers[f"{part.name}.{len(found.rows)}"] = number
        return
    head = f"{part.name}."
    outer = {key.removeprefix(head): value for key, value in row.items() if key.startswith(head)}
    inner = {key: value for key, value in row.items() if not key.startswith(head)}
    at = _place_of(outer.get(part.key), found.rows, part)
    if at is None:
        found.rows.append(outer | {part.inner.name: []})
        at = len(found.rows) - 1
        found.numbers[f"{part.name}.{at + 1}"] = number
    _agree(part, found.rows[at], outer, number, reading)
    if inner:
        rows = found.rows[at][part.inner.name]
        rows.append(inner)
        found.numbers[f"{part.name}.{at + 1}.{part.inner.name}.{len(rows)}"] = number


def _place_of(key: str | None, rows: list[Parsed], part: Part) -> int | None:
    """The row of that key; without one (merged or left out below the first) the last row."""
    if not key:
        return len(rows) - 1 if rows else None
    return next((at for at, row in enumerate(rows) if row.get(part.key) == key), None)


def _agree(part: Part, row: Parsed, outer: Parsed, number: int, reading: Reading) -> None:
    for name, value in outer.items():
        if row.setdefault(name, value) != value:
            title = _title(part, False, name)
            reading.wrong(SHEETS[part.name], number, title, _("与同一维度前面的行不一致"))


def _title(part: Part, inner: bool, name: str) -> str:
    """A column of a part, or of its inner rows, as its sheet calls it."""
    key = f"{part.name}.{name}" if part.inner and not inner else name
    return next((str(column.title) for column in columns_of(part) if column.key == key), "")


# --- sheets and cells --------------------------------------------------------------------------


def _parsed(part: Part, name: str, column: Column, raw: CellValue) -> Any:
    """A cell as `clean_value` takes it; None when blank. Refused or ValidationError."""
    if not is_filled(raw):
        return None
    if column.kind in (Kind.TEXT, Kind.LIST):
        # Not the parsers' text: that folds the full-width marks of Chinese.
        text = raw if isinstance(raw, str) else parser_for(column)(raw)
        return part.shapes[name].parse(text) if name in part.shapes else text
    return parser_for(column)(raw)


def _said(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
