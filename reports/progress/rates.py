"""How timely and how completely offices report (S1 七(一)2): 报送按时率, 报送完整率.

expected  reports of periods whose due day is over; a report that is not due yet says nothing
on time   first sent by the period's due day, and passed in the end
complete  passed (审核通过, 已定稿)

A return is no lateness: it gives a new due day, and is counted apart. Nor does a new due day make
a late report timely. A passed report that is open for a correction counts again once it passes.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone

from reports.models import ProgressReport
from territory.models import District

PASSED = frozenset({ProgressReport.State.ACCEPTED, ProgressReport.State.FINAL})


@dataclass(frozen=True)
class Standing:
    """One report, as far as rates go."""

    office_id: uuid.UUID
    period_id: uuid.UUID
    # The period's, not the report's own, which a return moves.
    due_on: dt.date
    state: str
    first_sent_on: dt.date | None
    returned_times: int = 0

    @property
    def passed(self) -> bool:
        """Whether it has passed."""
        return self.state in PASSED

    @property
    def sent_late(self) -> bool:
        """Whether it was sent, but first after the due day."""
        return self.first_sent_on is not None and self.first_sent_on > self.due_on


@dataclass
class Tally:
    """Reports counted; shares are fractions of the expected ones, None when none was expected."""

    expected: int = 0
    on_time: int = 0
    passed: int = 0
    # First sent after the due day, and never sent.
    late: int = 0
    missing: int = 0
    # Reports that were returned at least once, and returns in all.
    returned: int = 0
    returns: int = 0

    def add(self, one: Standing) -> None:
        """Count a report whose period's due day is over."""
        self.expected += 1
        self.passed += one.passed
        self.late += one.sent_late
        self.missing += one.first_sent_on is None
        self.on_time += one.passed and not one.sent_late
        self.returned += one.returned_times > 0
        self.returns += one.returned_times

    @property
    def on_time_share(self) -> float | None:
        """报送按时率."""
        return self.on_time / self.expected if self.expected else None

    @property
    def complete_share(self) -> float | None:
        """报送完整率."""
        return self.passed / self.expected if self.expected else None


@dataclass
class Rates:
    """In all, by office id and by period id."""

    total: Tally = field(default_factory=Tally)
    offices: dict[uuid.UUID, Tally] = field(default_factory=dict)
    periods: dict[uuid.UUID, Tally] = field(default_factory=dict)


def rates(
    district: District,
    since: dt.date,
    until: dt.date,
    *,
    type_code: str = "",
    today: dt.date | None = None,
) -> Rates:
    """The rates over the periods that end in [since, until] (of one form); one query."""
    rows = ProgressReport.objects.filter(
        district=district, period__ends_on__gte=since, period__ends_on__lte=until
    )
    if type_code:
        rows = rows.filter(period__type_code=type_code)
    return rates_of(rows, today)


def rates_due(
    district: District, since: dt.date, until: dt.date, *, today: dt.date | None = None
) -> Rates:
    """The rates over the periods that are due in [since, until], whenever they end; one query.

    A year's last month, quarter and the year itself are due in the next, and count there.
    """
    rows = ProgressReport.objects.filter(
        district=district, period__due_on__gte=since, period__due_on__lte=until
    )
    return rates_of(rows, today)


def rates_of(rows: "QuerySet[ProgressReport]", today: dt.date | None = None) -> Rates:
    """The rates of these reports; one query."""
    columns = ("office", "period", "period__due_on", "state", "first_submitted_at")
    return tally(
        (
            Standing(office, period, due_on, state, first_sent_on(sent_at), returned)
            for office, period, due_on, state, sent_at, returned in rows.values_list(
                *columns, "returned_times"
            )
        ),
        today or timezone.localdate(),
    )


def tally(standings: Iterable[Standing], today: dt.date) -> Rates:
    """The rates of reports in hand; those whose due day is not over are left out."""
    found = Rates()
    for one in standings:
        if one.due_on >= today:
            continue
        found.total.add(one)
        found.offices.setdefault(one.office_id, Tally()).add(one)
        found.periods.setdefault(one.period_id, Tally()).add(one)
    return found


def standing_of(report: ProgressReport) -> Standing:
    """Of a report with its period in hand."""
    return Standing(
        report.office_id,
        report.period_id,
        report.period.due_on,
        report.state,
        first_sent_on(report.first_submitted_at),
        report.returned_times,
    )


def first_sent_on(at: dt.datetime | None) -> dt.date | None:
    """The calendar day (Asia/Shanghai) of a moment."""
    return timezone.localtime(at).date() if at else None
