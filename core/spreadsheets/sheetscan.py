"""A quick look through a worksheet's XML, before anything is built from it in memory.

The reader gives cached values only and lays a sheet out as a full rectangle, so two things must be
known beforehand: how far the used cells reach, and which cells are formulas or error values.
Blocks of whole rows are searched with patterns that hold for what Excel, WPS and LibreOffice
write; a block in any other style is read cell by cell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.spreadsheets.cells import Area, column_index

# So many formulas and error values are listed; a sheet with more is refused as a whole.
MOST_LISTED = 50_000
_LONGEST_ROW = 64 * 2**20

_ROW_END = b"</row>"
_ROW_END_PREFIXED = re.compile(rb"</[^\s<>/:]+:row\s*>")
_PREFIX = re.compile(rb"<(/?)[^\s<>/:]+:")
_CELL_START = re.compile(rb"<c[\s>/]")
_CELL_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
_CELL_TWO_LETTERS = re.compile(rb'<c r="([A-Z]{2,3})[0-9]')
_FORMULA_START = re.compile(rb"<f[\s>/]")
_FORMULA = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<f\b([^>]*)>')
_ERROR = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*\bt="e"')

_ATTRIBUTES = rb"""((?:[^<>"']|"[^"]*"|'[^']*')*?)"""
_PIECE = re.compile(
    rb"<row\b" + _ATTRIBUTES + rb"/?>|<c\b" + _ATTRIBUTES + rb"(?:/>|>(.*?)</c\s*>)", re.DOTALL
)
_R = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]*)["']""")
_IS_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_HAS_VALUE = re.compile(rb"<(?:v|is|f)\b")
_FORMULA_ATTRIBUTES = re.compile(rb"<f\b([^>]*)>")
_ARRAY_REFERENCE = re.compile(rb"""\bref\s*=\s*["']([A-Za-z0-9:]+)["']""")


class OddSheetError(Exception):
    """XML that no spreadsheet program writes."""


@dataclass(slots=True)
class SheetScan:
    """What was seen. Rows count from 1, columns from 0.

    `rows` and `columns` bound the used rectangle; unless `exact`, cells that are only formatted
    count as used too.
    """

    exact: bool
    rows: int = 0
    columns: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)
    arrays: list[Area] = field(default_factory=list)
    errors: set[tuple[int, int]] = field(default_factory=set)
    overflow: bool = False


def scan_sheet(chunks: Iterable[bytes], *, exact: bool = False) -> SheetScan:
    """Scan the XML of one worksheet, given in pieces. OddSheetError when it cannot be told."""
    scanner = _Scanner(SheetScan(exact))
    rest = b""
    for chunk in chunks:
        rest += chunk
        end = _end_of_rows(rest)
        if end:
            scanner.block(rest[:end])
            rest = rest[end:]
        elif len(rest) > _LONGEST_ROW:
            raise OddSheetError("a row without end")
    scanner.block(rest)
    return scanner.seen


def _end_of_rows(block: bytes) -> int:
    end = block.rfind(_ROW_END)
    if end >= 0:
        return end + len(_ROW_END)
    return max((match.end() for match in _ROW_END_PREFIXED.finditer(block)), default=0)


class _Scanner:
    def __init__(self, seen: SheetScan) -> None:
        self.seen = seen
        self.row = 0

    def block(self, block: bytes) -> None:
        if b"<!" in block:
            raise OddSheetError("comments, CDATA or a DTD")
        if _PREFIX.search(block):
            block = _PREFIX.sub(rb"<\1", block)
        if self.seen.exact or not self._by_pattern(block):
            self._by_cell(block)

    def _by_pattern(self, block: bytes) -> bool:
        """Take in a block in the common style; False, with nothing taken in, when it is not."""
        rows = _CELL_ROW.findall(block)
        if len(rows) != len(_CELL_START.findall(block)):
            return False
        formulas = _FORMULA.findall(block)
        if len(formulas) != len(_FORMULA_START.findall(block)):
            return False
        if not rows:
            return True
        wide = [column_index(letters.decode()) for letters in set(_CELL_TWO_LETTERS.findall(block))]
        self.row = int(rows[-1])
        self.seen.rows = max(self.seen.rows, *map(int, set(rows)))
        self.seen.columns = max(self.seen.columns, 26, *(index + 1 for index in wide))
        for letters, row, attributes in formulas:
            self._formula(int(row), column_index(letters.decode()), attributes)
        if b't="e"' in block:
            for letters, row in _ERROR.findall(block):
                self._error(int(row), column_index(letters.decode()))
        return True

    def _by_cell(self, block: bytes) -> None:
        column = -1
        for piece in _PIECE.finditer(block):
            row_attributes, attributes, body = piece.groups()
            if row_attributes is not None:
                given = _R.search(row_attributes)
                self.row = int(given[2]) if given and given[2] else self.row + 1
                column = -1
                continue
            given = _R.search(attributes)
            row = self.row
            if given and given[1] and given[2]:
                column, row = column_index(given[1].decode()), int(given[2])
            else:
                column += 1
            if body and _HAS_VALUE.search(body):
                self._value(row, column, attributes, body)

    def _value(self, row: int, column: int, attributes: bytes, body: bytes) -> None:
        self.seen.rows = max(self.seen.rows, row)
        self.seen.columns = max(self.seen.columns, column + 1)
        if formula := _FORMULA_ATTRIBUTES.search(body):
            self._formula(row, column, formula[1])
        if _IS_ERROR.search(attributes):
            self._error(row, column)

    def _formula(self, row: int, column: int, attributes: bytes) -> None:
        reference = _ARRAY_REFERENCE.search(attributes) if b"array" in attributes else None
        area = Area.parse(reference[1].decode()) if reference else None
        if area:
            self.seen.arrays.append(area)
        self._list(self.seen.formulas, row, column)

    def _error(self, row: int, column: int) -> None:
        self._list(self.seen.errors, row, column)

    def _list(self, cells: set[tuple[int, int]], row: int, column: int) -> None:
        if len(cells) < MOST_LISTED:
            cells.add((row, column))
        else:
            self.seen.overflow = True
