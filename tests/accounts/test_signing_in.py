"""Signing in: refused first, locked after five failures, every attempt in the audit log."""

import datetime as dt
import time
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent
from tests import factories as make

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def person() -> Any:
    return make.UserFactory(username="zhang.san", roles=["programme_officer"])


def try_in(
    client: Client, name: str = "zhang.san", password: str = make.PASSWORD, **extra: str
) -> Any:
    """Send the sign-in form."""
    return client.post(LOGIN, {"username": name, "password": password}, **extra)


def acts() -> list[str]:
    """Acts of the audit log in their order."""
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_a_wrong_password_is_refused_and_noted(person: Any) -> None:
    page = try_in(Client(), password="wrong")
    assert page.status_code == 200
    assert "用户名或密码不正确" in page.content.decode()
    event = AuditEvent.objects.get(action="accounts.sign_in_failed")
    assert event.changes == {"username": "zhang.san", "address": "127.0.0.1"}
    assert "wrong" not in str(event.changes)


def test_signing_in_and_out_is_noted(person: Any) -> None:
    client = Client()
    assert try_in(client).status_code == 302
    goodbye = client.post("/accounts/logout/")
    assert "已退出登录" in goodbye.content.decode()
    assert client.get("/accounts/password/").status_code == 302
    assert acts() == ["accounts.sign_in", "accounts.sign_out"]
    event = AuditEvent.objects.get(action="accounts.sign_in")
    assert (event.actor_id, event.office_code) == (person.pk, person.office.code)


def test_signing_out_needs_a_form(person: Any) -> None:
    client = Client()
    try_in(client)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.get("/accounts/password/").status_code == 200


def test_five_failures_lock_the_name_at_that_address(person: Any) -> None:
    client = Client()
    for _attempt in range(4):
        assert try_in(client, password="wrong").status_code == 200
    locked = try_in(client, password="wrong")
    assert locked.status_code == 429
    text = locked.content.decode()
    assert "账号已暂时锁定" in text
    assert "请在 10 分钟后再试" in text
    assert 0 < int(locked.headers["Retry-After"]) <= 600
    assert try_in(client).status_code == 429
    assert "accounts.locked_out" in acts()
    assert "accounts.sign_in" not in acts()


def test_others_at_the_same_address_may_still_sign_in(person: Any) -> None:
    make.UserFactory(username="li.si", roles=["programme_officer"])
    for _attempt in range(6):
        try_in(Client(), password="wrong")
    assert try_in(Client(), "li.si").status_code == 302
    elsewhere = try_in(Client(), REMOTE_ADDR="10.0.0.9")
    assert elsewhere.status_code == 302


def test_the_lock_ends_after_ten_minutes_and_trying_does_not_prolong_it(person: Any) -> None:
    client = Client()
    for _attempt in range(5):
        try_in(client, password="wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=7))
    still = try_in(client)
    assert "请在 3 分钟后再试" in still.content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=10, seconds=1))
    assert try_in(client).status_code == 302


def test_a_closed_account_is_told_so_only_by_its_password(person: Any) -> None:
    person.is_active = False
    person.save()
    assert "已停用" in try_in(Client()).content.decode()
    assert "已停用" not in try_in(Client(), password="wrong").content.decode()


def test_closing_an_account_ends_its_session(person: Any) -> None:
    client = Client()
    try_in(client)
    assert client.get("/accounts/password/").status_code == 200
    person.is_active = False
    person.save()
    assert client.get("/accounts/password/").status_code == 302


def test_nobody_is_sent_to_another_site_after_signing_in(person: Any) -> None:
    answer = Client().post(
        LOGIN,
        {
            "username": "zhang.san",
            "password": make.PASSWORD,
            "next": "https://elsewhere.example/",
        },
    )
    assert answer["Location"] == "/"


def test_a_session_ends_when_idle_and_after_its_hours(person: Any, settings: Any) -> None:
    client = Client()
    try_in(client)
    assert client.cookies["sessionid"]["max-age"] == settings.SESSION_COOKIE_AGE
    assert settings.SESSION_COOKIE_AGE <= 3600
    session = client.session
    session["signed_in_at"] = int(time.time()) - settings.SESSION_HOURS * 3600 + 60
    session.save()
    assert client.get("/accounts/password/").status_code == 200
    session["signed_in_at"] -= 120
    session.save()
    assert client.get("/accounts/password/").status_code == 302


def test_demo_accounts_and_superusers_exclude_each_other(person: Any, settings: Any) -> None:
    make.UserFactory(username="demo", is_demo=True)
    make.UserFactory(username="root", is_superuser=True, office=None)
    settings.DEMO = False
    assert try_in(Client(), "demo").status_code == 200
    assert try_in(Client(), "root").status_code == 302
    settings.DEMO = True
    assert try_in(Client(), "demo").status_code == 302
    assert try_in(Client(), "root").status_code == 200


def test_each_request_of_a_superuser_is_noted(person: Any) -> None:
    root = make.UserFactory(username="root", is_superuser=True, office=None)
    client = Client()
    client.force_login(root, backend="accounts.backends.ModelBackend")
    assert client.get("/admin/accounts/user/?q=zhang").status_code == 200
    client.get("/healthz")
    events = AuditEvent.objects.filter(action="accounts.break_glass").order_by("id")
    assert [event.changes["path"] for event in events] == [
        "/admin/accounts/user/?q=zhang",
        "/healthz",
    ]


def test_a_password_is_changed_by_who_knows_the_old_one(person: Any) -> None:
    client = Client()
    try_in(client)
    fresh = "Neues-Wort-2031"
    sent = {"old_password": "wrong", "new_password1": fresh, "new_password2": fresh}
    assert client.post("/accounts/password/", sent).status_code == 200
    weak = {"old_password": make.PASSWORD, "new_password1": "abc", "new_password2": "abc"}
    assert client.post("/accounts/password/", weak).status_code == 200
    sent["old_password"] = make.PASSWORD
    assert client.post("/accounts/password/", sent).status_code == 302
    assert "密码已修改" in client.get("/accounts/password/done/").content.decode()
    assert try_in(Client(), password=make.PASSWORD).status_code == 200
    assert try_in(Client(), password=fresh).status_code == 302
    assert acts().count("accounts.change_password") == 1


def test_a_refusal_is_noted_with_its_path(person: Any) -> None:
    client = Client()
    try_in(client)
    assert client.get("/admin/core/auditevent/").status_code == 403
    event = AuditEvent.objects.get(action="core.refused")
    assert event.changes == {"method": "GET", "path": "/admin/core/auditevent/"}
    assert event.actor_id == person.pk
