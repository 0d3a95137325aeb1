"""Workbooks of several sheets read whole or not at all: what is wrong by sheet, row and column."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.spreadsheets.books import SheetSource
from core.spreadsheets.cells import CellValue, is_filled
from core.spreadsheets.columns import Column
from core.spreadsheets.errors import Limits
from core.spreadsheets.headers import HeaderFinder

LIMITS = Limits(max_file_bytes=5 * 2**20, max_unpacked_bytes=50 * 2**20, max_rows=2_000)
HEADER_WITHIN = 10


class BookError(Exception):
    """What is wrong with a workbook: `errors` are {sheet, row, column, message}, in order.

    Row and column are None where the whole sheet or file is meant.
    """

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("；".join(error["message"] for error in errors[:3]))
        self.errors = errors


@dataclass
class Reading:
    """A book as far as it was understood."""

    content: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    # Own column → row of its sheet.
    own_rows: dict[str, int] = field(default_factory=dict)

    def wrong(self, sheet: str | None, row: int | None, column: str | None, message: str) -> None:
        """One thing more that is wrong."""
        self.errors.append({"sheet": sheet, "row": row, "column": column, "message": message})

    def done(self) -> None:
        """BookError if anything was wrong."""
        if self.errors:
            raise BookError(self.errors)


def filled_rows(
    name: str, sheet: SheetSource | None, columns: Sequence[Column], reading: Reading
) -> list[tuple[int, dict[str, CellValue]]]:
    """The filled rows below the header of the sheet `name`: number, raw cells by column key."""
    if sheet is None:
        reading.wrong(name, None, None, _("缺少工作表“%(sheet)s”") % {"sheet": name})
        return []
    if sheet.scan.rows > LIMITS.max_rows or sheet.scan.columns > LIMITS.max_columns:
        reading.wrong(name, None, None, _("行或列过多，请删除无关的行列"))
        return []
    grid = sheet.head(sheet.scan.rows)
    header = HeaderFinder(columns, HEADER_WITHIN).find(grid, sheet.merges)
    if header is None:
        reading.wrong(name, None, None, _("没有找到表头，请按导出的样式填写"))
        return []
    keys = {at: key for at, key in enumerate(header.keys) if key}
    titles = {column.key: str(column.title) for column in columns}
    for row, at in sorted(sheet.scan.formulas | sheet.scan.errors):
        if row > header.last_row and at in keys:
            reading.wrong(name, row, titles[keys[at]], _("是公式或错误值，请粘贴为数值"))
    return [
        (number, {key: row[at] for at, key in keys.items() if at < len(row)})
        for number, row in enumerate(grid[header.last_row :], start=header.last_row + 1)
        if any(at < len(row) and is_filled(row[at]) for at in keys)
    ]
