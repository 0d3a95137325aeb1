"""Subsidies, budgets: who may ask, write and open what."""

from typing import Any

from tests.permissions.entries import ListEntry, PageEntry, WriteEntry

LISTS: dict[str, ListEntry] = {}
WRITES: tuple[WriteEntry, ...] = ()
PAGES: dict[str, PageEntry] = {}


def fill(world: Any, place: str, street: Any) -> None:
    """Nothing yet."""
