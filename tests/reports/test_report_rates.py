"""报送按时率 of a year across New Year, and reminders of what came back late in the day."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from reports.indicators import report_on_time_share
from reports.models import Period
from reports.progress.reminding import due
from tests.factories import PeriodFactory, ProgressReportFactory

pytestmark = pytest.mark.django_db
NEW_YEAR = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)


def december(**more: Any) -> Any:
    """A report of a December that is due in January."""
    period = PeriodFactory(
        code="2025-12",
        starts_on=dt.date(2025, 12, 1),
        ends_on=dt.date(2025, 12, 31),
        opens_on=dt.date(2025, 12, 27),
        due_on=dt.date(2026, 1, 5),
        closes_on=dt.date(2026, 1, 19),
    )
    return ProgressReportFactory(period=period, **more)


@time_machine.travel(NEW_YEAR, tick=False)
def test_what_is_due_after_new_year_counts_in_the_new_year() -> None:
    sent = dt.datetime(2026, 1, 5, 15, 59, tzinfo=dt.UTC)  # still the 5th in Shanghai
    district = december(state="accepted", first_submitted_at=sent).district
    of = ("D", district.pk)
    assert report_on_time_share(district, dt.date(2025, 12, 31)) == {}
    share = report_on_time_share(district, dt.date(2026, 1, 31))[of]
    assert (share.num, share.den) == (1, 1)
    # On the last day that it may be sent on, nobody is late yet.
    assert of not in report_on_time_share(district, dt.date(2026, 1, 4))


@time_machine.travel(NEW_YEAR, tick=False)
def test_what_comes_back_after_its_period_has_closed_is_reminded_of() -> None:
    returned = december(
        state="returned",
        first_submitted_at=NEW_YEAR,
        decided_at=NEW_YEAR,
        due_on=dt.date(2026, 3, 5),
    )
    never_begun: Any = ProgressReportFactory(period=returned.period)
    Period.objects.update(state="closed")
    [owed] = due(dt.date(2026, 3, 2))
    assert (owed.id, owed.due_on, owed.since) == (
        returned.pk,
        dt.date(2026, 3, 5),
        dt.date(2026, 3, 2),
    )
    assert never_begun.pk != owed.id
