"""What the clock does with periods, and what a changed calendar does to their due days."""

import datetime as dt
from typing import Any

from django.db.models.signals import post_delete, post_save

from core import audit, jobs, schedule
from core.jobs import Effect
from core.models import CalendarDay, Job
from reports.progress import opening, prefilling

PERIODS = "reports.periods"
PREFILL = "reports.prefill"


@jobs.handler(PERIODS)
def periods(job: Job) -> Effect:
    """Open what is due to be open, then close what is over; each day, soon after midnight."""
    today = dt.date.fromisoformat(job.key)
    return lambda: run(today)


def run(today: dt.date) -> dict[str, int]:
    """Open and close the periods of every district; how many of each. May be run again."""
    opened = opening.open_periods(today)
    return {"opened": len(opened), "closed": len(opening.close_periods(today))}


@jobs.handler(PREFILL)
def prefilled(job: Job) -> Effect:
    """Keep the reports that nobody has begun up to date, after the night's figures."""
    count = prefilling.refresh(dt.date.fromisoformat(job.key))
    return lambda: {"reports": count}


schedule.daily(PERIODS, hour=0)
schedule.daily(PREFILL, hour=4)


def calendar_changed(sender: object, **kwargs: Any) -> None:
    """A working day became a day off, or the other way round: open periods are due anew."""
    if not kwargs.get("raw"):
        opening.recalculate_due_days(None, by=audit.current_actor())


def listen() -> None:
    """Follow the calendar's rows, one by one as people enter them."""
    for signal in (post_save, post_delete):
        signal.connect(calendar_changed, sender=CalendarDay, dispatch_uid="reports.calendar")
