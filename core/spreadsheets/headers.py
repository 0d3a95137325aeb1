"""Finding the header: under titles, in one row or two, with merged cells where they are clear."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.translation import gettext as _

from core.spreadsheets.cells import Area, CellValue, cell_name, column_letter, is_filled
from core.spreadsheets.columns import Column, header_key, names_of
from core.spreadsheets.errors import SpreadsheetError

Grid = Sequence[Sequence[CellValue]]
# A header lacks a title at most here and there.
_NEARLY = 0.8


@dataclass(frozen=True, slots=True)
class Header:
    """A header found: the titles per column, and which rows (1-based) it takes up."""

    first_row: int
    last_row: int
    titles: tuple[str, ...]
    keys: tuple[str | None, ...]

    @property
    def score(self) -> int:
        return len({key for key in self.keys if key})


class HeaderFinder:
    """Knows the titles and aliases of the expected columns.

    `remembered` maps `header_key` of other titles to the key that an office gave them ("" for a
    column to be ignored); it goes before every other name.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        within: int,
        remembered: Mapping[str, str] | None = None,
    ) -> None:
        self.columns = columns
        self.within = within
        expected = {"", *(column.key for column in columns)}
        self.remembered = {
            title: key for title, key in (remembered or {}).items() if key in expected
        }
        self.by_name = names_of(columns) | self.remembered
        required = sum(column.required for column in columns)
        # Enough that no title row passes, few enough that a lacking column is still named as such.
        self.needed = min(3, max(1, len(columns) // 2), max(2, required))

    def find(self, grid: Grid, merges: Sequence[Area] = ()) -> Header | None:
        """The first best row (or pair of rows) with enough known titles; None without one."""
        merges = [area for area in merges if area.top <= self.within + 1]
        candidates = [
            self.header_at(grid, merges, at, rows)
            for at in range(min(len(grid), self.within))
            for rows in ((1, 2) if _may_be_double(grid, merges, at) else (1,))
        ]
        best = max(candidates, key=lambda header: header.score, default=None)
        return best if best and best.score >= self.needed else None

    def score(self, grid: Grid) -> int:
        """How many known titles the best header of the grid has."""
        header = self.find(grid)
        return header.score if header else 0

    def likeliest(self, grid: Grid) -> list[str]:
        """The texts of the fullest row near the top, for saying why it is no header."""
        texts = [
            [str(value).strip() for value in row if str(value).strip()]
            for row in grid[: self.within]
        ]
        return max(texts, key=len, default=[])

    def likeliest_header(self, grid: Grid, merges: Sequence[Area] = ()) -> Header | None:
        """The first row near the top, with rows below it, that looks most like titles: many
        different texts. None when no row holds two."""
        texts = [
            len({cell.strip() for cell in row if isinstance(cell, str) and cell.strip()})
            for row in grid[: min(self.within, len(grid) - 1)]
        ]
        most = max(texts, default=0)
        if most < 2:
            return None
        at = next(at for at, count in enumerate(texts) if count >= _NEARLY * most)
        rows = 2 if _may_be_double(grid, merges, at) else 1
        return self.header_at(grid, merges, at, rows)

    def no_header(self, likeliest: list[str]) -> SpreadsheetError:
        """The refusal that names what was wanted and what was there."""
        wanted = [str(c.title) for c in self.columns if c.required] or [
            str(c.title) for c in self.columns
        ]
        return SpreadsheetError(
            "no_header",
            _(
                "前 %(rows)d 行没有找到表头。应有的列名如：%(wanted)s；"
                "表中最像表头的一行是：%(found)s。请按导入模板填写"
            )
            % {
                "rows": self.within,
                "wanted": "、".join(wanted[:8]),
                "found": "、".join(likeliest[:8]) or _("（空）"),
            },
        )

    def header_at(self, grid: Grid, merges: Sequence[Area], at: int, rows: int) -> Header:
        """Rows `at` (0-based) and following read as a header, whatever they hold."""
        titles, keys = [], []
        for column in range(max(map(len, grid[at : at + rows]), default=0)):
            title, key = self._title(_texts(grid, merges, at, rows, column))
            titles.append(title)
            keys.append(key)
        return Header(at + 1, at + rows, tuple(titles), tuple(keys))

    def _title(self, texts: dict[str, bool]) -> tuple[str, str | None]:
        """Of one column's header texts, top first: all joined if known, else the lowest known.

        A text that only reaches the column through a merge never names it alone.
        """
        joined = "".join(texts)
        for text in (joined, *(text for text, own in reversed(texts.items()) if own)):
            key = self.by_name.get(header_key(text))
            if key is not None:
                return text, key or None
        return joined, None

    def check(self, header: Header, grid: Grid, merges: Sequence[Area]) -> dict[str, int]:
        """Key → column, or SpreadsheetError: merged_header, duplicate_headers, missing_columns."""
        for problem in self.problems(header, grid, merges):
            raise problem
        return {key: found[0] for key, found in _places(header).items()}

    def problems(
        self, header: Header, grid: Grid, merges: Sequence[Area]
    ) -> Iterator[SpreadsheetError]:
        """All that keeps a header from being read as it stands."""
        yield from _merge_problems(header, grid, merges)
        yield from duplicates(header)
        yield from self.missing(header)

    def missing(self, header: Header) -> Iterator[SpreadsheetError]:
        """One refusal that names all required columns that the header lacks, or none."""
        present = set(header.keys)
        missing = [str(c.title) for c in self.columns if c.required and c.key not in present]
        if not missing:
            return
        strangers = {
            title: at
            for at, (title, key) in enumerate(zip(header.titles, header.keys, strict=True))
            if title and not key
        }
        hints = [
            _("%(letter)s 列“%(found)s”是否就是“%(wanted)s”？")
            % {"letter": column_letter(strangers[close]), "found": close, "wanted": title}
            for title in missing
            for close in get_close_matches(title, strangers, 1, 0.6)
        ]
        yield SpreadsheetError(
            "missing_columns",
            _("第 %(row)d 行表头缺少必需的列：%(titles)s。请按导入模板补齐列名后再上传。%(hints)s")
            % {"row": header.last_row, "titles": "、".join(missing), "hints": "".join(hints)},
        )


def _places(header: Header) -> dict[str, list[int]]:
    """Key → the columns that bear it."""
    places: dict[str, list[int]] = {}
    for at, key in enumerate(header.keys):
        if key:
            places.setdefault(key, []).append(at)
    return places


def _merge_problems(
    header: Header, grid: Grid, merges: Sequence[Area]
) -> Iterator[SpreadsheetError]:
    for area in merges:
        if area.bottom < header.first_row or area.top > header.last_row:
            continue
        wide = area.right > area.left and area.bottom >= header.last_row
        known = any(header.keys[area.left : area.right + 1])
        if area.bottom > header.last_row or (wide and known):
            yield SpreadsheetError(
                "merged_header",
                _(
                    "表头 %(cells)s“%(text)s”是合并单元格，"
                    "请取消合并，使每列各有一个列名、表头下即为数据"
                )
                % {"cells": area.name, "text": _cell(grid, area.top - 1, area.left)},
            )


def duplicates(header: Header) -> Iterator[SpreadsheetError]:
    """A refusal for every key that several columns bear."""
    for found in _places(header).values():
        if len(found) > 1:
            yield SpreadsheetError(
                "duplicate_headers",
                _("表头重复：%(cells)s 都是“%(title)s”，请只保留一列")
                % {
                    "cells": "、".join(cell_name(header.last_row, at) for at in found),
                    "title": header.titles[found[0]],
                },
            )


def _may_be_double(grid: Grid, merges: Sequence[Area], at: int) -> bool:
    """Whether row `at` (0-based) and the next could be one header: a merge says so."""
    return at + 1 < len(grid) and any(
        area.top <= at + 1 <= area.bottom
        and (area.bottom > at + 1 or (area.right > area.left and not _is_title(grid[at], area)))
        for area in merges
    )


def _is_title(row: Sequence[CellValue], area: Area) -> bool:
    """Whether the area is all there is in its row and reaches over most of the table."""
    return sum(map(is_filled, row)) == 1 and 2 * (area.right + 1 - area.left) > len(row)


def _texts(grid: Grid, merges: Sequence[Area], at: int, rows: int, column: int) -> dict[str, bool]:
    """The distinct header texts over one column, top first → whether they stand in the column.

    Merged cells are filled, but sideways only where another header row follows.
    """
    texts: dict[str, bool] = {}
    for row in range(at, at + rows):
        area = next((area for area in merges if area.holds(row + 1, column)), None)
        own = area is None or column == area.left
        if area and (own or row < at + rows - 1):
            text = _cell(grid, area.top - 1, area.left)
        else:
            text = _cell(grid, row, column)
        if text:
            texts.setdefault(text, own)
    return texts


def _cell(grid: Grid, row: int, column: int) -> str:
    inside = row < len(grid) and column < len(grid[row])
    return " ".join(str(grid[row][column]).split()) if inside else ""
