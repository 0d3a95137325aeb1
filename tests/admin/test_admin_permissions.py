"""Who may open, add to and change which register: denied first, own and other streets apart."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from accounts.roles import COMMISSION, NAMES, STREET
from tests.admin.conftest import World, address, list_address

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]

SYSTEM, SECURITY, AUDIT = "commission_admin", "security_admin", "auditor"
INSIDE = COMMISSION | STREET | {SYSTEM, SECURITY, AUDIT}
OFFICERS = {SYSTEM, "programme_officer"}
WRITERS = OFFICERS | {"street_officer"}
NOBODY: set[str] = set()
# Register → who may view, add, change; and whether it is told apart by street.
TABLE: dict[str, tuple[Any, Any, Any, bool]] = {
    "accounts.apitoken": ({SYSTEM, SECURITY}, {SYSTEM, SECURITY}, NOBODY, False),
    "accounts.office": ({SYSTEM, SECURITY}, {SYSTEM, SECURITY}, {SYSTEM, SECURITY}, False),
    "accounts.user": ({SYSTEM, SECURITY}, {SYSTEM, SECURITY}, {SYSTEM, SECURITY}, False),
    "circles.circle": (COMMISSION | STREET, OFFICERS, OFFICERS, True),
    "circles.compound": (COMMISSION | STREET, OFFICERS, OFFICERS, True),
    "circles.designation": (INSIDE, OFFICERS, OFFICERS, False),
    "circles.formatcheck": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "circles.pilotbatch": (INSIDE, OFFICERS, OFFICERS, False),
    "core.auditevent": ({AUDIT}, NOBODY, NOBODY, False),
    "core.clause": (INSIDE, NOBODY, NOBODY, False),
    "core.document": (INSIDE, NOBODY, NOBODY, False),
    "core.job": (COMMISSION | STREET, NOBODY, NOBODY, False),
    "metrics.release": (INSIDE, NOBODY, NOBODY, False),
    "metrics.ruleset": (COMMISSION, {SYSTEM}, {SYSTEM}, False),
    "metrics.run": (INSIDE, NOBODY, NOBODY, False),
    "metrics.streetnetwork": (COMMISSION, NOBODY, NOBODY, False),
    "metrics.target": (COMMISSION, NOBODY, {SYSTEM}, False),
    "outlets.brand": (COMMISSION | STREET, OFFICERS, OFFICERS, False),
    "outlets.businessformat": (INSIDE, {SYSTEM}, {SYSTEM}, False),
    "outlets.enterprise": (COMMISSION | STREET, OFFICERS, OFFICERS, True),
    "outlets.import": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "outlets.industrycode": (INSIDE, NOBODY, NOBODY, False),
    "outlets.ledgercompleteness": (COMMISSION | STREET, WRITERS, NOBODY, True),
    "outlets.outlet": (COMMISSION | STREET, WRITERS, WRITERS, True),
    "outlets.service": (INSIDE, {SYSTEM}, {SYSTEM}, False),
    "territory.district": (INSIDE, NOBODY, {SYSTEM}, False),
    "territory.neighbourhood": (INSIDE, NOBODY, {SYSTEM}, False),
    "territory.street": (INSIDE, NOBODY, {SYSTEM}, False),
}
# The same for everyone: no district's rows to tell apart.
COMMON = {
    "core.clause",
    "core.document",
    "metrics.target",
    "outlets.businessformat",
    "outlets.industrycode",
    "outlets.service",
}


def test_the_table_knows_every_register() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == set(TABLE)


@pytest.mark.parametrize("role", NAMES)
def test_lists_open_only_to_their_roles(role: str, world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person(role))
    got = {label: client.get(list_address(label)).status_code for label in TABLE}
    assert got == {label: 200 if role in row[0] else 403 for label, row in TABLE.items()}


@pytest.mark.parametrize("role", NAMES)
def test_new_rows_are_for_their_roles(role: str, world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person(role))
    got = {label: client.get(list_address(label, "add")).status_code for label in TABLE}
    assert got == {label: 200 if role in row[1] else 403 for label, row in TABLE.items()}


@pytest.mark.parametrize("role", NAMES)
def test_rows_open_by_role_and_place(role: str, world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person(role))
    for label, (viewers, _adders, _changers, by_street) in TABLE.items():
        if label in COMMON:
            continue
        hidden = label in ("core.job", "outlets.enterprise") and role in STREET
        own, other = world.own.rows[label], world.other.rows[label]
        expected = {"own": 200, "other": 200, "abroad": 404}
        if by_street and role in STREET:
            expected["other"] = 404
        if label == "core.job" and role in STREET:
            # Jobs are those of the own office, and this one is another's.
            expected["own"] = expected["other"] = 404
        if role not in viewers:
            expected = dict.fromkeys(expected, 403)
        got = {
            "own": client.get(address(own)).status_code,
            "other": client.get(address(other)).status_code,
            "abroad": client.get(address(world.abroad.rows[label])).status_code,
        }
        if role not in viewers:
            got = {name: 403 if code == 404 else code for name, code in got.items()}
        assert got == expected, (label, role, hidden)


@pytest.mark.parametrize("role", NAMES)
def test_changes_are_refused_to_readers(role: str, world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person(role))
    for label, (viewers, _adders, changers, _by_street) in TABLE.items():
        if label in COMMON or role in changers:
            continue
        status = client.post(address(world.own.rows[label]), {"name": "改名"}).status_code
        hidden = role in viewers and label == "core.job" and role in STREET
        assert status == (404 if hidden else 403), (label, role)
        world.own.rows[label].refresh_from_db()


@pytest.mark.parametrize("role", NAMES)
def test_nothing_of_the_register_can_be_deleted(role: str, world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person(role))
    for label in TABLE:
        if label in COMMON or (label == "circles.designation" and role in OFFICERS):
            continue
        row = world.own.rows[label]
        assert client.post(address(row, "delete"), {"post": "yes"}).status_code in (403, 404)
        row.refresh_from_db()


@pytest.mark.parametrize("role", sorted(set(NAMES) - INSIDE))
def test_those_without_a_console_are_told_who_has_one(
    role: str, world: World, signed_in: SignIn
) -> None:
    page = signed_in(world.person(role)).get("/admin/outlets/outlet/")
    assert page.status_code == 403
    assert "可办理的角色" in page.content.decode()


def test_visitors_are_sent_to_sign_in() -> None:
    response = Client().get("/admin/outlets/outlet/?q=1")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/admin/outlets/outlet/%3Fq%3D1"
