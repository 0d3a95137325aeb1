"""The sheets of a workbook, read piece by piece so that memory holds only a part of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from core.spreadsheets.cells import Area, Rows
from core.spreadsheets.errors import Limits
from core.spreadsheets.packages import Package, SheetPart, broken, unpack
from core.spreadsheets.sheetcut import LaidSheet
from core.spreadsheets.sheetscan import SheetScan


@dataclass(frozen=True, slots=True)
class Workbook:
    """The worksheets in their order, and whether dates count from 1904."""

    sheets: tuple["WorkbookSheet", ...]
    date1904: bool


@contextmanager
def open_workbook(stream: BinaryIO, filename: str, limits: Limits) -> Iterator[Workbook]:
    """SpreadsheetError: wrong_type, encrypted, zip_bomb, broken."""
    with TemporaryDirectory(prefix="table-") as folder:
        package = unpack(stream, filename, limits, Path(folder) / "plain.xlsx")
        with _calamine(package, filename) as calamine:
            sheets = tuple(WorkbookSheet(calamine, part, filename) for part in package.sheets)
            yield Workbook(sheets, package.date1904)


@contextmanager
def _calamine(package: Package, filename: str) -> Iterator[CalamineWorkbook]:
    with _broken_if_it_fails(filename):
        workbook = CalamineWorkbook.from_path(str(package.path))
    with workbook:
        yield workbook


@contextmanager
def _broken_if_it_fails(filename: str) -> Iterator[None]:
    try:
        yield
    except CalamineError as error:
        raise broken(filename) from error
    except BaseException as error:
        # A panic of the reader is no Exception, so that it would pass every handler above.
        if type(error).__name__ == "PanicException":
            raise broken(filename) from error
        raise


class WorkbookSheet:
    """One worksheet. `scan` and `merges` are known without reading its cells.

    SpreadsheetError broken when it was written by no spreadsheet program.
    """

    def __init__(self, workbook: CalamineWorkbook, part: SheetPart, filename: str) -> None:
        self.workbook = workbook
        self.part = part
        self.filename = filename
        self.name = part.name
        self.hidden = part.hidden

    @property
    def laid(self) -> LaidSheet:
        if self.part.laid is None:
            raise broken(self.filename)
        return self.part.laid

    @property
    def scan(self) -> SheetScan:
        return self.laid.scan

    @property
    def merges(self) -> tuple[Area, ...]:
        return self.laid.merges

    def head(self, rows: int) -> Rows:
        """The first rows, at most so many."""
        grid: Rows = []
        for at, anchor in enumerate(self.laid.anchors):
            if len(grid) >= rows:
                break
            with _broken_if_it_fails(self.filename):
                piece = self._rows_of(self._load(at), anchor)
            grid += [[""] * self.scan.columns for _row in range(anchor - len(grid))]
            grid += piece
        return grid[:rows]

    def pieces(self) -> Iterator[tuple[int, Rows]]:
        """All rows in runs, each with the number of its first row.

        While one piece is worked on, the next is parsed beside it: the parser needs no interpreter.
        """
        anchors = self.laid.anchors
        with ThreadPoolExecutor(1, "table") as pool:
            coming = pool.submit(self._load, 0)
            for at, anchor in enumerate(anchors):
                with _broken_if_it_fails(self.filename):
                    sheet = coming.result()
                    if at + 1 < len(anchors):
                        coming = pool.submit(self._load, at + 1)
                    rows = self._rows_of(sheet, anchor)
                    del sheet
                yield anchor + 1, rows

    def _load(self, piece: int) -> CalamineSheet:
        return self.workbook.get_sheet_by_index(self.part.first + piece)

    def _rows_of(self, sheet: CalamineSheet, anchor: int) -> Rows:
        """The rows of a piece below its anchor, as wide as the whole sheet."""
        grid = sheet.to_python(skip_empty_area=anchor > 0)
        rows = cast(Rows, grid[1:] if anchor else grid)
        lacking = self.scan.columns - len(rows[0]) if rows else 0
        if lacking < 0:
            raise broken(self.filename)
        for row in rows if lacking else ():
            row.extend(repeat("", lacking))
        return rows
