"""Whom a task's news go to: the people of its units, and the commission's officers."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from accounts.people import people_of, recipients_of_commission
from accounts.roles import (
    APPROVER,
    DEPARTMENT_LIAISON,
    PROGRAMME_OFFICER,
    STREET_HEAD,
    STREET_OFFICER,
)
from coordination.models import Task, TaskOffice
from core.notices import Recipient, notify
from core.reminders import Due, subject

# Who works on a unit's tasks, and who answers for it.
OFFICERS = (STREET_OFFICER, DEPARTMENT_LIAISON, PROGRAMME_OFFICER)
HEADS = (STREET_HEAD, APPROVER)


def path_of(task: Task) -> str:
    """Where everyone finds the task in the site."""
    return f"/coordination/tasks/{task.pk}/"


def tell_offices(
    task: Task, *, key: str, title: Any, text: Any = "", heads: bool = False, **parts: Any
) -> None:
    """Write to the officers of the units that the task names, to their heads too if asked.

    key    what happened; a person is told once of it
    title, text  lazy, with %(task)s, %(day)s and what `parts` adds
    """
    offices: Iterable[uuid.UUID] = task.offices.values_list("office_id", flat=True)
    told = people_of(offices, (*OFFICERS, *HEADS) if heads else OFFICERS)
    _tell(task, [one for people in told.values() for one in people], key, title, text, parts)


def tell_commission(task: Task, *, key: str, title: Any, text: Any = "", **parts: Any) -> None:
    """Write to the commission's officers."""
    people = recipients_of_commission(task.district, PROGRAMME_OFFICER)
    _tell(task, people, key, title, text, parts)


def _tell(
    task: Task, people: list[Recipient], key: str, title: Any, text: Any, parts: dict[str, Any]
) -> None:
    filled = {"task": " ".join(task.title.split()), "day": task.due_on.isoformat(), **parts}
    # In the site's language, whoever acts.
    with translation.override(settings.LANGUAGE_CODE):
        filled = {name: str(value) for name, value in filled.items()}
        notify(
            key=f"task:{task.pk}:{key}",
            people=people,
            title=str(title) % filled,
            text=str(text) % filled if text else "",
            path=path_of(task),
        )


@subject("task")
def due(today: dt.date) -> Iterator[Due]:
    """What lead units still owe an answer to; a fixed number of queries for each district."""
    owed = Task.objects.filter(state__in=[Task.State.ISSUED, Task.State.UNDER_WAY])
    tasks = {task.pk: task for task in owed.select_related("district").order_by("due_on", "id")}
    leading: dict[uuid.UUID, Office] = {
        link.task_id: link.office
        for link in TaskOffice.objects.filter(
            task__in=tasks, role=TaskOffice.Role.LEAD
        ).select_related("office")
    }
    offices = {office.pk: office for office in leading.values()}.values()
    officers, heads = people_of(offices, OFFICERS), people_of(offices, HEADS)
    commissions: dict[uuid.UUID, list[Recipient]] = {}
    for task in tasks.values():
        if task.pk not in leading:
            continue
        if task.district_id not in commissions:
            found = recipients_of_commission(task.district, PROGRAMME_OFFICER)
            commissions[task.district_id] = found
        office = leading[task.pk]
        yield Due(
            id=task.pk,
            due_on=task.due_on,
            title=str(_("任务 %(number)s %(task)s（%(unit)s）"))
            % {"number": task.number, "task": task.title, "unit": office.name},
            path=path_of(task),
            owners=officers[office.pk],
            heads=heads[office.pk],
            commission=commissions[task.district_id],
            since=task.issued_on,
        )
