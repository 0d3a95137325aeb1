"""A street's word that its ledger holds every outlet of a format, and taking it back."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.audit import Actor, act
from outlets.models import BusinessFormat, LedgerCompleteness, Outlet
from outlets.services.changes import check_day
from outlets.signals import outlets_changed
from territory.models import Street


def confirm_completeness(
    *, street: Street, format: BusinessFormat, on: dt.date, by: Actor
) -> LedgerCompleteness:
    """Keep the street's word from day `on`: where there is no outlet of the format, none exists."""
    check_day(on)
    with act("outlets.confirm_completeness", by=by) as this:
        row, _new = LedgerCompleteness.objects.get_or_create(
            street=street, format=format, on=on, defaults={"by_label": by.label[:120]}
        )
        this.obj, this.changes = row, _told(street, format) | {"on": on}
        outlets_changed.send(sender=Outlet, district=street.district)
    return row


def withdraw_completeness(
    *, street: Street, format: BusinessFormat, by: Actor, reason: str = ""
) -> None:
    """Take the word back, on whichever days it was given. ValidationError when it was not."""
    with act("outlets.withdraw_completeness", by=by, comment=reason) as this:
        rows = LedgerCompleteness.objects.select_for_update().filter(street=street, format=format)
        days = sorted(row.on for row in rows)
        if not days:
            raise ValidationError(_("该业态的台账尚未确认完整"))
        rows.delete()
        this.changes = _told(street, format) | {"on": days}
        outlets_changed.send(sender=Outlet, district=street.district)


def _told(street: Street, format: BusinessFormat) -> dict[str, str]:
    return {"street": street.code, "format": format.code}
