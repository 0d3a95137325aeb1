"""Periods by the clock: opened once, late joiners taken in, closed, and moved with the calendar."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Office
from circles.models import Designation, PilotBatch
from core.models import AuditEvent, CalendarDay
from reports.models import Period, ProgressReport, ReportDuty, ReportType
from reports.progress import clock, opening
from reports.progress.spans import span_of, spans_within
from territory.models import Street
from tests.api.racing import at_once

MONTHLY = "street_month"
DAY = dt.timedelta(days=1)


def month(code: str) -> Period:
    return Period.objects.get(type_code=MONTHLY, code=code)


def owed_by(period: Period) -> set[str]:
    return set(period.reports.values_list("office__code", flat=True))


def pilots() -> set[str]:
    streets = Designation.objects.values("street")
    return set(Office.objects.filter(street__in=streets).values_list("code", flat=True))


@pytest.mark.parametrize(
    ("cadence", "day", "code", "first", "last"),
    [
        ("month", "2024-02-29", "2024-02", "2024-02-01", "2024-02-29"),
        ("month", "2026-12-01", "2026-12", "2026-12-01", "2026-12-31"),
        ("quarter", "2026-12-31", "2026-Q4", "2026-10-01", "2026-12-31"),
        ("quarter", "2026-04-01", "2026-Q2", "2026-04-01", "2026-06-30"),
        ("year", "2026-07-01", "2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_spans_are_calendar_ones(cadence: str, day: str, code: str, first: str, last: str) -> None:
    span = span_of(cadence, dt.date.fromisoformat(day))
    assert (span.code, f"{span.starts_on}", f"{span.ends_on}") == (code, first, last)
    assert span.after.before == span


def test_a_year_has_twelve_months_and_four_quarters() -> None:
    year = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    months = spans_within("month", *year)
    assert [span.code for span in months] == [f"2026-{n:02}" for n in range(1, 13)]
    assert sum((span.ends_on - span.starts_on).days + 1 for span in months) == 365
    assert [span.code for span in spans_within("quarter", *year)] == [
        f"2026-Q{n}" for n in range(1, 5)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "number", "ends_on", "due"),
    [
        # 5 April 2026 is 清明节, a Sunday, with the Monday off.
        ("calendar_day", 5, "2026-03-31", "2026-04-07"),
        ("calendar_day", 5, "2026-10-31", "2026-11-05"),
        # 国庆: working days from 8 October on, 10 October (Saturday) made up for.
        ("workday", 3, "2026-09-30", "2026-10-10"),
        ("calendar_day", 1, "2026-01-31", "2026-02-02"),
    ],
)
def test_due_days_fall_on_working_days(kind: str, number: int, ends_on: str, due: str) -> None:
    form = ReportType(due_kind=kind, due_number=number)
    assert opening.due_day(form, dt.date.fromisoformat(ends_on)) == dt.date.fromisoformat(due)


@pytest.mark.django_db
def test_a_period_opens_before_its_end_with_a_report_for_each_office_that_owes() -> None:
    opening.open_periods(dt.date(2026, 11, 24))
    assert not Period.objects.filter(code="2026-11").exists()
    opened = opening.open_periods(dt.date(2026, 11, 25))
    assert [(period.type_code, period.code) for period in opened] == [(MONTHLY, "2026-11")]
    period = month("2026-11")
    assert (period.due_on, period.state) == (dt.date(2026, 12, 7), "open")
    assert owed_by(period) == pilots()
    assert len(owed_by(period)) == 6
    report = period.reports.select_related("office").first()
    assert report
    assert (report.state, report.due_on) == ("todo", period.due_on)
    assert report.street_id == report.office.street_id
    event = AuditEvent.objects.get(action="reports.open_period", object_id=str(period.pk))
    assert event.changes["offices"] == sorted(pilots())


@pytest.mark.django_db
def test_at_the_end_of_a_year_streets_departments_and_the_commission_owe() -> None:
    opening.open_periods(dt.date(2026, 12, 31))
    found = {period.type_code: owed_by(period) for period in Period.objects.all()}
    assert found.keys() == set(ReportType.objects.values_list("code", flat=True))
    streets = set(Office.objects.filter(kind="street").values_list("code", flat=True))
    departments = set(Office.objects.filter(kind="department").values_list("code", flat=True))
    assert found["street_quarter"] == found["street_year"] == streets
    assert found["department_quarter"] == departments | {"commerce"}
    assert len(found["department_year"]) == 18


@pytest.mark.django_db
def test_opening_again_changes_nothing_and_missed_days_are_made_up_for() -> None:
    # The machine stood still from 20 November to 4 December; 2026-10 has closed meanwhile.
    first = opening.open_periods(dt.date(2026, 12, 4))
    assert [(period.type_code, period.code) for period in first] == [(MONTHLY, "2026-11")]
    before = list(ProgressReport.objects.order_by("pk").values())
    events = AuditEvent.objects.count()
    assert opening.open_periods(dt.date(2026, 12, 4)) == []
    assert list(ProgressReport.objects.order_by("pk").values()) == before
    assert AuditEvent.objects.count() == events


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_the_same_moment_open_a_period_once() -> None:
    today = dt.date(2026, 12, 31)
    opened = at_once(*[lambda: opening.open_periods(today)] * 2)
    assert sorted(period.type_code for each in opened for period in each) == sorted(
        ReportType.objects.values_list("code", flat=True)
    )
    assert AuditEvent.objects.filter(action="reports.open_period").count() == 5
    assert ProgressReport.objects.count() == 6 + 10 + 10 + 18 + 18
    assert not AuditEvent.objects.filter(action="reports.add_reports").exists()


@pytest.mark.both
@pytest.mark.django_db
def test_who_joins_late_gets_a_report_from_the_day_the_duty_starts() -> None:
    opening.open_periods(dt.date(2026, 11, 25))
    newcomer = Street.objects.exclude(pk__in=Designation.objects.values("street")).first()
    assert newcomer
    batch = PilotBatch.objects.get(code="2022")
    batch.streets.add(newcomer)
    # The batch has only been announced: there is nothing to report on.
    PilotBatch.objects.filter(pk=batch.pk).update(stage="announced")
    opening.open_periods(dt.date(2026, 11, 27))
    assert owed_by(month("2026-11")) == pilots()
    PilotBatch.objects.filter(pk=batch.pk).update(stage="building")
    opening.open_periods(dt.date(2026, 11, 28))
    office = Office.objects.get(street=newcomer)
    assert owed_by(month("2026-11")) == pilots() | {office.code}
    assert AuditEvent.objects.get(action="reports.add_reports").changes["offices"] == [office.code]
    # After the period's end a pilot owes from the next one on, an office named by a duty at once.
    other = Street.objects.exclude(pk=newcomer.pk).exclude(designation__isnull=False).first()
    batch.streets.add(other)
    duty = {"type": month("2026-11").type, "audience": "office"}
    fire = Office.objects.get(code="fire_rescue")
    ReportDuty.objects.create(office=fire, valid_from=dt.date(2026, 11, 30), **duty)
    tax = Office.objects.get(code="tax")
    ReportDuty.objects.create(office=tax, valid_from=dt.date(2026, 12, 1), **duty)
    opening.open_periods(dt.date(2026, 12, 2))
    assert owed_by(month("2026-11")) == pilots() | {office.code, fire.code}
    opening.open_periods(dt.date(2026, 12, 28))
    december = owed_by(month("2026-12"))
    assert december == pilots() | {office.code, fire.code, tax.code} | set(
        Office.objects.filter(street=other).values_list("code", flat=True)
    )


@pytest.mark.django_db
def test_a_duty_that_has_ended_and_a_form_that_is_withdrawn_ask_nobody() -> None:
    ReportDuty.objects.filter(type__code="street_quarter").update(valid_to=dt.date(2026, 12, 31))
    ReportType.objects.filter(code="department_quarter").update(state="retired")
    ReportType.objects.filter(code="street_year").update(valid_from=dt.date(2027, 1, 1))
    opening.open_periods(dt.date(2026, 12, 31))
    assert not Period.objects.filter(type_code__in=["department_quarter", "street_year"]).exists()
    assert not ProgressReport.objects.filter(period__type_code="street_quarter").exists()


@pytest.mark.django_db
def test_a_new_version_of_a_form_counts_from_the_period_in_which_it_is_valid() -> None:
    old = ReportType.objects.get(code=MONTHLY)
    ReportType.objects.filter(pk=old.pk).update(state="retired")
    new = ReportType.objects.create(
        district=old.district,
        code=MONTHLY,
        number=2,
        name=old.name,
        state="published",
        cadence="month",
        valid_from=dt.date(2026, 12, 1),
    )
    opening.open_periods(dt.date(2026, 11, 30))
    opening.open_periods(dt.date(2026, 12, 28))
    assert month("2026-11").type_id == old.pk
    assert month("2026-12").type_id == new.pk


@pytest.mark.django_db
def test_a_period_closes_unless_a_returned_report_still_has_time() -> None:
    clock.run(dt.date(2026, 11, 25))
    period = month("2026-11")
    # Ten working days after 7 December.
    assert period.closes_on == dt.date(2026, 12, 21)
    assert clock.run(dt.date(2026, 12, 21))["closed"] == 0
    report = period.reports.first()
    assert report
    when = dt.datetime(2026, 12, 3, tzinfo=dt.UTC)
    ProgressReport.objects.filter(pk=report.pk).update(
        state="returned", first_submitted_at=when, due_on=dt.date(2026, 12, 23)
    )
    assert clock.run(dt.date(2026, 12, 22))["closed"] == 0
    assert clock.run(dt.date(2026, 12, 24))["closed"] == 1
    assert clock.run(dt.date(2026, 12, 24))["closed"] == 0
    event = AuditEvent.objects.get(action="reports.close_period")
    assert (event.from_state, event.to_state) == ("open", "closed")
    assert len(event.changes["owed"]) == 6


@pytest.mark.django_db
def test_a_holiday_that_moves_takes_the_due_days_of_open_periods_along() -> None:
    clock.run(dt.date(2026, 11, 25))
    period = month("2026-11")
    first, second, third = period.reports.order_by("pk")[:3]
    when = dt.datetime(2026, 12, 3, tzinfo=dt.UTC)
    own_day = dt.date(2026, 12, 11)
    ProgressReport.objects.filter(pk=first.pk).update(
        state="submitted", first_submitted_at=when, returned_times=1, due_on=own_day
    )
    ProgressReport.objects.filter(pk=second.pk).update(state="final", first_submitted_at=when)
    row = CalendarDay.objects.create(day=period.due_on, working=False, name="调休")
    moved = dt.date(2026, 12, 8)
    period.refresh_from_db()
    assert (period.due_on, period.closes_on) == (moved, dt.date(2026, 12, 22))
    days = dict(period.reports.values_list("pk", "due_on"))
    assert (days[first.pk], days[second.pk], days[third.pk]) == (own_day, moved, moved)
    event = AuditEvent.objects.get(action="reports.recalculate_due_days")
    assert event.changes == {"street_month 2026-11": ["2026-12-07", "2026-12-08"]}
    # A day that nothing hangs on says nothing; a closed period stays as it is.
    CalendarDay.objects.create(day=dt.date(2027, 6, 1), working=False)
    Period.objects.update(state="closed")
    row.delete()
    assert AuditEvent.objects.filter(action="reports.recalculate_due_days").count() == 1
    period.refresh_from_db()
    assert period.due_on == moved


@pytest.mark.django_db
def test_the_command_does_what_the_clock_does(capsys: Any) -> None:
    call_command("close_periods", on="2026-11-25", json=True)
    assert '"opened": 1, "closed": 0' in capsys.readouterr().out
    call_command("close_periods", on="2026-12-25")
    assert capsys.readouterr().out.strip() == "已开放 4 个报告期，关闭 1 个。"
