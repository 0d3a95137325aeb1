"""What machines ask about the platform's health, and what people are told when something fails."""

import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from core import health, heartbeat
from core.models import Job
from core.tasks import tick
from core.views import server_error
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_alive_is_answered_without_the_database(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_not_ready_until_a_worker_is_heard_of() -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"]["ok"] is False
    tick()
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert {name: one["ok"] for name, one in answer.json()["checks"].items()} == {
        "database": True,
        "broker": True,
        "worker": True,
        "disk": True,
    }


def test_a_worker_that_fell_silent_is_missed() -> None:
    cache.set(heartbeat.KEY, time.time() - heartbeat.LATE_SECONDS - 5)
    assert Client().get("/readyz").status_code == 503


def test_what_is_down_is_named(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeat.beat()
    settings.REDIS_URL = "unix:///nowhere.sock"
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 10**18)
    checks = Client().get("/readyz").json()["checks"]
    failing = {name for name, one in checks.items() if not one["ok"]}
    assert failing == {"broker", "disk"}


def test_figures_count_requests_by_route_and_jobs_by_state() -> None:
    Job.objects.create(kind="trial", key="1")
    Client().get("/healthz")
    Client().get("/no/such/page/12345")
    text = Client().get("/metrics").content.decode()
    assert 'circles_http_requests_total{method="GET",route="healthz",status="200"}' in text
    assert 'route="none",status="404"' in text
    assert "12345" not in text
    assert 'circles_jobs{state="queued"} 1.0' in text
    assert 'circles_jobs{state="failed"} 0.0' in text


def test_a_page_that_is_not_there_says_so() -> None:
    answer = Client().get("/no/such/page/")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.content.decode()


def test_a_refusal_says_who_could() -> None:
    client = Client()
    office = make.OfficeFactory()
    person = make.UserFactory(office=office, roles=["finance"])
    client.force_login(person, backend="accounts.backends.ModelBackend")
    text = client.get("/admin/accounts/user/").content.decode()
    assert "可以办理的人员：系统管理员、安全管理员。" in text
    text = client.get("/admin/outlets/brand/add/").content.decode()
    assert "科室经办人" in text


def test_our_own_fault_is_told_without_asking_anything(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "系统出现故障" in answer.content.decode()


def test_a_form_that_is_too_old_is_told_so() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "x"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()
