"""Reading the workbook of a policy: whole, or not at all, every fault by sheet, row and column."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.audit import Actor
from core.ids import new_id
from core.scope import Scope
from core.spreadsheets import Column, Kind, SpreadsheetError, header_key
from core.spreadsheets.books import open_book
from core.spreadsheets.cells import CellValue, is_filled
from core.spreadsheets.columns import every_language
from core.spreadsheets.headers import HeaderFinder
from core.spreadsheets.parsing import Refused, parser_for
from core.spreadsheets.partbooks import HEADER_WITHIN, LIMITS, BookError, Reading, filled_rows
from subsidies.books import (
    COMMON,
    ITEM_SHEET,
    NAMED,
    OF_ITEM,
    OWN_SHEET,
    SHEETS,
    TOLD,
    item_columns,
    own_columns,
    own_label,
    part_columns,
)
from subsidies.celltexts import Around, value_of
from subsidies.contents import Content, inputs_of
from subsidies.models import Policy
from subsidies.parts import BY_NAME, COMMON_PARTS, OWN, PARTS, Part, flat_place, item_label, nested
from subsidies.rules.shapes import clean_common, read_rule
from subsidies.services.policies import begin_policy
from territory.models import District

_FLAGS = ("is_official", "is_reference")


@dataclass
class _Book:
    """A book while it is read; `numbers` tells where a row stands: (item, part, place) → row."""

    reading: Reading
    own: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    item_rows: dict[str, int] = field(default_factory=dict)
    common: dict[str, list[Any]] = field(
        default_factory=lambda: {part.name: [] for part in COMMON_PARTS}
    )
    numbers: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def rule(self, key: str) -> dict[str, list[Any]]:
        """The rule that rows of the item go to; "" = what is common."""
        if not key:
            return self.common
        rule: dict[str, list[Any]] = next(i["rule"] for i in self.items if i["key"] == key)
        return rule

    def content(self) -> Content:
        """As `contents.content_of` has it, not cleaned."""
        return {"policy": self.own, "common": self.common, "items": self.items}


def import_policy(
    *, district: District, file: BinaryIO, filename: str = "", by: Actor, scope: Scope
) -> Policy:
    """A new draft from a workbook, the next number of its code. BookError, nothing written."""
    book = _read(file, filename)
    try:
        return begin_policy(book.content(), district=district, by=by, scope=scope, word="import")
    except ValidationError as error:
        told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in told.items():
            label = str(own_label(name)) if name in OWN else None
            for message in messages:
                row = book.reading.own_rows.get(name)
                book.reading.wrong(OWN_SHEET, row, label, message)
        raise BookError(book.reading.errors) from error


def read_policy_book(file: BinaryIO, filename: str = "") -> Content:
    """The content of such a workbook. BookError by sheet, row and column."""
    return _read(file, filename).content()


def _read(file: BinaryIO, filename: str) -> _Book:
    book = _Book(Reading())
    finder = HeaderFinder(own_columns(), HEADER_WITHIN)
    try:
        with open_book(file, filename, finder, LIMITS) as opened:
            sheets = {sheet.name: sheet for sheet in opened.sheets}
            _read_own(
                book, filled_rows(OWN_SHEET, sheets.get(OWN_SHEET), own_columns(), book.reading)
            )
            rows = filled_rows(ITEM_SHEET, sheets.get(ITEM_SHEET), item_columns(), book.reading)
            _read_items(book, rows)
            for part in PARTS:
                name, columns = SHEETS[part.name], part_columns(part)
                _read_part(book, part, filled_rows(name, sheets.get(name), columns, book.reading))
    except SpreadsheetError as error:
        raise BookError(
            [{"sheet": None, "row": None, "column": None, "message": error.message}]
        ) from error
    book.reading.done()
    _check(book)
    book.reading.done()
    return book


# --- sheets ------------------------------------------------------------------------------------

_Rows = Sequence[tuple[int, dict[str, CellValue]]]


def _read_own(book: _Book, rows: _Rows) -> None:
    names = {
        header_key(word): name for name in OWN for word in (*every_language(own_label(name)), name)
    }
    for number, raw in rows:
        label = str(raw.get(NAMED, "")).strip()
        name = names.get(header_key(label))
        if name is None:
            message = _("不认识“%(named)s”") % {"named": label}
            book.reading.wrong(OWN_SHEET, number, str(own_columns()[0].title), message)
            continue
        book.reading.own_rows[name] = number
        kind = {"valid_from": Kind.DATE, "valid_to": Kind.DATE}.get(name, Kind.TEXT)
        column = Column(key=name, title=label, kind=Kind.FLAG if name in _FLAGS else kind)
        try:
            value = _parsed(column, raw.get(TOLD, ""))
        except Refused as error:
            book.reading.wrong(OWN_SHEET, number, label, str(error))
            continue
        if value is not None:
            book.own[name] = value


def _read_items(book: _Book, rows: _Rows) -> None:
    for number, raw in rows:
        told = _row(book, ITEM_SHEET, item_columns(), number, raw)
        key = told.get("key") or f"n-{new_id().hex[-10:]}"
        if key in book.item_rows:
            message = _("“%(key)s”重复") % {"key": key}
            book.reading.wrong(ITEM_SHEET, number, item_label("key"), message)
            continue
        if not told.get("name"):
            book.reading.wrong(ITEM_SHEET, number, item_label("name"), _("必填"))
        rule: dict[str, list[Any]] = {part.name: [] for part in PARTS}
        book.item_rows[key] = number
        book.items.append({**told, "key": key, "rule": rule})


def _read_part(book: _Book, part: Part, rows: _Rows) -> None:
    sheet, columns = SHEETS[part.name], part_columns(part)
    names = {item["key"]: item["key"] for item in book.items}
    names = {item.get("name", ""): item["key"] for item in book.items} | names
    if part in COMMON_PARTS:
        names |= {COMMON: ""}
    for number, raw in rows:
        told = _row(book, sheet, columns, number, raw)
        of = str(told.pop(OF_ITEM, "")).strip()
        if of not in names:
            message = _("没有支持事项“%(key)s”") % {"key": of} if of else _("必填")
            book.reading.wrong(sheet, number, str(columns[0].title), message)
            continue
        key = names[of]
        rule = book.rule(key)
        inputs = inputs_of(rule, book.common)
        row: dict[str, Any] = {}
        for cell in part.cells:
            value = told.get(cell.name)
            try:
                if isinstance(value, str) and cell.kind not in ("choice", "flag"):
                    row[cell.name] = value_of(cell, value, Around(inputs, row))
                else:
                    row[cell.name] = cell.default if value is None else value
            except ValidationError as error:
                book.reading.wrong(sheet, number, str(cell.label), " ".join(error.messages))
        if part.key and not row.get("key"):
            row["key"] = f"n-{new_id().hex[-10:]}"
        rule[part.name].append(nested(part, row))
        book.numbers[key, part.name, len(rule[part.name])] = number


def _row(
    book: _Book, sheet: str, columns: Sequence[Column], number: int, raw: dict[str, CellValue]
) -> dict[str, Any]:
    told = {}
    for column in columns:
        try:
            value = _parsed(column, raw.get(column.key, ""))
        except Refused as error:
            book.reading.wrong(sheet, number, str(column.title), str(error))
            continue
        if value is not None:
            told[column.key] = value
    return told


def _parsed(column: Column, raw: CellValue) -> Any:
    """A cell; None when blank. Refused."""
    if not is_filled(raw):
        return None
    # Not the parsers' text: that folds the full-width marks of Chinese.
    if column.kind is Kind.TEXT and isinstance(raw, str):
        return raw.strip()
    return parser_for(column)(raw)


# --- the rules as wholes -----------------------------------------------------------------------


def _check(book: _Book) -> None:
    try:
        clean_common(book.common)
    except ValidationError as error:
        _fault(book, "", error)
        return
    for item in book.items:
        try:
            read_rule(item["rule"], book.common)
        except ValidationError as error:
            _fault(book, item["key"], error)


def _fault(book: _Book, key: str, error: ValidationError) -> None:
    """A rule's faults at their rows and columns."""
    for place, messages in error.message_dict.items():
        path = place.split(".")
        of = key
        if path[0] == "common":
            of, path = "", path[1:]
        part = BY_NAME.get(path[0])
        if part is None:
            book.reading.wrong(ITEM_SHEET, book.item_rows.get(of), None, " ".join(messages))
            continue
        at = int(path[1]) if len(path) > 1 and path[1].isdecimal() else 0
        cell = part.cell(flat_place(part, path[2:]))
        told: dict[str, Any] = {
            "sheet": SHEETS[part.name],
            "row": book.numbers.get((of, part.name, at)),
            "column": str(cell.label) if cell else None,
        }
        for message in messages:
            # What is common is read again with each item.
            if {**told, "message": message} not in book.reading.errors:
                book.reading.wrong(**told, message=message)
