"""Rows of reporting and coordination, as many as asked (`tests/api/making.py`)."""

import datetime as dt
from typing import Any

from django.utils import timezone

from coordination.models import Mechanism, Meeting, Proposal, Task
from core.models import CalendarDay, Clause, ReminderStage
from reports.models import Period, WorkItem
from tests.factories import (
    OfficeFactory,
    PeriodFactory,
    ProgressReportFactory,
    ReportTypeFactory,
)


def _day(setting: Any) -> dt.date:
    return dt.date(2025, 1, 1) + dt.timedelta(days=setting.number())


def _work_item(setting: Any) -> None:
    WorkItem.objects.create(
        district=setting.district,
        office=setting.office,
        street=setting.street,
        circle=setting.circle,
        category="event",
        title=f"活动{setting.number()}",
        happened_on=_day(setting),
    )


def _task(setting: Any) -> None:
    task = Task.objects.create(
        district=setting.district,
        number=f"2026-{setting.number():03d}",
        title="试验任务",
        issued_on=_day(setting),
        due_on=dt.date(2031, 1, 6),
        clause=Clause.objects.first(),
    )
    task.offices.create(office=setting.office, role="lead")
    task.offices.create(office=OfficeFactory(street=setting.street), role="help")


def _mechanism(setting: Any) -> None:
    Mechanism.objects.create(
        district=setting.district,
        code=f"group-{setting.number()}",
        name="试验工作小组",
        kind="working_group",
        clause=Clause.objects.first(),
    )


def _calendar(setting: Any) -> None:
    day = dt.date(2031, 1, 1) + dt.timedelta(days=setting.number())
    CalendarDay.objects.create(day=day, name="试验")


def _stage(setting: Any) -> None:
    known = ReminderStage.objects.count()
    ReminderStage.objects.create(subject="task", offset=20 + known, audience="owner")


def _progress_report(setting: Any) -> None:
    """One that came back: with an answer, what was sent, and a comment."""
    period = Period.objects.filter(district=setting.district).first() or PeriodFactory(
        type=ReportTypeFactory(district=setting.district)
    )
    report = ProgressReportFactory(
        period=period,
        office=OfficeFactory(street=setting.street),
        street=setting.street,
        state="returned",
        first_submitted_at=timezone.now(),
        submitted_at=timezone.now(),
    )
    report.answers.create(key="events", number=3, origin={"source": "ledger"})
    report.comments.create(key="events", text="请核对", submission=1)
    content = {"no_change": False, "revision": 1, "answers": {"events": {"number": "3"}}}
    report.submissions.create(number=1, content=content, sha256="0" * 64)


def _meeting(setting: Any) -> None:
    meeting = Meeting.objects.create(
        district=setting.district, kind="special", title="会议", planned_on=_day(setting)
    )
    meeting.offices.create(office=setting.office)


def _proposal(setting: Any) -> None:
    proposal = Proposal.objects.create(
        district=setting.district,
        kind="cppcc",
        session="一次会议",
        number=str(setting.number()),
        title="提案",
        proposer="某某",
        received_on=_day(setting),
        due_on=_day(setting),
    )
    proposal.offices.create(office=setting.office, role="lead")


# Label → one more row.
ONE_MORE = {
    "coordination.mechanism": _mechanism,
    "reports.reporttype": lambda s: ReportTypeFactory(district=s.district),
    "reports.period": lambda s: PeriodFactory(type=ReportTypeFactory(district=s.district)),
    "core.calendarday": _calendar,
    "core.reminderstage": _stage,
    "reports.progressreport": _progress_report,
    "reports.workitem": _work_item,
    "coordination.meeting": _meeting,
    "coordination.proposal": _proposal,
    "coordination.task": _task,
}
