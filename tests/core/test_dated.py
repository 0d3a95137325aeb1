"""Dated facts against a slow oracle: one list of days, each day its own value."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dated import Period, value_on, with_change

DAY = dt.date(2024, 3, 1)
DAYS = 14
START = 5
FIELDS = ("status", "brand")
BEFORE = {"status": "open", "brand": "A"}

change = st.tuples(
    st.integers(0, DAYS - 1),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from("ABC"), min_size=0, max_size=2),
)


class Oracle:
    """A value for each single day since the first known one; a change fills days one by one."""

    def __init__(self) -> None:
        self.start = START
        self.days: dict[str, list[str]] = {name: [BEFORE[name]] * DAYS for name in FIELDS}

    def apply(self, day: int, values: dict[str, str]) -> None:
        self.start = min(self.start, day)
        for name, value in values.items():
            line = self.days[name]
            old = line[day]
            for at in range(day, DAYS):
                if line[at] != old:
                    break
                line[at] = value
            # What held before the first known day is what the first known day says.
            line[: self.start] = [line[self.start]] * self.start

    def on(self, day: int) -> tuple[dict[str, str], bool]:
        return {name: self.days[name][day] for name in FIELDS}, day >= self.start


def day_of(number: int) -> dt.date:
    return DAY + dt.timedelta(days=number)


@given(st.lists(change, max_size=12))
def test_any_changes_in_any_order_say_what_the_oracle_says(
    changes: list[tuple[int, dict[str, str]]],
) -> None:
    timeline, oracle = [Period(day_of(START), BEFORE)], Oracle()
    for day, values in changes:
        timeline = with_change(timeline, day_of(day), values)
        oracle.apply(day, values)
        starts = [period.valid_from for period in timeline]
        assert starts == sorted(set(starts))
    for day in range(DAYS):
        assert value_on(timeline, day_of(day)) == oracle.on(day)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        # Later than all: a new period.
        (9, [(5, "open"), (7, "closed"), (9, "new")]),
        # The first day of a period: it is replaced.
        (7, [(5, "open"), (7, "new")]),
        # Between: up to where it changed again.
        (6, [(5, "open"), (6, "new"), (7, "closed")]),
        # Before all.
        (2, [(2, "new"), (5, "new"), (7, "closed")]),
    ],
)
def test_where_a_change_goes(on: int, expected: list[tuple[int, str]]) -> None:
    timeline = [
        Period(day_of(5), {"status": "open"}),
        Period(day_of(7), {"status": "closed"}),
    ]
    after = with_change(timeline, day_of(on), {"status": "new"})
    assert [(p.valid_from, p.values["status"]) for p in after] == [
        (day_of(day), status) for day, status in expected
    ]


def test_a_change_of_one_field_runs_on_under_a_later_change_of_another() -> None:
    timeline: list[Any] = [Period(day_of(0), {"a": 1, "b": 1})]
    timeline = with_change(timeline, day_of(8), {"a": 2})
    timeline = with_change(timeline, day_of(4), {"b": 5})
    assert value_on(timeline, day_of(9)) == ({"a": 2, "b": 5}, True)
    assert value_on(timeline, day_of(5)) == ({"a": 1, "b": 5}, True)
    assert value_on(timeline, day_of(3)) == ({"a": 1, "b": 1}, True)
