"""A list takes as many queries for 200 rows as for one."""

import datetime as dt
from collections.abc import Callable
from copy import copy
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.admin.conftest import World, list_address
from tests.admin.test_admin_permissions import TABLE

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
ROWS = 200
# A sample is enough for rows that no district owns; and services are never more than 62. Some are
# the only ones of their kind for what they belong to: `tests/api` makes owners for them.
FEW = {
    "circles.complaintcount",
    "core.calendarday",
    "core.reminderstage",
    "outlets.alliancemember",
    "outlets.checksheet",
    "outlets.outletlabel",
    "outlets.qualityfinding",
    "outlets.service",
    "outlets.suspicion",
}


@pytest.fixture(autouse=True)
def _long_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in admin.site._registry.values():
        monkeypatch.setattr(one, "list_per_page", ROWS)


def copies(row: Any) -> list[Any]:
    """Rows like `row` in all but what has to be their own."""
    return [_copy(row, number) for number in range(1, ROWS)]


def _copy(row: Any, number: int) -> Any:
    other = copy(row)
    other._state = copy(row._state)
    other._state.adding = True
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.primary_key and not field.is_relation:
            own = f"z{number}" if isinstance(value, str) else field.get_default()
        elif field.name in (
            "code",
            "username",
            "digest",
            "credit_code",
            "key",
            "name",
            "ref",
            "purpose",
        ):
            own = f"{number:x}".rjust(min(field.max_length, 9), "z")[-field.max_length :]
        elif field.name in ("number", "year"):
            own = 3000 + number
        elif field.name == "on" and value is not None:
            own = value + dt.timedelta(days=number)
        else:
            continue
        setattr(other, field.attname, own)
    return other


def queries(client: Client, label: str) -> tuple[int, int]:
    """How many queries the list takes, and how many rows it shows."""
    with CaptureQueriesContext(connection) as caught:
        page = client.get(list_address(label))
    return len(caught), len(page.context["cl"].result_list)


@pytest.mark.parametrize("role", ["commission_admin", "auditor"])
def test_lists_take_the_same_queries_for_more_rows(
    role: str, world: World, signed_in: SignIn
) -> None:
    client = signed_in(world.person(role))
    labels = ["core.auditevent"] if role == "auditor" else sorted(set(TABLE) - {"core.auditevent"})
    for label in labels:
        model = apps.get_model(label)
        few = queries(client, label)
        row = world.own.rows.get(label) or model._default_manager.first()
        if label not in FEW | {"territory.district"}:
            model._default_manager.bulk_create(copies(row))
        many = queries(client, label)
        assert many[0] == few[0], label
        assert many[1] == ROWS or label in FEW | {"territory.district"}, (label, many)
