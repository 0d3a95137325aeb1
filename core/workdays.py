"""Working days: the State Council's calendar, overruled by the district's own table.

chinesecalendar holds the national holidays and make-up days up to the year it was published in. A
later year has weekends off until somebody enters its holidays (`CalendarDay`); `calendar_known`
says so, and whoever shows a due day of such a year should, too.

Each function here reads the district's table once. Who asks for many days takes `calendar()` once
and asks that.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import chinese_calendar
from chinese_calendar import constants

from core.models import CalendarDay

_DAY = dt.timedelta(days=1)
_PUBLISHED: Final = frozenset(day.year for day in constants.holidays)
# Statutory days off that every year since 2008 has had at least (全国年节及纪念日放假办法): fewer
# entered by hand are not that year's holidays.
_STATUTORY: Final = 11


@dataclass(frozen=True)
class Workdays:
    """The calendar at one moment. `own` maps days to whether the district works on them."""

    own: Mapping[dt.date, bool] = field(default_factory=dict)

    def known(self, year: int) -> bool:
        """Whether the holidays of `year` are published or entered, so that due days are certain."""
        if year in _PUBLISHED:
            return True
        off = sum(day.year == year and not working for day, working in self.own.items())
        return off >= _STATUTORY

    def is_workday(self, day: dt.date) -> bool:
        """Whether offices are open on `day`."""
        if day in self.own:
            return self.own[day]
        if day.year in _PUBLISHED:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5

    def next_workday(self, day: dt.date) -> dt.date:
        """`day` itself when it is a working day, else the first one after it."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def add(self, day: dt.date, n: int) -> dt.date:
        """The n-th working day after `day` (before it when n is negative); 0 is the day itself."""
        step = _DAY if n > 0 else -_DAY
        for _count in range(abs(n)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def between(self, a: dt.date, b: dt.date) -> int:
        """How many working days `b` lies after `a` (negative: before); undoes `add`.

        Counted are the working days after `a` up to and with `b`, or those from `b` to before `a`.
        """
        if b < a:
            return -self._count(b, a)
        return self._count(a + _DAY, b + _DAY)

    def nth(self, first: dt.date, n: int) -> dt.date:
        """The n-th (from 1) working day from `first` on, `first` included; ValueError below 1."""
        if n < 1:
            raise ValueError("working days of a period are counted from 1")
        return self.add(first - _DAY, n)

    def _count(self, since: dt.date, until: dt.date) -> int:
        """Working days from `since` to before `until`."""
        days = (until - since).days
        return sum(self.is_workday(since + n * _DAY) for n in range(days))


def calendar() -> Workdays:
    """The calendar as it stands now; one query."""
    return Workdays(dict(CalendarDay.objects.values_list("day", "working")))


def calendar_known(year: int) -> bool:
    """As `Workdays.known`."""
    return calendar().known(year)


def is_workday(day: dt.date) -> bool:
    """As `Workdays.is_workday`."""
    return calendar().is_workday(day)


def next_workday(day: dt.date) -> dt.date:
    """As `Workdays.next_workday`."""
    return calendar().next_workday(day)


def add_workdays(day: dt.date, n: int) -> dt.date:
    """As `Workdays.add`."""
    return calendar().add(day, n)


def workdays_between(a: dt.date, b: dt.date) -> int:
    """As `Workdays.between`."""
    return calendar().between(a, b)


def nth_workday(first_day: dt.date, n: int) -> dt.date:
    """As `Workdays.nth`."""
    return calendar().nth(first_day, n)
