"""Subsidies, applications: who may ask, write and open what."""

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.roles import COMMISSION_ADMIN, PROGRAMME_OFFICER, STREET_OFFICER
from core import attachments
from core.audit import SYSTEM
from subsidies.models import Application, Policy, Round
from tests.permissions.callers import COMMISSION_PEOPLE, STREET_PEOPLE, TOKEN_OF_STREET
from tests.permissions.entries import (
    ONLY_FOREIGN,
    WRITERS,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    by_street,
    of_row,
    of_streets,
)
from tests.subsidies.making import make_application, make_policy, make_round

OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
FILING: Who = WRITERS | {STREET_OFFICER, TOKEN_OF_STREET}
FILING_PEOPLE: Who = OFFICERS | {STREET_OFFICER}
READING: Who = COMMISSION_PEOPLE | STREET_PEOPLE

LISTS: dict[str, ListEntry] = {
    "subsidy-applications": of_streets(
        street=by_street,
        round=lambda row: row.round_id,
        enterprise=lambda row: row.enterprise_id,
        item=lambda row: row.item.key,
    )
}


def new(world: Any, place: str) -> dict[str, Any]:
    row = world.rows["draft_applications"][place]
    return {
        "round": str(row.round_id),
        "item": row.item.key,
        "enterprise": str(row.enterprise_id),
        "outlet": str(row.outlet_id),
    }


def change(world: Any, place: str) -> dict[str, Any]:
    return {"summary": "试验简介"}


def said(world: Any, place: str) -> dict[str, Any]:
    return {"comment": "试验说明"}


def _move(word: str, own: Who, other: Who, rows: str) -> WriteEntry:
    name = f"api:v1:subsidy-applications-{word}"
    return WriteEntry("post", name, own, other, said, rows=rows)


WRITES: tuple[WriteEntry, ...] = (
    WriteEntry("post", "api:v1:subsidy-applications-list", FILING, WRITERS, new),
    WriteEntry(
        "patch",
        "api:v1:subsidy-applications-detail",
        FILING,
        WRITERS,
        change,
        rows="draft_applications",
    ),
    _move("submit", FILING, WRITERS, "draft_applications"),
    _move("withdraw", FILING, WRITERS, "subsidy-applications"),
    _move("ask", OFFICERS, OFFICERS, "subsidy-applications"),
    _move("accept", OFFICERS, OFFICERS, "subsidy-applications"),
    _move("decline", OFFICERS, OFFICERS, "subsidy-applications"),
)


def of_application(own: Who, other: Who, rows: str, **more: Any) -> PageEntry:
    kwargs = more.pop("kwargs", of_row(rows, pk="pk"))
    return PageEntry(own, kwargs, other=other, foreign=ONLY_FOREIGN, **more)


def _accept(world: Any, place: str) -> dict[str, Any]:
    return {"pk": world.rows["subsidy-applications"][place].pk, "word": "accept"}


def _file(world: Any, place: str) -> dict[str, Any]:
    file = world.rows["evidence_files"][place]
    line = world.rows["evidence"][place]
    return {"pk": line.application_id, "line": line.pk, "file": file.pk}


PAGES: dict[str, PageEntry] = {
    "subsidies:applications": PageEntry(READING | ONLY_FOREIGN),
    "subsidies:application_new": PageEntry(FILING_PEOPLE | ONLY_FOREIGN),
    "subsidies:application_edit": of_application(FILING_PEOPLE, OFFICERS, "draft_applications"),
    "subsidies:application_paper": of_application(
        READING, COMMISSION_PEOPLE, "subsidy-applications"
    ),
    "subsidies:application_handle": of_application(
        OFFICERS, OFFICERS, "", kwargs=_accept, method="post"
    ),
    "subsidies:evidence_file": of_application(READING, COMMISSION_PEOPLE, "", kwargs=_file),
}

# Name in the world → state; each of an enterprise and outlet of its own.
STATES = {
    "draft_applications": "draft",
    "subsidy-applications": "submitted",
    "submitted_applications": "submitted",
    "accepted_applications": "accepted",
    "reviewed_applications": "reviewed",
}


def round_of(street: Any) -> Round:
    """The open round of the street's district under which the world's applications stand."""
    district, today = street.district, timezone.localdate()
    policy = Policy.objects.filter(district=district, code="filed").first()
    if policy is None:
        policy = make_policy(district, "filed")
        make_round(district, policy, name="试验申报批次", opens_on=today, closes_on=today)
    return Round.objects.get(policy=policy)


def fill(world: Any, place: str, street: Any) -> None:
    """One complete application in each state up to 已审核, filed by nobody here."""
    today = timezone.localdate()
    for name, state in STATES.items():
        told: dict[str, Any] = {"state": state, "contact": "张三丰", "phone": "13812345678"}
        if state != "draft":
            told["submitted_at"] = timezone.now()
        if state == "reviewed":
            told |= {"amount": 258_000, "accepted_on": today, "reviewed_on": today}
        row = make_application(round_of(street), street, **told)
        row.evidence.update(state="provided")
        world.add(name, place, row)
    line = Application.objects.get(pk=row.pk).evidence.first()
    assert line is not None
    world.add("evidence", place, line)
    file = ContentFile(b"%PDF-1.4\n%%EOF\n", name="营业执照.pdf")
    world.add("evidence_files", place, attachments.attach(line, file, SYSTEM))
