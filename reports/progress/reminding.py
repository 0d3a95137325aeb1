"""Whom reminders of owed reports go to: who fills them in, their heads, the commission."""

import datetime as dt
import uuid
from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people import people_of, recipients_of_commission
from accounts.roles import (
    APPROVER,
    DEPARTMENT_LIAISON,
    PROGRAMME_OFFICER,
    STREET_HEAD,
    STREET_OFFICER,
)
from core.notices import Recipient
from core.reminders import Due, subject
from reports.models import Period, ProgressReport

OWNERS = (STREET_OFFICER, DEPARTMENT_LIAISON, PROGRAMME_OFFICER)
HEADS = (STREET_HEAD, APPROVER)


@subject("report")
def due(today: dt.date) -> Iterator[Due]:
    """Reports of open periods that are not sent, and any that came back; a few queries in all."""
    # What comes back after its period has closed has a due day of its own.
    rows = ProgressReport.objects.owed().filter(
        Q(period__state=Period.State.OPEN) | Q(state=ProgressReport.State.RETURNED)
    )
    reports = list(rows.select_related("office", "district", "period__type").order_by("pk"))
    offices = {report.office_id: report.office for report in reports}.values()
    owners, heads = people_of(offices, OWNERS), people_of(offices, HEADS)
    commissions: dict[uuid.UUID, list[Recipient]] = {}
    for report in reports:
        if report.district_id not in commissions:
            found = recipients_of_commission(report.district, PROGRAMME_OFFICER)
            commissions[report.district_id] = found
        yield Due(
            id=report.pk,
            due_on=report.due_on,
            title=_("%(form)s %(period)s（%(unit)s）")
            % {
                "form": report.period.type.name,
                "period": report.period.code,
                "unit": report.office.name,
            },
            path=f"/desk/reports/{report.pk}/",
            owners=owners[report.office_id],
            heads=heads[report.office_id],
            commission=commissions[report.district_id],
            since=_known_since(report),
        )


def _known_since(report: ProgressReport) -> dt.date:
    """The day from which the office has known its due day."""
    if report.state == ProgressReport.State.RETURNED and report.decided_at:
        return timezone.localdate(report.decided_at)
    return report.period.opens_on
