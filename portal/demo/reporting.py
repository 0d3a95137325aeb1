"""What the demo's offices have reported so far: all of it sample, and flagged as such.

Past periods are written as the services would have left them; the open ones wait for their
officers. Numbers are drawn, never figures of the real district.
"""

import datetime as dt
from decimal import Decimal
from typing import Any, Final

import numpy as np
from django.utils import timezone

from accounts.models import Office
from circles.models import Circle
from core.digests import json_digest
from portal.demo.plan import Plan
from reports.models import (
    Period,
    ProgressReport,
    ReportAnswer,
    ReportComment,
    ReportItem,
    ReportSubmission,
    ReportType,
    WorkItem,
)
from reports.progress.opening import open_periods, owing_offices, period_for
from reports.progress.spans import span_of
from territory.models import District

# How many finished spans of each cadence the demo looks back on.
BACK: Final = {"month": 4, "quarter": 2, "year": 1}
STREET_BY, CHECK_BY = "演示·街镇经办人", "演示·科室经办人"
State = ProgressReport.State
# Days before (−) or after the due day on which reports came, by turns: most in time, some late.
ARRIVALS: Final = (-3, -2, -1, -1, 0, -2, -4, 2, -1, -3, 0, -1, 5)
WORDS: Final = {
    "progress": "推进网点补建和业态调整，走访商户，收集居民意见，更新网点台账。（演示数据）",
    "problems": "部分小区周边可用空间不足，小修小补网点引进较慢。（演示数据）",
    "next_steps": "继续核对台账，推进早餐、维修等业态补齐，组织邻里节活动。（演示数据）",
    "suggestions": "建议统筹闲置空间信息，定期共享。（演示数据）",
    "experience": "由居（村）委会、物业、商户共商，先补最急需的业态。（演示数据）",
}
# (category, title, whether it names numbers)
NEWS: Final = (
    ("event", "{place}举办邻里美食节", True),
    ("employment", "{place}开展家门口就业服务", True),
    ("training", "{place}组织便民商户食品安全培训", False),
    ("volunteering", "{place}开展小修小补志愿服务日", False),
    ("co_governance", "{place}召开居民议事会听取业态调整意见", False),
    ("publicity", "{place}宣传便民生活圈网点地图", False),
    ("practice", "{place}探索“一店多能”叠加代收代发服务", False),
)


def write_reporting(plan: Plan, district: District) -> dict[str, int]:
    """Periods, reports, answers, submissions and 工作信息; how many of each."""
    forms = ReportType.objects.filter(district=district, state=ReportType.State.PUBLISHED)
    reports: list[ProgressReport] = []
    for form in forms.order_by("code"):
        for period in _past(plan, form):
            reports += _of_period(plan, period)
        if form.cadence == ReportType.Cadence.MONTH:
            reports += _under_way(plan, form)
    open_periods(plan.day)
    return {"reports": len(reports), "work_items": _news(plan, district)}


def _past(plan: Plan, form: ReportType) -> list[Period]:
    """The closed periods of the form, saved, oldest first."""
    found = []
    span = span_of(form.cadence, plan.day)
    for _turn in range(BACK[form.cadence]):
        span = span.before
        period = period_for(form, span.ends_on)
        # One that has not closed yet is opened as the clock does.
        if period.closes_on < plan.day and form.valid_from <= span.ends_on:
            period.state, period.is_sample = Period.State.CLOSED, True
            found.append(period)
    return Period.objects.bulk_create(reversed(found))


# How far the month under way is, office by office; the others have not begun.
UNDER_WAY: Final = {1: State.SUBMITTED, 2: State.RETURNED, 3: State.DRAFT}


def _under_way(plan: Plan, form: ReportType) -> list[ProgressReport]:
    """The running month, opened early: a demo has something to fill in on any day."""
    period = period_for(form, plan.day)
    period.opens_on, period.is_sample = min(period.opens_on, plan.day), True
    period.save()
    reports = _owed(plan, period)
    for turn, report in enumerate(reports):
        report.state = UNDER_WAY.get(turn, State.TODO)
        if report.state in (State.SUBMITTED, State.RETURNED):
            _sent(report, _at(plan.ago(1), 15))
            report.version = 2
        if report.state == State.RETURNED:
            report.returned_times = 1
            report.decided_at, report.decided_by_label = _at(plan.ago(1), 17), CHECK_BY
    return _store(plan, period, reports)


def _of_period(plan: Plan, period: Period) -> list[ProgressReport]:
    """Passed, most of them in time; one in twenty was never sent."""
    rng = plan.chance(f"arrivals {period.type_code} {period.code}")
    reports = _owed(plan, period)
    for turn, report in enumerate(reports):
        if rng.random() < 0.05:
            continue
        late = ARRIVALS[(turn + int(rng.integers(len(ARRIVALS)))) % len(ARRIVALS)]
        day = min(period.due_on + dt.timedelta(days=late), period.closes_on)
        _sent(report, _at(day, 15))
        report.state, report.version = State.FINAL, 3
        report.no_change = bool(rng.random() < 0.06)
        report.returned_times = int(not report.no_change and rng.random() < 0.15)
        report.decided_at, report.decided_by_label = _at(day, 17), CHECK_BY
    return _store(plan, period, reports)


def _owed(plan: Plan, period: Period) -> list[ProgressReport]:
    """What the offices owe, not begun and not saved."""
    offices = list(owing_offices(period))
    ids = plan.ids(f"reports {period.type_code} {period.code}", len(offices))
    return [
        ProgressReport(
            id=key,
            district_id=period.district_id,
            period=period,
            office=office,
            street_id=office.street_id,
            due_on=period.due_on,
            is_sample=True,
        )
        for office, key in zip(offices, ids, strict=True)
    ]


def _sent(report: ProgressReport, at: dt.datetime) -> None:
    report.first_submitted_at = report.submitted_at = at
    report.submitted_by_label = report.handler_label = STREET_BY


def _store(plan: Plan, period: Period, reports: list[ProgressReport]) -> list[ProgressReport]:
    """The reports with their answers, what was sent, and what the checker wrote at a field."""
    rng = plan.chance(f"reports {period.type_code} {period.code}")
    items = list(period.type.items.all())
    ProgressReport.objects.bulk_create(reports)
    answers = {
        report.pk: []
        if report.no_change or report.state == State.TODO
        else _answers(rng, report, items)
        for report in reports
    }
    ReportAnswer.objects.bulk_create(answer for rows in answers.values() for answer in rows)
    ReportSubmission.objects.bulk_create(
        _submission(report, answers[report.pk]) for report in reports if report.submitted_at
    )
    ReportComment.objects.bulk_create(
        ReportComment(
            report=report,
            key=items[-1].key,
            text="请补充具体做法、完成时间和责任人。（演示数据）",
            submission=1,
            at=report.decided_at or timezone.now(),
            by_label=CHECK_BY,
            settled_at=None if report.state == State.RETURNED else report.decided_at,
        )
        for report in reports
        if report.returned_times
    )
    return reports


def _answers(
    rng: np.random.Generator, report: ProgressReport, items: list[ReportItem]
) -> list[ReportAnswer]:
    numbers = _numbers(rng)
    rows = []
    for item in items:
        number = None if item.is_text else numbers.get(item.key)
        text = WORDS.get(item.key, "（演示数据）") if item.is_text else ""
        if number is None and not text:
            continue
        rows.append(
            ReportAnswer(
                report=report,
                key=item.key,
                number=None if number is None else Decimal(number),
                text=text,
                by_label=STREET_BY,
                at=report.submitted_at or timezone.now(),
            )
        )
    return rows


def _numbers(rng: np.random.Generator) -> dict[str, int]:
    """Numbers that keep the forms' own rules."""
    jobs, open_tasks = int(rng.integers(5, 60)), int(rng.integers(1, 6))
    outlets = int(rng.integers(900, 1800))
    return {
        "outlets_open": outlets,
        "new_outlets": int(rng.integers(2, 25)),
        "closed_outlets": int(rng.integers(1, 15)),
        "outlets_located": int(outlets * rng.uniform(0.9, 0.99)),
        "spaces_available": int(rng.integers(1, 6)),
        "spaces_reused": int(rng.integers(0, 3)),
        "sessions": int(rng.integers(1, 9)),
        "attendees": int(rng.integers(200, 6000)),
        "sales": int(rng.integers(20, 400)) * 1000,
        "jobs": jobs,
        "care_posts": int(jobs * 0.1),
        "investment": int(rng.integers(5, 90)) * 10_000,
        "tasks_closed": int(rng.integers(0, 5)),
        "tasks_open": open_tasks,
        "tasks_overdue": int(rng.integers(0, open_tasks)),
        "policies": int(rng.integers(0, 3)),
        "guidance": int(rng.integers(2, 14)),
        "trainings": 1,
        "trainees": int(rng.integers(20, 120)),
    }


def _submission(report: ProgressReport, answers: list[ReportAnswer]) -> ReportSubmission:
    content = {
        "no_change": report.no_change,
        "revision": 1,
        "answers": {
            row.key: {
                "number": None if row.number is None else str(row.number),
                "text": row.text,
                "origin": {},
                "reason": "",
            }
            for row in sorted(answers, key=lambda row: row.key)
        },
    }
    return ReportSubmission(
        report=report,
        number=1,
        at=report.submitted_at or timezone.now(),
        by_label=STREET_BY,
        content=content,
        sha256=json_digest(content),
    )


def _news(plan: Plan, district: District) -> int:
    """A piece of news for each street every other week, and some of departments."""
    rng = plan.chance("work items")
    streets = list(
        Office.objects.filter(district=district, kind=Office.Kind.STREET)
        .select_related("street")
        .order_by("code")
    )
    circles: dict[Any, Circle] = {}
    for circle in Circle.objects.filter(district=district).order_by("code"):
        circles.setdefault(circle.lead_street_id, circle)
    count = 8 * len(streets)
    rows = [
        _item(plan, rng, turn, streets[turn % len(streets)], circles, key)
        for turn, key in enumerate(plan.ids("work items", count))
    ]
    WorkItem.objects.bulk_create(rows)
    return len(rows)


def _item(
    plan: Plan,
    rng: np.random.Generator,
    turn: int,
    office: Office,
    circles: dict[Any, Circle],
    key: Any,
) -> WorkItem:
    category, title, counted = NEWS[turn % len(NEWS)]
    day = plan.ago(turn // 10 * 16 + int(rng.integers(1, 15)))
    circle = circles.get(office.street_id)
    place = office.street.name if office.street else office.name
    item = WorkItem(
        id=key,
        district_id=office.district_id,
        office=office,
        street_id=office.street_id,
        circle=circle,
        category=category,
        title=title.format(place=place),
        text=f"{place}{day.month}月{day.day}日开展活动，居民踊跃参与。（演示数据）",
        happened_on=day,
        at=_at(day, 18),
        by_label=STREET_BY,
        is_sample=True,
    )
    if counted:
        item.sessions, item.attendees = int(rng.integers(1, 4)), int(rng.integers(80, 1500))
        item.sales = Decimal(int(rng.integers(8, 120)) * 1000) if category == "event" else None
    if category == "employment":
        item.jobs = int(rng.integers(6, 40))
        item.care_posts = item.jobs // 8
    if turn >= 10 and rng.random() < 0.6:
        item.state, item.decided_by_label = WorkItem.State.ADOPTED, CHECK_BY
        item.decided_at, item.highlight = _at(day, 20), turn % 9 == 0
        item.version = 2
    return item


def _at(day: dt.date, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
