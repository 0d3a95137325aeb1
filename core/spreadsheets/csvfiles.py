"""Comma, tab or semicolon separated text in the encodings that offices use."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.spreadsheets.errors import Limits, SpreadsheetError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS = ("utf-8", "gb18030")
_DELIMITERS = (",", "\t", ";")
_SAMPLE = 200_000
RISKY_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_escaped(text: str) -> bool:
    """Whether an apostrophe stands before what a spreadsheet might take for a formula."""
    return text.startswith("'") and is_risky(text)


def is_risky(text: str) -> bool:
    """Whether text, as a CSV cell, could run as a formula (or looks like an escaped one)."""
    return text.lstrip("' ").startswith(RISKY_STARTS) or text.startswith(("\t", "\r", "\n"))


def read_csv(
    stream: BinaryIO, limits: Limits, score: Callable[[list[list[str]]], int]
) -> list[list[str]]:
    """Every record as a list of texts of one length; record i is row i + 1 in Excel.

    Of the three delimiters the one is taken whose first records `score` highest, then the one
    that gives most columns. SpreadsheetError: encoding, broken, too_many_rows, too_many_columns.
    """
    text = _decode(stream.read())
    heads = {delimiter: _head(text, delimiter, limits) for delimiter in _DELIMITERS}
    delimiter = max(heads, key=lambda one: (score(heads[one]), _width(heads[one])))
    rows = list(_records(text, delimiter, limits))
    width = _width(rows)
    return [
        [cell[1:] if cell[:1] == "'" and is_escaped(cell) else cell for cell in row]
        + [""] * (width - len(row))
        for row in rows
    ]


def _width(rows: list[list[str]]) -> int:
    return max(map(len, rows), default=0)


def _decode(content: bytes) -> str:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _decoded(content, (encoding,))
    return _decoded(content, _ENCODINGS)


def _decoded(content: bytes, encodings: tuple[str, ...]) -> str:
    failed = 0
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            failed = max(failed, error.start)
    line = content.count(b"\n", 0, failed) + 1
    raise SpreadsheetError(
        "encoding",
        _("第 %(line)d 行附近的文字编码无法识别；请另存为“CSV UTF-8（逗号分隔）”后再上传")
        % {"line": line},
    )


def _head(text: str, delimiter: str, limits: Limits) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text[:_SAMPLE], newline=""), delimiter=delimiter)
    try:
        return list(islice(reader, limits.header_within + 1))
    except csv.Error:
        return []


def _records(text: str, delimiter: str, limits: Limits) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
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
