"""Subsidies, policies: who may ask, write and open what."""

from typing import Any

from accounts.roles import COMMISSION_ADMIN, PROGRAMME_OFFICER
from tests.permissions.callers import COMMISSION_PEOPLE, FOREIGN_OFFICER, STREET_PEOPLE
from tests.permissions.entries import (
    DISTRICT_WIDE,
    REGISTER,
    WRITERS,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    by_code,
    of_district,
    of_row,
    shared,
)
from tests.subsidies.making import make_policy

READERS: Who = COMMISSION_PEOPLE | STREET_PEOPLE
OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
EVERY_OFFICER: Who = OFFICERS | {FOREIGN_OFFICER}
EVERY_WRITER: Who = WRITERS | {FOREIGN_OFFICER}

_SHARED = shared(REGISTER, code=by_code)
LISTS: dict[str, ListEntry] = {
    # Drafts are the commission's own.
    "policies": ListEntry(
        ask=_SHARED.ask,
        own=_SHARED.own,
        other=_SHARED.other,
        foreign=_SHARED.foreign,
        by=_SHARED.by,
        hidden={"drafted_policies": DISTRICT_WIDE},
    )
}


def drafted(world: Any, place: str) -> dict[str, Any]:
    return {"code": f"new-{place}", "name": "新办法", "valid_from": "2026-01-01"}


def said(world: Any, place: str) -> dict[str, Any]:
    return {"comment": "试验说明"}


def _write(method: str, word: str, rows: str, body: Any = said) -> WriteEntry:
    return WriteEntry(method, f"api:v1:policies-{word}", WRITERS, WRITERS, body, rows=rows)


WRITES: tuple[WriteEntry, ...] = (
    # Everyone drafts in their own district, wherever.
    WriteEntry(
        "post", "api:v1:policies-list", EVERY_WRITER, EVERY_WRITER, drafted, foreign=EVERY_WRITER
    ),
    _write("patch", "detail", "drafted_policies", lambda world, place: {"note": "另一说明"}),
    _write("post", "publish", "drafted_policies"),
    _write("post", "close", "policies"),
)

_SHOWN, _DRAFT = of_row("policies", pk="pk"), of_row("drafted_policies", pk="pk")


def _with(kwargs: Any, **more: str) -> Any:
    return lambda world, place: kwargs(world, place) | more


PAGES: dict[str, PageEntry] = {
    "subsidies:policies": PageEntry(READERS | {FOREIGN_OFFICER}),
    "subsidies:policy_new": PageEntry(EVERY_OFFICER),
    "subsidies:policy_import": PageEntry(EVERY_OFFICER),
    "subsidies:policy": of_district(READERS, _SHOWN),
    "subsidies:policy_item": of_district(READERS, _with(_SHOWN, key="facility")),
    "subsidies:policy_try": of_district(READERS, _with(_SHOWN, key="facility")),
    "subsidies:policy_compare": of_district(READERS, _SHOWN),
    "subsidies:policy_export": of_district(READERS, _SHOWN),
    "subsidies:policy_copy": of_district(OFFICERS, _SHOWN, method="post"),
    "subsidies:policy_edit": of_district(OFFICERS, _with(_DRAFT, part="caps")),
    "subsidies:policy_item_edit": of_district(
        OFFICERS, _with(_DRAFT, key="facility", part="steps")
    ),
    "subsidies:policy_publish": of_district(OFFICERS, _DRAFT),
    "subsidies:policy_close": of_district(OFFICERS, _SHOWN),
    # 试算 stores nothing: whoever reads a policy may try it.
    "api:v1:policies-try-item": of_district(
        REGISTER, _with(_SHOWN, key="facility"), method="post", encoding="application/json"
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A version in use, and a draft that could be published."""
    for head, state in (("", "published"), ("drafted_", "draft")):
        code = f"{place}-{state}"
        world.add(f"{head}policies", place, make_policy(street.district, code, state=state))
