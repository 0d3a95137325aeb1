"""How coordination's pages say who and when."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Office
from accounts.offices import short_name
from core.workdays import Workdays


def unit_name(office: Office | None) -> str:
    """The unit as people of the district call it: without the district's own name in front."""
    if office is None:
        return "—"
    return short_name(office)


def units_of(district_id: Any) -> list[Office]:
    """The district's units in the order of the document that named them (ids ascend as made)."""
    kinds = ("commission", "department", "street")
    rows = Office.objects.filter(district=district_id, kind__in=kinds)
    return list(rows.select_related("district").order_by("pk"))


def left_text(due_on: dt.date, today: dt.date, days: Workdays) -> tuple[str, str]:
    """(status, words) of a due day that is still to be kept: working days left or gone."""
    n = days.between(today, due_on)
    if due_on < today:
        return "bad", _("逾期 %(n)d 个工作日") % {"n": max(-n, 1)}
    if due_on == today:
        return "warn", _("今天到期")
    return ("warn" if n <= 3 else "none"), _("还有 %(n)d 个工作日") % {"n": n}
