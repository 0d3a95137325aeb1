"""A ledger of any length read in blocks of rows, so that memory holds only a few of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from core.spreadsheets.asides import Aside, Asides
from core.spreadsheets.books import Book, Chooser, SheetSource, Source, excess, open_book
from core.spreadsheets.cells import Rows, cell_name, column_letter, is_filled
from core.spreadsheets.columns import Column
from core.spreadsheets.csvfiles import too_many_rows
from core.spreadsheets.errors import DEFAULT_LIMITS, Limits, SpreadsheetError
from core.spreadsheets.headers import Header, HeaderFinder
from core.spreadsheets.layouts import Layout
from core.spreadsheets.mergefill import MergeFill
from core.spreadsheets.sheetscan import MOST_LISTED, SheetScan
from core.spreadsheets.styles import ERROR_TITLE
from core.spreadsheets.tables import Table, UnknownColumn

BLOCK_ROWS = 5_000


@contextmanager
def open_blocks(
    source: Source,
    *,
    filename: str,
    columns: Sequence[Column],
    layout: Layout | None = None,
    limits: Limits = DEFAULT_LIMITS,
    block_rows: int = BLOCK_ROWS,
) -> Iterator["TableBlocks"]:
    """The table in an .xlsx or .csv file (path or seekable binary file), told by its content.

    Without a layout the first visible sheet is read whose first rows hold enough of the titles of
    `columns`. With one a person has decided: no header is refused but for a required column that
    the layout lacks. SpreadsheetError says what is wrong, where, and what to do; iterating may
    still raise it (broken, no_rows, too_many_rows).
    """
    finder = HeaderFinder(columns, limits.header_within)
    with open_book(source, filename, finder, limits) as book:
        plan = _decided(book, finder, layout, limits) if layout else _guessed(book, finder, limits)
        _check_overflow(plan.sheet)
        yield TableBlocks(filename, book.date1904, plan, columns, limits, block_rows)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which rows of which sheet are read, and how."""

    sheet: SheetSource
    layout: Layout
    titles: tuple[str, ...]
    notes: tuple[str, ...] = ()


def _guessed(book: Book, finder: HeaderFinder, limits: Limits) -> _Plan:
    chosen = Chooser(book, finder, limits).choose()
    header = chosen.header
    columns = finder.check(header, chosen.head, chosen.sheet.merges)
    return _Plan(
        chosen.sheet, layout_of(chosen.sheet.name, header, columns), header.titles, chosen.notes
    )


def layout_of(sheet: str, header: Header, columns: Mapping[str, int]) -> Layout:
    """The layout that reads a header as found."""
    rows = header.last_row - header.first_row + 1
    return Layout(sheet, header.first_row, rows, columns)


def _decided(book: Book, finder: HeaderFinder, layout: Layout, limits: Limits) -> _Plan:
    sheet = next((sheet for sheet in book.sheets if sheet.name == layout.sheet), None)
    if sheet is None:
        raise SpreadsheetError(
            "missing_sheet", _("文件中没有工作表“%(sheet)s”，请重新选择") % {"sheet": layout.sheet}
        )
    if book.kind == "xlsx" and (error := excess(sheet, limits)):
        raise error
    expected = {column.key for column in finder.columns}
    columns = {key: at for key, at in layout.columns.items() if key in expected}
    head = sheet.head(layout.last_header_row)
    titles = finder.header_at(head, sheet.merges, layout.header - 1, layout.header_rows).titles
    width = max(sheet.scan.columns, *(at + 1 for at in columns.values()), len(titles))
    titles += ("",) * (width - len(titles))
    owners = {at: key for key, at in columns.items()}
    keys = tuple(map(owners.get, range(width)))
    header = Header(layout.header, layout.last_header_row, titles, keys)
    for problem in finder.missing(header):
        raise problem
    notes = Chooser(book, finder, limits).notes_beside(sheet)
    return _Plan(sheet, replace(layout, columns=columns), titles, notes)


def _check_overflow(sheet: SheetSource) -> None:
    if sheet.scan.overflow:
        some = "、".join(cell_name(*cell) for cell in sorted(sheet.scan.formulas)[:3])
        raise SpreadsheetError(
            "formulas",
            _(
                "工作表“%(sheet)s”的公式或错误值超过 %(limit)s 个（如 %(cells)s），"
                "请全选后“选择性粘贴—数值”再上传"
            )
            % {"sheet": sheet.name, "limit": f"{MOST_LISTED:,}", "cells": some},
        )


class TableBlocks:
    """The rows under a header as `Table`s of at most `block_rows` rows each, in order.

    `headers` has one entry per column of the sheet; `columns` is the mapping in force, `layout`
    the whole decision. `rows` estimates how many rows there are, for showing progress. `unknown`
    and `notes` are complete only when the iteration has ended; the tables themselves carry
    neither. Iterating again reads again.

    Totals, signatures, repeated headers and the like are passed over; cells merged downwards hold
    what the sheet shows beside each row. The notes say both.
    """

    def __init__(
        self,
        filename: str,
        date1904: bool,
        plan: _Plan,
        columns: Sequence[Column],
        limits: Limits,
        block_rows: int,
    ) -> None:
        self.filename = filename
        self.sheet = plan.sheet.name
        self.layout = plan.layout
        self.headers = plan.titles
        self.columns = plan.layout.columns
        self.date1904 = date1904
        self.rows = max(0, plan.sheet.scan.rows - plan.layout.last_header_row)
        self._plan = plan
        self._expected = columns
        self._limits = limits
        self._block_rows = block_rows
        self._known = sorted(set(self.columns.values()))
        self._strangers = [at for at in range(len(self.headers)) if at not in self._known]
        self._reset()

    def _reset(self) -> None:
        self._filled = dict.fromkeys(self._strangers, 0)
        self._skipped: list[int] = []
        self._asides: dict[Aside, list[int]] = {}
        self._count = 0
        self._hidden = 0
        scan = self._plan.sheet.scan
        self._merges = MergeFill(
            self._plan.sheet.merges,
            self._expected,
            self.columns,
            self.layout.last_header_row,
            scan.formulas | scan.errors,
        )
        end = self.layout.last_header_row
        head = self._plan.sheet.head(end)
        head = [row + [""] * (len(self.headers) - len(row)) for row in head]
        self._odd = Asides(self._expected, self.columns, head, self.layout.header_rows)

    @property
    def unknown(self) -> tuple[UnknownColumn, ...]:
        """The columns that are not read, with how many of the rows fill them."""
        return tuple(
            UnknownColumn(column_letter(at), self.headers[at], filled)
            for at, filled in self._filled.items()
            if self.headers[at] != ERROR_TITLE and (self.headers[at] or filled)
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks for people on other sheets and on rows that were passed over."""
        return (*self._plan.notes, *self._remarks())

    def _remarks(self) -> Iterator[str]:
        for aside, numbers in self._asides.items():
            yield _("第 %(rows)s 行是%(what)s，未读取") % {
                "rows": _first_of(numbers),
                "what": aside.value,
            }
        if self._hidden:
            yield _("有 %(count)d 行在表中被隐藏或筛选掉，同样已读取；不要的行请删除后再上传") % {
                "count": self._hidden
            }
        for at, (area, count) in sorted(self._merges.filled.items()):
            yield _(
                "“%(title)s”列的合并单元格（如 %(area)s）已按表中所见填入各行，共 %(count)d 行"
            ) % {
                "title": self.headers[at],
                "area": area.name,
                "count": count,
            }
        if self._skipped:
            yield _("第 %(rows)s 等共 %(count)d 行只填了未识别的列，未读取") % {
                "rows": "、".join(map(str, self._skipped[:3])),
                "count": len(self._skipped),
            }

    def __iter__(self) -> Iterator[Table]:
        self._reset()
        rows: Rows = []
        numbers: list[int] = []
        for first, piece in self._plan.sheet.pieces():
            self._take(first, piece, rows, numbers)
            while len(rows) >= self._block_rows:
                size = self._block_rows
                yield self._table(rows[:size], numbers[:size])
                del rows[:size], numbers[:size]
        if rows:
            yield self._table(rows, numbers)
        self._check_count()

    def _take(self, first: int, piece: Rows, rows: Rows, numbers: list[int]) -> None:
        """Add the rows with something in a known column; count what the others fill."""
        above = max(0, self.layout.last_header_row - first + 1)
        lacking = [""] * (len(self.headers) - self._plan.sheet.scan.columns)
        taken = len(rows)
        for row in piece if lacking else ():
            row += lacking
        self._merges.fill(first, piece)
        is_odd = self._odd.odd
        for number, row in enumerate(piece[above:], first + above):
            if any(is_filled(row[at]) for at in self._known):
                if is_odd(number, row) and (aside := self._odd.what(number, row)):
                    self._asides.setdefault(aside, []).append(number)
                    continue
                rows.append(row)
                numbers.append(number)
            elif any(map(is_filled, row)):
                self._skipped.append(number)
        self._count += len(rows) - taken
        if hidden := self._plan.sheet.scan.hidden:
            self._hidden += len(hidden.intersection(numbers[taken:]))
        for at in self._filled:
            self._filled[at] += sum(is_filled(row[at]) for row in rows[taken:])

    def _table(self, rows: Rows, numbers: list[int]) -> Table:
        scan = self._plan.sheet.scan
        first, last = numbers[0], numbers[-1]
        return Table(
            filename=self.filename,
            sheet=self.sheet,
            headers=self.headers,
            columns=self.columns,
            rows=rows,
            row_numbers=numbers,
            formulas=_formulas(scan, first, last, self._known),
            errors=frozenset(cell for cell in scan.errors if first <= cell[0] <= last),
            merged=tuple(
                area for area in self._merges.refused if area.top <= last and area.bottom >= first
            ),
            date1904=self.date1904,
        )

    def _check_count(self) -> None:
        if not self._count:
            raise SpreadsheetError(
                "no_rows",
                _("第 %(row)d 行表头下没有数据，请填写后再上传")
                % {"row": self.layout.last_header_row},
            )
        if self._count > self._limits.max_rows:
            raise too_many_rows(
                self._limits, _("共 %(count)s 行数据，") % {"count": f"{self._count:,}"}
            )


def _first_of(numbers: Sequence[int], most: int = 5) -> str:
    """Row numbers for people; of many the first ones."""
    listed = "、".join(map(str, numbers[:most]))
    if len(numbers) <= most:
        return listed
    return _("%(listed)s 等 %(count)d") % {"listed": listed, "count": len(numbers)}


def _formulas(
    scan: SheetScan, first: int, last: int, columns: Sequence[int]
) -> frozenset[tuple[int, int]]:
    """Formula cells of these rows, with those that an array formula fills, in known columns."""
    known = set(columns)
    cells = {cell for cell in scan.formulas if first <= cell[0] <= last and cell[1] in known}
    for area in scan.arrays:
        for column in known & set(range(area.left, area.right + 1)):
            rows = range(max(area.top, first), min(area.bottom, last) + 1)
            cells.update((row, column) for row in rows)
    return frozenset(cells)
