"""Periods opened and closed by the clock, with a report for every office that owes one.

Everything here may run twice, late, or at the same moment from two beats: the tables' unique
constraints decide, and what is there already is left as it is.
"""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Office
from circles.models import Compound, Designation, PilotBatch
from core.audit import SYSTEM, Actor, act
from core.db import locked
from core.workdays import Workdays, calendar
from reports.models import Period, ProgressReport, ReportDuty, ReportType
from reports.progress.spans import Span, span_of
from territory.models import District

DAY = dt.timedelta(days=1)
# From the stage in which a batch builds, its streets have a pilot project (试点项目) to report on,
# and keep reporting when it has ended (普陀 六5: 巩固、完善、总结).
PILOT_STAGES = (PilotBatch.Stage.BUILDING, PilotBatch.Stage.EVALUATING, PilotBatch.Stage.ENDED)
# How far back a missed opening is made up for; a period that has closed since is left alone.
MOST_SPANS_BACK = 12
Audience = ReportDuty.Audience


def due_day(form: ReportType, ends_on: dt.date, workdays: Workdays | None = None) -> dt.date:
    """When a report over a period that ends on `ends_on` is due.

    The n-th calendar day after it, moved to the next working day; or the n-th working day.
    """
    workdays = workdays or calendar()
    if form.due_kind == ReportType.DueKind.WORKDAY:
        return workdays.nth(ends_on + DAY, form.due_number)
    return workdays.next_workday(ends_on + form.due_number * DAY)


def period_for(form: ReportType, day: dt.date) -> Period:
    """The form's period that `day` lies in, as it would be opened today; not saved."""
    return _period(form, span_of(form.cadence, day), calendar())


def _period(form: ReportType, span: Span, workdays: Workdays) -> Period:
    due_on = due_day(form, span.ends_on, workdays)
    return Period(
        district_id=form.district_id,
        type=form,
        type_code=form.code,
        code=span.code,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        opens_on=max(span.starts_on, span.ends_on - form.opens_before_end * DAY),
        due_on=due_on,
        closes_on=workdays.add(due_on, form.closes_after_due),
    )


def open_periods(today: dt.date) -> list[Period]:
    """Open each form's periods that are due to be open, and give late joiners their reports.

    A run that was missed is made up for as long as the period has not closed. Returns the periods
    that this call has opened; the others' new reports are in the audit log.
    Among sample registers they are sample, too.
    """
    opened = []
    workdays = calendar()
    demos = set(
        Compound.objects.filter(is_sample=True).values_list("district", flat=True).distinct()
    )
    for versions in _published_forms():
        for period in _due_to_be_open(versions, today, workdays):
            period.is_sample = period.district_id in demos
            if made := _open(period, today):
                opened.append(made)
    return opened


def _published_forms() -> Iterable[list[ReportType]]:
    """The versions of each form that is in use, newest first."""
    forms = ReportType.objects.exclude(state=ReportType.State.DRAFT).order_by("code", "-number")
    by_code: dict[object, list[ReportType]] = {}
    for form in forms.select_related("district"):
        by_code.setdefault((form.district_id, form.code), []).append(form)
    return [
        versions
        for versions in by_code.values()
        if any(form.state == ReportType.State.PUBLISHED for form in versions)
    ]


def _due_to_be_open(
    versions: list[ReportType], today: dt.date, workdays: Workdays
) -> Iterable[Period]:
    """Unsaved, oldest first: each by the version of the form that is in force at its end."""
    found = []
    span = span_of(versions[0].cadence, today)
    for _back in range(MOST_SPANS_BACK):
        form = next((each for each in versions if _in_force(each, span)), None)
        if form is None:
            break
        period = _period(form, span, workdays)
        if period.closes_on < today:
            break
        if period.opens_on <= today:
            found.append(period)
        span = span.before
    return reversed(found)


def _in_force(form: ReportType, span: Span) -> bool:
    if form.valid_until and form.valid_until < span.ends_on:
        return False
    return form.cadence == span.cadence and form.valid_from <= span.ends_on


def _open(period: Period, today: dt.date) -> Period | None:
    """The period as saved if this call has opened it; its missing reports are added either way."""
    with transaction.atomic():
        Period.objects.bulk_create([period], ignore_conflicts=True)
        rows = Period.objects.filter(
            district_id=period.district_id, type_code=period.type_code, code=period.code
        )
        kept = locked(rows.select_related("type")).get()
        is_new = kept.pk == period.pk
        if not is_new and kept.state == Period.State.CLOSED:
            return None
        _add_reports(kept, today, is_new=is_new)
        return kept if is_new else None


def _add_reports(period: Period, today: dt.date, *, is_new: bool) -> None:
    has_one = period.reports.values("office")
    owing = owing_offices(period, joining=is_new or today <= period.ends_on)
    missing = list(owing.exclude(pk__in=has_one))
    if not missing and not is_new:
        return
    word = "reports.open_period" if is_new else "reports.add_reports"
    with act(word, by=SYSTEM, obj=period) as this:
        ProgressReport.objects.bulk_create(
            [
                ProgressReport(
                    district_id=period.district_id,
                    period=period,
                    office=office,
                    street_id=office.street_id,
                    due_on=period.due_on,
                    is_sample=period.is_sample,
                )
                for office in missing
            ],
            ignore_conflicts=True,
        )
        this.changes = {
            "period": period.code,
            "form": period.type_code,
            "due_on": period.due_on,
            "offices": [office.code for office in missing],
        }
        if is_new:
            this.to_state = Period.State.OPEN


def owing_offices(period: Period, *, joining: bool = True) -> "QuerySet[Office]":
    """The offices that owe a report for the period: by the duties in force on its last day.

    joining  also streets that are pilots as of now. A street that becomes one after the period's
             end owes from the next period on, so the clock asks for them only until then.
    """
    duties = period.type.duties.filter(valid_from__lte=period.ends_on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=period.ends_on)
    )
    wanted = Q(pk__in=[])
    for duty in duties:
        if duty.audience == Audience.OFFICE:
            wanted |= Q(pk=duty.office_id)
        elif duty.audience != Audience.PILOT_STREETS or joining:
            wanted |= AUDIENCES[Audience(duty.audience)](period.district)
    return Office.objects.filter(wanted, district=period.district_id).order_by("code")


def pilot_streets(district: District) -> set[uuid.UUID]:
    """Ids of streets with a pilot project: in a batch that builds or has built, or designated.

    A batch that is only announced has nothing to report on yet; a national or municipal
    designation (答复 一2) is a pilot whatever the stage of the district's own batches.
    """
    in_batches = PilotBatch.objects.filter(
        district=district, stage__in=PILOT_STAGES, streets__isnull=False
    ).values_list("streets", flat=True)
    designated = Designation.objects.filter(street__district=district)
    return {*in_batches, *designated.values_list("street", flat=True)}


AUDIENCES = {
    Audience.PILOT_STREETS: lambda district: Q(
        kind=Office.Kind.STREET, street__in=pilot_streets(district)
    ),
    Audience.STREETS: lambda district: Q(kind=Office.Kind.STREET),
    Audience.DEPARTMENTS: lambda district: Q(kind=Office.Kind.DEPARTMENT),
}


def close_periods(today: dt.date) -> list[Period]:
    """Close the open periods whose last day is over; what is still owed stays owed.

    A period in which a returned report has its new due day before it stays open until then.
    """
    waiting = ProgressReport.objects.filter(
        state=ProgressReport.State.RETURNED, due_on__gte=today
    ).values("period")
    due = Period.objects.filter(state=Period.State.OPEN, closes_on__lt=today)
    closed = []
    for key in due.exclude(pk__in=waiting).order_by("ends_on", "pk").values_list("pk", flat=True):
        if period := _close(key):
            closed.append(period)
    return closed


def _close(key: uuid.UUID) -> Period | None:
    with transaction.atomic():
        rows = Period.objects.filter(pk=key, state=Period.State.OPEN)
        period = locked(rows.select_related("type")).first()
        if period is None:
            return None
        with act("reports.close_period", by=SYSTEM, obj=period) as this:
            this.from_state, this.to_state = period.state, Period.State.CLOSED
            owed = period.reports.owed().order_by("office__code")
            this.changes = {"owed": list(owed.values_list("office__code", flat=True))}
            period.state = Period.State.CLOSED
            period.version += 1
            period.save(update_fields=["state", "version"])
    return period


def recalculate_due_days(district: District | None, by: Actor) -> list[Period]:
    """After the calendar has changed: move the due and closing days of open periods.

    Reports take the new day with their period, except those that were returned: they have a day
    of their own. One audit event for all. Returns the periods that have moved.
    """
    rows = Period.objects.filter(state=Period.State.OPEN)
    if district is not None:
        rows = rows.filter(district=district)
    moved = []
    workdays = calendar()
    with transaction.atomic():
        for period in locked(rows.select_related("type")):
            due_on = due_day(period.type, period.ends_on, workdays)
            closes_on = workdays.add(due_on, period.type.closes_after_due)
            if (due_on, closes_on) != (period.due_on, period.closes_on):
                moved.append((period, due_on, closes_on))
        if moved:
            with act("reports.recalculate_due_days", by=by) as this:
                this.changes = {
                    f"{period.type_code} {period.code}": [period.due_on, due_on]
                    for period, due_on, _closes_on in moved
                }
                for period, due_on, closes_on in moved:
                    _move(period, due_on, closes_on)
    return [period for period, _due_on, _closes_on in moved]


def _move(period: Period, due_on: dt.date, closes_on: dt.date) -> None:
    kept = period.reports.filter(returned_times=0, due_on=period.due_on)
    kept.exclude(state=ProgressReport.State.RETURNED).update(due_on=due_on)
    period.due_on, period.closes_on = due_on, closes_on
    period.version += 1
    period.save(update_fields=["due_on", "closes_on", "version"])
