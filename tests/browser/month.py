"""A street's month as its desk finds it: a report that is owed, and the reminder of it.

`python manage.py shell --no-imports -c "from tests.browser import month; month.main()"`; last on
stdout what was made, as JSON.
"""

import datetime as dt
import json

from django.utils import timezone

from accounts.models import Office
from core import reminders
from core.audit import SYSTEM
from core.workdays import add_workdays
from reports.models import Period, ProgressReport
from reports.progress.opening import open_periods
from reports.progress.prefilling import prefill

State = ProgressReport.State


def main() -> None:
    """The monthly report of a street that has not begun it, three working days before its day."""
    today = timezone.localdate()
    last = (today.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    open_periods(last)
    period = Period.objects.get(type__code="street_month", ends_on=last)
    report = _not_begun(period)
    office = Office.objects.get(pk=report.office_id)
    # Nothing else is owed, so that the desk leads to this one.
    ProgressReport.objects.filter(office=office).owed().exclude(pk=report.pk).delete()
    prefill(report=report, by=SYSTEM)
    reminders.send_reminders(add_workdays(report.due_on, -3))
    assert office.street is not None
    facts = {"report": str(report.pk), "street": office.street.code, "office": office.name}
    print(json.dumps(facts))


def _not_begun(period: Period) -> ProgressReport:
    """A report of the period that nobody has begun; one is begun anew where there is none left."""
    report = period.reports.filter(state=State.TODO).order_by("pk").first()
    if report is not None:
        return report
    used = period.reports.order_by("pk").first()
    assert used is not None
    used.delete()
    return ProgressReport.objects.create(
        district_id=used.district_id,
        period=period,
        office_id=used.office_id,
        street_id=used.street_id,
        due_on=period.due_on,
    )
