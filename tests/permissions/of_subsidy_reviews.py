"""Subsidies, reviews: who may ask, write and open what."""

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.roles import COMMISSION_ADMIN, PROGRAMME_OFFICER
from core import attachments
from core.audit import SYSTEM
from tests.permissions.callers import COMMISSION_PEOPLE, STREET_PEOPLE
from tests.permissions.entries import ONLY_FOREIGN, ListEntry, PageEntry, Who, WriteEntry, of_row

OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
READING: Who = COMMISSION_PEOPLE | STREET_PEOPLE

LISTS: dict[str, ListEntry] = {}


def said(world: Any, place: str) -> dict[str, Any]:
    return {"comment": "试验说明"}


def _move(word: str, rows: str) -> WriteEntry:
    name = f"api:v1:subsidy-applications-{word}"
    return WriteEntry("post", name, OFFICERS, OFFICERS, said, rows=rows)


WRITES: tuple[WriteEntry, ...] = (
    _move("review", "accepted_applications"),
    _move("return", "reviewed_applications"),
    _move("refuse", "accepted_applications"),
)


def of_case(own: Who, other: Who, rows: str = "accepted_applications", **more: Any) -> PageEntry:
    kwargs = more.pop("kwargs", of_row(rows, pk="pk"))
    return PageEntry(own, kwargs, other=other, foreign=ONLY_FOREIGN, **more)


def _refuse(world: Any, place: str) -> dict[str, Any]:
    return {"pk": world.rows["accepted_applications"][place].pk, "word": "refuse"}


def _file(world: Any, place: str) -> dict[str, Any]:
    file, check = world.rows["check_files"][place], world.rows["checks"][place]
    return {"pk": check.application_id, "check": check.pk, "file": file.pk}


PAGES: dict[str, PageEntry] = {
    "subsidies:review_queue": PageEntry(OFFICERS | ONLY_FOREIGN),
    "subsidies:review_chosen": PageEntry(OFFICERS | ONLY_FOREIGN, method="post"),
    "subsidies:application": of_case(READING, COMMISSION_PEOPLE),
    "subsidies:application_facts": of_case(OFFICERS, OFFICERS, method="post"),
    "subsidies:application_check": of_case(OFFICERS, OFFICERS, method="post"),
    "subsidies:application_review": of_case(OFFICERS, OFFICERS, "", kwargs=_refuse, method="post"),
    "subsidies:review_paper": of_case(COMMISSION_PEOPLE, COMMISSION_PEOPLE),
    "subsidies:check_file": of_case(READING, COMMISSION_PEOPLE, "", kwargs=_file),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A check with its paper."""
    case = world.rows["accepted_applications"][place]
    check = case.checks.create(kind="audit", unit="试验", on=timezone.localdate(), outcome="passed")
    world.add("checks", place, check)
    file = ContentFile(b"%PDF-1.4\n%%EOF\n", name="审计报告.pdf")
    world.add("check_files", place, attachments.attach(check, file, SYSTEM))
