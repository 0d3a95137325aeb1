"""What the tests of the API lean on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.factories import OfficeFactory, OutletFactory, UserFactory

Ask = Callable[..., Any]


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """Whitenoise warns, and warnings are errors here, when nothing was collected yet."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def outlet(db: None) -> Any:
    """An outlet with someone to call."""
    return OutletFactory(contact="张三丰", phone="13812345678")


@pytest.fixture
def officer(outlet: Any) -> User:
    """A 科室经办人 of the outlet's district."""
    return UserFactory(office__district=outlet.district, roles=["programme_officer"])


@pytest.fixture
def street_officer(outlet: Any) -> User:
    """A 街镇经办人 of the outlet's street."""
    return UserFactory(office=OfficeFactory(street=outlet.street), roles=["street_officer"])


@pytest.fixture
def ask(client: Client, officer: User) -> Ask:
    """Ask as the 科室经办人: `ask("get", "outlets/", format="csv")`, `ask("post", …, data={…})`."""
    client.force_login(officer)
    return asking(client)


def asking(client: Client) -> Ask:
    """The same for another client."""

    def ask(method: str, path: str, *, data: Any = None, headers: Any = None, **query: Any) -> Any:
        options: dict[str, Any] = {"query_params": query, "headers": headers}
        if method != "get":
            options |= {"data": data, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/{path}", **options)

    return ask
