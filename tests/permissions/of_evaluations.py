"""Evaluations and checklists: who may ask, write and open what."""

from typing import Any

from django.core.files.base import ContentFile

from accounts.roles import (
    APPROVER,
    COMMISSION_ADMIN,
    PROGRAMME_OFFICER,
)
from assessments.models import Checklist
from core.attachments import attach
from core.audit import SYSTEM
from metrics.models import Release
from tests.assessments.making import make_evaluation, make_standard
from tests.outlets.pictures import jpeg
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

OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
CONFIRMING: Who = frozenset({PROGRAMME_OFFICER, APPROVER})
OF_STREET: Who = STREET_PEOPLE | {TOKEN_OF_STREET}
READERS: Who = COMMISSION_PEOPLE | STREET_PEOPLE

LISTS: dict[str, ListEntry] = {
    "checklists": ListEntry(
        ask=DISTRICT_WIDE | OF_STREET | {FOREIGN_OFFICER},
        own=DISTRICT_WIDE | OF_STREET,
        other=DISTRICT_WIDE,
        foreign=ONLY_FOREIGN,
        by={"circle": lambda row: row.evaluation.circle.code},
    )
}


def found_otherwise(world: Any, place: str) -> dict[str, Any]:
    return {"item": "carwash", "verdict": "present", "reason": "现场看到在营业"}


def said(world: Any, place: str) -> dict[str, Any]:
    return {"comment": "试验说明"}


_NAME = "api:v1:checklists"
CONFIRMERS: Who = CONFIRMING | {TOKEN_OF_COMMISSION}
WRITES: tuple[WriteEntry, ...] = (
    WriteEntry(
        "post", f"{_NAME}-override", WRITERS | OF_STREET, WRITERS, found_otherwise, "checklists"
    ),
    WriteEntry("post", f"{_NAME}-confirm", CONFIRMERS, CONFIRMERS, said, "checklists"),
    WriteEntry("post", f"{_NAME}-reopen", CONFIRMERS, CONFIRMERS, said, "confirmed_checklists"),
)


def of_evaluation(allowed: Who, rows: str = "evaluations", **more: Any) -> PageEntry:
    """A page about the evaluation of a street's circle."""
    more.setdefault("foreign", ONLY_FOREIGN if allowed & COMMISSION_PEOPLE else NOBODY)
    kwargs = more.pop("kwargs", of_row(rows, pk="pk"))
    return PageEntry(allowed, kwargs, other=allowed & COMMISSION_PEOPLE, **more)


def _line(world: Any, place: str) -> dict[str, Any]:
    line = world.rows["checklist_lines"][place]
    return {"pk": line.checklist.evaluation_id, "line": line.pk}


def _file(world: Any, place: str) -> dict[str, Any]:
    return _line(world, place) | {"file": world.rows["checklist_files"][place].pk}


def _confirm(world: Any, place: str) -> dict[str, Any]:
    return {"pk": world.rows["evaluations"][place].pk, "word": "confirm"}


PAGES: dict[str, PageEntry] = {
    "evaluation:home": PageEntry(READERS | ONLY_FOREIGN),
    "evaluation:start": PageEntry(OFFICERS | ONLY_FOREIGN, method="post"),
    "evaluation:fill": PageEntry(OFFICERS | ONLY_FOREIGN, method="post"),
    "evaluation:draw": PageEntry(OFFICERS | ONLY_FOREIGN, method="post"),
    "evaluation:evaluation": of_evaluation(READERS),
    "evaluation:evaluation_kind": of_evaluation(OFFICERS, method="post"),
    "evaluation:checklist": of_evaluation(READERS),
    "evaluation:checklist_move": of_evaluation(CONFIRMING, kwargs=_confirm, method="post"),
    "evaluation:checklist_line": of_evaluation(READERS, kwargs=_line),
    "evaluation:checklist_clear": of_evaluation(
        OFFICERS | STREET_PEOPLE, kwargs=_line, method="post"
    ),
    "evaluation:checklist_file": of_evaluation(READERS, kwargs=_file),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A draft with a line that somebody found otherwise, and its photograph; a confirmed one."""
    circle = world.rows["circles"][place]
    release = Release.objects.filter(district=street.district).first()
    assert release is not None
    for name, code, state in (
        ("checklists", f"draft-{place}", "draft"),
        ("confirmed_checklists", f"confirmed-{place}", "confirmed"),
    ):
        evaluation = make_evaluation(circle, make_standard(street.district, code))
        checklist = Checklist.objects.create(evaluation=evaluation, release=release, state=state)
        for item in evaluation.standard.checklist_items.all():
            checklist.lines.create(item=item)
        world.add(name, place, checklist)
        if state == "draft":
            line = checklist.lines.get(item__key="market")
            world.add("evaluations", place, evaluation)
            world.add("checklist_lines", place, line)
            photo = attach(line, ContentFile(jpeg(), "1.jpg"), SYSTEM)
            world.add("checklist_files", place, photo)
