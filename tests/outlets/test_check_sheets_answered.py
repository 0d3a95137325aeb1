"""A check sheet is filled in behind its link by whoever has it."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import AuditEvent
from outlets.fieldwork.answers import ReturnedError, add_line, answer_line
from outlets.models import CheckLine, CheckSheet, Outlet
from portal.views import check
from tests.outlets.rounds import (
    Setting,
    address,
    setting_fixture,  # noqa: F401
)

pytestmark = pytest.mark.django_db


def test_the_page_shows_shops_and_never_whom_to_call(setting: Setting) -> None:
    link = setting.link()
    for name in ("check", "check_paper"):
        answer = Client().get(address(link, name))
        shown = answer.content.decode()
        assert all(outlet.name in shown for outlet in setting.outlets)
        assert setting.outlets[0].address in shown
        assert not any(
            secret in shown for secret in ("13812345678", "5678", "张三丰", "138****", "张**")
        )
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)", shown)
    assert "qrcode" in shown or "<svg" in shown


def test_contacts_are_not_even_fetched(setting: Setting) -> None:
    link = setting.link()
    with CaptureQueriesContext(connection) as captured:
        Client().get(address(link))
    told = [query["sql"] for query in captured.captured_queries if "outlets_outlet" in query["sql"]]
    assert told
    assert not any('"phone"' in sql or '"contact"' in sql for sql in told)


def test_an_answer_is_saved_and_may_be_changed(setting: Setting) -> None:
    link, client = setting.link(), Client()
    line = link.sheet.lines.first()
    form = {"do": "answer", "line": line.pk, "finding": "changed", "hours": " 8:00－20:00 "}
    sent = client.post(address(link), form)
    assert (sent.status_code, sent["Location"]) == (302, f"{address(link)}#line-{line.pk}")
    line.refresh_from_db()
    assert (line.finding, line.stated) == ("changed", {"hours": "8:00-20:00"})
    by_script = client.post(
        address(link),
        {"do": "answer", "line": line.pk, "finding": "closed", "hours": "left over"},
        headers={"Accept": "application/json"},
    )
    assert by_script.json()["done"] == 1
    assert by_script.json()["total"] == 3
    line.refresh_from_db()
    assert (line.finding, line.stated) == ("closed", {})
    assert Outlet.objects.get(pk=line.outlet_id).version == 1


def test_another_sheets_line_is_out_of_reach(setting: Setting) -> None:
    first, second = setting.start().links
    line = second.sheet.lines.get()
    sent = Client().post(address(first), {"do": "answer", "line": line.pk, "finding": "closed"})
    assert sent.status_code == 400
    assert CheckLine.objects.get(pk=line.pk).finding == ""
    Client().post(address(first), {"do": "remove", "line": line.pk})
    assert CheckLine.objects.filter(pk=line.pk).exists()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"finding": "flying"}, "请选择核对情况"),
        ({"finding": "new"}, "请选择核对情况"),
        ({"finding": "changed", "name": "长" * 121}, "不超过 120"),
        ({"finding": "changed", "main_format": "no-such"}, "从列表中选择"),
        ({"finding": "closed", "note": "长" * 301}, "不超过 300"),
    ],
)
def test_what_cannot_be_is_refused_at_its_line(
    setting: Setting, form: dict[str, str], said: str
) -> None:
    link = setting.link()
    line = link.sheet.lines.first()
    answer = Client().post(address(link), {"do": "answer", "line": line.pk} | form)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert CheckLine.objects.get(pk=line.pk).finding == ""


def test_new_outlets_are_added_once_and_taken_back(setting: Setting) -> None:
    link, client = setting.link(), Client()
    form = {"do": "add", "name": "新早餐店", "address": "试验路 8 号", "main_format": ""}
    assert client.post(address(link), {**form, "address": ""}).status_code == 400
    for _again in range(2):
        assert client.post(address(link), form).status_code == 302
    added = link.sheet.lines.get(outlet__isnull=True)
    assert "新早餐店" in client.get(address(link)).content.decode()
    client.post(address(link), {"do": "remove", "line": added.pk})
    assert not link.sheet.lines.filter(outlet__isnull=True).exists()


def test_handing_in_ends_the_sheet(setting: Setting) -> None:
    link, client = setting.link(), Client()
    lines = list(link.sheet.lines.all())
    form = {"do": "return", "returned_by": "王大妈"}
    assert "还有 3 家未核对" in client.post(address(link), form).content.decode()
    for line in lines[:2]:
        client.post(address(link), {"do": "answer", "line": line.pk, "finding": "same"})
    assert client.post(address(link), {"do": "return", "unfinished": "1"}).status_code == 400
    assert client.post(address(link), form | {"unfinished": "1"}).status_code == 302
    sheet = CheckSheet.objects.get(pk=link.sheet.pk)
    assert (sheet.state, sheet.returned_by) == ("returned", "王大妈")
    after = client.get(address(link))
    assert "已交回" in after.content.decode()
    assert setting.outlets[0].name not in after.content.decode()
    assert "王大妈" not in after.content.decode()
    for do in ("answer", "add", "remove", "return"):
        late = client.post(
            address(link),
            {"do": do, "line": lines[0].pk, "finding": "closed", "name": "甲", "address": "乙"},
        )
        assert late.status_code == 409, do
    assert CheckLine.objects.get(pk=lines[0].pk).finding == "same"
    assert link.sheet.lines.count() == 3
    event = AuditEvent.objects.get(action="outlets.return_sheet")
    assert (event.to_state, event.changes["unanswered"]) == ("returned", 1)


def test_after_seven_days_a_link_opens_nothing(setting: Setting) -> None:
    link = setting.link()
    line = link.sheet.lines.first()
    with time_machine.travel(timezone.now() + dt.timedelta(days=6, hours=23)):
        assert Client().get(address(link)).status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        shut = Client().get(address(link))
        assert shut.status_code == 410
        assert "链接已过期" in shut.content.decode()
        assert setting.outlets[0].name not in shut.content.decode()
        sent = Client().post(address(link), {"do": "answer", "line": line.pk, "finding": "same"})
        assert sent.status_code == 410
        with pytest.raises(ReturnedError):
            answer_line(sheet=link.sheet, line_id=line.pk, finding="same")
    assert CheckLine.objects.get(pk=line.pk).finding == ""


def test_wrong_links_are_counted(setting: Setting) -> None:
    link = setting.link()
    client = Client()
    answers = [client.get(f"/check/wrong{n}/").status_code for n in range(check.WRONG_LINKS + 2)]
    assert set(answers[: check.WRONG_LINKS]) == {404}
    assert answers[-1] == 429
    assert client.get(address(link)).status_code == 429
    cache.clear()
    assert client.get(address(link)).status_code == 200


def test_writing_is_counted_by_sheet(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "WRITES", 3)
    first, second = setting.start().links
    form = {"do": "add", "name": "甲", "address": "乙"}
    assert [Client().post(address(first), form).status_code for _ in range(4)] == [302] * 3 + [429]
    assert Client().post(address(second), form).status_code == 302


def test_the_page_takes_the_same_queries_for_many_lines(setting: Setting) -> None:
    link = setting.link()

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert Client().get(address(link)).status_code == 200
        return len(captured)

    count()  # the first look is written down
    few = count()
    for _ in range(40):
        CheckLine.objects.create(
            sheet=link.sheet, outlet=setting.outlet(setting.first), seen_version=1
        )
    add_line(sheet=link.sheet, stated={"name": "甲", "address": "乙"})
    assert count() == few
