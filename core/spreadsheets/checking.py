"""Checking every cell of a table, column by column; equal cells are judged once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from core.spreadsheets.cells import BLANK, CellValue
from core.spreadsheets.columns import Column, Kind
from core.spreadsheets.parsing import Parser, Refused, parser_for
from core.spreadsheets.tables import CellError, Table, shown
from core.text import normalise

_ABSENT: dict[Kind, Any] = {Kind.TEXT: "", Kind.CODE: "", Kind.LIST: ()}


@dataclass(frozen=True, slots=True)
class CleanRow:
    """One row, key → value; blank and refused cells hold the kind's empty value.

    Empty is "" for text and code, () for list, None for the others.
    """

    row: int
    values: dict[str, Any]


class Checked(NamedTuple):
    """Every row, and every error in the order of the sheet."""

    rows: list[CleanRow]
    errors: list[CellError]

    @property
    def good_rows(self) -> list[CleanRow]:
        """The rows without an error."""
        bad = {error.row for error in self.errors}
        return [row for row in self.rows if row.row not in bad]


def check_rows(table: Table, columns: Sequence[Column]) -> Checked:
    """Judge every cell of the expected columns. Columns missing from the table are empty."""
    errors: list[CellError] = []
    raw_columns = list(zip(*table.rows, strict=True))
    clean: list[list[Any]] = []
    for column in columns:
        at = table.columns.get(column.key)
        if at is None:
            clean.append([_ABSENT.get(column.kind)] * len(table.rows))
        else:
            clean.append(_check_column(table, column, at, raw_columns[at], errors))
    _check_merged(table, errors)
    keys = [column.key for column in columns]
    rows = [
        CleanRow(number, dict(zip(keys, values, strict=True)))
        for number, values in zip(table.row_numbers, zip(*clean, strict=True), strict=True)
    ]
    errors.sort(key=lambda error: (error.row, error.column))
    return Checked(rows, errors)


def _check_column(
    table: Table, column: Column, at: int, raw: tuple[CellValue, ...], errors: list[CellError]
) -> list[Any]:
    """The clean values of one column; its errors are added to `errors`."""
    absent = _ABSENT.get(column.kind)
    verdict = _Verdict(column, parser_for(column, date1904=table.date1904), absent)
    # Text is its own key; of other cells 1, 1.0 and True would be one key but are three things.
    verdicts = [
        verdict[value] if type(value) is str else verdict[type(value), value] for value in raw
    ]
    suspects = _suspects(table, at)
    clean = [value for value, _problem in verdicts]
    if suspects or verdict.refused:
        title = table.title(at)
        for place, (number, (_value, problem)) in enumerate(
            zip(table.row_numbers, verdicts, strict=True)
        ):
            problem = suspects.get(number, problem)
            if problem:
                clean[place] = absent
                errors.append(CellError(number, at, title, problem, shown(raw[place])))
    return clean


class _Verdict(dict[Any, tuple[Any, str]]):
    """Raw cell → (value, problem), judged at the first look-up."""

    def __init__(self, column: Column, parse: Parser, absent: Any) -> None:
        super().__init__()
        self.parse = parse
        self.absent = absent
        self.refused = False
        self.blank = (absent, _("必填") if column.required else "")

    def __missing__(self, key: Any) -> tuple[Any, str]:
        raw = key if type(key) is str else key[1]
        verdict = self._judge(raw)
        self.refused = self.refused or bool(verdict[1])
        self[key] = verdict
        return verdict

    def _judge(self, raw: CellValue) -> tuple[Any, str]:
        if raw == BLANK:
            return self.blank
        try:
            value = self.parse(raw)
        except Refused as reason:
            blank = isinstance(raw, str) and not normalise(raw)
            return self.blank if blank else (self.absent, str(reason))
        return self.blank if value in (BLANK, ()) else (value, "")


def _suspects(table: Table, at: int) -> dict[int, str]:
    """Row → why the value shown in this column cannot be trusted."""
    formulas = {row: _("是公式，请粘贴为数值") for row, column in table.formulas if column == at}
    errors = {
        row: _("是公式错误值（如 #REF!、#N/A），请改为实际内容")
        for row, column in table.errors
        if column == at
    }
    return formulas | errors


def _check_merged(table: Table, errors: list[CellError]) -> None:
    """An error for each cell that a merge hides; it replaces what else was said of the cell."""
    known = set(table.columns.values())
    numbers = set(table.row_numbers)
    hidden: dict[tuple[int, int], str] = {}
    for area in table.merged:
        for row in range(area.top, area.bottom + 1):
            for column in known & set(range(area.left, area.right + 1)):
                if (row, column) != (area.top, area.left) and row in numbers:
                    hidden[row, column] = area.name
    if hidden:
        errors[:] = [error for error in errors if (error.row, error.column) not in hidden]
        errors.extend(
            CellError(
                row,
                column,
                table.title(column),
                _("在合并单元格 %(area)s 中，请取消合并并逐行填写") % {"area": area},
            )
            for (row, column), area in hidden.items()
        )
