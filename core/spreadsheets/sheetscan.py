"""A quick look through a worksheet's XML, before anything is built from it in memory.

The reader gives cached values only and lays a sheet out as a full rectangle, so two things must be
known beforehand: how far the used cells reach, and which cells are formulas or error values.
Blocks of whole rows are looked through in the style that Excel and WPS write; a block in any other
style is read cell by cell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.spreadsheets.celladdresses import cell_addresses
from core.spreadsheets.cells import Area, column_index

# So many formulas and error values are listed; a sheet with more is refused as a whole.
MOST_LISTED = 50_000
_LONGEST_ROW = 64 * 2**20

_ROW_END = b"</row>"
_ROW_END_PREFIXED = re.compile(rb"</[^\s<>/:]+:row\s*>")
_PREFIX = re.compile(rb"<(/?)[^\s<>/:]+:")
# The elements that matter here, should they carry a prefix: cheap to look for, rarely in text.
_MAYBE_PREFIX = re.compile(rb":[cfr]")
_ROW_NUMBER = re.compile(rb'<row\b[^>]*?\sr="([0-9]{1,7})"')
_HIDDEN_ROW = re.compile(rb'<row\b[^>]*?\sr="([0-9]{1,7})"[^>]*?\shidden="(?:1|true)"')
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
    """What was seen. Rows count from 1, columns from 0; `rows` and `columns` bound what is used."""

    rows: int = 0
    columns: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)
    arrays: list[Area] = field(default_factory=list)
    errors: set[tuple[int, int]] = field(default_factory=set)
    # Rows that a filter or a person hides, as far as the common style tells.
    hidden: set[int] = field(default_factory=set)
    overflow: bool = False


def scan_sheet(chunks: Iterable[bytes]) -> SheetScan:
    """Scan the XML of one worksheet, given in pieces. OddSheetError when it cannot be told."""
    scanner = SheetScanner()
    rest = b""
    for chunk in chunks:
        block, rest = whole_rows(rest + chunk)
        if block:
            scanner.block(block)
    scanner.block(rest)
    return scanner.seen


def whole_rows(text: bytes) -> tuple[bytes, bytes]:
    """What ends with the last whole row, and what follows it. OddSheetError for an endless row."""
    end = text.rfind(_ROW_END)
    if end >= 0:
        end += len(_ROW_END)
    else:
        end = max((match.end() for match in _ROW_END_PREFIXED.finditer(text)), default=0)
    if not end and len(text) > _LONGEST_ROW:
        raise OddSheetError("a row without end")
    return text[:end], text[end:]


class SheetScanner:
    """Takes in a sheet block by block, each of whole rows.

    `row` is the number of the last row so far, counted as readers count it.
    """

    def __init__(self) -> None:
        self.seen = SheetScan()
        self.row = 0

    def block(self, block: bytes) -> None:
        """OddSheetError when the block is nothing that a spreadsheet program writes."""
        if b" hidden=" in block and len(self.seen.hidden) < MOST_LISTED:
            self.seen.hidden.update(map(int, _HIDDEN_ROW.findall(block)))
        if _MAYBE_PREFIX.search(block) and _PREFIX.search(block):
            self._by_cell(_PREFIX.sub(rb"<\1", block))
        elif not self._by_pattern(block):
            self._by_cell(block)

    def _by_pattern(self, block: bytes) -> bool:
        """Take in a block in the common style; False, with nothing taken in, when it is not."""
        addresses = cell_addresses(block)
        last_row = block.rfind(b"<row")
        number = _ROW_NUMBER.match(block, last_row) if last_row >= 0 else None
        if addresses is None or (number is None and last_row >= 0):
            return False
        formulas = _FORMULA.findall(block) if addresses.has_formulas else []
        if addresses.has_formulas and len(formulas) != len(_FORMULA_START.findall(block)):
            return False
        if addresses.last_row:
            _check_order(addresses.first_row, self.row)
        self.row = max(self.row, addresses.last_row, int(number[1]) if number else 0)
        self._used(addresses.used_rows, addresses.used_columns)
        for letters, row, attributes in formulas:
            self._formula(int(row), column_index(letters.decode()), attributes)
        if b't="e"' in block:
            for letters, row in _ERROR.findall(block):
                self._list(self.seen.errors, int(row), column_index(letters.decode()))
        return True

    def _by_cell(self, block: bytes) -> None:
        if b"<!" in block:
            raise OddSheetError("comments, CDATA or a DTD")
        before, highest, lowest, column = self.row, 0, 0, -1
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
            highest, lowest = max(highest, row), min(lowest or row, row)
            if body and _HAS_VALUE.search(body):
                self._value(row, column, attributes, body)
        if lowest:
            _check_order(lowest, before)
        self.row = max(self.row, highest)

    def _used(self, rows: int, columns: int) -> None:
        self.seen.rows = max(self.seen.rows, rows)
        self.seen.columns = max(self.seen.columns, columns)

    def _value(self, row: int, column: int, attributes: bytes, body: bytes) -> None:
        self._used(row, column + 1)
        if formula := _FORMULA_ATTRIBUTES.search(body):
            self._formula(row, column, formula[1])
        if _IS_ERROR.search(attributes):
            self._list(self.seen.errors, row, column)

    def _formula(self, row: int, column: int, attributes: bytes) -> None:
        reference = _ARRAY_REFERENCE.search(attributes) if b"array" in attributes else None
        area = Area.parse(reference[1].decode()) if reference else None
        if area:
            self.seen.arrays.append(area)
        self._list(self.seen.formulas, row, column)

    def _list(self, cells: set[tuple[int, int]], row: int, column: int) -> None:
        if len(cells) < MOST_LISTED:
            cells.add((row, column))
        else:
            self.seen.overflow = True


def _check_order(first_row: int, before: int) -> None:
    """OddSheetError unless a block begins below the row that ended the one before."""
    if first_row <= before:
        raise OddSheetError("rows out of order")
