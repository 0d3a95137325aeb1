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
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.spreadsheets import styles
from core.spreadsheets.columns import Column
from core.spreadsheets.csvfiles import is_risky
from core.spreadsheets.values import OutValue, Row, outward, row_values, safe_text
from core.spreadsheets.writing import Target, sheet_titles

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
ROWS_PER_SHEET = 1_048_575


def write_large(
    target: Target,
    *,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    rows_per_sheet: int = ROWS_PER_SHEET,
) -> int:
    """A plain workbook in constant memory; returns how many rows it holds.

    What one sheet cannot hold goes on in the next, under the same header.
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
        for chunk in _sheetfuls(rows, rows_per_sheet):
            titles.append(title)
            worksheet = workbook.add_worksheet(sheet_titles(titles)[-1])
            _write_head(worksheet, columns, head)
            written += _write_body(worksheet, columns, chunk, formats)
            worksheet.autofilter(0, 0, 0, len(columns) - 1)
    finally:
        workbook.close()
    return written


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
