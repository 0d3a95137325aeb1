"""A list takes the same number of queries for one row and for two hundred.

Every list that the router and the admin site know; a new one needs its entry in `MAKE`.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.api import router
from tests.api.making import MAKE, Setting, make_setting

pytestmark = pytest.mark.django_db
MANY = 200
# A caller sees one district, however many there are.
ALWAYS_ONE = {"districts"}


@pytest.fixture
def setting() -> Setting:
    return make_setting()


def queries_of(ask: Callable[[], Any]) -> list[str]:
    """What one request asks the database, sign-in and caches warm."""
    ask()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = ask()
        if answer.streaming:
            b"".join(answer.streaming_content)
    assert answer.status_code == 200, answer
    return [query["sql"] for query in captured.captured_queries]


def beside_the_session(queries: list[str]) -> list[str]:
    """Without what keeping a person signed in takes; a page of figures may take nine."""
    return [sql for sql in queries if "django_session" not in sql and "SAVEPOINT" not in sql]


def assert_same(few: list[str], many: list[str]) -> None:
    assert len(many) == len(few), "\n".join(sql[:300] for sql in many)


@pytest.mark.parametrize("prefix", [prefix for prefix, _face, _name in router.registry])
def test_a_list_of_the_api(client: Client, setting: Setting, prefix: str) -> None:
    client.force_login(setting.officer)
    url = reverse(f"api:v1:{prefix}-list")
    page, table = f"{url}?page_size={MANY + 50}&with_count=1", f"{url}?format=csv"
    make = MAKE[router_model(prefix)]
    make(setting, 1)
    few, few_exported = queries_of(lambda: client.get(page)), queries_of(lambda: client.get(table))
    make(setting, MANY - 1)
    many = queries_of(lambda: client.get(page))
    assert client.get(page).json()["count"] >= (1 if prefix in ALWAYS_ONE else MANY)
    assert_same(few, many)
    assert len(beside_the_session(many)) <= 9, "\n".join(sql[:200] for sql in many)
    assert_same(few_exported, queries_of(lambda: client.get(table)))


def router_model(prefix: str) -> str:
    [face] = [face for known, face, _name in router.registry if known == prefix]
    return str(face.queryset.model._meta.label_lower)


REGISTERS = {model._meta.label_lower: model for model in admin.site._registry}


@pytest.mark.parametrize("label", sorted(REGISTERS))
def test_a_list_of_the_admin(client: Client, setting: Setting, label: str) -> None:
    model = REGISTERS[label]
    register = admin.site._registry[model]
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    client.force_login(setting.viewer_of(url))
    make = MAKE[label]
    make(setting, 1)
    register.list_per_page, before = MANY + 50, register.list_per_page
    try:
        few = queries_of(lambda: client.get(url))
        make(setting, MANY - 1)
        assert_same(few, queries_of(lambda: client.get(url)))
    finally:
        register.list_per_page = before
