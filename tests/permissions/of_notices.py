"""A person's own messages: nobody else opens them, not even the administrator."""

from typing import Any

from accounts.roles import STREET_OFFICER
from core.models import Notice
from core.notices import Recipient, notify
from tests.factories import UserFactory
from tests.permissions.callers import FOREIGN_OFFICER
from tests.permissions.entries import (
    LOOKING,
    ONLY_FOREIGN,
    ListEntry,
    PageEntry,
    WriteEntry,
    of_row,
)

LISTS: dict[str, ListEntry] = {}
WRITES: tuple[WriteEntry, ...] = ()
PAGES: dict[str, PageEntry] = {
    "notices:list": PageEntry(LOOKING),
    "notices:read": PageEntry(LOOKING, method="post"),
    "notices:open": PageEntry(
        frozenset({STREET_OFFICER}), of_row("notices", pk="pk"), foreign=ONLY_FOREIGN
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A message to the street's officer, to somebody else, and to the other district's officer."""
    people = world.callers.people
    readers = {"own": people[STREET_OFFICER], "foreign": people[FOREIGN_OFFICER]}
    reader = readers.get(place) or UserFactory()
    notify(key=f"table:{place}", people=[Recipient(reader.pk, str(reader))], title="请办理")
    world.add("notices", place, Notice.objects.get(recipient_id=reader.pk))
