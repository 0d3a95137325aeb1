"""An uploaded file opened as sheets, whatever it is, and the sheet of it that holds a table."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

from django.utils.translation import gettext as _

from core.spreadsheets.cells import Area, Rows, column_letter
from core.spreadsheets.csvfiles import CsvSheet, too_many_rows
from core.spreadsheets.errors import Limits, SpreadsheetError
from core.spreadsheets.headers import Header, HeaderFinder
from core.spreadsheets.sheetscan import SheetScan
from core.spreadsheets.sniffing import sniff
from core.spreadsheets.styles import OWN_SHEETS
from core.spreadsheets.workbooks import open_workbook

Source = str | os.PathLike[str] | BinaryIO


class SheetSource(Protocol):
    """A sheet whose rows can be read, each as wide as `scan.columns`."""

    @property
    def name(self) -> str: ...

    @property
    def hidden(self) -> bool: ...

    @property
    def scan(self) -> SheetScan: ...

    @property
    def merges(self) -> Sequence[Area]: ...

    def head(self, rows: int) -> Rows: ...

    def pieces(self) -> Iterator[tuple[int, Rows]]: ...


@dataclass(frozen=True, slots=True)
class Book:
    """An opened file. `sheets` leaves out those that our own files carry beside the data."""

    kind: Literal["xlsx", "csv"]
    sheets: Sequence[SheetSource]
    encoding: str = ""
    date1904: bool = False


@contextmanager
def open_book(
    source: Source, filename: str, finder: HeaderFinder, limits: Limits
) -> Iterator[Book]:
    """The file (path or seekable binary file), told by its content.

    SpreadsheetError: wrong_type, encrypted, empty_file, too_large, zip_bomb, broken, encoding,
    and for text files too_many_rows and too_many_columns.
    """
    with _opened(source) as stream:
        if sniff(stream, filename, limits) == "text":
            sheet = CsvSheet(stream, limits, finder.score)
            yield Book("csv", [sheet], sheet.encoding)
        else:
            with open_workbook(stream, filename, limits) as workbook:
                sheets = [sheet for sheet in workbook.sheets if sheet.name not in OWN_SHEETS]
                yield Book("xlsx", sheets, date1904=workbook.date1904)


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as stream:
            yield stream
    else:
        yield source


def excess(sheet: SheetSource, limits: Limits) -> SpreadsheetError | None:
    """Why a sheet reaches too far to be read, if it does."""
    scan = sheet.scan
    where = _("工作表“%(sheet)s”") % {"sheet": sheet.name}
    if scan.rows > limits.max_rows + limits.header_within:
        used = _("%(where)s用到第 %(row)s 行，") % {"where": where, "row": f"{scan.rows:,}"}
        return too_many_rows(limits, used)
    if scan.columns > limits.max_columns:
        return SpreadsheetError(
            "too_many_columns",
            _("%(where)s用到第 %(letter)s 列，超过 %(limit)d 列的上限，请删除右侧多余的列")
            % {
                "where": where,
                "letter": column_letter(scan.columns - 1),
                "limit": limits.max_columns,
            },
        )
    if scan.rows * scan.columns > limits.max_cells:
        return SpreadsheetError(
            "too_many_cells",
            _("%(where)s的范围达 %(rows)s 行 × %(columns)d 列，请删除无关的行列或拆分后上传")
            % {"where": where, "rows": f"{scan.rows:,}", "columns": scan.columns},
        )
    return None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sheet to read, the header found in its first rows, and remarks on the other sheets."""

    sheet: SheetSource
    header: Header
    head: Rows
    notes: tuple[str, ...]


class Chooser:
    """Looks through the visible sheets in order for the first with a header."""

    def __init__(self, book: Book, finder: HeaderFinder, limits: Limits) -> None:
        self.book = book
        self.finder = finder
        self.limits = limits

    def choose(self) -> Chosen:
        """SpreadsheetError: no_header, empty_sheet, broken, or what is too large."""
        visible = [sheet for sheet in self.book.sheets if not sheet.hidden]
        best: list[str] = []
        for at, sheet in enumerate(visible):
            head = self.head(sheet)
            if header := self.finder.find(head, sheet.merges):
                notes = self._other_notes(visible[:at], visible[at + 1 :])
                return Chosen(sheet, header, head, tuple(notes))
            best = max(best, self.finder.likeliest(head), key=len)
        raise self._nothing_found(best)

    def head(self, sheet: SheetSource) -> Rows:
        """The rows that may hold the header; SpreadsheetError when the sheet is too large."""
        if self.book.kind == "xlsx" and (error := excess(sheet, self.limits)):
            raise error
        return sheet.head(self.limits.header_within + 1) if sheet.scan.rows else []

    def has_header(self, sheet: SheetSource) -> bool:
        try:
            return self.finder.find(self.head(sheet), sheet.merges) is not None
        except SpreadsheetError:
            return False

    def notes_beside(self, sheet: SheetSource) -> tuple[str, ...]:
        """What people should know about the others when they chose `sheet`."""
        others = [one for one in self.book.sheets if not one.hidden and one.name != sheet.name]
        return tuple(self._other_notes((), others))

    def _other_notes(
        self, before: Sequence[SheetSource], after: Sequence[SheetSource]
    ) -> Iterator[str]:
        """What people should know about the sheets that were not read."""
        for sheet in before:
            yield _("工作表“%(sheet)s”没有表头，未读取") % {"sheet": sheet.name}
        for sheet in after:
            if self.has_header(sheet):
                text = _("工作表“%(sheet)s”也有同样的表头，未读取；如需导入请单独另存后上传")
            else:
                text = _("工作表“%(sheet)s”未读取")
            yield text % {"sheet": sheet.name}
        for sheet in self.book.sheets:
            if sheet.hidden:
                yield _("隐藏的工作表“%(sheet)s”未读取") % {"sheet": sheet.name}

    def _nothing_found(self, best: list[str]) -> SpreadsheetError:
        for sheet in self.book.sheets:
            if sheet.hidden and self.has_header(sheet):
                return SpreadsheetError(
                    "no_header",
                    _("表头在隐藏的工作表“%(sheet)s”中，请取消隐藏后再上传")
                    % {"sheet": sheet.name},
                )
        if best or self.book.kind == "csv":
            return self.finder.no_header(best)
        return SpreadsheetError(
            "empty_sheet", _("工作簿里没有内容：各工作表都是空的，请按导入模板填写后再上传")
        )
