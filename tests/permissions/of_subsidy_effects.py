"""Subsidies, effects: who may ask, write and open what."""

from typing import Any

from tests.permissions.callers import COMMISSION_PEOPLE, STREET_PEOPLE
from tests.permissions.entries import ONLY_FOREIGN, ListEntry, PageEntry, WriteEntry

LISTS: dict[str, ListEntry] = {}
WRITES: tuple[WriteEntry, ...] = ()
PAGES: dict[str, PageEntry] = {
    "subsidies:home": PageEntry(COMMISSION_PEOPLE | STREET_PEOPLE | ONLY_FOREIGN),
    "subsidies:effects": PageEntry(COMMISSION_PEOPLE | ONLY_FOREIGN),
}


def fill(world: Any, place: str, street: Any) -> None:
    """Nothing yet."""
