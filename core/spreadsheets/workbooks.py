"""The sheet of a workbook that holds the table, found without loading what is too large."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from core.spreadsheets.cells import Area, column_letter
from core.spreadsheets.csvfiles import too_many_rows
from core.spreadsheets.errors import Limits, SpreadsheetError
from core.spreadsheets.headers import Found, HeaderFinder, Rows
from core.spreadsheets.packages import Package, SheetPart, broken, unpack
from core.spreadsheets.sheetscan import OddSheetError, SheetScan, scan_sheet
from core.spreadsheets.styles import OWN_SHEETS


def read_workbook(stream: BinaryIO, filename: str, finder: HeaderFinder, limits: Limits) -> Found:
    """The first visible sheet with a header. SpreadsheetError: as listed there."""
    with TemporaryDirectory(prefix="table-") as folder:
        package = unpack(stream, filename, limits, Path(folder) / "plain.xlsx")
        with _reader(package.path, filename) as workbook:
            return _WorkbookReader(package, workbook, finder, limits).read()


@contextmanager
def _reader(path: Path, filename: str) -> Iterator[CalamineWorkbook]:
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            yield workbook
    except (CalamineError, OddSheetError) as error:
        raise broken(filename) from error
    except BaseException as error:
        # A panic of the reader is no Exception, so that it would pass every handler above.
        if type(error).__name__ == "PanicException":
            raise broken(filename) from error
        raise


class _WorkbookReader:
    """Looks through the visible sheets in order for the first with a header."""

    def __init__(
        self, package: Package, workbook: CalamineWorkbook, finder: HeaderFinder, limits: Limits
    ) -> None:
        self.package = package
        self.sheets = [sheet for sheet in package.sheets if sheet.name not in OWN_SHEETS]
        self.workbook = workbook
        self.finder = finder
        self.limits = limits

    def read(self) -> Found:
        visible = [sheet for sheet in self.sheets if not sheet.hidden]
        best: list[str] = []
        for at, part in enumerate(visible):
            scan = self._scan(part)
            if not scan.rows:
                continue
            sheet = self.workbook.get_sheet_by_name(part.name)
            head, merges = self._head(sheet)
            if header := self.finder.find(head, merges):
                grid = _grid(sheet)
                notes = [*self._other_notes(visible[:at], visible[at + 1 :])]
                date1904 = self.package.date1904
                return Found(part.name, grid, header, merges, scan, notes, date1904)
            best = max(best, self.finder.likeliest(head), key=len)
        raise self._nothing_found(best)

    def _scan(self, part: SheetPart) -> SheetScan:
        """How far the sheet reaches; SpreadsheetError when that is too far to read."""
        scan = scan_sheet(self.package.chunks(part.part))
        if self._excess(scan, part):
            scan = scan_sheet(self.package.chunks(part.part), exact=True)
        if excess := self._excess(scan, part):
            raise excess
        return scan

    def _excess(self, scan: SheetScan, part: SheetPart) -> SpreadsheetError | None:
        where = _("工作表“%(sheet)s”") % {"sheet": part.name}
        if scan.rows > self.limits.max_rows + self.limits.header_within:
            used = _("%(where)s用到第 %(row)s 行，") % {"where": where, "row": f"{scan.rows:,}"}
            return too_many_rows(self.limits, used)
        if scan.columns > self.limits.max_columns:
            return SpreadsheetError(
                "too_many_columns",
                _("%(where)s用到第 %(letter)s 列，超过 %(limit)d 列的上限，请删除右侧多余的列")
                % {
                    "where": where,
                    "letter": column_letter(scan.columns - 1),
                    "limit": self.limits.max_columns,
                },
            )
        if scan.rows * scan.columns > self.limits.max_cells:
            return SpreadsheetError(
                "too_many_cells",
                _("%(where)s的范围达 %(rows)s 行 × %(columns)d 列，请删除无关的行列或拆分后上传")
                % {"where": where, "rows": f"{scan.rows:,}", "columns": scan.columns},
            )
        return None

    def _head(self, sheet: CalamineSheet) -> tuple[Rows, list[Area]]:
        """The rows that may hold the header, and the merged cells of the sheet."""
        areas = [
            Area(top + 1, left, bottom + 1, right)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        ]
        return _grid(sheet, self.limits.header_within + 1), areas

    def _other_notes(
        self, before: Sequence[SheetPart], after: Sequence[SheetPart]
    ) -> Iterator[str]:
        """What people should know about the sheets that were not read."""
        for part in before:
            yield _("工作表“%(sheet)s”没有表头，未读取") % {"sheet": part.name}
        for part in after:
            if self._has_header(part):
                text = _("工作表“%(sheet)s”也有同样的表头，未读取；如需导入请单独另存后上传")
            else:
                text = _("工作表“%(sheet)s”未读取")
            yield text % {"sheet": part.name}
        for part in self.sheets:
            if part.hidden:
                yield _("隐藏的工作表“%(sheet)s”未读取") % {"sheet": part.name}

    def _has_header(self, part: SheetPart) -> bool:
        try:
            scan = self._scan(part)
        except SpreadsheetError:
            return False
        if not scan.rows:
            return False
        head, merges = self._head(self.workbook.get_sheet_by_name(part.name))
        return self.finder.find(head, merges) is not None

    def _nothing_found(self, best: list[str]) -> SpreadsheetError:
        for part in self.sheets:
            if part.hidden and self._has_header(part):
                return SpreadsheetError(
                    "no_header",
                    _("表头在隐藏的工作表“%(sheet)s”中，请取消隐藏后再上传") % {"sheet": part.name},
                )
        if best:
            return self.finder.no_header(best)
        return SpreadsheetError(
            "empty_sheet", _("工作簿里没有内容：各工作表都是空的，请按导入模板填写后再上传")
        )


def _grid(sheet: CalamineSheet, rows: int | None = None) -> Rows:
    return cast(Rows, sheet.to_python(skip_empty_area=False, nrows=rows))
