"""工作交接 of this room: drafts of applications that a person began."""

from django.utils.translation import gettext_lazy as _

from accounts.handover import Item, register
from accounts.models import User
from core.audit import Actor
from subsidies.models import Application


def open_drafts(user: User) -> list[Item]:
    """Those that have not been filed; what was filed anyone of the street completes."""
    if user.office is None:
        return []
    rows = Application.objects.filter(state="draft", district=user.office.district_id)
    return [
        Item(
            _("扶持申报草稿"),
            row.title,
            f"/subsidies/applications/{row.pk}/edit/",
            f"subsidies.application:{row.pk}",
        )
        for row in rows.order_by("created_at", "id")
        if str(user.pk) in row.submitted_by_ids
    ]


def transfer_drafts(user: User, successor: User | None, items: list[Item], by: Actor) -> None:
    """Another hand files them."""
    if successor is None:
        return
    for row in Application.objects.filter(pk__in=[item.pk for item in items]).order_by("id"):
        others = set(row.submitted_by_ids) - {str(user.pk)}
        people = sorted(others | {str(successor.pk)})
        Application.objects.filter(pk=row.pk).update(submitted_by_ids=people)


register(open_drafts, transfer_drafts)
