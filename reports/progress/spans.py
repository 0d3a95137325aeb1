"""Months, quarters and years as reporting counts them: calendar ones, with their codes."""

import datetime as dt
from dataclasses import dataclass

from reports.models import ReportType

Cadence = ReportType.Cadence

MONTHS = {Cadence.MONTH: 1, Cadence.QUARTER: 3, Cadence.YEAR: 12}


@dataclass(frozen=True)
class Span:
    """One month, quarter or year; `ends_on` is its last day.

    code  2026-11, 2026-Q4, 2026
    """

    cadence: str
    code: str
    starts_on: dt.date
    ends_on: dt.date

    @property
    def before(self) -> "Span":
        """The one that ended the day before this one starts."""
        return span_of(self.cadence, self.starts_on - dt.timedelta(days=1))

    @property
    def after(self) -> "Span":
        """The one that starts the day after this one ends."""
        return span_of(self.cadence, self.ends_on + dt.timedelta(days=1))


def span_of(cadence: str, day: dt.date) -> Span:
    """The month, quarter or year that `day` lies in."""
    months = MONTHS[Cadence(cadence)]
    first = day.month - (day.month - 1) % months
    starts_on = dt.date(day.year, first, 1)
    last = first + months - 1
    follows = dt.date(day.year + last // 12, last % 12 + 1, 1)
    codes = {1: f"{day:%Y-%m}", 3: f"{day.year}-Q{(first + 2) // 3}", 12: f"{day.year}"}
    return Span(str(cadence), codes[months], starts_on, follows - dt.timedelta(days=1))


def spans_within(cadence: str, since: dt.date, until: dt.date) -> list[Span]:
    """Those that end in [since, until], oldest first."""
    found = []
    span = span_of(cadence, since)
    while span.ends_on <= until:
        found.append(span)
        span = span.after
    return found
