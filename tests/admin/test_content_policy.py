"""Only the admin's stock pages may evaluate expressions; no page may run inline code."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.admin.conftest import World, address

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]


def policy_of(client: Client, path: str) -> dict[str, str]:
    """The content policy of a page by directive."""
    header = client.get(path).headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


def test_stock_pages_evaluate_and_others_do_not(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person("programme_officer"))
    for path in ("/admin/outlets/outlet/", address(world.own.rows["outlets.outlet"])):
        scripts = policy_of(client, path)["script-src"]
        assert "'unsafe-eval'" in scripts
        assert "'unsafe-inline'" not in scripts
    for path in ("/accounts/password/", "/admin/outlets/outlet/missing/change/", "/healthz"):
        policy = policy_of(client, path)
        assert "unsafe" not in str(policy)


def test_a_refusal_is_no_stock_page(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person("expert"))
    assert "unsafe" not in str(policy_of(client, "/admin/outlets/outlet/"))
