"""One worksheet's XML cut at row ends into several small ones, each a worksheet of its own.

A reader holds a whole sheet in memory; given the pieces, it holds one piece. The sheet is scanned
in the same pass. What follows the rows (rules, drawings, filters) is left out but for the merges.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

from core.spreadsheets.cells import Area
from core.spreadsheets.sheetscan import OddSheetError, SheetScan, SheetScanner, whole_rows

# The first piece is small, as it is read more than once: for the header, then for the rows.
_HEAD_ROWS = 64
_MOST_ROWS = 10_000
_MOST_BYTES = 8 * 2**20
_MOST_MERGES = 500_000
_LONGEST_OPENING = 16 * 2**20

_ROOT = re.compile(rb"<(?:([^\s<>/:]+):)?worksheet\b[^>]*>")
_DATA_START = re.compile(rb"<(?:[^\s<>/:]+:)?sheetData\b[^>]*?(/?)>")
_DATA_END = re.compile(rb"</(?:[^\s<>/:]+:)?sheetData\b")
_MERGE = re.compile(rb"""<(?:[^\s<>/:]+:)?mergeCell\b[^>]*?\bref\s*=\s*["']([A-Za-z0-9:]+)["']""")


@dataclass(frozen=True, slots=True)
class LaidSheet:
    """A worksheet laid in pieces.

    `anchors` has one entry per piece: the number (1-based) of the row added in front of its own
    rows, so that they keep their numbers and begin in column A; 0 where none was needed.
    """

    scan: SheetScan
    merges: tuple[Area, ...]
    anchors: tuple[int, ...]


def cut_sheet(chunks: Iterable[bytes], new_piece: Callable[[], IO[bytes]]) -> LaidSheet:
    """Lay a sheet given in chunks into the streams that `new_piece` opens, at least one.

    OddSheetError when it is nothing that a spreadsheet program writes.
    """
    pieces = iter(chunks)
    writer = _PieceWriter(new_piece)
    scanner = SheetScanner()
    try:
        rest = writer.opening(pieces)
        tail = _lay_rows(rest, pieces, scanner, writer) if rest else b""
    finally:
        writer.close()
    merges = tuple(islice(_merges(tail, pieces), _MOST_MERGES))
    _check_merges(merges, scanner.seen)
    return LaidSheet(scanner.seen, merges, tuple(writer.anchors))


def _lay_rows(
    rest: bytes, chunks: Iterator[bytes], scanner: SheetScanner, writer: "_PieceWriter"
) -> bytes:
    """Scan and write all rows; returns what follows them."""
    while True:
        block, rest = whole_rows(rest)
        _lay(block, scanner, writer)
        if end := _DATA_END.search(rest):
            _lay(rest[: end.start()], scanner, writer)
            return rest[end.start() :]
        chunk = next(chunks, b"")
        if not chunk:
            raise OddSheetError("rows without end")
        rest += chunk


def _lay(block: bytes, scanner: SheetScanner, writer: "_PieceWriter") -> None:
    if block:
        before = scanner.row
        scanner.block(block)
        writer.rows(block, before, scanner.row)


class _PieceWriter:
    def __init__(self, new_piece: Callable[[], IO[bytes]]) -> None:
        self.new_piece = new_piece
        self.head = b"<worksheet><sheetData>"
        self.prefix = b""
        self.anchors: list[int] = []
        self.stream: IO[bytes] | None = None
        self.size = 0

    def opening(self, chunks: Iterator[bytes]) -> bytes:
        """Read up to the rows; returns the beginning of the rows, empty when there are none."""
        text = b""
        for chunk in chunks:
            text += chunk
            if start := _DATA_START.search(text):
                self._take_root(text[: start.start()])
                return b"" if start[1] else text[start.end() :] or next(chunks, b"")
            if len(text) > _LONGEST_OPENING:
                break
        if b"<!" in text or len(text) > _LONGEST_OPENING:
            raise OddSheetError("no rows for so long, or behind comments")
        return b""

    def _take_root(self, text: bytes) -> None:
        root = _ROOT.search(text)
        if b"<!" in text or not root:
            raise OddSheetError("comments, a DTD or no worksheet at all")
        self.prefix = root[1] + b":" if root[1] else b""
        self.head = root[0] + self._tags(b"<%ssheetData>")

    def _tags(self, text: bytes) -> bytes:
        """`text` with the sheet's prefix for every %s."""
        return text.replace(b"%s", self.prefix)

    def rows(self, block: bytes, before: int, last: int) -> None:
        """Write whole rows; they begin below row `before` and end with row `last`."""
        if self.stream is None:
            self._begin(before)
        assert self.stream is not None
        self.stream.write(block)
        self.size += len(block)
        grown = last - self.anchors[-1]
        first = len(self.anchors) == 1
        if grown >= _HEAD_ROWS and (first or grown >= _MOST_ROWS or self.size >= _MOST_BYTES):
            self._end()

    def _begin(self, anchor: int) -> None:
        self.stream = self.new_piece()
        self.stream.write(self.head)
        self.size = 0
        self.anchors.append(anchor)
        if anchor:
            cell = self._tags(b'<%srow r="#"><%sc r="A#"><%sv>0</%sv></%sc></%srow>')
            self.stream.write(cell.replace(b"#", str(anchor).encode()))

    def _end(self) -> None:
        if self.stream is not None:
            self.stream.write(self._tags(b"</%ssheetData></%sworksheet>"))
            self.stream.close()
            self.stream = None

    def close(self) -> None:
        """End the last piece; an empty one stands for a sheet without rows."""
        if not self.anchors:
            self._begin(0)
        self._end()


def _merges(tail: bytes, chunks: Iterator[bytes]) -> Iterator[Area]:
    """The merged areas that the text after the rows names."""
    while tail:
        if b"<!" in tail:
            raise OddSheetError("comments, CDATA or a DTD")
        for match in _MERGE.finditer(tail):
            if area := Area.parse(match[1].decode()):
                yield area
        rest = tail[tail.rfind(b">") + 1 :]
        if len(rest) > _LONGEST_OPENING:
            raise OddSheetError("a tag without end")
        chunk = next(chunks, b"")
        tail = rest + chunk if chunk else b""


def _check_merges(merges: tuple[Area, ...], scan: SheetScan) -> None:
    """OddSheetError for areas that overlap, of which a few would cost as much as a large sheet."""
    covered = 0
    for area in merges:
        rows = min(area.bottom, scan.rows) - area.top + 1
        columns = min(area.right + 1, scan.columns) - area.left
        covered += max(rows, 0) * max(columns, 0)
    if len(merges) == _MOST_MERGES or covered > scan.rows * scan.columns:
        raise OddSheetError("merged cells that overlap")
