"""Reminders of what is due: who owes what by when, reminded at stages that are data.

A room registers what can be due (`@subject("report")`); `send_reminders` asks each, and sends
whatever stage's day has come and was not yet sent. The row that says so is written in the same
transaction as the messages and can exist once, so that runs may be missed, repeated or doubled.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import jobs, schedule
from core.models import Job, Reminder, ReminderStage
from core.notices import Recipient, notify
from core.workdays import Workdays, calendar

KIND = "core.send_reminders"
Audience = ReminderStage.Audience


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something that people owe, as long as they owe it.

    title  what, in one line, such as “三季度进展报送（曹杨新村街道）”
    since  the day from which they have known; stages before it passed unseen and are left out
    """

    id: uuid.UUID
    due_on: dt.date
    title: Any
    path: str
    owners: Sequence[Recipient] = ()
    heads: Sequence[Recipient] = ()
    commission: Sequence[Recipient] = ()
    since: dt.date | None = None


Source = Callable[[dt.date], Iterable[Due]]
_sources: dict[str, Source] = {}


def subject(name: str) -> Callable[[Source], Source]:
    """Register `due(today)`: what of this subject is still owed, overdue ones included."""
    if name not in ReminderStage.Subject.values:
        raise ValueError(f"no reminder stages can be kept for {name!r}")

    def register(source: Source) -> Source:
        _sources[name] = source
        return source

    return register


def send_reminders(today: dt.date) -> int:
    """Send each reminder whose day has come and that was not yet sent; how many were sent."""
    days = calendar()
    stages: dict[str, list[ReminderStage]] = {}
    for stage in ReminderStage.objects.order_by("subject", "offset"):
        stages.setdefault(stage.subject, []).append(stage)
    sent = 0
    for name in sorted(_sources.keys() & stages.keys()):
        owed = sorted(_sources[name](today), key=lambda due: (due.due_on, due.id))
        gone = _gone_out(name, owed)
        for due in owed:
            for stage in stages[name]:
                day = days.add(due.due_on, stage.offset)
                known = due.since is None or due.since <= day
                if day <= today and known and (due.id, due.due_on, stage.offset) not in gone:
                    sent += _send(due, stage, today, days)
    return sent


def _gone_out(name: str, owed: Iterable[Due]) -> set[tuple[uuid.UUID, dt.date, int]]:
    """What was sent already: spares the usual run an attempt for each; the row itself decides."""
    rows = Reminder.objects.filter(subject=name, subject_id__in=[due.id for due in owed])
    return set(rows.values_list("subject_id", "due_on", "offset"))


def _send(due: Due, stage: ReminderStage, today: dt.date, days: Workdays) -> bool:
    """Send one reminder; False when another run has sent it."""
    try:
        with transaction.atomic():
            _claim(due, stage)
            with translation.override(settings.LANGUAGE_CODE):
                notify(
                    key=f"{stage.subject}:{due.id}:{due.due_on}:{stage.offset:+d}",
                    people=_audience(due, stage),
                    title=_title(due, today),
                    text=_text(due, today, days),
                    path=due.path,
                )
    except IntegrityError:
        return False
    return True


def _claim(due: Due, stage: ReminderStage) -> None:
    """IntegrityError when this reminder was sent; waits for a run that is sending it just now."""
    Reminder.objects.create(
        subject=stage.subject, subject_id=due.id, due_on=due.due_on, offset=stage.offset
    )


def _audience(due: Due, stage: ReminderStage) -> list[Recipient]:
    people = [*due.owners]
    if stage.audience in (Audience.HEAD, Audience.COMMISSION):
        people += due.heads
    if stage.audience == Audience.COMMISSION:
        people += due.commission
    return people


def _title(due: Due, today: dt.date) -> str:
    if today > due.due_on:
        return _("【逾期提醒】%(what)s") % {"what": due.title}
    return _("【到期提醒】%(what)s") % {"what": due.title}


def _text(due: Due, today: dt.date, days: Workdays) -> str:
    parts = {
        "year": due.due_on.year,
        "month": due.due_on.month,
        "day": due.due_on.day,
        "n": abs(days.between(today, due.due_on)),
    }
    if today == due.due_on:
        when = _("截止日期：%(year)d年%(month)d月%(day)d日（今天）。") % parts
    elif not parts["n"]:
        when = _("截止日期：%(year)d年%(month)d月%(day)d日。") % parts
    elif today < due.due_on:
        when = _("截止日期：%(year)d年%(month)d月%(day)d日，还有%(n)d个工作日。") % parts
    else:
        when = _("截止日期：%(year)d年%(month)d月%(day)d日，已逾期%(n)d个工作日。") % parts
    names = "、".join(person.label for person in due.owners)
    return when + (_("经办：%(names)s。") % {"names": names} if names else "")


@jobs.handler(KIND)
def _daily(job: Job) -> jobs.Effect:
    """Each reminder commits on its own, so that a killed run keeps what it has sent."""
    sent = send_reminders(timezone.localdate())
    return lambda: {"sent": sent}


schedule.daily(KIND, hour=8)
