"""Periods and reports of the reference district, for tests of what fills and counts them."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from accounts.models import Office
from core.audit import Actor
from metrics.indicators import get
from metrics.models import Release, RuleSet, Run, Value
from reports.models import Period, ProgressReport, ReportAnswer, WorkItem
from reports.progress import opening
from territory.models import District, Street

CAOYANG, CHANGSHOU = "street_310107005", "street_310107015"
BY = Actor(id=uuid.UUID(int=1), label="街镇经办人")
NOVEMBER = (dt.date(2026, 11, 1), dt.date(2026, 11, 30))


def district() -> District:
    """The district of the reference rows."""
    return District.objects.get()


def office(code: str = CAOYANG) -> Office:
    """An office of the reference rows."""
    return Office.objects.select_related("street").get(code=code)


def street(code: str = CAOYANG) -> Street:
    """The street of an office."""
    found = office(code).street
    assert found
    return found


def opened(type_code: str, code: str) -> Period:
    """The period, opened on its first day of filling in with everybody's reports."""
    if not Period.objects.filter(type_code=type_code, code=code).exists():
        year, _dash, rest = code.partition("-")
        month = int(rest[1:]) * 3 if rest.startswith("Q") else int(rest or 12)
        ends = dt.date(int(year) + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
        opening.open_periods(ends)
    return Period.objects.get(type_code=type_code, code=code)


def report_of(type_code: str, code: str, of: str = CAOYANG) -> ProgressReport:
    """An office's report, its period opened."""
    return ProgressReport.objects.select_related("period__type", "office").get(
        period=opened(type_code, code), office__code=of
    )


def answers(report: ProgressReport) -> dict[str, ReportAnswer]:
    """The report's answers by key, as they stand in the table."""
    return {row.key: row for row in ReportAnswer.objects.filter(report=report)}


def pass_report(report: ProgressReport, *, no_change: bool = False, **given: Any) -> None:
    """Have the report passed with these answers, whatever way they came."""
    for key, value in given.items():
        content = {"text": value} if isinstance(value, str) else {"number": value}
        ReportAnswer.objects.update_or_create(report=report, key=key, defaults=content)
    when = dt.datetime.combine(report.period.due_on, dt.time(10), dt.UTC)
    ProgressReport.objects.filter(pk=report.pk).update(
        state="accepted", no_change=no_change, first_submitted_at=when, submitted_at=when
    )


def sign_off_figures(cutoff: dt.date, figures: dict[tuple[str, str, Any], Any]) -> Release:
    """A 定稿 with values by (code, scope, id of the place), each with flags if a pair."""
    run = Run.objects.create(
        district=district(),
        kind=Run.Kind.SNAPSHOT,
        state=Run.State.RELEASED,
        as_of=cutoff,
        rule_set=RuleSet.objects.get(),
        formula_version="1",
        input_digest="0" * 64,
    )
    for (code, scope, place), given in figures.items():
        value, flags = given if isinstance(given, tuple) else (given, 0)
        Value.objects.create(
            run=run,
            indicator=get(code).number,
            scope=scope,
            scope_id=place,
            num=value or 0,
            value=value,
            flags=flags,
        )
    return Release.objects.create(
        district=district(), run=run, purpose="month", cutoff=cutoff, by_label="区商务委"
    )


def work_item(day: dt.date, category: str = "event", of: str = CAOYANG, **columns: Any) -> WorkItem:
    """A piece of 工作信息 of an office."""
    own = office(of)
    made: WorkItem = WorkItem.objects.create(
        district=own.district,
        office=own,
        street=own.street,
        category=category,
        happened_on=day,
        **{"title": "邻里节", "state": "submitted"} | columns,
    )
    return made


def number(report: ProgressReport, key: str) -> Decimal | None:
    """The number that stands at an item."""
    return answers(report)[key].number
