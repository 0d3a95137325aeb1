"""Plain files of any number of rows: .xlsx in constant memory, and CSV."""

import csv
import datetime
import io
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.spreadsheets import styles
from core.spreadsheets.cells import column_letter
from core.spreadsheets.columns import Column, Kind
from core.spreadsheets.csvfiles import is_risky
from core.spreadsheets.values import OutValue, Row, outward, row_values, safe_text
from core.spreadsheets.writing import Target, allowed_labels, sheet_titles

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
ROWS_PER_SHEET = 1_048_575
# Empty rows below the data whose cells offer the allowed values, too.
SPARE_ROWS = 500


def write_large(
    target: Target,
    *,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    rows_per_sheet: int = ROWS_PER_SHEET,
    validations: bool = False,
) -> int:
    """A plain workbook in constant memory; returns how many rows it holds.

    What one sheet cannot hold goes on in the next, under the same header. With `validations` the
    cells of choice and flag columns offer their allowed values, which stand on a hidden sheet.
    """
    workbook = xlsxwriter.Workbook(target, OPTIONS)
    written = 0
    try:
        head = workbook.add_format(styles.xlsxwriter_head())
        formats = [
            workbook.add_format(
                styles.xlsxwriter_body(
                    num_format=styles.number_format(column), quote_prefix=styles.holds_text(column)
                )
            )
            for column in columns
        ]
        titles: list[str] = []
        offers = _offers(columns) if validations else {}
        for chunk in _sheetfuls(rows, rows_per_sheet):
            titles.append(title)
            worksheet = workbook.add_worksheet(sheet_titles(titles)[-1])
            _write_head(worksheet, columns, head)
            count = _write_body(worksheet, columns, chunk, formats)
            _offer(worksheet, columns, offers, count)
            written += count
            worksheet.autofilter(0, 0, 0, len(columns) - 1)
        _write_choices(workbook, offers)
    finally:
        workbook.close()
    return written


def _offers(columns: Sequence[Column]) -> dict[int, tuple[str, ...]]:
    """Column → the values it allows, of the columns in which one is chosen from a list."""
    chosen = (Kind.CHOICE, Kind.FLAG)
    labels = {at: allowed_labels(one) for at, one in enumerate(columns) if one.kind in chosen}
    return {at: words for at, words in labels.items() if words}


def _offer(
    worksheet: Worksheet, columns: Sequence[Column], offers: dict[int, tuple[str, ...]], rows: int
) -> None:
    """Have the cells of the rows, and of some below, offer the values on the hidden sheet."""
    last = min(rows + SPARE_ROWS, ROWS_PER_SHEET)
    for place, (at, words) in enumerate(offers.items()):
        letter = column_letter(place)
        options = {
            "validate": "list",
            "source": f"='{styles.CHOICES_SHEET}'!${letter}$1:${letter}${len(words)}",
            "error_title": str(columns[at].title)[:32],
            "error_message": _("请从下拉列表中选择"),
        }
        worksheet.data_validation(1, at, last, at, options)


def _write_choices(workbook: xlsxwriter.Workbook, offers: dict[int, tuple[str, ...]]) -> None:
    if not offers:
        return
    worksheet = workbook.add_worksheet(styles.CHOICES_SHEET)
    worksheet.hide()
    # In constant memory a row that has been left cannot be written any more.
    for row in range(max(map(len, offers.values()))):
        for place, words in enumerate(offers.values()):
            if row < len(words):
                worksheet.write_string(row, place, safe_text(words[row]))


def _sheetfuls(rows: Iterable[Row], size: int) -> Iterator[Iterable[Row]]:
    """Runs of at most `size` rows; one empty run when there are none."""
    remaining = iter(rows)
    yield islice(remaining, size)
    for first in remaining:
        yield chain([first], islice(remaining, size - 1))


def _write_head(worksheet: Worksheet, columns: Sequence[Column], head: Format) -> None:
    worksheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        worksheet.set_column(at, at, styles.width(column))
        worksheet.write_string(0, at, safe_text(column.title), head)


def _write_body(
    worksheet: Worksheet, columns: Sequence[Column], rows: Iterable[Row], formats: list[Format]
) -> int:
    cells = [
        (at, outward(column), form)
        for at, (column, form) in enumerate(zip(columns, formats, strict=True))
    ]
    number = 0
    for number, row in enumerate(rows, 1):
        for (at, convert, form), value in zip(cells, row_values(columns, row), strict=True):
            put(worksheet, number, at, convert(value), form)
    return number


def put(worksheet: Worksheet, row: int, column: int, value: OutValue, form: Format) -> None:
    """Write one cell by its Python type; text is text whatever it begins with."""
    if isinstance(value, str):
        worksheet.write_string(row, column, safe_text(value), form)
    elif isinstance(value, datetime.date):
        worksheet.write_datetime(row, column, value, form)
    elif isinstance(value, bool):
        worksheet.write_boolean(row, column, value, form)
    elif value is not None and math.isfinite(value):
        worksheet.write_number(row, column, value, form)


def write_csv(target: Target, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """UTF-8 with BOM, so that Excel and WPS read the Chinese; text that could run is disarmed."""
    if isinstance(target, str | os.PathLike):
        with open(target, "wb") as stream:
            return write_csv(stream, columns, rows)
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    try:
        csv.writer(text).writerows(_lines(columns, rows))
    finally:
        text.flush()
        text.detach()


def _lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[list[str]]:
    converters = [outward(column) for column in columns]
    yield [csv_text(str(column.title)) for column in columns]
    for row in rows:
        values = row_values(columns, row)
        yield [csv_text(convert(value)) for convert, value in zip(converters, values, strict=True)]


def csv_text(value: OutValue) -> str:
    """A cell of a CSV file; text that could run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if not isinstance(value, str):
        return repr(value)
    text = safe_text(value)
    return f"'{text}" if is_risky(text) else text
