"""Reading an uploaded ledger: every doubt about the file is settled before its rows are."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from core.spreadsheets.cells import CellValue, cell_name, column_letter
from core.spreadsheets.columns import Column
from core.spreadsheets.csvfiles import read_csv, too_many_rows
from core.spreadsheets.errors import DEFAULT_LIMITS, Limits, SpreadsheetError
from core.spreadsheets.headers import Found, Header, HeaderFinder, Rows
from core.spreadsheets.sheetscan import MOST_LISTED, SheetScan
from core.spreadsheets.sniffing import sniff
from core.spreadsheets.styles import ERROR_TITLE
from core.spreadsheets.tables import Table, UnknownColumn
from core.spreadsheets.workbooks import read_workbook

Source = str | os.PathLike[str] | BinaryIO


def open_table(
    source: Source,
    *,
    filename: str,
    columns: Sequence[Column],
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """The table in an .xlsx or .csv file (path or seekable binary file), told by its content.

    The first visible sheet whose first rows hold enough of the titles of `columns` is read; the
    others are named in the notes. SpreadsheetError says what is wrong, where, and what to do;
    its codes are listed there.
    """
    finder = HeaderFinder(columns, limits.header_within)
    with _opened(source) as stream:
        if sniff(stream, filename, limits) == "text":
            found = _read_text(stream, finder, limits)
        else:
            found = read_workbook(stream, filename, finder, limits)
    return _table(found, filename, finder, limits)


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as stream:
            yield stream
    else:
        yield source


def _read_text(stream: BinaryIO, finder: HeaderFinder, limits: Limits) -> Found:
    grid = cast(Rows, read_csv(stream, limits, finder.score))
    header = finder.find(grid)
    if header is None:
        raise finder.no_header(finder.likeliest(grid))
    return Found("", grid, header, (), SheetScan(exact=True))


def _table(found: Found, filename: str, finder: HeaderFinder, limits: Limits) -> Table:
    header = found.header
    columns = finder.check(header, found.grid, found.merges)
    _check_overflow(found)
    rows, numbers, skipped = _data_rows(found, columns)
    if not rows:
        raise SpreadsheetError(
            "no_rows", _("第 %(row)d 行表头下没有数据，请填写后再上传") % {"row": header.last_row}
        )
    if len(rows) > limits.max_rows:
        raise too_many_rows(limits, _("共 %(count)s 行数据，") % {"count": f"{len(rows):,}"})
    notes = found.notes
    if skipped:
        notes = [*notes, _skipped_note(skipped)]
    last = numbers[-1]
    known = set(columns.values())
    return Table(
        filename=filename,
        sheet=found.sheet,
        headers=header.titles,
        columns=columns,
        rows=rows,
        row_numbers=numbers,
        formulas=_below(_formulas(found.scan, header.last_row, last, known), header.last_row),
        errors=_below(found.scan.errors, header.last_row),
        merged=tuple(area for area in found.merges if header.last_row < area.top <= last),
        unknown=_unknown(header, rows),
        notes=tuple(notes),
        date1904=found.date1904,
    )


def _below(cells: set[tuple[int, int]], row: int) -> frozenset[tuple[int, int]]:
    return frozenset(cell for cell in cells if cell[0] > row)


def _formulas(scan: SheetScan, first: int, last: int, columns: set[int]) -> set[tuple[int, int]]:
    """Formula cells, with those that an array formula fills, in the table's own columns."""
    cells = {cell for cell in scan.formulas if cell[1] in columns}
    for area in scan.arrays:
        for column in columns & set(range(area.left, area.right + 1)):
            rows = range(max(area.top, first), min(area.bottom, last) + 1)
            cells.update((row, column) for row in rows)
    return cells


def _check_overflow(found: Found) -> None:
    if found.scan.overflow:
        some = "、".join(cell_name(*cell) for cell in sorted(found.scan.formulas)[:3])
        raise SpreadsheetError(
            "formulas",
            _(
                "工作表“%(sheet)s”的公式或错误值超过 %(limit)s 个（如 %(cells)s），"
                "请全选后“选择性粘贴—数值”再上传"
            )
            % {"sheet": found.sheet, "limit": f"{MOST_LISTED:,}", "cells": some},
        )


def _data_rows(found: Found, columns: dict[str, int]) -> tuple[Rows, list[int], list[int]]:
    """Rows with something in a known column, their numbers, and the rows with something else."""
    known = sorted(columns.values())
    rows: Rows = []
    numbers: list[int] = []
    skipped: list[int] = []
    first = found.header.last_row + 1
    for number, row in enumerate(found.grid[found.header.last_row :], first):
        if any(_filled(row[at]) for at in known):
            rows.append(row)
            numbers.append(number)
        elif any(map(_filled, row)):
            skipped.append(number)
    return rows, numbers, skipped


def _filled(value: CellValue) -> bool:
    return bool(value.strip()) if isinstance(value, str) else True


def _skipped_note(skipped: list[int]) -> str:
    return _("第 %(rows)s 等共 %(count)d 行只填了未识别的列，未读取") % {
        "rows": "、".join(map(str, skipped[:3])),
        "count": len(skipped),
    }


def _unknown(header: Header, rows: Rows) -> tuple[UnknownColumn, ...]:
    columns = []
    for at, (title, key) in enumerate(zip(header.titles, header.keys, strict=True)):
        if key is None and title != ERROR_TITLE:
            filled = sum(_filled(row[at]) for row in rows)
            if title or filled:
                columns.append(UnknownColumn(column_letter(at), title, filled))
    return tuple(columns)
