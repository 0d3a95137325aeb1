"""Working days agree with the published calendar, the district's table, and a plain count."""

import bisect
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import workdays
from core.models import CalendarDay
from core.workdays import Workdays

DAY = dt.timedelta(days=1)


def days(*spans: tuple[int, int, int, int]) -> set[dt.date]:
    """Days of 2026: (month, day) to (month, day)."""
    found = set()
    for month, day, to_month, to_day in spans:
        at = dt.date(2026, month, day)
        while at <= dt.date(2026, to_month, to_day):
            found.add(at)
            at += DAY
    return found


# 国务院办公厅关于2026年部分节假日安排的通知: copied by hand, not from the library.
OFF_2026 = days(
    (1, 1, 1, 3),
    (2, 15, 2, 23),
    (4, 4, 4, 6),
    (5, 1, 5, 5),
    (6, 19, 6, 21),
    (9, 25, 9, 27),
    (10, 1, 10, 7),
)
ON_2026 = {
    dt.date(2026, month, day)
    for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
}


def working_2026(day: dt.date, own: dict[dt.date, bool]) -> bool:
    if day in own:
        return own[day]
    return day in ON_2026 or (day not in OFF_2026 and day.weekday() < 5)


def test_a_whole_year_is_as_the_state_council_published_it() -> None:
    at = dt.date(2026, 1, 1)
    while at.year == 2026:
        assert Workdays().is_workday(at) == working_2026(at, {}), at
        at += DAY


some_days = st.dates(dt.date(2026, 3, 1), dt.date(2026, 10, 31))
own_tables = st.dictionaries(some_days, st.booleans(), max_size=12)


@given(own=own_tables, a=some_days, b=some_days, n=st.integers(-25, 25))
def test_counting_agrees_with_a_list_of_the_years_working_days(
    own: dict[dt.date, bool], a: dt.date, b: dt.date, n: int
) -> None:
    """The oracle lays all working days of the year in a row and counts places in it."""
    calendar = Workdays(own)
    first = dt.date(2026, 1, 1)
    row = [day for day in (first + i * DAY for i in range(365)) if working_2026(day, own)]

    assert calendar.next_workday(a) == row[bisect.bisect_left(row, a)]
    expected = {
        1: lambda: row[bisect.bisect_right(row, a) + n - 1],
        0: lambda: a,
        -1: lambda: row[bisect.bisect_left(row, a) + n],
    }[(n > 0) - (n < 0)]()
    assert calendar.add(a, n) == expected
    assert calendar.between(a, calendar.add(a, n)) == n
    after = bisect.bisect_right(row, b) - bisect.bisect_right(row, a)
    before = bisect.bisect_left(row, b) - bisect.bisect_left(row, a)
    assert calendar.between(a, b) == (after if b >= a else before)
    if n > 0:
        assert calendar.nth(a, n) == row[bisect.bisect_left(row, a) + n - 1]


def test_the_fifth_working_day_of_october_lies_behind_the_holiday() -> None:
    calendar = Workdays()
    assert calendar.nth(dt.date(2026, 10, 1), 3) == dt.date(2026, 10, 10)
    assert calendar.add(dt.date(2026, 10, 8), -1) == dt.date(2026, 9, 30)
    assert calendar.between(dt.date(2026, 9, 30), dt.date(2026, 10, 8)) == 1
    with pytest.raises(ValueError, match="from 1"):
        calendar.nth(dt.date(2026, 10, 1), 0)


@pytest.mark.django_db
def test_a_year_not_yet_published_has_weekends_off_until_its_holidays_are_entered() -> None:
    monday, saturday = dt.date(2030, 1, 7), dt.date(2030, 1, 5)
    assert workdays.is_workday(monday)
    assert not workdays.is_workday(saturday)
    assert workdays.calendar_known(2026)
    assert not workdays.calendar_known(2030)

    CalendarDay.objects.create(day=monday, working=False, name="区里停电")
    assert not workdays.is_workday(monday)
    assert workdays.next_workday(saturday) == dt.date(2030, 1, 8)
    # One day off is not a calendar.
    assert not workdays.calendar_known(2030)
    CalendarDay.objects.bulk_create(
        CalendarDay(day=dt.date(2030, 10, n), working=False) for n in range(1, 11)
    )
    assert workdays.calendar_known(2030)


@pytest.mark.django_db
def test_the_districts_table_overrules_the_published_calendar(
    django_assert_num_queries: object,
) -> None:
    CalendarDay.objects.create(day=dt.date(2026, 10, 10), working=False, name="运动会")
    CalendarDay.objects.create(day=dt.date(2026, 10, 7), working=True, name="进博会保障")
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert workdays.nth_workday(dt.date(2026, 10, 1), 3) == dt.date(2026, 10, 9)
    assert workdays.workdays_between(dt.date(2026, 10, 12), dt.date(2026, 10, 9)) == -1
    assert workdays.add_workdays(dt.date(2026, 10, 9), 1) == dt.date(2026, 10, 12)
