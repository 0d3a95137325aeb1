"""Delegation, handing over, notices, the leader's page: who may ask, write and open what."""

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import Delegation
from accounts.roles import COMMISSION_ADMIN, SECURITY_ADMIN, STREET_HEAD, STREET_OFFICER
from tests.factories import OfficeFactory, UserFactory
from tests.permissions.entries import (
    COMMISSIONS,
    LOOKING,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_row,
)

ADMINS: Who = frozenset({COMMISSION_ADMIN, SECURITY_ADMIN})
OWN_AND_ADMINS: Who = ADMINS | {STREET_OFFICER, STREET_HEAD}

LISTS: dict[str, ListEntry] = {}
WRITES: tuple[WriteEntry, ...] = ()
PAGES: dict[str, PageEntry] = {
    "briefing:home": PageEntry(COMMISSIONS),
    # Without a 定稿 there is nothing to print; both districts have one.
    "briefing:paper": PageEntry(COMMISSIONS),
    "people:delegations": PageEntry(LOOKING),
    "people:end_delegation": PageEntry(
        OWN_AND_ADMINS, of_row("delegations", pk="pk"), other=ADMINS, method="post"
    ),
    "people:handovers": PageEntry(LOOKING),
    "people:handover": PageEntry(OWN_AND_ADMINS, of_row("leavers", pk="pk"), other=ADMINS),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A person who leaves, and a delegation to their head, which begins tomorrow."""
    callers = world.callers.people
    if place == "own":
        leaver, head = callers[STREET_OFFICER], callers[STREET_HEAD]
    else:
        office = OfficeFactory(street=street)
        leaver, head = (
            UserFactory(office=office, roles=[role]) for role in (STREET_OFFICER, STREET_HEAD)
        )
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    row = Delegation.objects.create(
        principal=leaver, delegate=head, valid_from=tomorrow, valid_until=tomorrow, reason="出差"
    )
    world.add("delegations", place, row)
    world.add("leavers", place, leaver)
