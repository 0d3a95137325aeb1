"""Nobody who reads every number shown can tell a withheld one: shown by looking at all tables."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from assessments.suppression import Sum, withheld

SMALLEST = 4


def test_a_small_cell_takes_the_next_smallest_with_it() -> None:
    table = {"all": 60, "a": 3, "b": 20, "c": 17, "d": 20}
    assert withheld(table, [Sum("all", ("a", "b", "c", "d"))], 10) == {"a", "c"}
    # Two small ones that together are too few take a third one.
    table = {"all": 40, "a": 3, "b": 2, "c": 17, "d": 18}
    assert withheld(table, [Sum("all", ("a", "b", "c", "d"))], 10) == {"a", "b", "c"}
    assert withheld({"all": 30, "a": 10, "b": 20}, [Sum("all", ("a", "b"))], 10) == set()
    # A street of one circle: its total is the circle.
    table = {"all": 25, "s": 5, "t": 20, "c": 5}
    sums = [Sum("all", ("s", "t")), Sum("s", ("c",))]
    assert withheld(table, sums, 10) == {"s", "t", "c"}


def test_parts_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="add up"):
        withheld({"all": 4, "a": 3}, [Sum("all", ("a",))], 10)


def test_a_bridge_between_two_blocks_is_found() -> None:
    """With two withheld cells in every row and column one may still follow from the others."""
    rows = {
        "p": (2, 2, 9, 0, 0),
        "q": (2, 2, 0, 9, 9),
        "r": (9, 9, 3, 2, 2),
        "s": (9, 9, 9, 2, 2),
    }
    cells = {(row, column): n for row, line in rows.items() for column, n in enumerate(line)}
    numbers, sums = crossed(list(rows), list(range(5)), cells)
    told = withheld(numbers, sums, SMALLEST)
    assert derivable_by_rank(told, numbers, sums) == set()


Numbers = dict[Any, int]


def crossed(
    rows: Sequence[Any], columns: Sequence[Any], cells: Mapping[Any, int]
) -> tuple[Numbers, list[Sum]]:
    """A table with its margins: ("row", "") and ("", column), ("", "") for everything."""
    numbers: Numbers = dict(cells)
    sums = []
    for row in rows:
        numbers[row, ""] = sum(cells[row, column] for column in columns)
        sums.append(Sum((row, ""), tuple((row, column) for column in columns)))
    for column in columns:
        numbers["", column] = sum(cells[row, column] for row in rows)
        sums.append(Sum(("", column), tuple((row, column) for row in rows)))
    numbers["", ""] = sum(cells.values())
    sums.append(Sum(("", ""), tuple((row, "") for row in rows)))
    sums.append(Sum(("", ""), tuple(("", column) for column in columns)))
    return numbers, sums


@st.composite
def nested(draw: st.DrawFn, most: int, streets: int, circles: int) -> tuple[Numbers, list[Sum]]:
    """Circles in streets in the district, by two classes each of two kinds (ages, channels)."""
    count = st.integers(0, most)
    tree = {f"s{s}": [f"s{s}c{c}" for c in range(draw(st.integers(1, circles)))]
            for s in range(draw(st.integers(1, streets)))}  # fmt: skip
    numbers: Numbers = {}
    for circle in (one for below in tree.values() for one in below):
        both = draw(st.tuples(count, count, count, count))
        numbers[circle, "young"], numbers[circle, "old"] = both[0] + both[1], both[2] + both[3]
        numbers[circle, "qr"], numbers[circle, "door"] = both[0] + both[2], both[1] + both[3]
        numbers[circle, ""] = sum(both)
    sums = []
    for column in ("young", "old", "qr", "door", ""):
        for street, below in tree.items():
            numbers[street, column] = sum(numbers[circle, column] for circle in below)
            sums.append(Sum((street, column), tuple((circle, column) for circle in below)))
        numbers["all", column] = sum(numbers[street, column] for street in tree)
        sums.append(Sum(("all", column), tuple((street, column) for street in tree)))
    for place in {place for place, _column in numbers}:
        sums.append(Sum((place, ""), ((place, "young"), (place, "old"))))
        sums.append(Sum((place, ""), ((place, "qr"), (place, "door"))))
    return numbers, sums


def holds(told: frozenset[Any], numbers: Numbers, sums: Sequence[Sum]) -> None:
    """What must be true of any answer, said without the code that gave it."""
    assert {key for key, n in numbers.items() if 0 < n < SMALLEST} <= told
    for one in sums:
        parts = [part for part in one.parts if part in told]
        if one.total not in told and parts:
            assert len(parts) > 1
            assert not 0 < sum(numbers[part] for part in parts) < SMALLEST
        if one.total in told:
            assert parts


def derivable_by_rank(told: frozenset[Any], numbers: Numbers, sums: Sequence[Sum]) -> set[Any]:
    """Withheld cells that linear algebra alone gives: e_i lies in the span of the sums' rows."""
    keys = sorted(told, key=str)
    rows = []
    for one in sums:
        row = [Fraction(one.parts.count(key) - (one.total == key)) for key in keys]
        if any(row):
            rows.append(row)
    pivots = 0
    for column in range(len(keys)):
        found = next((r for r in range(pivots, len(rows)) if rows[r][column]), None)
        if found is None:
            continue
        rows[pivots], rows[found] = rows[found], rows[pivots]
        lead = rows[pivots][column]
        rows[pivots] = [entry / lead for entry in rows[pivots]]
        for r, row in enumerate(rows):
            if r != pivots and row[column]:
                rows[r] = [a - row[column] * b for a, b in zip(row, rows[pivots], strict=True)]
        pivots += 1
    # In reduced form a cell follows exactly when a row is that cell alone.
    alone = [row for row in rows[:pivots] if sum(map(bool, row)) == 1]
    return {keys[next(at for at, entry in enumerate(row) if entry)] for row in alone}


@given(nested(most=12, streets=4, circles=5))
@limits(max_examples=60)
def test_linear_algebra_tells_none(made: tuple[Numbers, list[Sum]]) -> None:
    numbers, sums = made
    told = withheld(numbers, sums, SMALLEST)
    holds(told, numbers, sums)
    assert derivable_by_rank(told, numbers, sums) <= {key for key in told if not numbers[key]}


SOME = st.sampled_from((2, 7, 30, 40, 50))
FIVE = range(5)


@given(st.lists(st.lists(SOME, min_size=5, max_size=5), min_size=5, max_size=5))
@limits(max_examples=80)
def test_nor_do_rows_and_columns_together(lines: list[list[int]]) -> None:
    """One table in eleven of these needs more than two withheld cells in each row and column."""
    cells = {(f"r{row}", column): lines[row][column] for row in FIVE for column in FIVE}
    numbers, sums = crossed([f"r{row}" for row in FIVE], list(FIVE), cells)
    told = withheld(numbers, sums, SMALLEST)
    holds(told, numbers, sums)
    assert derivable_by_rank(told, numbers, sums) == set()


@given(
    st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=3, max_size=3),
)
@limits(max_examples=60)
def test_among_all_tables_that_agree_every_withheld_number_varies(lines: list[list[int]]) -> None:
    """By trying every table of numbers from 0 up: the margins bound them."""
    rows, columns = ("p", "q", "r"), (0, 1, 2)
    cells = {(row, column): lines[r][column] for r, row in enumerate(rows) for column in columns}
    numbers, sums = crossed(rows, columns, cells)
    told = withheld(numbers, sums, SMALLEST)
    holds(told, numbers, sums)
    if told & {(row, "") for row in rows} | told & {("", column) for column in ("", *columns)}:
        # Margins withheld leave too many tables to try; linear algebra is asked above.
        return
    seen: dict[Any, set[int]] = {key: set() for key in told}
    for table in tables(numbers, told, rows, columns):
        for (row, column), values in seen.items():
            values.add(int(table[rows.index(row), column]))
    assert all(len(values) > 1 for values in seen.values())


def tables(
    numbers: Numbers, told: frozenset[Any], rows: Sequence[str], columns: Sequence[int]
) -> Iterator[Any]:
    """Every table with the shown cells and margins."""
    lines = []
    for row in rows:
        ranges = [
            range(numbers[row, ""] + 1) if (row, column) in told else (numbers[row, column],)
            for column in columns
        ]
        lines.append([one for one in product(*ranges) if sum(one) == numbers[row, ""]])
    wanted = [numbers["", column] for column in columns]
    for chosen in product(*lines):
        table = np.array(chosen)
        if table.sum(axis=0).tolist() == wanted:
            yield table
