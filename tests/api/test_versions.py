"""A decision is made on what was seen: ETag, If-Match, and two people at once."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.models import AuditEvent
from outlets.api import register
from outlets.models import Outlet
from outlets.services import changes
from tests.api.racing import at_once

Ask = Callable[..., Any]


@pytest.fixture
def path(outlet: Any) -> str:
    return f"outlets/{outlet.pk}/"


def test_reading_tells_the_version(ask: Ask, path: str) -> None:
    assert ask("get", path)["ETag"] == '"v1"'


def test_changing_needs_the_version_that_was_seen(ask: Ask, path: str) -> None:
    """428 without, 412 for another, 200 for the current one, which it raises."""
    change = {"hours": "7:00–22:00"}
    assert ask("patch", path, data=change).status_code == 428
    assert ask("patch", path, data=change, headers={"If-Match": '"v2"'}).status_code == 412
    answer = ask("patch", path, data=change, headers={"If-Match": '"v1"'})
    assert answer.status_code == 200
    assert answer["ETag"] == '"v2"'
    assert answer.json()["hours"] == "7:00–22:00"
    assert ask("patch", path, data=change, headers={"If-Match": '"v1"'}).status_code == 412


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ("*", 428),
        ("", 428),
        ('"other"', 412),
        ('"v99999999999999999999"', 412),
        ("v1", 400),
        ("1", 400),
        ('W/"v1"', 200),
        (' "v1" ', 200),
    ],
)
def test_what_counts_as_a_version(ask: Ask, path: str, tag: str, status: int) -> None:
    """`*` pins nothing; a proxy that compresses may have weakened the tag."""
    answer = ask("patch", path, data={"hours": "全天"}, headers={"If-Match": tag})
    assert answer.status_code == status


@pytest.mark.parametrize("method", ["put", "patch"])
def test_nothing_is_written_when_the_version_is_stale(
    ask: Ask, path: str, outlet: Any, method: str
) -> None:
    answer = ask(method, path, data={"name": "改名"}, headers={"If-Match": '"v7"'})
    assert answer.status_code in (400, 412)
    outlet.refresh_from_db()
    assert (outlet.name != "改名", outlet.version) == (True, 1)
    assert not AuditEvent.objects.filter(action="outlets.change").exists()


def test_closing_needs_the_version_too(ask: Ask, path: str) -> None:
    body = {"comment": "已撤店"}
    assert ask("post", path + "close/", data=body).status_code == 428
    assert ask("post", path + "close/", data=body, headers={"If-Match": '"v3"'}).status_code == 412
    closed = ask("post", path + "close/", data=body, headers={"If-Match": '"v1"'})
    assert closed.status_code == 200
    assert closed.json()["status"] == "closed"
    assert closed.json()["allowed_transitions"] == []
    assert closed["ETag"] == '"v2"'
    assert AuditEvent.objects.get(action="outlets.close").comment == "已撤店"


def _two_patches(outlet: Any, officer: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Both have passed every check of the request before either writes."""
    both_there = threading.Barrier(2)
    change_outlet = register.change_outlet

    def together(**arguments: Any) -> Outlet:
        both_there.wait(30)
        return change_outlet(**arguments)

    monkeypatch.setattr(register, "change_outlet", together)

    def patch(hours: str) -> Callable[[], int]:
        client = Client()
        client.force_login(officer)
        return lambda: int(
            client.patch(
                f"/api/v1/outlets/{outlet.pk}/",
                {"hours": hours},
                content_type="application/json",
                headers={"If-Match": '"v1"'},
            ).status_code
        )

    return sorted(at_once(patch("早市"), patch("夜市")))


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_exactly_one_wins(
    outlet: Any, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _two_patches(outlet, officer, monkeypatch) == [200, 412]
    outlet.refresh_from_db()
    assert outlet.version == 2
    assert AuditEvent.objects.filter(action="outlets.change").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_check_both_would_win(
    outlet: Any, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control run: the race above is a real one."""
    monkeypatch.setattr(changes, "require_version", lambda row, seen: None)
    assert _two_patches(outlet, officer, monkeypatch) == [200, 200]
    assert AuditEvent.objects.filter(action="outlets.change").count() == 2
