"""Proposals: who may ask, write and open what."""

from typing import Any

from django.utils import timezone

from accounts.roles import (
    APPROVER,
    COMMISSION_ADMIN,
    DEPARTMENT_LIAISON,
    PROGRAMME_OFFICER,
    STREET_OFFICER,
)
from coordination.models import Proposal
from core.ids import new_id
from tests.factories import OfficeFactory
from tests.permissions.callers import (
    COMMISSION_PEOPLE,
    FOREIGN_OFFICER,
    STREET_PEOPLE,
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

State = Proposal.State
# The own street's office helps with the own proposals, and nobody of ours with the others.
HELPING: Who = STREET_PEOPLE | {TOKEN_OF_STREET}
MEMBERS: Who = COMMISSION_PEOPLE | STREET_PEOPLE | {DEPARTMENT_LIAISON}
OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
SIGNING: Who = frozenset({APPROVER})
REGISTERING: Who = WRITERS | {FOREIGN_OFFICER}

LISTS: dict[str, ListEntry] = {
    "proposals": ListEntry(
        ask=DISTRICT_WIDE | HELPING | {DEPARTMENT_LIAISON, FOREIGN_OFFICER},
        own=DISTRICT_WIDE | HELPING,
        other=DISTRICT_WIDE,
        foreign=ONLY_FOREIGN,
        by={
            "office": lambda row: row.offices.get(role="help").office.code,
            "number": lambda row: row.number,
        },
    )
}


def today() -> str:
    return timezone.localdate().isoformat()


def _move(word: str, rows: str, own: Who, other: Who, **more: Any) -> WriteEntry:
    body = more.pop("body", lambda world, place: {"comment": "试验说明"})
    return WriteEntry("post", f"api:v1:proposals-{word}", own, other, body, rows=rows, **more)


def registered(world: Any, place: str) -> dict[str, Any]:
    told = {"kind": "cppcc", "session": "一次会议", "title": "提案", "proposer": "某某"}
    return told | {"number": "1", "received_on": today(), "due_on": today()}


def assigned(world: Any, place: str) -> dict[str, Any]:
    lead = world.rows["proposals"][place].offices.get(role="help").office.code
    return {"lead": lead, "section": "科室", "contact": "经办人"}


def signed(world: Any, place: str) -> dict[str, Any]:
    told = {"number": f"试〔{place}〕", "result": "adopted", "publicity": "full"}
    return told | {"replied_on": today()}


WRITES: tuple[WriteEntry, ...] = (
    # Everyone registers in their own district, wherever.
    WriteEntry(
        "post",
        "api:v1:proposals-list",
        REGISTERING,
        REGISTERING,
        registered,
        foreign=REGISTERING,
    ),
    WriteEntry(
        "patch",
        "api:v1:proposals-detail",
        WRITERS,
        WRITERS,
        lambda world, place: {"reply": "另一稿"},
        rows="drafted_proposals",
    ),
    _move("assign", "proposals", WRITERS, WRITERS, body=assigned),
    _move("send", "drafted_proposals", WRITERS, WRITERS),
    _move("confirm", "countersigned_proposals", HELPING, NOBODY, foreign=NOBODY),
    _move("object", "countersigned_proposals", HELPING, NOBODY, foreign=NOBODY),
    _move("return", "countersigned_proposals", SIGNING, SIGNING, foreign=NOBODY),
    _move("reply", "countersigned_proposals", SIGNING, SIGNING, body=signed, foreign=NOBODY),
    _move(
        "close",
        "replied_proposals",
        WRITERS,
        WRITERS,
        body=lambda world, place: {"feedback": "satisfied", "feedback_on": today()},
    ),
)


def of_proposal(own: Who, other: Who, rows: str = "proposals", **more: Any) -> PageEntry:
    more.setdefault("foreign", ONLY_FOREIGN)
    return PageEntry(own, of_row(rows, pk="pk"), other=other, **more)


PAGES: dict[str, PageEntry] = {
    "coordination:proposals": PageEntry(MEMBERS | {FOREIGN_OFFICER}),
    "coordination:proposal_register": PageEntry(OFFICERS | {FOREIGN_OFFICER}),
    "coordination:replies": PageEntry(MEMBERS | {FOREIGN_OFFICER}),
    "coordination:proposal": of_proposal(COMMISSION_PEOPLE | STREET_PEOPLE, COMMISSION_PEOPLE),
    # Not yet sent for countersigning.
    "coordination:reply_document": of_proposal(
        COMMISSION_PEOPLE, COMMISSION_PEOPLE, "drafted_proposals"
    ),
    "coordination:draft": of_proposal(OFFICERS, OFFICERS, "drafted_proposals"),
    "coordination:draft_refresh": of_proposal(
        OFFICERS, OFFICERS, "drafted_proposals", method="post"
    ),
    # A figure that is not there is nobody's.
    "coordination:draft_drop": PageEntry(
        NOBODY,
        lambda world, place: {"pk": world.rows["proposals"][place].pk, "figure": new_id()},
        method="post",
    ),
    "coordination:proposal_countersign": of_proposal(
        STREET_PEOPLE, NOBODY, "countersigned_proposals", foreign=NOBODY, method="post"
    ),
    "coordination:proposal_contribute": of_proposal(
        STREET_PEOPLE, NOBODY, foreign=NOBODY, method="post"
    ),
    "coordination:proposal_act": PageEntry(
        OFFICERS,
        lambda world, place: {"pk": world.rows["proposals"][place].pk, "word": "assign"},
        other=OFFICERS,
        foreign=ONLY_FOREIGN,
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A proposal in each state that somebody may move on; the street's office helps, and agrees."""
    if place == "own":
        office = world.callers.people[STREET_OFFICER].office
    else:
        office = OfficeFactory(street=street)
    for name, state in (
        ("proposals", State.ASSIGNED),
        ("drafted_proposals", State.DRAFTING),
        ("countersigned_proposals", State.COUNTERSIGNING),
        ("replied_proposals", State.REPLIED),
    ):
        today = timezone.localdate()
        proposal = Proposal.objects.create(
            district=street.district,
            kind="cppcc",
            session="十五届三次会议",
            number=f"{place}-{name[:8]}",
            title=f"{place}提案",
            proposer="某某",
            state=state,
            received_on=today,
            due_on=today,
            reply="" if state == State.ASSIGNED else "答复",
            replied_on=today if state == State.REPLIED else None,
        )
        proposal.offices.create(office=office, role="help", opinion="agreed")
        world.add(name, place, proposal)
