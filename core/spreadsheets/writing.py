"""Styled workbooks that no formula hides in and that read back as what was written."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.spreadsheets import styles
from core.spreadsheets.cells import column_letter
from core.spreadsheets.columns import Column, Kind
from core.spreadsheets.values import (
    FLAG_LABELS,
    OutValue,
    Row,
    escaped_text,
    outward,
    row_values,
    safe_text,
)

Target = str | os.PathLike[str] | BinaryIO
AnyCell = Cell | MergedCell

_FORBIDDEN_IN_TITLES = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of a workbook.

    `notes` are lines above the header (title first, at most 12). With `validations` the cells of
    choice and flag columns offer their allowed values, down to `spare_rows` below the data.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Row] = ()
    notes: Sequence[str] = ()
    validations: bool = False
    spare_rows: int = 0


def write_rows(target: Target, sheets: Sequence[Sheet]) -> None:
    """A styled workbook of one or more tables (openpyxl; for up to some 20,000 rows)."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    choices = _ChoiceLists(workbook)
    for sheet, title in zip(sheets, sheet_titles([sheet.title for sheet in sheets]), strict=True):
        _write_sheet(workbook.create_sheet(title), sheet, choices)
    choices.finish()
    workbook.save(target)


def sheet_titles(titles: Sequence[str]) -> list[str]:
    """Names that Excel accepts: 31 characters, no []:*?/\\, none twice."""
    taken: set[str] = set()
    names = []
    for title in titles:
        plain = _FORBIDDEN_IN_TITLES.sub(" ", safe_text(title)).strip(" '") or "Sheet"
        name, number = plain[:31], 1
        while name.lower() in taken:
            number += 1
            name = f"{plain[: 28 - len(str(number))]} ({number})"
        taken.add(name.lower())
        names.append(name)
    return names


def put_text(cell: AnyCell, text: object) -> None:
    """Store `text` in an openpyxl cell as text, whatever it begins with."""
    cell.value = escaped_text(text)
    cell.data_type = "s"
    cell.quotePrefix = True


def _put(cell: AnyCell, value: OutValue) -> None:
    if value is None:
        return
    if isinstance(value, str):
        put_text(cell, value)
    else:
        cell.value = value


def _write_sheet(worksheet: Worksheet, sheet: Sheet, choices: "_ChoiceLists") -> None:
    head = len(sheet.notes) + 1
    for at, note in enumerate(sheet.notes, 1):
        cell = worksheet.cell(at, 1)
        put_text(cell, note)
        cell.font = styles.TITLE if at == 1 else styles.BODY
    _write_header(worksheet, sheet.columns, head)
    converters = [outward(column) for column in sheet.columns]
    formats = [styles.number_format(column) for column in sheet.columns]
    last = head
    for last, row in enumerate(sheet.rows, head + 1):
        for at, value in enumerate(row_values(sheet.columns, row)):
            cell = worksheet.cell(last, at + 1)
            _put(cell, converters[at](value))
            cell.number_format = formats[at]
            cell.font = styles.BODY
            cell.border = styles.BORDER
    worksheet.freeze_panes = f"A{head + 1}"
    worksheet.auto_filter.ref = f"A{head}:{column_letter(len(sheet.columns) - 1)}{max(last, head)}"
    if sheet.validations:
        for at, column in enumerate(sheet.columns):
            choices.offer(worksheet, column, at, head + 1, last + sheet.spare_rows)


def _write_header(worksheet: Worksheet, columns: Sequence[Column], head: int) -> None:
    for at, column in enumerate(columns):
        cell = worksheet.cell(head, at + 1)
        put_text(cell, column.title)
        cell.font = styles.HEAD
        cell.alignment = styles.HEAD_ALIGNMENT
        cell.border = styles.BORDER
        cell.fill = styles.REQUIRED_PATTERN if column.required else styles.HEAD_PATTERN
        dimension = worksheet.column_dimensions[column_letter(at)]
        dimension.width = styles.width(column)
        # Cells that nobody has filled yet take the format of their column: codes stay text.
        dimension.number_format = styles.number_format(column)
        dimension.font = styles.BODY


class _ChoiceLists:
    """Allowed values on a hidden sheet; a list inside the validation ends at 255 characters."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self.ranges: dict[tuple[str, ...], str] = {}
        self.sheet: Worksheet | None = None

    def offer(self, worksheet: Worksheet, column: Column, at: int, first: int, last: int) -> None:
        labels = allowed_labels(column)
        if not labels or column.kind is Kind.LIST or last < first:
            return
        validation = DataValidation(
            type="list",
            formula1=self._range(labels),
            allow_blank=True,
            showErrorMessage=True,
            errorTitle=str(column.title)[:32],
            error=_("请从下拉列表中选择"),
        )
        validation.add(f"{column_letter(at)}{first}:{column_letter(at)}{last}")
        worksheet.add_data_validation(validation)

    def _range(self, labels: tuple[str, ...]) -> str:
        if labels not in self.ranges:
            if self.sheet is None:
                self.sheet = self.workbook.create_sheet(styles.CHOICES_SHEET)
                self.sheet.sheet_state = "hidden"
            at = len(self.ranges)
            for row, label in enumerate(labels, 1):
                put_text(self.sheet.cell(row, at + 1), label)
            letter = column_letter(at)
            sheet = quote_sheetname(styles.CHOICES_SHEET)
            self.ranges[labels] = f"{sheet}!${letter}$1:${letter}${len(labels)}"
        return self.ranges[labels]

    def finish(self) -> None:
        """Put the hidden sheet last."""
        if self.sheet is not None:
            self.workbook.move_sheet(self.sheet, len(self.workbook.worksheets))


def allowed_labels(column: Column) -> tuple[str, ...]:
    """The values a cell of the column may hold, as people choose them."""
    if column.kind is Kind.FLAG:
        return FLAG_LABELS
    return tuple(str(choice.label) for choice in column.choices)
