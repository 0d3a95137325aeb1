"""The workbook's owned cells as tables of plain values: built once for writing, again to verify."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from outlets.models import BusinessFormat
from reports.workbook.figures import FigureBook, outlet_rows
from reports.workbook.layout import (
    CIRCLE_CODE,
    CIRCLES,
    EVALUATIONS,
    NO_SOURCE,
    OUTLETS,
    SUMMARY,
    Column,
)
from territory.models import Street

# Sheets carry a title row, a note row and the header above their first row.
HEADER_ROW = 3
FIRST_ROW = HEADER_ROW + 1
SHEET_SUMMARY, SHEET_CIRCLES, SHEET_OUTLETS = "1总体情况", "2生活圈台账", "6网点明细"
SHEET_EVALUATIONS = "3分级分类验收评价"


@dataclass(frozen=True)
class OwnedTable:
    """sheet name, column positions (1-based) that are owned, and the rows of owned values."""

    sheet: str
    columns: tuple[int, ...]
    rows: list[list[Any]]


def owned_tables(book: FigureBook) -> list[OwnedTable]:
    """Every owned cell of the workbook, in sheet order."""
    return [_summary(book), _circles(book), _evaluations(book), _outlets(book)]


def _summary(book: FigureBook) -> OwnedTable:
    owned = [(n, column) for n, column in enumerate(SUMMARY, 1) if column.figure]
    row = [_shown(column.figure(book, book.district_id)) for _n, column in owned if column.figure]
    return OwnedTable(SHEET_SUMMARY, tuple(n for n, _c in owned), [row])


def _circles(book: FigureBook) -> OwnedTable:
    every = zip(book.inputs.circle_code, book.inputs.circle_id, strict=True)
    return _of_circles(book, SHEET_CIRCLES, CIRCLES, [(code, id) for code, id in every])


def _evaluations(book: FigureBook) -> OwnedTable:
    return _of_circles(book, SHEET_EVALUATIONS, EVALUATIONS, evaluated(book))


def evaluated(book: FigureBook) -> list[tuple[str, str]]:
    """(code, id) of the circles that had been decided on by the cutoff day, by code."""
    found = []
    for code, id in zip(book.inputs.circle_code, book.inputs.circle_id, strict=True):
        cell = book.cell("circles_evaluated", uuid.UUID(str(id)))
        if cell is not None and cell.value:
            found.append((str(code), str(id)))
    return found


def _of_circles(
    book: FigureBook, sheet: str, columns: tuple[Column, ...], circles: list[tuple[str, str]]
) -> OwnedTable:
    """One row a circle; the second column is its code."""
    owned = [(n, column) for n, column in enumerate(columns, 1) if column.figure]
    rows = []
    for code, id in circles:
        row = [
            str(code) if n == CIRCLE_CODE + 1 else _shown(column.figure(book, uuid.UUID(str(id))))  # type: ignore[misc]
            for n, column in owned
        ]
        rows.append(row)
    return OwnedTable(sheet, tuple(n for n, _c in owned), rows)


def _outlets(book: FigureBook) -> OwnedTable:
    formats = dict(BusinessFormat.objects.values_list("code", "name"))
    streets = dict(Street.objects.values_list("code", "name"))
    yes, no = _("是"), _("否")
    owned = [(n, key) for n, (key, _t, _f, is_owned, _w) in enumerate(OUTLETS, 1) if is_owned]
    rows = []
    for row in outlet_rows(book.inputs):
        shown = row | {
            "format": formats[str(row["format"])],
            "street": streets[str(row["street"])],
            "chain": yes if row["chain"] else no,
            "located": yes if row["located"] else no,
        }
        rows.append([_shown(shown[key]) for _n, key in owned])
    return OwnedTable(SHEET_OUTLETS, tuple(n for n, _k in owned), rows)


def _shown(value: Any) -> Any:
    return NO_SOURCE if value is None else value
