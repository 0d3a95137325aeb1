"""Comma, tab or semicolon separated text in the encodings that offices use."""

import codecs
import csv
import io
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice, repeat
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.spreadsheets.cells import Rows
from core.spreadsheets.errors import Limits, SpreadsheetError
from core.spreadsheets.sheetscan import SheetScan

_BOMS = (
    (codecs.BOM_UTF8, ("utf-8-sig",)),
    (codecs.BOM_UTF16_LE, ("utf-16",)),
    (codecs.BOM_UTF16_BE, ("utf-16",)),
)
_ENCODINGS = ("utf-8", "gb18030")
_DELIMITERS = (",", "\t", ";")
_SAMPLE = 200_000
_CHUNK = 1 << 20
# So many records are handed on at a time.
_RUN = 5_000
RISKY_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_escaped(text: str) -> bool:
    """Whether an apostrophe stands before what a spreadsheet might take for a formula."""
    return text.startswith("'") and is_risky(text)


def _unescaped(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and is_escaped(cell) else cell


def is_risky(text: str) -> bool:
    """Whether text, as a CSV cell, could run as a formula (or looks like an escaped one)."""
    return text.lstrip("' ").startswith(RISKY_STARTS) or text.startswith(("\t", "\r", "\n"))


class CsvSheet:
    """A text file as a sheet: record i is row i + 1 in Excel, every row of one width.

    The whole file is looked through at once, so that reading it meets no more surprises.
    SpreadsheetError: encoding, broken, too_many_rows, too_many_columns.
    """

    name = ""
    hidden = False
    merges = ()

    def __init__(self, stream: BinaryIO, limits: Limits, score: Callable[[Rows], int]) -> None:
        """Of the delimiters the one is taken whose first records `score` highest, then the one
        that gives most columns."""
        self.stream = stream
        self.limits = limits
        self.encoding = _encoding_of(stream)
        heads = {delimiter: self._sample(delimiter) for delimiter in _DELIMITERS}
        self.delimiter = max(heads, key=lambda one: (score(heads[one]), _width(heads[one])))
        self.scan = SheetScan()
        for record in self._records():
            self.scan.rows += 1
            self.scan.columns = max(self.scan.columns, len(record))

    def head(self, rows: int) -> Rows:
        """The first rows, at most so many."""
        with closing(self._records()) as records:
            return self._rows(islice(records, rows))

    def pieces(self) -> Iterator[tuple[int, Rows]]:
        """All rows in runs, each with the number of its first row."""
        number = 1
        with closing(self._records()) as records:
            while rows := self._rows(islice(records, _RUN)):
                yield number, rows
                number += len(rows)

    def _rows(self, records: Iterable[list[str]]) -> Rows:
        width = self.scan.columns
        return [[*map(_unescaped, record), *repeat("", width - len(record))] for record in records]

    def _sample(self, delimiter: str) -> Rows:
        with _text(self.stream, self.encoding) as text:
            sample = io.StringIO(text.read(_SAMPLE), newline="")
        reader = csv.reader(sample, delimiter=delimiter)
        try:
            return [[*record] for record in islice(reader, self.limits.header_within + 1)]
        except csv.Error:
            return []

    def _records(self) -> Generator[list[str], None, None]:
        with _text(self.stream, self.encoding) as text:
            yield from _checked_records(text, self.delimiter, self.limits)


def _width(rows: Rows) -> int:
    return max(map(len, rows), default=0)


@contextmanager
def _text(stream: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The file as text from its beginning; the stream stays open."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, newline="")
    try:
        yield text
    finally:
        text.detach()


def _encoding_of(stream: BinaryIO) -> str:
    stream.seek(0)
    start = stream.read(4)
    encodings = next((which for bom, which in _BOMS if start.startswith(bom)), _ENCODINGS)
    failed = 0
    for encoding in encodings:
        line = _undecodable_line(stream, encoding)
        if not line:
            return encoding
        failed = max(failed, line)
    raise SpreadsheetError(
        "encoding",
        _("第 %(line)d 行附近的文字编码无法识别；请另存为“CSV UTF-8（逗号分隔）”后再上传")
        % {"line": failed},
    )


def _undecodable_line(stream: BinaryIO, encoding: str) -> int:
    """The first line (from 1) with bytes that are not in this encoding; 0 without one."""
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    line = 1
    while True:
        chunk = stream.read(_CHUNK)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return line + error.object.count(b"\n", 0, error.start)
        if not chunk:
            return 0
        line += chunk.count(b"\n")


def _checked_records(text: Iterable[str], delimiter: str, limits: Limits) -> Iterator[list[str]]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    filled = 0
    try:
        for row in reader:
            filled += any(row)
            if filled > limits.max_rows + limits.header_within:
                raise too_many_rows(limits)
            if len(row) > limits.max_columns:
                raise SpreadsheetError(
                    "too_many_columns",
                    _("第 %(line)d 行有 %(found)d 列，超过 %(limit)d 列的上限，请删除多余的列")
                    % {"line": reader.line_num, "found": len(row), "limit": limits.max_columns},
                )
            yield row
    except csv.Error as error:
        raise SpreadsheetError(
            "broken",
            _("第 %(line)d 行附近的引号不成对或单元格过长，请在 WPS/Excel 中打开核对后另存")
            % {"line": reader.line_num},
        ) from error


def too_many_rows(limits: Limits, where: str = "") -> SpreadsheetError:
    """The refusal of more rows than one upload may hold."""
    return SpreadsheetError(
        "too_many_rows",
        _(
            "%(where)s超过一次 %(limit)s 行的上限，请按街镇拆分后分别上传；"
            "若数据不多，请删除表格下方多余的行"
        )
        % {"where": where or _("数据行数"), "limit": f"{limits.max_rows:,}"},
    )
