"""Joint meetings: who may ask, write and open what."""

from typing import Any

from django.utils import timezone

from accounts.roles import (
    APPROVER,
    COMMISSION_ADMIN,
    DEPARTMENT_LIAISON,
    PROGRAMME_OFFICER,
    STREET_OFFICER,
)
from coordination.models import Meeting
from tests.factories import OfficeFactory
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

State = Meeting.State
# The own street's office is called to the own meetings, and nobody of ours to the others.
CALLED: Who = STREET_PEOPLE | {TOKEN_OF_STREET}
MEMBERS: Who = COMMISSION_PEOPLE | STREET_PEOPLE | {DEPARTMENT_LIAISON}
SUGGESTING: Who = MEMBERS | {FOREIGN_OFFICER, TOKEN_OF_STREET, TOKEN_OF_COMMISSION}
OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
ISSUING: Who = frozenset({APPROVER})

LISTS: dict[str, ListEntry] = {
    "meetings": ListEntry(
        ask=DISTRICT_WIDE | CALLED | {DEPARTMENT_LIAISON, FOREIGN_OFFICER},
        own=DISTRICT_WIDE | CALLED,
        other=DISTRICT_WIDE,
        foreign=ONLY_FOREIGN,
        by={"office": lambda row: row.offices.get().office.code},
    )
}


def today() -> str:
    return timezone.localdate().isoformat()


def _move(word: str, rows: str, own: Who, other: Who, **more: Any) -> WriteEntry:
    body = more.pop("body", lambda world, place: {"comment": "试验说明"})
    return WriteEntry("post", f"api:v1:meetings-{word}", own, other, body, rows=rows, **more)


def called(world: Any, place: str) -> dict[str, Any]:
    codes = [link.office.code for link in world.rows["meetings"][place].offices.all()]
    return {"planned_on": today(), "offices": codes}


WRITES: tuple[WriteEntry, ...] = (
    # Everyone suggests for their own unit, wherever.
    WriteEntry(
        "post",
        "api:v1:meetings-list",
        SUGGESTING,
        SUGGESTING,
        lambda world, place: {"title": "协调会", "kind": "special", "reason": "待协调"},
        foreign=SUGGESTING,
    ),
    WriteEntry(
        "patch",
        "api:v1:meetings-detail",
        WRITERS,
        WRITERS,
        lambda world, place: {"minutes": "会议听取了汇报。"},
        rows="held_meetings",
    ),
    _move("announce", "meetings", WRITERS, WRITERS, body=called),
    _move(
        "finish",
        "meetings",
        WRITERS,
        WRITERS,
        body=lambda world, place: {"held_on": today(), "chair": "张三"},
    ),
    _move("revoke", "meetings", WRITERS, WRITERS),
    _move("review", "held_meetings", WRITERS, WRITERS),
    _move("confirm", "countersigned_meetings", CALLED, NOBODY, foreign=NOBODY),
    _move("object", "countersigned_meetings", CALLED, NOBODY, foreign=NOBODY),
    _move("return", "countersigned_meetings", ISSUING, ISSUING, foreign=NOBODY),
    _move(
        "publish",
        "countersigned_meetings",
        ISSUING,
        ISSUING,
        body=lambda world, place: {"number": f"试纪要 {place}", "issued_on": today()},
        foreign=NOBODY,
    ),
    _move(
        "close",
        "issued_meetings",
        WRITERS,
        WRITERS,
        body=lambda world, place: {"filed_on": today(), "filed_with": "区政府办公室"},
    ),
)


def of_meeting(own: Who, other: Who, rows: str = "meetings", **more: Any) -> PageEntry:
    more.setdefault("foreign", ONLY_FOREIGN)
    return PageEntry(own, of_row(rows, pk="pk"), other=other, **more)


def _resolution(world: Any, place: str) -> dict[str, Any]:
    row = world.rows["issued_meetings"][place]
    return {"pk": row.pk, "resolution": row.resolutions.get().pk, "word": "task"}


def _objection(world: Any, place: str) -> dict[str, Any]:
    row = world.rows["countersigned_meetings"][place]
    return {"pk": row.pk, "opinion": row.countersignatures.get().pk}


def _act(word: str) -> Any:
    return lambda world, place: {"pk": world.rows["meetings"][place].pk, "word": word}


PAGES: dict[str, PageEntry] = {
    "coordination:meetings": PageEntry(MEMBERS | {FOREIGN_OFFICER}),
    "coordination:meeting_plan": PageEntry(OFFICERS | {FOREIGN_OFFICER}),
    "coordination:meeting_suggest": PageEntry(MEMBERS | {FOREIGN_OFFICER}),
    "coordination:meeting": of_meeting(COMMISSION_PEOPLE | STREET_PEOPLE, COMMISSION_PEOPLE),
    "coordination:meeting_countersign": of_meeting(
        STREET_PEOPLE, NOBODY, "countersigned_meetings", foreign=NOBODY, method="post"
    ),
    "coordination:meeting_act": PageEntry(
        OFFICERS, _act("announce"), other=OFFICERS, foreign=ONLY_FOREIGN
    ),
    "coordination:meeting_settle": PageEntry(ISSUING, _objection, other=ISSUING),
    "coordination:minutes": of_meeting(OFFICERS, OFFICERS, "held_meetings"),
    # Not yet sent for countersigning.
    "coordination:minutes_document": of_meeting(
        COMMISSION_PEOPLE, COMMISSION_PEOPLE, "held_meetings"
    ),
    "coordination:resolution": PageEntry(
        OFFICERS, _resolution, other=OFFICERS, foreign=ONLY_FOREIGN
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A meeting in each state that somebody may move on, the street's office called to it.

    All have agreed on minutes of the commission's; so the approver may issue them.
    """
    if place == "own":
        office = world.callers.people[STREET_OFFICER].office
    else:
        office = OfficeFactory(street=street)
    for name, state, edition in (
        ("meetings", State.PLANNED, 0),
        ("held_meetings", State.HELD, 1),
        ("countersigned_meetings", State.COUNTERSIGNING, 1),
        ("issued_meetings", State.ISSUED, 1),
    ):
        meeting = Meeting.objects.create(
            district=street.district,
            kind="special",
            title=f"{place}会议",
            state=state,
            planned_on=timezone.localdate(),
            held_on=timezone.localdate() if edition else None,
            issued_on=timezone.localdate() if state == State.ISSUED else None,
            minutes="会议听取了情况。" if edition else "",
            minutes_edition=edition,
        )
        meeting.offices.create(office=office)
        meeting.countersignatures.create(office=office, edition=1, opinion="agreed")
        meeting.resolutions.create(sort=1, text="由甲单位办理。")
        world.add(name, place, meeting)
