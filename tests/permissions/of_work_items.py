"""工作信息: who may ask, write and open what."""

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Office
from accounts.roles import (
    APPROVER,
    DEPARTMENT_LIAISON,
    PROGRAMME_OFFICER,
    STREET_OFFICER,
)
from core.attachments import attach
from core.audit import SYSTEM
from reports.models import WorkItem
from tests.factories import OfficeFactory
from tests.outlets.pictures import jpeg
from tests.permissions.callers import (
    FOREIGN_OFFICER,
    STREET_PEOPLE,
    TOKEN_OF_COMMISSION,
    TOKEN_OF_STREET,
)
from tests.permissions.entries import (
    DISTRICT_WIDE,
    NOBODY,
    ONLY_FOREIGN,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    by_street,
    of_row,
)

PEOPLE_OF_COMMISSION: Who = DISTRICT_WIDE - {TOKEN_OF_COMMISSION}
READERS: Who = DISTRICT_WIDE | STREET_PEOPLE | {TOKEN_OF_STREET}
READING_PEOPLE: Who = PEOPLE_OF_COMMISSION | STREET_PEOPLE
ADOPTERS: Who = frozenset({PROGRAMME_OFFICER, APPROVER, TOKEN_OF_COMMISSION})
SENDERS: Who = STREET_PEOPLE | {TOKEN_OF_STREET}
# Anybody who writes for an office of theirs.
WRITING: Who = SENDERS | {DEPARTMENT_LIAISON, PROGRAMME_OFFICER, TOKEN_OF_COMMISSION}
# A department reads and writes, too, but the rows here are the streets'.
NAMED: Who = READING_PEOPLE | {DEPARTMENT_LIAISON, FOREIGN_OFFICER}

LISTS: dict[str, ListEntry] = {
    "work-items": ListEntry(
        ask=READERS | {DEPARTMENT_LIAISON, FOREIGN_OFFICER},
        own=READERS,
        other=DISTRICT_WIDE,
        foreign=ONLY_FOREIGN,
        by={
            "street": by_street,
            "office": lambda row: row.office.code,
            "title": lambda row: row.title,
        },
    )
}


def new_item(world: Any, place: str) -> dict[str, Any]:
    """News of the caller's own office, about a circle of the place."""
    return {
        "title": "便民服务进社区",
        "category": "volunteering",
        "happened_on": timezone.localdate().isoformat(),
        "circle": world.rows["circles"][place].code,
    }


def declined(world: Any, place: str) -> dict[str, Any]:
    return {"comment": "与便民生活圈无关"}


def nothing(world: Any, place: str) -> dict[str, Any]:
    return {}


_NAME = "api:v1:work-items"
WRITES: tuple[WriteEntry, ...] = (
    WriteEntry("post", f"{_NAME}-list", WRITING, WRITING - SENDERS, new_item),
    WriteEntry("post", f"{_NAME}-accept", ADOPTERS, ADOPTERS, nothing, rows="work-items"),
    WriteEntry("post", f"{_NAME}-decline", ADOPTERS, ADOPTERS, declined, rows="work-items"),
    WriteEntry("post", f"{_NAME}-withdraw", SENDERS, NOBODY, nothing, rows="work-items"),
)


def of_item(allowed: Who, name: str, **more: Any) -> PageEntry:
    """A page about an item of a street's office."""
    return PageEntry(
        allowed,
        of_row(name, pk="pk"),
        other=allowed & PEOPLE_OF_COMMISSION,
        foreign=allowed and ONLY_FOREIGN,
        **more,
    )


PAGES: dict[str, PageEntry] = {
    "reporting:news": PageEntry(NAMED),
    "reporting:news_item": of_item(READING_PEOPLE, "work-items"),
    "reporting:news_photo": of_item(READING_PEOPLE, "work_item_photos"),
    "reporting:news_highlight": of_item(
        frozenset({PROGRAMME_OFFICER, APPROVER}), "work-items", method="post"
    ),
    "reporting:news_move": PageEntry(
        frozenset({PROGRAMME_OFFICER, APPROVER}),
        lambda world, place: {"pk": world.rows["work-items"][place].pk, "word": "accept"},
        other=frozenset({PROGRAMME_OFFICER, APPROVER}),
        foreign=ONLY_FOREIGN,
        method="post",
    ),
    "news:mine": PageEntry(NAMED),
    "news:new": PageEntry(STREET_PEOPLE | {DEPARTMENT_LIAISON, PROGRAMME_OFFICER} | ONLY_FOREIGN),
}


def fill(world: Any, place: str, street: Any) -> None:
    """An item of the street's office, with a photograph; the own street's is its people's."""
    office: Office = {
        "own": lambda: world.callers.people[STREET_OFFICER].office,
        "other": lambda: OfficeFactory(street=street),
        "foreign": lambda: world.callers.people[FOREIGN_OFFICER].office,
    }[place]()
    item = WorkItem.objects.create(
        district=street.district,
        office=office,
        street=street,
        category="event",
        title=f"{place}便民市集",
        happened_on=timezone.localdate(),
    )
    world.add("work-items", place, item)
    photo = attach(item, ContentFile(jpeg(), "1.jpg"), SYSTEM)
    world.add("work_item_photos", place, photo)
