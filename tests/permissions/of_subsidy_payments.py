"""Subsidies, payments: who may ask, write and open what."""

from typing import Any

from tests.permissions.callers import COMMISSION_PEOPLE
from tests.permissions.entries import ONLY_FOREIGN, ListEntry, PageEntry, WriteEntry

LISTS: dict[str, ListEntry] = {}
WRITES: tuple[WriteEntry, ...] = ()
PAGES: dict[str, PageEntry] = {
    "subsidies:payments": PageEntry(COMMISSION_PEOPLE | ONLY_FOREIGN),
}


def fill(world: Any, place: str, street: Any) -> None:
    """Nothing yet."""
