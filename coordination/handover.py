"""工作交接 of this room: the tasks and proposals that a person handles."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.handover import Item, register
from accounts.models import User
from coordination.models import Proposal, Task
from core.audit import Actor


def open_tasks(user: User) -> list[Item]:
    """Tasks in the person's hands that are not closed."""
    rows = Task.objects.unfinished().filter(handler_id=user.pk).order_by("due_on", "id")
    return _items(rows, _("任务"), "/coordination/tasks/")


def open_proposals(user: User) -> list[Item]:
    """Proposals in the person's hands that have not been replied to."""
    replied = (Proposal.State.REPLIED, Proposal.State.CLOSED)
    rows = Proposal.objects.filter(handler_id=user.pk).exclude(state__in=replied)
    return _items(rows.order_by("due_on", "id"), _("提案建议"), "/coordination/proposals/")


def _items(rows: "QuerySet[Any]", kind: Any, folder: str) -> list[Item]:
    label = rows.model._meta.label_lower
    return [
        Item(kind, f"{row}（{row.get_state_display()}）", f"{folder}{row.pk}/", f"{label}:{row.pk}")
        for row in rows
    ]


def transfer_tasks(user: User, successor: User | None, items: list[Item], by: Actor) -> None:
    """Another hand works on the tasks."""
    _pass(Task, successor, items)


def transfer_proposals(user: User, successor: User | None, items: list[Item], by: Actor) -> None:
    """Another hand writes the replies; who drafted so far stays known."""
    _pass(Proposal, successor, items)


def _pass(model: Any, successor: User | None, items: list[Item]) -> None:
    if successor is not None:
        rows = model.objects.filter(pk__in=[item.pk for item in items])
        rows.update(handler_id=successor.pk, handler_label=str(successor))


register(open_tasks, transfer_tasks)
register(open_proposals, transfer_proposals)
