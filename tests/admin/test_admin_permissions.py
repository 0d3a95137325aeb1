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
    "circles.complaintcount": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "circles.compound": (COMMISSION | STREET, NOBODY, OFFICERS, True),
    "circles.designation": (INSIDE, OFFICERS, OFFICERS, False),
    "circles.facility": (COMMISSION | STREET, WRITERS, WRITERS, True),
    "circles.formatcheck": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "circles.pilotbatch": (INSIDE, OFFICERS, OFFICERS, False),
    "circles.space": (COMMISSION | STREET, WRITERS, WRITERS, True),
    "coordination.mechanism": (COMMISSION | STREET, OFFICERS, OFFICERS, False),
    "core.auditevent": ({AUDIT}, NOBODY, NOBODY, False),
    "core.calendarday": (COMMISSION, OFFICERS, OFFICERS, False),
    "core.clause": (INSIDE, NOBODY, NOBODY, False),
    "core.document": (INSIDE, NOBODY, NOBODY, False),
    "core.job": (COMMISSION | STREET, NOBODY, NOBODY, False),
    "core.reminderstage": (COMMISSION, OFFICERS, OFFICERS, False),
    "metrics.release": (INSIDE, NOBODY, NOBODY, False),
    "metrics.ruleset": (COMMISSION, {SYSTEM}, {SYSTEM}, False),
    "metrics.run": (INSIDE, NOBODY, NOBODY, False),
    "metrics.streetnetwork": (COMMISSION, NOBODY, NOBODY, False),
    "metrics.target": (COMMISSION, NOBODY, {SYSTEM}, False),
    "outlets.alliancemember": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "outlets.brand": (COMMISSION | STREET, OFFICERS, OFFICERS, False),
    "outlets.businessformat": (INSIDE, {SYSTEM}, {SYSTEM}, False),
    "outlets.checkround": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "outlets.checksheet": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "outlets.creditresult": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "outlets.enterprise": (COMMISSION | STREET, OFFICERS, OFFICERS, True),
    "outlets.import": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "outlets.industrycode": (INSIDE, NOBODY, NOBODY, False),
    "outlets.label": (INSIDE, {SYSTEM}, {SYSTEM}, False),
    "outlets.ledgercompleteness": (COMMISSION | STREET, WRITERS, NOBODY, True),
    "outlets.outlet": (COMMISSION | STREET, WRITERS, WRITERS, True),
    "outlets.outletlabel": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "outlets.qualityfinding": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "outlets.qualityrule": (COMMISSION | STREET, NOBODY, {SYSTEM}, False),
    "outlets.service": (INSIDE, {SYSTEM}, {SYSTEM}, False),
    "outlets.suspicion": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "outlets.visit": (COMMISSION | STREET, NOBODY, NOBODY, True),
    "reports.period": (COMMISSION, NOBODY, NOBODY, False),
    "reports.reporttype": (COMMISSION, OFFICERS, OFFICERS, False),
    "territory.district": (INSIDE, NOBODY, {SYSTEM}, False),
    "territory.neighbourhood": (INSIDE, NOBODY, {SYSTEM}, False),
    "territory.street": (INSIDE, NOBODY, {SYSTEM}, False),
}
# The same for everyone: no district's rows to tell apart.
COMMON = {
    "core.calendarday",
    "core.clause",
    "core.document",
    "core.reminderstage",
    "metrics.target",
    "outlets.businessformat",
    "outlets.industrycode",
    "outlets.label",
    "outlets.qualityrule",
    "outlets.service",
}


def test_the_table_knows_every_register() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == set(TABLE)


@pytest.mark.parametrize("role", NAMES)
def test_lists_and_new_rows_are_for_their_roles(role: str, world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person(role))
    got, expected = {}, {}
    for label, (viewers, adders, _changers, _by_street) in TABLE.items():
        for page, roles in (("changelist", viewers), ("add", adders)):
            got[label, page] = client.get(list_address(label, page)).status_code
            expected[label, page] = 200 if role in roles else 403
    assert got == expected


@pytest.mark.parametrize("role", NAMES)
def test_rows_open_by_role_and_place(role: str, world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person(role))
    for label, (viewers, _adders, _changers, by_street) in TABLE.items():
        if label in COMMON:
            continue
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
        assert got == expected, (label, role)


@pytest.mark.parametrize("role", NAMES)
def test_readers_change_nothing_and_nobody_deletes(
    role: str, world: World, signed_in: SignIn
) -> None:
    client = signed_in(world.person(role))
    for label, (_viewers, _adders, changers, _by_street) in TABLE.items():
        if label in COMMON:
            continue
        row = world.own.rows[label]
        if role not in changers:
            sent = client.post(address(row), {"name": "改名"})
            assert sent.status_code == 403, (label, role)
        if not (label == "circles.designation" and role in OFFICERS):
            sent = client.post(address(row, "delete"), {"post": "yes"})
            assert sent.status_code == 403, (label, role)
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
