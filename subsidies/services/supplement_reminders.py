"""Reminders of 补正: who filed is reminded until the day, the commission once it is over."""

import datetime as dt
import uuid
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from accounts.people import recipients_of_commission
from accounts.roles import PROGRAMME_OFFICER
from core.notices import Recipient
from core.reminders import Due, subject
from subsidies.models import Application
from subsidies.services.application_notices import applicants, application_path


@subject("supplement")
def due(today: dt.date) -> Iterator[Due]:
    """What was asked for and has not been handed in; a few queries for each application."""
    rows = Application.objects.filter(
        state=Application.State.SUPPLEMENT, supplement_due__isnull=False
    )
    rows = rows.select_related("district", "enterprise").defer("computation", "eligibility")
    officers: dict[uuid.UUID, list[Recipient]] = {}
    for row in rows.order_by("supplement_due", "pk"):
        if row.district_id not in officers:
            officers[row.district_id] = recipients_of_commission(row.district, PROGRAMME_OFFICER)
        assert row.supplement_due is not None
        yield Due(
            id=row.pk,
            due_on=row.supplement_due,
            title=str(_("扶持申报补正：%(what)s")) % {"what": row},
            path=f"{application_path(row)}edit/",
            owners=list({one.id: one for one in applicants(row)}.values()),
            commission=officers[row.district_id],
            since=row.supplement_on,
        )
