"""Subsidies, effects: who may ask, write and open what."""

from typing import Any

from accounts.roles import COMMISSION_ADMIN, PROGRAMME_OFFICER
from tests.permissions.callers import COMMISSION_PEOPLE, STREET_PEOPLE
from tests.permissions.entries import COMMISSIONS, ONLY_FOREIGN, ListEntry, PageEntry, WriteEntry

LISTS: dict[str, ListEntry] = {}
WRITES: tuple[WriteEntry, ...] = ()
PAGES: dict[str, PageEntry] = {
    "subsidies:home": PageEntry(COMMISSION_PEOPLE | STREET_PEOPLE | ONLY_FOREIGN),
    "subsidies:effects": PageEntry(COMMISSIONS),
    # About no row: each caller's own district's.
    "subsidies:self_assessment": PageEntry(
        COMMISSIONS, lambda world, place: {"kind": "docx"}, other=COMMISSIONS, foreign=COMMISSIONS
    ),
    "subsidies:effects_measure": PageEntry(
        frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER}) | ONLY_FOREIGN, method="post"
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """Nothing yet."""
