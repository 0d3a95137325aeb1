"""What the circle page says of money: the applications supported in it, the latest first."""

from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse

from circles.models import Circle
from core import policy
from core.scope import Scope
from subsidies.models import Application

SHOWN = 5
# What was decided on; what is only proposed may still be cancelled.
DECIDED = (Application.State.APPROVED, Application.State.PAYING, Application.State.DONE)


def support_of(row: Circle, scope: Scope) -> dict[str, Any] | None:
    """`support` of portal/circle.html; None for those who may not see applications."""
    if not policy.may(scope, "subsidies.applications"):
        return None
    rows = Application.objects.visible_to(scope).filter(circle=row, state__in=DECIDED)
    told = rows.aggregate(n=Count("pk"), amount=Sum("amount"))
    latest = rows.select_related("item").order_by("-round__year", "-number")[:SHOWN]
    return told | {
        "items": [
            {
                "title": one.title,
                "item": one.item.name,
                "amount": one.amount,
                "state_word": one.get_state_display(),
                "is_sample": one.is_sample,
                "url": reverse("subsidies:application", args=[one.pk]),
            }
            for one in latest
        ]
    }
