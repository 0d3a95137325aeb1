"""A first look at an uploaded ledger: its sheets, their headers, and what each column may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.utils.translation import gettext as _

from core.spreadsheets.blocks import layout_of
from core.spreadsheets.books import Book, SheetSource, Source, excess, open_book
from core.spreadsheets.cells import CellValue, Rows, is_filled
from core.spreadsheets.columns import Column
from core.spreadsheets.errors import DEFAULT_LIMITS, Limits, SpreadsheetError
from core.spreadsheets.guessing import Guess, Guesser
from core.spreadsheets.headers import Header, HeaderFinder, duplicates
from core.spreadsheets.layouts import Layout
from core.spreadsheets.tables import shown

# Rows below the header that are looked at, and values shown of them.
_LOOKED_AT = 48
_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class SheetSurvey:
    """One sheet. `titles`, `guesses` and `samples` have one entry per column, from column A.

    `layout` is what the guesses come to; None where nothing looks like a table. `doubts` say what
    a person should settle; `rows` is the last used row.
    """

    name: str
    hidden: bool
    rows: int
    layout: Layout | None = None
    titles: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSurvey:
    """A file that can be read. `best` is the index of the sheet to take; None when no visible
    sheet looks like a table. `encoding` is of text files."""

    kind: Literal["xlsx", "csv"]
    encoding: str
    sheets: tuple[SheetSurvey, ...]
    best: int | None


def survey(
    source: Source,
    *,
    filename: str,
    columns: Sequence[Column],
    limits: Limits = DEFAULT_LIMITS,
    remembered: Mapping[str, str] | None = None,
) -> FileSurvey:
    """Look at the heads of all sheets of an .xlsx or .csv file, told by its content.

    `remembered` maps `header_key(title)` to the key that an office gave it earlier ("" to ignore
    the column); it wins over every guess. SpreadsheetError refuses the file as a whole: a wrong
    type, a broken or encrypted file, more than the limits allow.
    """
    finder = HeaderFinder(columns, limits.header_within, remembered)
    with open_book(source, filename, finder, limits) as book:
        return _Surveyor(book, finder, limits).survey()


class _Surveyor:
    def __init__(self, book: Book, finder: HeaderFinder, limits: Limits) -> None:
        self.book = book
        self.finder = finder
        self.limits = limits
        self.guesser = Guesser(finder)
        self.refusal: SpreadsheetError | None = None

    def survey(self) -> FileSurvey:
        sheets = tuple(map(self._sheet, self.book.sheets))
        visible = [at for at, sheet in enumerate(sheets) if sheet.layout and not sheet.hidden]
        if not visible and self.refusal:
            raise self.refusal
        best = max(visible, key=lambda at: self._worth(sheets[at]), default=None)
        return FileSurvey(self.book.kind, self.book.encoding, sheets, best)

    def _worth(self, sheet: SheetSurvey) -> tuple[bool, int]:
        """By what the best sheet is told; of equal ones the first is taken."""
        known = len(sheet.layout.columns) if sheet.layout else 0
        enough = known >= self.finder.needed
        return enough, 0 if enough else known

    def _sheet(self, sheet: SheetSource) -> SheetSurvey:
        try:
            rows = sheet.scan.rows
            error = excess(sheet, self.limits) if self.book.kind == "xlsx" else None
            if error:
                raise error
            grid = sheet.head(self.limits.header_within + _LOOKED_AT) if rows else []
        except SpreadsheetError as error:
            if not sheet.hidden:
                self.refusal = self.refusal or error
            return SheetSurvey(sheet.name, sheet.hidden, 0, doubts=(error.message,))
        seen = SheetSurvey(sheet.name, sheet.hidden, rows)
        if not any(is_filled(cell) for row in grid for cell in row):
            return replace(seen, doubts=(_("工作表是空的"),))
        return self._table(sheet, grid, seen)

    def _table(self, sheet: SheetSource, grid: Rows, seen: SheetSurvey) -> SheetSurvey:
        header = self.finder.find(grid, sheet.merges)
        doubts = []
        if header is None:
            doubts.append(self.finder.no_header(self.finder.likeliest(grid)).message)
            header = self.finder.likeliest_header(grid, sheet.merges)
        if header is None:
            return replace(seen, doubts=tuple(doubts))
        values = _values(grid, header)
        guesses = self.guesser.guesses(header, values)
        guessed = replace(header, keys=tuple(guess.key for guess in guesses))
        doubts += [problem.message for problem in duplicates(header)]
        doubts += [each.message for each in self.finder.problems(guessed, grid, sheet.merges)]
        columns = {key: at for at, key in enumerate(guessed.keys) if key}
        return replace(
            seen,
            layout=layout_of(sheet.name, header, columns),
            titles=header.titles,
            guesses=guesses,
            samples=tuple(tuple(map(shown, dict.fromkeys(some)))[:_SAMPLES] for some in values),
            doubts=tuple(dict.fromkeys(doubts)),
        )


def _values(grid: Rows, header: Header) -> list[list[CellValue]]:
    """The filled cells below each column of the header."""
    below = grid[header.last_row :]
    return [
        [row[at] for row in below if at < len(row) and is_filled(row[at])]
        for at in range(len(header.titles))
    ]
