"""公示期: how long a list is public, and what is left of it.

Counted are full working days after the day of publication: a list published on a Thursday for 5
days is public up to and with the next Thursday, later where holidays lie between. Where nobody has
entered the holidays of a year yet, weekends alone are off; once they are known and the period
proves too short, it lasts until its working days are full (补足).
"""

import datetime as dt
from dataclasses import dataclass

from core.workdays import Workdays, calendar
from subsidies.models import Round


@dataclass(frozen=True)
class Period:
    """A period of publication.

    until     its last day, as the calendar stands now
    known     whether the holidays of all its years are known, so that `until` is certain
    left      working days after today up to and with `until`
    over      whether `until` has passed
    extended  whether it lasts longer than was announced
    """

    since: dt.date
    until: dt.date
    days: int
    known: bool
    left: int
    over: bool
    extended: bool


def last_day(since: dt.date, days: int, on: Workdays | None = None) -> dt.date:
    """The last of `days` full working days after the day of publication."""
    return (on or calendar()).add(since, days)


def period_of(round_: Round, today: dt.date, on: Workdays | None = None) -> Period | None:
    """The round's period; None while nothing is public. One query, or none with a calendar."""
    if round_.public_from is None or round_.public_until is None:
        return None
    workdays = on or calendar()
    counted = workdays.add(round_.public_from, round_.public_days)
    until = max(counted, round_.public_until)
    years = range(round_.public_from.year, until.year + 1)
    return Period(
        since=round_.public_from,
        until=until,
        days=round_.public_days,
        known=all(workdays.known(year) for year in years),
        left=max(workdays.between(today, until), 0),
        over=today > until,
        extended=until > round_.public_until,
    )
