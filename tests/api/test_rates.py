"""How often one caller may ask: counted per token or person, told in every answer."""

from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.services import issue_token
from core.api import throttles
from core.audit import SYSTEM
from tests.factories import OfficeFactory, UserFactory

pytestmark = pytest.mark.django_db
NOON = "2026-03-02 12:00:10+08:00"


@pytest.fixture(autouse=True)
def _three_a_minute(settings: Any) -> None:
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_THROTTLE_RATES": {"caller": "3/minute"},
    }


def left(answer: Any) -> tuple[str, str, str, str]:
    names = ("Limit", "Remaining", "Reset", "Policy")
    return tuple(answer[f"RateLimit-{name}"] for name in names)


def test_every_answer_tells_what_is_left(client: Client) -> None:
    client.force_login(UserFactory(roles=["leader"]))
    with time_machine.travel(NOON, tick=False):
        assert left(client.get("/api/v1/streets/")) == ("3", "2", "50", "3;w=60")
        assert left(client.get("/api/v1/formats/")) == ("3", "1", "50", "3;w=60")


def test_one_too_many_is_told_when_to_come_back(client: Client) -> None:
    client.force_login(UserFactory(roles=["leader"]))
    with time_machine.travel(NOON, tick=False) as clock:
        assert [client.get("/api/v1/streets/").status_code for _ in range(4)] == [200] * 3 + [429]
        refused = client.get("/api/v1/streets/")
        assert refused["Content-Type"] == "application/problem+json"
        assert (refused["Retry-After"], refused["RateLimit-Remaining"]) == ("50", "0")
        clock.shift(51)
        assert client.get("/api/v1/streets/").status_code == 200


def test_refused_requests_count_too(client: Client) -> None:
    """Nobody tries addresses out at leisure."""
    client.force_login(UserFactory(roles=["expert"]))
    with time_machine.travel(NOON, tick=False):
        codes = [client.get("/api/v1/outlets/").status_code for _ in range(4)]
    assert codes == [403, 403, 403, 429]


def test_callers_do_not_use_up_each_others_share(client: Client) -> None:
    """Two tokens of one office, and a person there."""
    office = OfficeFactory()
    asked = {"name": "系统", "office": office, "role": "leader", "scopes": ["read:territory"]}
    secrets = [issue_token(**asked, by=SYSTEM)[1] for _ in range(2)]
    client.force_login(UserFactory(office=office, roles=["leader"]))
    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            assert client.get("/api/v1/streets/").status_code == 200
        for secret in secrets:
            answer = Client().get("/api/v1/streets/", headers={"Authorization": f"Bearer {secret}"})
            assert left(answer)[1] == "2"


def test_a_dead_cache_shuts_nobody_out(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(UserFactory(roles=["leader"]))

    def dead(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("redis is down")

    monkeypatch.setattr(throttles.cache, "add", dead)
    assert [client.get("/api/v1/streets/").status_code for _ in range(5)] == [200] * 5


def test_a_window_that_ends_in_between_starts_anew() -> None:
    cache.delete("throttle:x")
    assert throttles._count("throttle:x", 60) == 1
    assert throttles._count("throttle:x", 60) == 2
