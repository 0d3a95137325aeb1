"""Which numbers of a set of tables must be withheld so that small groups stay hidden. Pure.

A table is told by its cells and by its sums (a total and the parts that make it up); tables that
share cells are protected together, so that one cannot be read off another. What somebody knows who
reads everything: every shown number, every sum, and that no number is below 0.

1. Cells of fewer than `smallest` are withheld.
2. In every sum whose total is shown, the withheld parts must be at least two and together at least
   `smallest`; a total that is withheld has a withheld part. The next smallest part is withheld too.
3. Over all sums at once, no withheld number may follow from the shown ones: linear programmes look
   for tables that agree with everything shown and differ in it (Fellegi's audit).
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

Key = Hashable
# Different looks at once before each doubtful cell is looked at by itself.
_LOOKS = 6
# What is withheld must be able to differ by so much from what it is.
_ROOM = 1.0
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Sum:
    """A total and the parts that make it up."""

    total: Key
    parts: tuple[Key, ...]


def withheld(
    numbers: Mapping[Any, int],
    sums: Sequence[Sum],
    smallest: int,
    also: Collection[Key] = (),
) -> frozenset[Key]:
    """The cells to withhold: small ones, those of `also`, and what would give them away.

    numbers  every cell, totals included; ValueError where a sum does not add up
    """
    for one in sums:
        if numbers[one.total] != sum(numbers[part] for part in one.parts):
            raise ValueError(f"the parts of {one.total!r} do not add up")
    hidden = {key for key, n in numbers.items() if 0 < n < smallest} | set(also)
    before = -1
    # Only 0 in nothing but zeros is told whatever is withheld: then nothing more is added.
    while len(hidden) > before:
        _complete(hidden, numbers, sums, smallest)
        before = len(hidden)
        for key in _derivable(hidden, numbers, sums):
            _cover(hidden, key, numbers, sums)
    return frozenset(hidden)


def _complete(
    hidden: set[Key], numbers: Mapping[Any, int], sums: Sequence[Sum], smallest: int
) -> None:
    """Withhold until every sum by itself keeps its withheld parts."""
    waiting = True
    while waiting:
        waiting = False
        for one in sums:
            while _tells(one, hidden, numbers, smallest):
                hidden.add(_next(one, hidden, numbers))
                waiting = True


def _tells(one: Sum, hidden: set[Key], numbers: Mapping[Any, int], smallest: int) -> bool:
    parts = [part for part in one.parts if part in hidden]
    if one.total in hidden:
        return not parts
    together = sum(numbers[part] for part in parts)
    return len(parts) == 1 or 0 < together < smallest


def _next(one: Sum, hidden: set[Key], numbers: Mapping[Any, int]) -> Key:
    """What costs least: the smallest part, one that nobody is in, at last the total."""
    shown = [part for part in one.parts if part not in hidden]
    filled = [part for part in shown if numbers[part]]
    return min(filled or shown or [one.total], key=lambda key: (numbers[key], str(key)))


def _cover(hidden: set[Key], key: Key, numbers: Mapping[Any, int], sums: Iterable[Sum]) -> None:
    """Withhold one more cell beside one that can be derived."""
    beside = [one for one in sums if key == one.total or key in one.parts]
    parts = {part for one in beside for part in one.parts} - hidden
    totals = {one.total for one in beside} - hidden
    for shown in ({part for part in parts if numbers[part]}, parts, totals):
        if shown:
            hidden.add(min(shown, key=lambda one: (numbers[one], str(one))))
            return
    # Everything beside it is withheld: what tells it stands further off.
    others = {part for one in sums for part in (*one.parts, one.total)} - hidden
    if others:
        hidden.add(min(others, key=lambda one: (numbers[one], str(one))))


def _derivable(
    hidden: Collection[Key], numbers: Mapping[Any, int], sums: Iterable[Sum]
) -> list[Key]:
    """Withheld cells that no table agreeing with everything shown has otherwise."""
    keys = sorted({key for one in sums for key in (one.total, *one.parts)} & set(hidden), key=str)
    if not keys:
        return []
    place = {key: at for at, key in enumerate(keys)}
    rows: list[dict[int, float]] = []
    for one in sums:
        row = {place[part]: 1.0 for part in one.parts if part in place}
        if one.total in place:
            row[place[one.total]] = -1.0
        if row:
            rows.append(row)
    look = _Looking(rows, np.array([float(numbers[key]) for key in keys]))
    chance = np.random.default_rng(1)
    for _ in range(_LOOKS):
        look.towards(chance.standard_normal(len(keys)))
    for at in range(len(keys)):
        for sign in (1.0, -1.0):
            if look.room(at) < _ROOM:
                towards = np.zeros(len(keys))
                towards[at] = sign
                look.towards(towards)
    return [key for at, key in enumerate(keys) if look.room(at) < _ROOM - _TOLERANCE]


class _Looking:
    """Other tables that agree with what is shown, found by linear programmes."""

    def __init__(self, rows: list[dict[int, float]], truth: NDArray[np.float64]) -> None:
        entries = [(r, at, factor) for r, row in enumerate(rows) for at, factor in row.items()]
        at_row, at_column, factors = zip(*entries, strict=True)
        self.matrix = csr_array((factors, (at_row, at_column)), shape=(len(rows), len(truth)))
        self.shown = self.matrix @ truth
        self.low, self.high = truth.copy(), truth.copy()
        # Only so that no programme is without end, where a total is withheld.
        self.most = 2 * float(truth.sum()) + 10

    def towards(self, direction: NDArray[np.float64]) -> None:
        """Go as far as one may; remember how far every cell moved."""
        found = linprog(
            direction,
            A_eq=self.matrix,
            b_eq=self.shown,
            bounds=(0, self.most),
            method="highs",
        )
        if found.x is not None:
            self.low, self.high = np.minimum(self.low, found.x), np.maximum(self.high, found.x)

    def room(self, at: int) -> float:
        """How far apart two such tables are in the cell."""
        return float(self.high[at] - self.low[at])
