"""How many findings were open at the end of each of the last days."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Sum

from core.scope import Scope
from outlets.models import QualityCount

DAYS = 30


def open_by_day(
    scope: Scope, district: Any, *, until: dt.date, streets: Iterable[Any] | None = None
) -> dict[str, list[int | None]]:
    """Rule code → open findings of the last 30 days, oldest first; None = not looked at that day.

    Of the streets that the caller sees, or of those given among them. One query.
    """
    rows = QualityCount.objects.visible_to(scope).filter(
        district=district, on__gt=until - dt.timedelta(days=DAYS), on__lte=until
    )
    if streets is not None:
        rows = rows.filter(street__in=list(streets))
    found = rows.order_by().values_list("rule_id", "on").annotate(n=Sum("open"))
    trend: dict[str, list[int | None]] = {}
    for rule, on, n in found:
        days = trend.setdefault(rule, [None] * DAYS)
        days[DAYS - 1 - (until - on).days] = n
    return trend
