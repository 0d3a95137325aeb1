"""Duties per clause, lines of work, the roster: who may ask, write and open what."""

from typing import Any

from django.utils import timezone

from accounts.models import Office
from accounts.roles import (
    COMMISSION_ADMIN,
    DEPARTMENT_LIAISON,
    PROGRAMME_OFFICER,
    STREET_OFFICER,
)
from coordination.models import Mechanism, Responsibility, RosterEntry, WorkLine
from core.models import Clause
from tests.factories import OfficeFactory
from tests.permissions.callers import COMMISSION_PEOPLE, FOREIGN_OFFICER, STREET_PEOPLE
from tests.permissions.entries import (
    ONLY_FOREIGN,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_district,
    of_row,
)

MEMBERS: Who = COMMISSION_PEOPLE | STREET_PEOPLE | {DEPARTMENT_LIAISON}
OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
FILLERS: Who = STREET_PEOPLE | {DEPARTMENT_LIAISON, PROGRAMME_OFFICER}

LISTS: dict[str, ListEntry] = {}
WRITES: tuple[WriteEntry, ...] = ()


def _of_seat(allowed: Who) -> PageEntry:
    return of_district(allowed, of_row("roster_entries", pk="pk"))


PAGES: dict[str, PageEntry] = {
    "coordination:duties": PageEntry(MEMBERS | {FOREIGN_OFFICER}),
    "coordination:duties#docx": PageEntry(MEMBERS | {FOREIGN_OFFICER}, query="?export=docx"),
    "coordination:duties#xlsx": PageEntry(MEMBERS | {FOREIGN_OFFICER}, query="?export=xlsx"),
    "coordination:duties_mine": PageEntry(FILLERS | {FOREIGN_OFFICER}),
    "coordination:duty": of_district(MEMBERS, of_row("responsibilities", pk="pk")),
    # To say something there is its own office's alone; an empty form is shown again.
    "coordination:duty#say": PageEntry(
        STREET_PEOPLE,
        of_row("responsibilities", pk="pk"),
        foreign=ONLY_FOREIGN,
        method="post",
    ),
    "coordination:roster": PageEntry(MEMBERS | {FOREIGN_OFFICER}),
    "coordination:roster#xlsx": PageEntry(MEMBERS | {FOREIGN_OFFICER}, query="?export=xlsx"),
    "coordination:roster_new": PageEntry(OFFICERS | {FOREIGN_OFFICER}),
    "coordination:roster_seat": _of_seat(MEMBERS),
    "coordination:roster_succeed": _of_seat(OFFICERS),
    "coordination:roster_vacate": _of_seat(OFFICERS),
    "coordination:roster_correct": _of_seat(OFFICERS),
    "coordination:roster_end": _of_seat(OFFICERS),
    "coordination:lines": PageEntry(MEMBERS | {FOREIGN_OFFICER}),
    "coordination:lines#docx": PageEntry(MEMBERS | {FOREIGN_OFFICER}, query="?export=docx"),
    "coordination:line": PageEntry(
        OFFICERS | {FOREIGN_OFFICER},
        lambda world, place: {"year": 2026, "code": WorkLine.objects.get(code="one_1").code},
        other=OFFICERS | {FOREIGN_OFFICER},
        foreign=OFFICERS | {FOREIGN_OFFICER},
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A duty of the street's office (abroad: of the officer's), and a seat of the district's."""
    office: Office = {
        "own": world.callers.people[STREET_OFFICER].office,
        "foreign": world.callers.people[FOREIGN_OFFICER].office,
    }.get(place) or OfficeFactory(street=street)
    clause = Clause.objects.get(document__code="putuo-2021", ref="七(二)6")
    duty = Responsibility.objects.create(
        district=street.district, clause=clause, office=office, printed_as="各街道（镇）"
    )
    world.add("responsibilities", place, duty)
    group = Mechanism.objects.create(
        district=street.district, code=f"group-{place}", name="工作小组", kind="working_group"
    )
    entry = RosterEntry.objects.create(
        district=street.district,
        mechanism=group,
        place="head",
        person="试验组长",
        valid_from=timezone.localdate(),
    )
    world.add("roster_entries", place, entry)
