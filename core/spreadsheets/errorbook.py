"""The wrong rows of a ledger, laid out as they came, to be mended and uploaded again."""

import datetime
from collections.abc import Iterable, Sequence
from itertools import groupby

import xlsxwriter
from django.utils.translation import gettext as _

from core.spreadsheets import styles
from core.spreadsheets.bulk import OPTIONS, put
from core.spreadsheets.cells import CellValue
from core.spreadsheets.tables import CellError, Table
from core.spreadsheets.values import OutValue, safe_text
from core.spreadsheets.writing import Target, sheet_titles

# Comments are drawings; past so many they only slow the file down, and the column says it all.
_MOST_COMMENTS = 2_000


ProblemRow = tuple[int, Sequence[CellValue | None], Sequence[CellError]]


def write_errors(target: Target, table: Table, errors: Sequence[CellError]) -> int:
    """Write the rows that `errors` name under the original header; returns how many."""
    ordered = sorted(errors, key=lambda error: (error.row, error.column))
    rows = (
        (number, table.row(number), list(found))
        for number, found in groupby(ordered, key=lambda error: error.row)
    )
    return write_problem_rows(target, sheet=table.sheet, headers=table.headers, rows=rows)


def write_problem_rows(
    target: Target, *, sheet: str, headers: Sequence[str], rows: Iterable[ProblemRow]
) -> int:
    """Write problem rows under their original header in constant memory; returns how many.

    Each of `rows` is (number in the sheet it came from, raw values as wide as `headers` or
    shorter, what is wrong). All columns stand in their order; wrong cells are red, the first of
    them with a comment, and the last column 错误说明 says what is wrong. Reading passes over that
    column, so the file can be uploaded again as it is.
    """
    kept = [at for at, title in enumerate(headers) if title != styles.ERROR_TITLE]
    workbook = xlsxwriter.Workbook(target, OPTIONS)
    place = 0
    try:
        book = _ErrorSheet(workbook, sheet, [headers[at] for at in kept], kept)
        for place, (number, values, errors) in enumerate(rows, 1):
            book.write(place, number, values, errors)
    finally:
        workbook.close()
    return place


class _ErrorSheet:
    def __init__(
        self, workbook: xlsxwriter.Workbook, sheet: str, titles: Sequence[str], kept: list[int]
    ) -> None:
        self.kept = kept
        self.comments = 0
        self.sheet = workbook.add_worksheet(sheet_titles([sheet or _("错误行")])[0])
        wrong = {"bg_color": f"#{styles.ERROR_FILL}", "font_color": f"#{styles.ERROR_COLOUR}"}
        self.formats = {
            (dated, red): workbook.add_format(
                styles.xlsxwriter_body(
                    **({"num_format": "yyyy-mm-dd"} if dated else {"quote_prefix": True}),
                    **(wrong if red else {}),
                )
            )
            for dated in (False, True)
            for red in (False, True)
        }
        self.number = {
            red: workbook.add_format(styles.xlsxwriter_body(**(wrong if red else {})))
            for red in (False, True)
        }
        head = workbook.add_format(styles.xlsxwriter_head())
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, len(kept) - 1, 16)
        self.sheet.set_column(len(kept), len(kept), 60)
        for place, title in enumerate(titles):
            self.sheet.write_string(0, place, safe_text(title), head)
        self.sheet.write_string(0, len(kept), styles.ERROR_TITLE, head)

    def write(
        self,
        place: int,
        number: int,
        values: Sequence[CellValue | None],
        errors: Sequence[CellError],
    ) -> None:
        """One wrong row, at row `place` of the new sheet."""
        wrong = {error.column: error for error in reversed(errors)}
        for column, at in enumerate(self.kept):
            value = _writable(values[at] if at < len(values) else None)
            red = at in wrong
            if red and value is None:
                self.sheet.write_blank(place, column, None, self.number[True])
            else:
                put(self.sheet, place, column, value, self._format(value, red))
            if red and self.comments < _MOST_COMMENTS:
                self.comments += 1
                self.sheet.write_comment(place, column, safe_text(wrong[at].message))
        said = _("原第 %(row)d 行：%(messages)s") % {
            "row": number,
            "messages": "；".join(
                f"{error.column_title}：{error.message}" if error.column_title else error.message
                for error in errors
            ),
        }
        self.sheet.write_string(place, len(self.kept), safe_text(said), self.formats[False, True])

    def _format(self, value: OutValue, red: bool) -> xlsxwriter.format.Format:
        if isinstance(value, str | datetime.date):
            return self.formats[isinstance(value, datetime.date), red]
        return self.number[red]


def _writable(value: CellValue | None) -> OutValue:
    if value is None or value == "":
        return None
    return str(value) if isinstance(value, datetime.time | datetime.timedelta) else value
