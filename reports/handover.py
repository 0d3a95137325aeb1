"""工作交接 of this room: the reports that a person works on."""

from django.utils.translation import gettext_lazy as _

from accounts.handover import Item, register
from accounts.models import User
from core.audit import Actor
from reports.models import ProgressReport

REPORT = "reports.progressreport"


def open_reports(user: User) -> list[Item]:
    """Reports in the person's hands that are not yet passed."""
    rows = ProgressReport.objects.filter(
        handler_id=user.pk, state__in=["todo", "draft", "returned", "submitted"]
    )
    return [
        Item(
            _("进展报送"),
            f"{row.period}（{row.get_state_display()}）",
            f"/desk/reports/{row.pk}/",
            f"{REPORT}:{row.pk}",
        )
        for row in rows.select_related("period__type").order_by("due_on", "id")
    ]


def transfer_reports(user: User, successor: User | None, items: list[Item], by: Actor) -> None:
    """Another hand works on them; what was reported stays as it was."""
    if successor is None:
        return
    rows = ProgressReport.objects.filter(pk__in=[item.pk for item in items])
    rows.update(handler_id=successor.pk, handler_label=str(successor))


register(open_reports, transfer_reports)
