"""A year of a district by the clock: who reported in time, against a table made by hand."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Office
from circles.models import PilotBatch
from core.models import CalendarDay
from reports.models import Period, ProgressReport
from reports.progress import clock, sending
from reports.progress.answers import Given, save_answers
from reports.progress.overview import matrix
from reports.progress.prefilling import prefill
from reports.progress.rates import Rates, Tally, rates
from territory.models import District
from tests.coordination.people import Person
from tests.factories import UserFactory
from tests.reports.year_story import (
    ANNUAL,
    BY_MONTH,
    BY_OFFICE,
    CAOYANG,
    CHANGFENG,
    CHANGSHOU,
    COMMISSION,
    DUE,
    FORMS,
    GANQUAN,
    IN_ALL,
    JOINS,
    MONTH,
    MOVED,
    NEW_IN_CAOYANG,
    NEWCOMER,
    PILOTS,
    QUARTER,
    QUIET,
    STORY,
    TAOPU,
    TAX,
    WANLI,
    YEAR,
    ZHENRU,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Players:
    """The people of the district, and what they can do to a report."""

    def __init__(self) -> None:
        self.offices = {office.code: office for office in Office.objects.all()}
        self.people: dict[str, Any] = {}
        roles = {"street": "street_officer", "department": "department_liaison"}
        for code, office in self.offices.items():
            role = roles.get(office.kind, "programme_officer")
            self.people[code] = self._acts(office, role)
        commission = self.offices[COMMISSION]
        self.approver = self._acts(commission, "approver")
        self.finisher = self._acts(commission, "programme_officer")

    def _acts(self, office: Office, role: str) -> dict[str, Any]:
        return Person(UserFactory(office=office, roles=[role])).acts

    def send(self, report: ProgressReport) -> None:
        """Enter what the form requires (caoyang's quarters and year take what is prefilled)."""
        acts, form = self.people[report.office.code], report.period.type
        if report.office.code == CAOYANG and form.code != MONTH:
            report = prefill(report=report, by=acts["by"]).report
        standing = {answer.key: answer for answer in report.answers.all()}
        given = {
            item.key: Given(
                self._value(item, report.period.ends_on.month),
                seen_version=standing[item.key].version if item.key in standing else 0,
            )
            for item in form.items.filter(required=True)
            if item.is_text or item.key not in standing or standing[item.key].number is None
        }
        saved = save_answers(report=report, given=given, seen_report=report.version, **acts)
        self.mend(saved[0].report)

    def _value(self, item: Any, month: int) -> Any:
        if item.is_text:
            return "按计划推进。"
        return month if item.key == "new_outlets" else 100

    def mend(self, report: ProgressReport) -> None:
        sending.submit(report=report, seen_version=report.version, **self._own(report))

    def nothing_new(self, report: ProgressReport) -> None:
        sending.submit_unchanged(report=report, seen_version=report.version, **self._own(report))

    def withdraw(self, report: ProgressReport) -> None:
        sending.withdraw(report=report, seen_version=report.version, **self._own(report))

    def accept(self, report: ProgressReport) -> None:
        sending.accept(report=report, seen_version=report.version, **self.approver)

    def return_report(self, report: ProgressReport) -> None:
        self._send_back(report, sending.return_report, comments={})

    def reopen(self, report: ProgressReport) -> None:
        self._send_back(report, sending.reopen)

    def sign_off(self, report: ProgressReport) -> None:
        sending.sign_off(report=report, seen_version=report.version, **self.finisher)

    def _own(self, report: ProgressReport) -> dict[str, Any]:
        own: dict[str, Any] = self.people[report.office.code]
        return own

    def _send_back(self, report: ProgressReport, how: Callable[..., Any], **more: Any) -> None:
        said = {"comment": "请补充", "seen_version": report.version} | more
        how(report=report, **said, **self.approver)


def moment(text: str) -> dt.datetime:
    whole = text if text.startswith("20") else f"2026-{text}"
    return dt.datetime.fromisoformat(whole).replace(tzinfo=SHANGHAI)


def everything_owed() -> Iterator[tuple[str, str, str]]:
    """(form, period, office) of the whole year, reckoned without the platform."""
    offices = list(Office.objects.values_list("code", "kind"))
    streets = [code for code, kind in offices if kind == "street"]
    others = [code for code, kind in offices if kind == "department"] + [COMMISSION]
    for code in DUE:
        if "Q" in code:
            yield from ((QUARTER, code, office) for office in streets)
            yield from (("department_quarter", code, office) for office in others)
        elif "-" in code:
            joined = [NEWCOMER] if code >= "2026-06" else []
            yield from ((MONTH, code, office) for office in (*PILOTS, *joined))
        else:
            yield from ((ANNUAL, code, office) for office in streets)
            yield from (("department_year", code, office) for office in others)


def agenda() -> list[tuple[dt.datetime, str, tuple[str, str, str]]]:
    """Everything that people do in the year, in turn."""
    found = []
    for key in everything_owed():
        due = DUE[key[1]]
        after = dt.date.fromisoformat(due) + dt.timedelta(days=1)
        steps = STORY.get(key, [(f"{due} 10:00", "send"), (f"{after} 15:00", "accept")])
        found += [(moment(at), what, key) for at, what in steps]
    return sorted(found)


def play() -> None:
    """The year: the clock runs every fifth night and before each day on which people act."""
    players, plan, moved = Players(), agenda(), list(MOVED)
    day = YEAR[0]
    with time_machine.travel(moment("01-01 00:10"), tick=False) as now:
        while plan:
            today = min(day, plan[0][0].date())
            now.move_to(dt.datetime.combine(today, dt.time(0, 0, 30), SHANGHAI))
            if today >= JOINS:
                join()
            clock.run(today)
            while moved and moment(moved[0][0]).date() <= today:
                _at, which, working = moved.pop(0)
                CalendarDay.objects.create(day=which, working=working)
            while plan and plan[0][0].date() == today:
                at, what, (form, code, office) = plan.pop(0)
                now.move_to(at)
                row = ProgressReport.objects.select_related("office", "period__type").get(
                    period__type_code=form, period__code=code, office__code=office
                )
                getattr(players, what)(row)
            day = max(day, today + dt.timedelta(days=5))
        now.move_to(moment("2027-03-15 00:10"))
        clock.run(dt.date(2027, 3, 15))


def join() -> None:
    """The second batch has begun to build."""
    batch = PilotBatch.objects.get(code="2022")
    if batch.stage != "building":
        batch.streets.add(Office.objects.get(code=NEWCOMER).street)
        PilotBatch.objects.filter(pk=batch.pk).update(stage="building")


def six(tally: Tally) -> tuple[int, ...]:
    return (
        tally.expected,
        tally.on_time,
        tally.passed,
        tally.late,
        tally.missing,
        tally.returned,
    )


def by_code(found: Rates) -> dict[str, tuple[int, ...]]:
    codes = dict(Office.objects.values_list("pk", "code"))
    return {codes[key]: six(tally)[:3] for key, tally in found.offices.items()}


@pytest.mark.django_db
def test_a_year_of_a_district_played_through_by_the_clock() -> None:
    play()
    district = District.objects.get()
    _periods_are_as_the_calendar_has_them()
    with time_machine.travel("2027-03-15 09:00:00+08:00", tick=False):
        _rates_are_those_of_the_table(district)
        _the_overview_shows_them(district)
    _a_quarter_and_the_year_are_made_of_the_months()


def _periods_are_as_the_calendar_has_them() -> None:
    periods = Period.objects.filter(ends_on__year=2026)
    found = {(period.code, period.due_on.isoformat(), period.state) for period in periods}
    assert found == {(code, due, "closed") for code, due in DUE.items()}
    owed = ProgressReport.objects.filter(period__in=periods)
    assert sorted(owed.values_list("period__type_code", "period__code", "office__code")) == sorted(
        everything_owed()
    )


def _rates_are_those_of_the_table(district: District) -> None:
    found = rates(district, *YEAR)
    assert six(found.total) == IN_ALL
    assert (found.total.on_time_share, found.total.complete_share) == (203 / 219, 213 / 219)
    assert {code: six(rates(district, *YEAR, type_code=code).total) for code in FORMS} == FORMS
    quiet = Office.objects.filter(kind="department").values_list("code", flat=True)
    assert by_code(found) == dict.fromkeys(quiet, QUIET) | BY_OFFICE
    codes = dict(Period.objects.filter(type_code=MONTH).values_list("pk", "code"))
    months = {codes[key]: six(each)[:3] for key, each in found.periods.items() if key in codes}
    assert months == BY_MONTH
    assert found.total.returns == 6
    # On 20 April three months and one quarter were due: nothing else was expected yet.
    april = dt.date(2026, 4, 20)
    assert rates(district, *YEAR, today=april).total.expected == 3 * 6 + 10 + 18
    assert rates(district, dt.date(2027, 1, 1), dt.date(2027, 12, 31)).total.expected == 7
    assert rates(district, dt.date(2025, 1, 1), dt.date(2025, 6, 30)).total.complete_share is None


def _the_overview_shows_them(district: District) -> None:
    scope = Person(UserFactory(office=Office.objects.get(code=COMMISSION), roles=["leader"])).scope
    with CaptureQueriesContext(connection) as queries:
        table = matrix(scope, district, 2026, MONTH)
    assert len(queries) == 2
    assert six(table.total) == FORMS[MONTH]
    assert {column.period.code: six(column.tally)[:3] for column in table.columns} == BY_MONTH
    rows = {row.office.code: row for row in table.rows}
    assert list(rows) == [CAOYANG, CHANGFENG, CHANGSHOU, GANQUAN, WANLI, ZHENRU, TAOPU]

    def told(office: str, month: int) -> tuple[str, str, int]:
        cell = rows[office].cells[month - 1]
        assert cell
        return cell.word, cell.tone, cell.days_late

    assert rows[NEWCOMER].cells[4] is None
    assert told(CHANGFENG, 1) == ("审核通过", "good", 0)
    assert told(CAOYANG, 1) == ("审核通过", "warn", 1)
    assert told(GANQUAN, 3) == ("审核通过", "warn", 2)
    assert told(WANLI, 4) == ("逾期未报", "bad", (dt.date(2027, 3, 15) - dt.date(2026, 5, 6)).days)
    assert told(TAOPU, 6) == ("逾期未改", "bad", 0)
    assert told(CAOYANG, 7) == ("已报送", "none", 0)
    assert [cell.report.no_change for cell in rows[ZHENRU].cells if cell].count(True) == 1
    assert (table.owed, table.overdue) == (2, 2)
    assert [column.overdue for column in table.columns] == [0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]
    everything = matrix(scope, district, 2026)
    assert six(everything.total) == IN_ALL
    assert len(everything.rows) == 28
    assert everything.rows[10].office.code == COMMISSION
    own = Person(UserFactory(office=Office.objects.get(code=TAX), roles=["department_liaison"]))
    mine = matrix(own.scope, district, 2026)
    assert [row.office.code for row in mine.rows] == [TAX]
    assert six(mine.total)[:3] == BY_OFFICE[TAX]


def _a_quarter_and_the_year_are_made_of_the_months() -> None:
    rows = ProgressReport.objects.filter(office__code=CAOYANG).exclude(period__type_code=MONTH)
    answers = {
        report.period.code: report.answers.get(key="new_outlets")
        for report in rows.filter(period__ends_on__year=2026).select_related("period")
    }
    assert {code: answer.number for code, answer in answers.items()} == {
        code: Decimal(number) for code, number in NEW_IN_CAOYANG.items()
    }
    partial = {code for code, answer in answers.items() if "partial" in answer.origin["tags"]}
    assert partial == {"2026-Q3", "2026"}
    assert answers["2026-Q3"].origin["missing"] == ["2026-07"]
