"""Which column of a foreign table is which expected one: by title, by memory, by what it holds."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from core.credit_code import ALPHABET, LENGTH
from core.spreadsheets.amounts import is_pair, plain_pair
from core.spreadsheets.cells import CellValue
from core.spreadsheets.columns import Column, Kind, every_language, header_key
from core.spreadsheets.headers import Header, HeaderFinder
from core.spreadsheets.parsing import Refused, parser_for
from core.text import normalise

How = Literal["title", "alias", "remembered", "similar", "values"]
Values = Sequence[Sequence[CellValue]]

_RANKS: tuple[How, ...] = ("remembered", "title", "alias")
# Spellings so close are taken for one title; dates, which look all alike, for less.
_CLOSE = 0.7
_CLOSE_FOR_DATES = 0.4
# Such a share of the cells must be what a column expects: to be told by them, not to be refuted.
_CONVINCING = 0.8
_NOT_REFUTED = 0.5

_CREDIT_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_PHONE = re.compile(r"1[3-9]\d(?:\d|\*){8}|0\d{2,3}-?[\d*]{7,8}", re.ASCII)
_DEGREES = re.compile(r"\d{1,3}\.\d{3,}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Guess:
    """`key` None: no expected column; then `how` is "remembered" where an office ignores it."""

    key: str | None = None
    how: How | None = None


NO_GUESS = Guess()


@dataclass(frozen=True, slots=True)
class _Sign:
    """Cells that tell a column whose names hold one of the words."""

    words: tuple[str, ...]
    matches: Callable[[str], bool]


def _degrees(least: float, most: float) -> Callable[[str], bool]:
    """Decimal degrees within bounds, finer than other amounts are ever given."""
    return lambda text: bool(_DEGREES.fullmatch(text)) and least <= float(text) <= most


_SIGNS = (
    _Sign(("信用代码",), lambda text: bool(_CREDIT_CODE.fullmatch(text.upper()))),
    _Sign(("电话", "手机"), lambda text: bool(_PHONE.fullmatch(text))),
    _Sign(("经纬度",), lambda text: is_pair(plain_pair(text))),
    _Sign(("经度",), _degrees(73, 136)),
    _Sign(("纬度",), _degrees(3, 54)),
)


class Guesser:
    """Guesses over the expected columns; each of them is given to one column of a table."""

    def __init__(self, finder: HeaderFinder) -> None:
        self.finder = finder
        self.columns = {column.key: column for column in finder.columns}
        self.names = {column.key: [*_names(column)] for column in finder.columns}

    def guesses(self, header: Header, values: Values) -> tuple[Guess, ...]:
        """One guess per column of the header; `values` are the filled cells of each."""
        found = self._by_name(header)
        for way in (self._by_spelling, self._by_values):
            taken = {guess.key for guess in found.values()}
            free = {key: column for key, column in self.columns.items() if key not in taken}
            open_ = [at for at in range(len(header.titles)) if at not in found]
            found |= way(header, values, free, open_)
        return tuple(found.get(at, NO_GUESS) for at in range(len(header.titles)))

    def _by_name(self, header: Header) -> dict[int, Guess]:
        """Known titles; of several for one key the best, the others are left without a guess."""
        found: dict[int, Guess] = {}
        claims: dict[str, list[tuple[int, int]]] = {}
        for at, (title, key) in enumerate(zip(header.titles, header.keys, strict=True)):
            if key:
                claims.setdefault(key, []).append((_RANKS.index(self._how(title, key)), at))
                found[at] = NO_GUESS
            elif header_key(title) in self.finder.remembered:
                found[at] = Guess(None, "remembered")
        for key, claimants in claims.items():
            rank, at = min(claimants)
            found[at] = Guess(key, _RANKS[rank])
        return found

    def _how(self, title: str, key: str) -> How:
        name = header_key(title)
        if name in self.finder.remembered:
            return "remembered"
        official = (*every_language(self.columns[key].title), key)
        return "title" if name in map(header_key, official) else "alias"

    def _by_spelling(
        self, header: Header, values: Values, free: dict[str, Column], at_choice: Sequence[int]
    ) -> dict[int, Guess]:
        """The closest spellings first, unless the cells speak against them."""
        pairs = sorted(
            (
                (-likeness, at, key)
                for at in at_choice
                if header.titles[at]
                for key in free
                if (likeness := self._likeness(header.titles[at], key)) >= _CLOSE
            ),
        )
        found: dict[int, Guess] = {}
        given: set[str] = set()
        for _likeness, at, key in pairs:
            fits = _share(values[at], _accepts(free[key]), of_none=1)
            if at not in found and key not in given and fits >= _NOT_REFUTED:
                found[at] = Guess(key, "similar")
                given.add(key)
        return found

    def _likeness(self, title: str, key: str) -> float:
        bare = header_key(title)
        return max(SequenceMatcher(None, bare, name).ratio() for name in self.names[key])

    def _by_values(
        self, header: Header, values: Values, free: dict[str, Column], at_choice: Sequence[int]
    ) -> dict[int, Guess]:
        """Columns whose cells can be only one free key's, if no other column's can be."""
        fitting = {
            at: [key for key in self._told(header.titles[at], values[at]) if key in free]
            for at in at_choice
        }
        wanted = [keys[0] for keys in fitting.values() if len(keys) == 1]
        return {
            at: Guess(keys[0], "values")
            for at, keys in fitting.items()
            if len(keys) == 1 and wanted.count(keys[0]) == 1
        }

    def _told(self, title: str, cells: Sequence[CellValue]) -> Iterator[str]:
        """The keys that the cells of one column speak for."""
        for key, column in self.columns.items():
            matches = self._telling(column)
            if matches and _share(cells, matches) >= _CONVINCING:
                yield key
        if _share(cells, _is_date) >= _CONVINCING:
            yield from self._nearest_dates(title)

    def _telling(self, column: Column) -> Callable[[CellValue], bool] | None:
        """What cells must be to speak for a column; None where any would do."""
        for sign in _SIGNS:
            if any(word in name for word in sign.words for name in self.names[column.key]):
                return lambda cell, sign=sign: sign.matches(_plain(cell))  # type: ignore[misc]
        if column.choices and column.kind in (Kind.CHOICE, Kind.LIST):
            accepts = _accepts(column)
            # One sign such as 是, 无 or 1 stands in too many columns to tell anything.
            return lambda cell: len(_plain(cell)) > 1 and accepts(cell)
        return None

    def _nearest_dates(self, title: str) -> list[str]:
        """The dates whose names are nearest to a title; the only date if there is but one."""
        dates = [key for key, column in self.columns.items() if column.kind is Kind.DATE]
        if len(dates) < 2:
            return dates
        likeness = {key: self._likeness(title, key) for key in dates}
        best = max(_CLOSE_FOR_DATES, *likeness.values())
        return [key for key in dates if likeness[key] == best]


def _names(column: Column) -> Iterator[str]:
    for name in (*every_language(column.title), *column.aliases):
        yield header_key(name)


def _plain(cell: CellValue) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else normalise(str(cell))


def _share(
    cells: Iterable[CellValue], matches: Callable[[CellValue], bool], of_none: float = 0
) -> float:
    """The share of cells that match; `of_none` when there are none."""
    answers = [matches(cell) for cell in cells]
    return sum(answers) / len(answers) if answers else of_none


def _accepts(column: Column) -> Callable[[CellValue], bool]:
    parse = parser_for(column)

    def accepts(cell: CellValue) -> bool:
        try:
            parse(cell)
        except Refused:
            return False
        return True

    return accepts


_DATE = Column(key="date", title="", kind=Kind.DATE)


def _is_date(cell: CellValue) -> bool:
    """Whether a cell is a day, not merely a number that could stand for one."""
    is_number = isinstance(cell, int | float) or _plain(cell).isdecimal()
    return not is_number and _accepts(_DATE)(cell)
