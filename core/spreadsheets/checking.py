"""Checking every cell of a table, column by column; equal cells are judged once."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from core.spreadsheets.cells import BLANK, CellValue
from core.spreadsheets.columns import Column, Kind
from core.spreadsheets.parsing import Parser, Refused, parser_for, says_nothing
from core.spreadsheets.tables import CellError, Table, shown
from core.text import normalise

_ABSENT: dict[Kind, Any] = {Kind.TEXT: "", Kind.CODE: "", Kind.LIST: ()}
# So many different cells of one column are remembered from block to block.
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class CleanRow:
    """One row, key → value; blank and refused cells hold the kind's empty value.

    Empty is "" for text and code, () for list, None for the others.
    """

    row: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Checked:
    """What became of a table: `columns` maps each expected key to its values in the order of
    `row_numbers`; `errors` are in the order of the sheet."""

    row_numbers: Sequence[int]
    columns: dict[str, list[Any]]
    errors: list[CellError]

    @cached_property
    def rows(self) -> list[CleanRow]:
        """Every row as a mapping; callers that work by columns never pay for it."""
        keys = list(self.columns)
        return [
            CleanRow(number, dict(zip(keys, values, strict=True)))
            for number, values in zip(
                self.row_numbers, zip(*self.columns.values(), strict=True), strict=True
            )
        ]

    @property
    def good_rows(self) -> list[CleanRow]:
        """The rows without an error."""
        bad = {error.row for error in self.errors}
        return [row for row in self.rows if row.row not in bad]


def check_rows(table: Table, columns: Sequence[Column]) -> Checked:
    """Judge every cell of the expected columns. Columns missing from the table are empty."""
    return Checker(columns).check(table)


class Checker:
    """Checks the tables of one file, block by block; what was judged before is not judged again."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self._judges: dict[tuple[str, bool], _Judge] = {}

    def check(self, table: Table) -> Checked:
        """Judge every cell of the expected columns. Columns missing from the table are empty."""
        errors: list[CellError] = []
        raw_columns = list(zip(*table.rows, strict=True))
        clean: dict[str, list[Any]] = {}
        for column in self.columns:
            at = table.columns.get(column.key)
            if at is None:
                clean[column.key] = [_ABSENT.get(column.kind)] * len(table.rows)
            else:
                judge = self._judge(column, table.date1904)
                clean[column.key] = _check_column(table, judge, at, raw_columns[at], errors)
        _check_merged(table, errors)
        errors.sort(key=lambda error: (error.row, error.column))
        return Checked(table.row_numbers, clean, errors)

    def _judge(self, column: Column, date1904: bool) -> "_Judge":
        name = column.key, date1904
        if name not in self._judges:
            self._judges[name] = _Judge(column, parser_for(column, date1904=date1904))
        return self._judges[name]


def _check_column(
    table: Table, judge: "_Judge", at: int, raw: tuple[CellValue, ...], errors: list[CellError]
) -> list[Any]:
    """The clean values of one column; its errors are added to `errors`."""
    clean = judge.values(raw)
    problems = judge.problems(raw, table.row_numbers) | _suspects(table, at)
    if problems:
        title = table.title(at)
        for place, number in enumerate(table.row_numbers):
            if problem := problems.get(number):
                clean[place] = judge.absent
                errors.append(CellError(number, at, title, problem, shown(raw[place])))
    judge.forget_if_many()
    return clean


class _Judge:
    """The verdicts on one column's cells: equal cells of one type are judged once."""

    def __init__(self, column: Column, parse: Parser) -> None:
        self.kind = column.kind
        self.absent = _ABSENT.get(column.kind)
        self.parse = parse
        self.on_blank = _("必填") if column.required else ""
        # Per type, as 1, 1.0 and True would be one key but are three things.
        self.verdicts: dict[type, _Verdicts] = {}

    def values(self, raw: Sequence[CellValue]) -> list[Any]:
        """The value of each cell; the empty one where there is a problem."""
        types = set(map(type, raw))
        for kind in types - self.verdicts.keys():
            self.verdicts[kind] = _Verdicts(self)
        if len(types) == 1:
            return list(map(self.verdicts[types.pop()].__getitem__, raw))
        verdicts = self.verdicts
        return [verdicts[type(cell)][cell] for cell in raw]

    def problems(self, raw: Sequence[CellValue], numbers: Iterable[int]) -> dict[int, str]:
        """Row number → what is wrong, of cells whose values were asked for before."""
        found = {kind: each.problems for kind, each in self.verdicts.items() if each.problems}
        if not found:
            return {}
        none: dict[CellValue, str] = {}
        return {
            number: problem
            for number, cell in zip(numbers, raw, strict=True)
            if (problem := found.get(type(cell), none).get(cell))
        }

    def forget_if_many(self) -> None:
        """Keep the memory of long columns of ever new cells within bounds."""
        for kind, verdicts in self.verdicts.items():
            if len(verdicts) > _MOST_REMEMBERED:
                self.verdicts[kind] = _Verdicts(self)

    def verdict(self, raw: CellValue) -> tuple[Any, str]:
        """What becomes of a cell: its value and what is wrong with it."""
        if raw == BLANK or says_nothing(raw, self.kind):
            return self.absent, self.on_blank
        try:
            value = self.parse(raw)
        except Refused as reason:
            blank = isinstance(raw, str) and not normalise(raw)
            return self.absent, self.on_blank if blank else str(reason)
        return (self.absent, self.on_blank) if value in (BLANK, ()) else (value, "")


class _Verdicts(dict[Any, Any]):
    """Raw cell → value, judged at the first look-up; what was wrong is in `problems`."""

    def __init__(self, judge: _Judge) -> None:
        super().__init__()
        self.judge = judge
        self.problems: dict[CellValue, str] = {}

    def __missing__(self, raw: CellValue) -> Any:
        self[raw], problem = value, problem = self.judge.verdict(raw)
        if problem:
            self.problems[raw] = problem
        return value


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
    numbers = table.row_numbers
    hidden: dict[tuple[int, int], str] = {}
    for area in table.merged:
        columns = known & set(range(area.left, area.right + 1))
        for row in numbers[bisect_left(numbers, area.top) : bisect_right(numbers, area.bottom)]:
            for column in columns:
                if (row, column) != (area.top, area.left):
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
