"""A person's messages: listed, counted in the frame, opened where they lead, marked as read."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.people import recipient
from accounts.roles import STREET_OFFICER
from core.models import Notice
from core.notices import notify
from tests.factories import OfficeFactory, StreetFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "/notices/"


@pytest.fixture
def officer() -> User:
    made: User = UserFactory(office=OfficeFactory(street=StreetFactory()), roles=[STREET_OFFICER])
    return made


@pytest.fixture
def browser(officer: User) -> Client:
    client = Client()
    client.force_login(officer, backend="accounts.backends.ModelBackend")
    return client


def tell(person: User, n: int = 1, path: str = "/circles/", title: str = "请办理") -> list[Notice]:
    for at in range(n):
        notify(
            key=f"{title} {at} {path}", people=[recipient(person)], title=f"{title}{at}", path=path
        )
    return list(Notice.objects.filter(recipient_id=person.pk).order_by("at", "id"))


def badge(page: str) -> str:
    """What the bell of the page's frame says."""
    found = re.search(r'<a class="tool" href="/notices/" aria-label="([^"]*)"', page)
    return found.group(1) if found else ""


def test_messages_of_others_are_neither_shown_nor_opened_nor_marked(browser: Client) -> None:
    [theirs] = tell(UserFactory(), title="他人消息")
    assert "他人消息" not in browser.get(LIST).content.decode()
    assert browser.get(reverse("notices:open", args=[theirs.pk])).status_code == 404
    browser.post(reverse("notices:read"), {"notice": theirs.pk})
    browser.post(reverse("notices:read"))
    theirs.refresh_from_db()
    assert theirs.read_at is None
    assert Client().get(LIST).status_code == 302


def test_a_message_opens_where_it_is_dealt_with_and_counts_as_read(
    browser: Client, officer: User
) -> None:
    first, _second, third = tell(officer, 3)
    page = browser.get(LIST).content.decode()
    assert badge(page) == "消息：3 条未读"
    assert page.index("请办理2") < page.index("请办理1") < page.index("请办理0")

    assert browser.get(reverse("notices:open", args=[first.pk])).headers["Location"] == "/circles/"
    browser.post(reverse("notices:read"), {"notice": third.pk})
    page = browser.get(f"{LIST}?show=unread").content.decode()
    assert badge(page) == "消息：1 条未读"
    assert "请办理1" in page
    assert "请办理0" not in page
    answer = browser.post(reverse("notices:read"), follow=True)
    assert "已将 1 条消息标为已读。" in answer.content.decode()
    assert badge(answer.content.decode()) == "消息"


@pytest.mark.parametrize(
    "path", ["", "https://elsewhere.example/", "//elsewhere.example/", "/\\e.cn"]
)
def test_a_message_never_leads_out_of_the_site(browser: Client, officer: User, path: str) -> None:
    [notice] = tell(officer, path=path)
    assert browser.get(reverse("notices:open", args=[notice.pk])).headers["Location"] == LIST


def test_text_is_shown_as_text(browser: Client, officer: User) -> None:
    notify(key="a", people=[recipient(officer)], title="<b>甲</b>", text="<script>乙</script>\n丙")
    page = browser.get(LIST).content.decode()
    assert "<b>甲" not in page
    assert "<script>乙" not in page
    assert "&lt;b&gt;甲" in page


def test_pages_of_messages_take_as_many_queries_as_one_and_the_frame_takes_one(
    browser: Client, officer: User, django_assert_max_num_queries: Any
) -> None:
    tell(officer, 1)
    browser.get(LIST)
    with django_assert_max_num_queries(30) as few:
        browser.get(LIST)
    rows = [
        Notice(key=f"k{n}", recipient_id=officer.pk, title=f"第{n}条", at=timezone.now())
        for n in range(120)
    ]
    Notice.objects.bulk_create(rows)
    with django_assert_max_num_queries(30) as many:
        page = browser.get(LIST).content.decode()
    assert len(many) == len(few)
    assert badge(page) == "消息：99+ 条未读"
    assert "第 1–30 项，共 121 项" in page
    assert "第 91–120 项" in browser.get(f"{LIST}?from=90").content.decode()
    assert browser.get(f"{LIST}?from=x&show=y").status_code == 200
    with django_assert_max_num_queries(30) as elsewhere:
        browser.get("/accounts/password_change/")
    asked = [q["sql"] for q in elsewhere.captured_queries if "core_notice" in q["sql"]]
    assert len(asked) == 1
    unknown = browser.post(reverse("notices:read"), {"notice": "x"})
    assert unknown.status_code == 302
    assert browser.get(reverse("notices:open", args=[uuid.uuid4()])).status_code == 404
