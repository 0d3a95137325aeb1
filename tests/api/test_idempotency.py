"""A POST that is sent again answers again, and acts once."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from core.api.idempotency import forget
from core.models import IdempotencyKey, Job
from outlets.api import register
from outlets.models import BusinessFormat, Outlet
from tests.api.conftest import asking
from tests.api.racing import at_once
from tests.factories import UserFactory

Ask = Callable[..., Any]
KEY = {"Idempotency-Key": "4f0c1e7a"}


@pytest.fixture
def body(outlet: Any) -> dict[str, Any]:
    return {
        "name": "新村早餐店",
        "street": outlet.street.code,
        "main_format": BusinessFormat.objects.first().code,
        "address": "试验路88号",
    }


def test_sent_again_it_answers_again_and_acts_once(ask: Ask, body: dict[str, Any]) -> None:
    first = ask("post", "outlets/", data=body, headers=KEY)
    again = ask("post", "outlets/", data=body, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert again["Idempotency-Replayed"] == "true"
    assert Outlet.objects.filter(name="新村早餐店").count() == 1


def test_without_a_key_the_same_outlet_is_refused(ask: Ask, body: dict[str, Any]) -> None:
    assert ask("post", "outlets/", data=body).status_code == 201
    assert ask("post", "outlets/", data=body).status_code == 400


def test_a_key_means_one_request(ask: Ask, body: dict[str, Any]) -> None:
    ask("post", "outlets/", data=body, headers=KEY)
    answer = ask("post", "outlets/", data={**body, "name": "另一家"}, headers=KEY)
    assert answer.status_code == 422
    assert not Outlet.objects.filter(name="另一家").exists()


def test_a_refused_request_leaves_its_key_free(ask: Ask, body: dict[str, Any]) -> None:
    assert ask("post", "outlets/", data={**body, "name": ""}, headers=KEY).status_code == 400
    assert ask("post", "outlets/", data=body, headers=KEY).status_code == 201


def test_keys_of_different_callers_do_not_meet(ask: Ask, body: dict[str, Any], outlet: Any) -> None:
    ask("post", "outlets/", data=body, headers=KEY)
    other = Client()
    other.force_login(UserFactory(office__district=outlet.district, roles=["programme_officer"]))
    answer = asking(other)("post", "outlets/", data={**body, "name": "另一家"}, headers=KEY)
    assert answer.status_code == 201


def test_after_a_day_the_key_is_forgotten(ask: Ask, body: dict[str, Any]) -> None:
    ask("post", "outlets/", data=body, headers=KEY)
    IdempotencyKey.objects.update(created_at=timezone.now() - dt.timedelta(hours=24, minutes=1))
    assert ask("post", "outlets/", data=body, headers=KEY).status_code == 400  # 同名同址


def test_old_answers_are_deleted_by_the_clock(ask: Ask, body: dict[str, Any]) -> None:
    ask("post", "outlets/", data=body, headers=KEY)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=23)):
        assert forget(Job())() == {"deleted": 0}
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        assert forget(Job())() == {"deleted": 1}


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "键"])
def test_a_key_that_cannot_be_kept_is_refused(ask: Ask, body: dict[str, Any], key: str) -> None:
    answer = ask("post", "outlets/", data=body, headers={"Idempotency-Key": key})
    assert answer.status_code == 400


def test_closing_with_a_key_closes_once(ask: Ask, outlet: Any) -> None:
    headers = {**KEY, "If-Match": '"v1"'}
    path = f"outlets/{outlet.pk}/close/"
    first = ask("post", path, data={"comment": "已撤店"}, headers=headers)
    again = ask("post", path, data={"comment": "已撤店"}, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["version"] == first.json()["version"] == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_acts_and_both_are_told_the_same(
    body: dict[str, Any], officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second waits for the first to commit, and repeats its answer."""
    started = threading.Event()
    create_outlet = register.create_outlet

    def slowly(**arguments: Any) -> Outlet:
        started.set()
        return create_outlet(**arguments)

    monkeypatch.setattr(register, "create_outlet", slowly)

    def post(wait: bool) -> Callable[[], Any]:
        client = Client()
        client.force_login(officer)

        def send() -> Any:
            if wait:
                assert started.wait(30)
            return asking(client)("post", "outlets/", data=body, headers=KEY)

        return send

    one, two = at_once(post(wait=False), post(wait=True))
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json() == two.json()
    assert Outlet.objects.filter(name="新村早餐店").count() == 1
