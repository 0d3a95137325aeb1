"""Tasks: who may ask, write and open what."""

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Office
from accounts.roles import (
    APPROVER,
    COMMISSION_ADMIN,
    DEPARTMENT_LIAISON,
    PROGRAMME_OFFICER,
    STREET_OFFICER,
)
from coordination.models import Task
from core.attachments import attach
from core.audit import SYSTEM
from tests.factories import OfficeFactory
from tests.outlets.pictures import jpeg
from tests.permissions.callers import (
    COMMISSION_PEOPLE,
    FOREIGN_OFFICER,
    STREET_PEOPLE,
    TOKEN_OF_COMMISSION,
    TOKEN_OF_STREET,
)
from tests.permissions.entries import (
    DISTRICT_WIDE,
    NOBODY,
    ONLY_FOREIGN,
    WRITERS,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_row,
)

# The own street's office leads the own task, and nobody of ours the others.
LEADING: Who = STREET_PEOPLE | {TOKEN_OF_STREET}
READERS: Who = DISTRICT_WIDE | LEADING
MEMBERS: Who = COMMISSION_PEOPLE | STREET_PEOPLE | {DEPARTMENT_LIAISON}
OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
CLOSERS: Who = OFFICERS | {APPROVER, TOKEN_OF_COMMISSION}

LISTS: dict[str, ListEntry] = {
    "tasks": ListEntry(
        ask=READERS | {DEPARTMENT_LIAISON, FOREIGN_OFFICER},
        own=READERS,
        other=DISTRICT_WIDE,
        foreign=ONLY_FOREIGN,
        by={
            "office": lambda row: row.offices.get(role="lead").office.code,
            "number": lambda row: row.number,
        },
    )
}


def new_task(world: Any, place: str) -> dict[str, Any]:
    lead = world.rows["tasks"][place].offices.get(role="lead").office
    due_on = timezone.localdate() + dt.timedelta(days=30)
    return {"title": "新任务", "lead": lead.code, "due_on": due_on.isoformat()}


def said(world: Any, place: str) -> dict[str, Any]:
    return {"comment": "试验说明"}


def _move(word: str, own: Who, other: Who, rows: str) -> WriteEntry:
    return WriteEntry("post", f"api:v1:tasks-{word}", own, other, said, rows=rows)


WRITES: tuple[WriteEntry, ...] = (
    WriteEntry("post", "api:v1:tasks-list", WRITERS, WRITERS, new_task),
    _move("start", LEADING, NOBODY, "tasks"),
    _move("report", LEADING, NOBODY, "tasks"),
    _move("withdraw", WRITERS, WRITERS, "tasks"),
    _move("return", CLOSERS, CLOSERS, "reported_tasks"),
    _move("close", CLOSERS, CLOSERS, "reported_tasks"),
)


def of_task(own: Who, other: Who, **more: Any) -> PageEntry:
    return PageEntry(own, of_row("tasks", pk="pk"), other=other, foreign=ONLY_FOREIGN, **more)


PAGES: dict[str, PageEntry] = {
    "coordination:home": PageEntry(MEMBERS | {FOREIGN_OFFICER}),
    "coordination:tasks": PageEntry(MEMBERS | {FOREIGN_OFFICER}),
    "coordination:task_new": PageEntry(OFFICERS | {FOREIGN_OFFICER}),
    "coordination:task": of_task(COMMISSION_PEOPLE | STREET_PEOPLE, COMMISSION_PEOPLE),
    "coordination:task_file": PageEntry(
        COMMISSION_PEOPLE | STREET_PEOPLE,
        lambda world, place: {
            "pk": world.rows["tasks"][place].pk,
            "file": world.rows["task_files"][place].pk,
        },
        other=COMMISSION_PEOPLE,
        foreign=ONLY_FOREIGN,
    ),
    "coordination:task_note": of_task(STREET_PEOPLE, NOBODY, method="post"),
    "coordination:task_urge": of_task(OFFICERS, OFFICERS, method="post"),
    "coordination:task_move": PageEntry(
        STREET_PEOPLE,
        lambda world, place: {"pk": world.rows["tasks"][place].pk, "word": "start"},
        foreign=ONLY_FOREIGN,
        method="post",
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A task that waits to be started and one that waits to be closed, led by the street's office.

    In the other district the officer's own commission leads: they may do everything there.
    """
    lead: Office = {
        "own": world.callers.people[STREET_OFFICER].office,
        "foreign": world.callers.people[FOREIGN_OFFICER].office,
    }.get(place) or OfficeFactory(street=street)
    for name, state in (("tasks", Task.State.ISSUED), ("reported_tasks", Task.State.REPORTED)):
        task = Task.objects.create(
            district=street.district,
            number=f"2026-{place}-{name[:4]}",
            title=f"{place}任务",
            state=state,
            issued_on=timezone.localdate(),
            due_on=timezone.localdate(),
        )
        task.offices.create(office=lead, role="lead")
        world.add(name, place, task)
    said = world.rows["tasks"][place].feedback.create(office=lead, kind="progress", text="进展")
    world.add("task_files", place, attach(said, ContentFile(jpeg(), "现场.jpg"), SYSTEM))
