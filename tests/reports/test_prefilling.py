"""What a report is prefilled with: each value from its source, and never over what people wrote."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coordination.models import Task, TaskOffice
from core.models import AuditEvent
from metrics.compute import Flag
from reports.models import ProgressReport, ReportAnswer, ReportItem
from reports.progress import prefilling, source_words, sources
from reports.progress.prefilling import prefill
from tests.factories import OutletFactory, SpaceFactory
from tests.reports.reporting import (
    BY,
    CHANGSHOU,
    answers,
    district,
    number,
    office,
    report_of,
    sign_off_figures,
    street,
    work_item,
)

pytestmark = pytest.mark.django_db

FILLING_IN = "2026-12-02 09:00:00+08:00"


def tags(report: ProgressReport, key: str) -> list[str]:
    found: list[str] = answers(report)[key].origin["tags"]
    return found


def november() -> ProgressReport:
    return report_of("street_month", "2026-11")


def task(number: str, of: str, **columns: object) -> None:
    made = Task.objects.create(
        district=district(),
        number=number,
        title=number,
        **{"issued_on": dt.date(2026, 10, 1), "due_on": dt.date(2026, 12, 31)} | columns,
    )
    TaskOffice.objects.create(task=made, office=office(of), role="lead")


def ask_for(report: ProgressReport, source: str, *codes: str) -> None:
    """Have the form ask besides for these values of a source, each under its own name."""
    ReportItem.objects.bulk_create(
        ReportItem(
            type=report.period.type,
            key=code.replace("_", "-"),
            label=code,
            kind="number",
            source=source,
            source_code=code,
        )
        for code in codes
    )


@time_machine.travel(FILLING_IN, tick=False)
def test_ledgers_are_counted_in_the_own_street_and_period() -> None:
    own = {"street": street()}
    OutletFactory(**own)
    OutletFactory(**own, opened_on=dt.date(2026, 11, 30), is_sample=True)
    OutletFactory(**own, opened_on=dt.date(2026, 11, 1), place_state="unverified")
    OutletFactory(**own, opened_on=dt.date(2026, 12, 1))
    OutletFactory(**own, closed_on=dt.date(2026, 11, 1), status="closed")
    OutletFactory(**own, opened_on=dt.date(2026, 11, 5), void=True)
    OutletFactory(street=street(CHANGSHOU), opened_on=dt.date(2026, 11, 5))
    prefill(report=(report := november()), by=BY)
    assert number(report, "outlets_open") == 3
    assert number(report, "outlets_located") == 2
    assert number(report, "new_outlets") == 2
    assert number(report, "closed_outlets") == 1
    assert tags(report, "new_outlets") == ["demo"]
    assert tags(report, "closed_outlets") == []
    origin = answers(report)["new_outlets"].origin
    assert (origin["source"], origin["day"]) == ("ledger", "2026-11-30")
    assert origin["label"] == "网点台账：开业日期在本期的网点"


def test_a_space_counts_as_reused_in_the_month_in_which_it_came_into_use() -> None:
    with time_machine.travel("2026-10-20 09:00:00+08:00"):
        earlier = SpaceFactory(street=street(), state="in_use")
        now, later = SpaceFactory(street=street()), SpaceFactory(street=street())
        SpaceFactory(street=street(), state="negotiating")
    with time_machine.travel("2026-11-30 23:30:00+08:00"):
        for space in (earlier, now):
            space.state = "in_use"
            space.save()
    with time_machine.travel("2026-12-01 00:30:00+08:00"):
        later.state = "in_use"
        later.save()
    with time_machine.travel(FILLING_IN, tick=False):
        report = november()
        ask_for(report, "ledger", "spaces_available", "spaces_in_use", "facilities")
        prefill(report=report, by=BY)
    assert number(report, "spaces_reused") == 1
    assert number(report, "spaces-available") == 2
    assert number(report, "spaces-in-use") == 2
    assert number(report, "facilities") is None


@time_machine.travel(FILLING_IN, tick=False)
def test_work_items_of_the_own_office_are_added_up() -> None:
    day = dt.date(2026, 11, 3)
    first = work_item(day, sessions=2, attendees=300, sales=Decimal("1234.50"), jobs=5)
    second = work_item(dt.date(2026, 11, 30), sessions=1, state="adopted", title="团购节")
    third = work_item(day, "employment", jobs=20, care_posts=3, sessions=9, title="招聘会")
    work_item(day, sessions=100, state="declined")
    work_item(day, sessions=100, state="withdrawn")
    work_item(dt.date(2026, 10, 31), sessions=100)
    work_item(day, of=CHANGSHOU, sessions=100)
    report = november()
    ask_for(report, "work_items", "items", "events", "volunteers")
    prefill(report=report, by=BY)
    assert [number(report, key) for key in ("sessions", "attendees", "sales")] == [
        3,
        300,
        Decimal("1234.50"),
    ]
    assert (number(report, "jobs"), number(report, "care_posts")) == (25, 3)
    assert (number(report, "items"), number(report, "events")) == (3, 2)
    assert number(report, "volunteers") is None
    # The second item states no attendees, so their sum is not whole.
    assert tags(report, "attendees") == ["partial"]
    assert tags(report, "sessions") == tags(report, "jobs") == []
    assert answers(report)["sessions"].origin["items"] == [str(first.pk), str(second.pk)]
    text = "11月3日，邻里节。\n11月3日，招聘会。\n11月30日，团购节。"
    assert answers(report)["progress"].text == text
    assert str(third.pk) in answers(report)["progress"].origin["items"]


@time_machine.travel("2027-01-02 09:00:00+08:00", tick=False)
def test_departments_report_on_their_own_tasks_as_of_the_periods_end() -> None:
    task("1", "tax")
    task("2", "tax", due_on=dt.date(2026, 12, 30))
    task("3", "tax", state="closed", closed_on=dt.date(2026, 10, 1))
    task("4", "tax", state="closed", closed_on=dt.date(2027, 1, 1), is_sample=True)
    task("5", "tax", state="withdrawn")
    task("6", "tax", issued_on=dt.date(2027, 1, 1))
    task("7", "sports")
    report = report_of("department_quarter", "2026-Q4", "tax")
    prefill(report=report, by=BY)
    assert [number(report, f"tasks_{key}") for key in ("closed", "open", "overdue")] == [1, 3, 1]
    assert tags(report, "tasks_open") == ["demo"]
    other = report_of("department_quarter", "2026-Q4", "fire_rescue")
    prefill(report=other, by=BY)
    assert [number(other, f"tasks_{key}") for key in ("closed", "open", "overdue")] == [0, 0, 0]


@time_machine.travel("2027-01-02 09:00:00+08:00", tick=False)
def test_figures_are_those_of_the_last_release_that_the_period_covers() -> None:
    own, other, whole = street().pk, street(CHANGSHOU).pk, district().pk
    sign_off_figures(dt.date(2026, 9, 30), {("outlet_count", "S", own): 900})
    release = sign_off_figures(
        dt.date(2026, 12, 31),
        {
            ("outlet_count", "S", own): 1000,
            ("outlet_count", "S", other): 555,
            ("employee_count", "S", own): (4321, Flag.PARTIAL | Flag.UNOFFICIAL),
            ("outlet_count", "D", whole): 5678,
            ("chain_share", "S", own): 0.31249,
        },
    )
    sign_off_figures(dt.date(2027, 1, 1), {("outlet_count", "S", own): 1})
    report = report_of("street_quarter", "2026-Q4")
    ReportItem.objects.create(
        type=report.period.type,
        key="chains",
        label="连锁化率",
        kind="percent",
        decimals=1,
        source="indicator",
        source_code="chain_share",
    )
    ask_for(report, "indicator", "streets_covered", "no_such_figure")
    prefill(report=report, by=BY)
    found = answers(report)
    assert found["circle_outlets"].number == 1000
    origin = found["circle_outlets"].origin
    assert (origin["day"], origin["release"]) == ("2026-12-31", str(release.pk))
    assert origin["run"] == str(release.run_id)
    assert origin["label"] == "商业网点数"
    assert (found["employees"].number, tags(report, "employees")) == (
        4321,
        ["unconfirmed", "partial"],
    )
    assert found["chains"].number == Decimal("31.2")
    # Of the whole district only, or of nothing: not a street's to report.
    assert not found.keys() & {"streets-covered", "no-such-figure", "investment"}
    # Nobody has been asked there.
    assert found["satisfaction"].number is None
    report.refresh_from_db()
    assert report.release_id == release.pk
    department = report_of("department_quarter", "2026-Q4", "tax")
    ask_for(department, "indicator", "outlet_count")
    prefill(report=department, by=BY)
    assert number(department, "outlet-count") == 5678


@time_machine.travel(FILLING_IN, tick=False)
def test_what_nobody_has_recorded_stays_unknown() -> None:
    report = november()
    done = prefill(report=report, by=BY)
    tasked = {"tasks_closed", "tasks_open", "tasks_overdue"}
    assert {key: number(report, key) for key in done.filled if key not in tasked} == dict.fromkeys(
        [key for key in done.filled if key not in tasked]
    )
    # Once the ledger is begun, none new is a known 0.
    OutletFactory(street=street())
    prefill(report=report, by=BY)
    assert (number(report, "new_outlets"), number(report, "outlets_open")) == (0, 1)


@pytest.mark.both
def test_prefilling_again_follows_the_ledger_but_not_over_peoples_words() -> None:
    with time_machine.travel(FILLING_IN, tick=False):
        OutletFactory(street=street(), opened_on=dt.date(2026, 11, 5))
        work_item(dt.date(2026, 11, 3), sessions=2)
        report = november()
        prefill(report=report, by=BY)
        ReportAnswer.objects.filter(report=report, key="sessions").update(
            number=4, reason="另有两场未报信息", version=2
        )
        ReportAnswer.objects.filter(report=report, key="progress").update(text="", version=2)
        ReportAnswer.objects.create(report=report, key="next_steps", text="继续推进")
    with time_machine.travel("2026-12-03 09:00:00+08:00", tick=False):
        OutletFactory(street=street(), opened_on=dt.date(2026, 11, 6))
        work_item(dt.date(2026, 11, 4), sessions=7)
        done = prefill(report=report, by=BY)
    assert {"new_outlets", "outlets_open"} <= set(done.filled)
    assert set(done.kept) == {"sessions", "progress"}
    found = answers(report)
    assert (found["sessions"].number, found["sessions"].prefilled_number) == (4, 2)
    assert (found["progress"].text, found["next_steps"].text) == ("", "继续推进")
    assert (found["new_outlets"].number, found["new_outlets"].version) == (2, 2)
    versions = list(
        ReportAnswer.history.filter(key="new_outlets")
        .order_by("history_date", "history_id")
        .values_list("number", "history_type", "actor_label")
    )
    assert versions == [(1, "+", BY.label), (2, "~", BY.label)]
    assert AuditEvent.objects.filter(action="reports.prefill_report").count() == 2


def test_a_report_that_nobody_begins_is_kept_up_to_date_without_noise() -> None:
    with time_machine.travel("2026-11-27 04:00:00+08:00", tick=False):
        report = november()
        assert prefilling.refresh(dt.date(2026, 11, 27)) == 6
    OutletFactory(street=street(), opened_on=dt.date(2026, 11, 28))
    with time_machine.travel("2026-11-29 04:00:00+08:00", tick=False):
        prefilling.refresh(dt.date(2026, 11, 29))
    assert number(report, "new_outlets") == 1
    version = answers(report)["new_outlets"].version
    seen = ProgressReport.objects.get(pk=report.pk)
    events = AuditEvent.objects.count()
    with time_machine.travel(FILLING_IN, tick=False):
        prefilling.refresh(dt.date(2026, 12, 2))
    found = answers(report)["new_outlets"]
    assert (found.version, found.origin["day"]) == (version, "2026-11-30")
    now = ProgressReport.objects.get(pk=report.pk)
    assert (now.state, now.version) == ("todo", seen.version)
    assert AuditEvent.objects.count() == events


@time_machine.travel(FILLING_IN, tick=False)
def test_a_report_that_was_sent_is_left_alone() -> None:
    report = november()
    ProgressReport.objects.filter(pk=report.pk).update(
        state="submitted", first_submitted_at=dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    )
    with pytest.raises(ValidationError):
        prefill(report=report, by=BY)
    assert not answers(report)
    # The clock passes it over.
    assert prefilling.refresh(dt.date(2026, 12, 2)) == 5


@time_machine.travel(FILLING_IN, tick=False)
def test_the_number_of_queries_does_not_follow_the_rows() -> None:
    report = november()

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            prefill(report=report, by=BY)
        return len(seen)

    OutletFactory(street=street())
    work_item(dt.date(2026, 11, 3), sessions=2)
    prefill(report=report, by=BY)
    for n in range(4, 9):
        OutletFactory(street=street(), opened_on=dt.date(2026, 11, n))
        work_item(dt.date(2026, 11, n), sessions=2)
    few = queries()
    for n in range(9, 20):
        OutletFactory(street=street(), opened_on=dt.date(2026, 11, n))
        work_item(dt.date(2026, 11, n), sessions=2)
    assert queries() == few


def test_every_name_that_a_form_can_ask_for_has_its_words() -> None:
    ledger = {code for source, code in source_words.LABELS if source == "ledger"}
    assert ledger == set(sources.LEDGER)
    work = {code for source, code in source_words.LABELS if source == "work_items"}
    assert work == {*source_words.WORK_SUMS, source_words.LIST}
    for item in ReportItem.objects.exclude(source=""):
        assert item.source_code in dict(source_words.choices_of(item.source)), item.key
