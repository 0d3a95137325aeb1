"""工作交接 of this room: ledgers that a person has uploaded and not yet taken in."""

from django.utils.translation import gettext_lazy as _

from accounts.handover import Item, register
from accounts.models import User
from core.audit import Actor
from outlets.models import Import

OPEN = (Import.State.UPLOADED, Import.State.CHECKING, Import.State.CHECKED)


def open_imports(user: User) -> list[Item]:
    """Ledgers on their way that wait for the person."""
    rows = Import.objects.filter(by_id=user.pk, state__in=OPEN).order_by("at", "id")
    return [
        Item(
            _("导入台账"),
            f"{row.file_name}（{row.get_state_display()}）",
            f"/ledger/imports/{row.pk}/",
            f"outlets.import:{row.pk}",
        )
        for row in rows
    ]


def transfer_imports(user: User, successor: User | None, items: list[Item], by: Actor) -> None:
    """They wait for another from now on; who uploaded them stands in the audit log."""
    if successor is None:
        return
    rows = Import.objects.filter(pk__in=[item.pk for item in items])
    rows.update(by_id=successor.pk, by_label=str(successor))


register(open_imports, transfer_imports)
