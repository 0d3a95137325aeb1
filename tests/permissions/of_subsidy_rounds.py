"""Subsidies, rounds: who may ask, write and open what."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.roles import APPROVER, COMMISSION_ADMIN, PROGRAMME_OFFICER
from core.attachments import attach
from core.audit import SYSTEM
from subsidies.models import Objection, Round
from tests.permissions.callers import (
    COMMISSION_PEOPLE,
    FOREIGN_OFFICER,
    STREET_PEOPLE,
)
from tests.permissions.entries import (
    DISTRICT_WIDE,
    NOBODY,
    ONLY_FOREIGN,
    REGISTER,
    WRITERS,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_row,
)
from tests.subsidies.making import make_application, make_fund, make_line, make_policy, make_round

State = Round.State
OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
OFFICERS_ANYWHERE: Who = OFFICERS | ONLY_FOREIGN
DECIDING: Who = frozenset({APPROVER})
READERS: Who = COMMISSION_PEOPLE | STREET_PEOPLE
READERS_ANYWHERE: Who = READERS | ONLY_FOREIGN

LISTS: dict[str, ListEntry] = {
    # Rounds are the district's: streets see each that is or was open.
    "subsidy-rounds": ListEntry(
        ask=REGISTER | {FOREIGN_OFFICER},
        own=REGISTER,
        other=REGISTER,
        foreign=ONLY_FOREIGN,
        by={"policy": lambda row: row.policy.code},
        hidden={"draft_rounds": DISTRICT_WIDE},
    )
}


def said(world: Any, place: str) -> dict[str, Any]:
    return {"comment": "试验说明"}


def called(world: Any, place: str) -> dict[str, Any]:
    day = timezone.localdate()
    return {
        "policy": world.rows["draft_rounds"][place].policy.code,
        "year": day.year,
        "name": "新的一批",
        "opens_on": day.isoformat(),
        "closes_on": day.isoformat(),
    }


def reopened(world: Any, place: str) -> dict[str, Any]:
    return {"closes_on": timezone.localdate().isoformat(), "comment": "试验"}


def deliberated(world: Any, place: str) -> dict[str, Any]:
    return {"meeting_on": timezone.localdate().isoformat(), "minutes_number": "纪要1号"}


def announced(world: Any, place: str) -> dict[str, Any]:
    return {"objection_contact": "区商务委"}


def decided(world: Any, place: str) -> dict[str, Any]:
    return {"approved_on": timezone.localdate().isoformat(), "number": "试验1号"}


def renamed(world: Any, place: str) -> dict[str, Any]:
    return {"name": "改名"}


def listed(world: Any, place: str) -> dict[str, Any]:
    case = world.rows["reviewed_cases"][place]
    return {"applications": [{"id": str(case.pk), "version": case.version}]}


def on_list(row: Any) -> int:
    return int(row.applications.filter(state="proposed").count())


def _write(word: str, rows: str, body: Any = said, who: Who = WRITERS, **more: Any) -> WriteEntry:
    more.setdefault("foreign", ONLY_FOREIGN)
    return WriteEntry("post", f"api:v1:subsidy-rounds-{word}", who, who, body, rows=rows, **more)


WRITES: tuple[WriteEntry, ...] = (
    WriteEntry("post", "api:v1:subsidy-rounds-list", WRITERS, WRITERS, called),
    WriteEntry(
        "patch",
        "api:v1:subsidy-rounds-detail",
        WRITERS,
        WRITERS,
        renamed,
        rows="draft_rounds",
    ),
    _write("open", "draft_rounds"),
    _write("close", "subsidy-rounds"),
    _write("reopen", "review_rounds", reopened),
    _write("meeting", "review_rounds", deliberated),
    # By a person.
    _write("propose", "review_rounds", listed, OFFICERS, grows=on_list),
    _write("announce", "ready_rounds", announced),
    _write("return", "notice_rounds"),
    _write("approve", "notice_rounds", decided, DECIDING, foreign=NOBODY),
    _write("pay", "approved_rounds"),
    _write("finish", "approved_rounds"),
)


def _of(who: Who, rows: str = "subsidy-rounds", **more: Any) -> PageEntry:
    kwargs = more.pop("kwargs", of_row(rows, pk="pk"))
    more.setdefault("foreign", ONLY_FOREIGN)
    return PageEntry(who, kwargs, other=who, **more)


def _with(rows: str, **more: str) -> Any:
    return lambda world, place: {"pk": world.rows[rows][place].pk, **more}


def _file(world: Any, place: str) -> dict[str, Any]:
    return {
        "pk": world.rows["review_rounds"][place].pk,
        "file": world.rows["round_files"][place].pk,
    }


PAGES: dict[str, PageEntry] = {
    "subsidies:rounds": PageEntry(READERS_ANYWHERE),
    "subsidies:round_new": PageEntry(OFFICERS_ANYWHERE),
    "subsidies:round": _of(READERS),
    "subsidies:round_edit": _of(OFFICERS, "draft_rounds"),
    "subsidies:round_move": _of(OFFICERS, kwargs=_with("subsidy-rounds", word="close")),
    "subsidies:round_applications": _of(
        OFFICERS, kwargs=_with("subsidy-rounds", word="propose"), method="post"
    ),
    "subsidies:objection_new": _of(OFFICERS, "notice_rounds"),
    "subsidies:objection_move": _of(OFFICERS, kwargs=_with("objections", word="dismiss")),
    "subsidies:round_paper": _of(READERS, kwargs=_with("subsidy-rounds", kind="call")),
    "subsidies:round_workbook": _of(READERS),
    "subsidies:round_file": _of(COMMISSION_PEOPLE, kwargs=_file),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A round in each state that something can be done in."""
    day = timezone.localdate()
    long_ago = day - dt.timedelta(days=40)
    district = street.district
    fund = make_fund(district, f"round-{place}")
    policy = make_policy(district, f"round-{place}", fund=fund)
    make_line(district, fund=fund, year=day.year)
    days = {"year": day.year, "opens_on": long_ago, "closes_on": day}
    more: dict[str, dict[str, Any]] = {
        "draft_rounds": {"state": State.DRAFT},
        "subsidy-rounds": {"state": State.OPEN},
        "review_rounds": {"state": State.REVIEW},
        "ready_rounds": {
            "state": State.REVIEW,
            "meeting_on": long_ago,
            "minutes_number": "纪要1号",
        },
        "notice_rounds": {
            "state": State.NOTICE,
            "public_from": long_ago,
            "public_until": long_ago + dt.timedelta(days=7),
        },
        "approved_rounds": {"state": State.APPROVED},
    }
    for name, told in more.items():
        made = make_round(district, policy, name=f"{name} {place}", **(days | told))
        world.add(name, place, made)
        if name in ("ready_rounds", "notice_rounds"):
            case = make_application(
                made, street, "opening", state="proposed", amount=Decimal(200_000)
            )
            if name == "notice_rounds":
                raised = Objection.objects.create(
                    application=case, received_on=day, text="试验", outcome="dismissed"
                )
                world.add("objections", place, raised)
        if name == "review_rounds":
            case = make_application(
                made, street, "opening", state="reviewed", amount=Decimal(200_000)
            )
            world.add("reviewed_cases", place, case)
            paper = attach(made, ContentFile(b"%PDF-1.4 minutes", "1.pdf"), SYSTEM)
            world.add("round_files", place, paper)
