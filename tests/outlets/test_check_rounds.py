"""Check sheets: sent out, filled in behind a link by whoever has it, merged with care."""

import contextlib
import datetime as dt
import logging
import re
import threading
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.audit import Actor
from core.models import AuditEvent
from core.versions import StaleVersionError
from outlets.fieldwork import merging
from outlets.fieldwork.answers import ReturnedError, add_line, answer_line, return_sheet
from outlets.fieldwork.merging import Decision, MergedError, merge_sheet
from outlets.fieldwork.rounds import Link, renew_link, sheet_of, start_round
from outlets.models import CheckLine, CheckRound, CheckSheet, Outlet
from outlets.services import change_outlet, close_outlet
from portal.views import check
from tests.factories import (
    BusinessFormatFactory,
    NeighbourhoodFactory,
    OfficeFactory,
    OutletFactory,
    StreetFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
BY = Actor(label="李经办", office_code="sd")
TODAY = timezone.localdate


class Setting:
    """A street with two neighbourhoods, three shops in the first, one in the second."""

    def __init__(self) -> None:
        self.street = StreetFactory()
        self.first, self.second = (NeighbourhoodFactory(street=self.street) for _ in range(2))
        self.shop = BusinessFormatFactory()
        self.outlets = [self.outlet(self.first) for _ in range(3)]
        self.outlet(self.second)
        self.unlisted = self.outlet(None)

    def outlet(self, hood: Any) -> Outlet:
        return OutletFactory(
            street=self.street,
            neighbourhood=hood,
            main_format=self.shop,
            contact="张三丰",
            phone="13812345678",
            hours="7:00–21:00",
        )

    def start(self) -> Any:
        due = TODAY() + dt.timedelta(days=7)
        return start_round(street=self.street, due_on=due, by=BY)

    def link(self) -> Link:
        return self.start().links[0]

    def returned(self, **answers: Any) -> tuple[CheckSheet, list[CheckLine]]:
        """The first sheet handed in: `a`, `b`, `c` are its lines' findings (default: same)."""
        sheet = self.link().sheet
        lines = lines_of(sheet, self.outlets)
        for name, line in zip("abc", lines, strict=True):
            given = answers.get(name, "same")
            finding, stated = given if isinstance(given, tuple) else (given, {})
            answer_line(sheet=sheet, line_id=line.pk, finding=finding, stated=stated)
        for stated in answers.get("new", ()):
            add_line(sheet=sheet, stated=stated)
        return return_sheet(sheet=sheet, returned_by="王大妈"), lines

    def officer(self, role: str = "street_officer", street: Any = None) -> Client:
        client = Client()
        office = OfficeFactory(street=street or self.street)
        client.force_login(UserFactory(office=office, roles=[role]))
        return client


def lines_of(sheet: CheckSheet, outlets: list[Outlet]) -> list[CheckLine]:
    return [sheet.lines.get(outlet=outlet) for outlet in outlets]


def address(link: Link, name: str = "check") -> str:
    return reverse(f"portal:{name}", args=[link.secret])


@pytest.fixture
def setting(db: None) -> Setting:
    return Setting()


# --- sending out ----------------------------------------------------------------------------------
def test_a_round_gives_each_neighbourhood_its_open_outlets(setting: Setting) -> None:
    gone = setting.outlet(setting.first)
    close_outlet(outlet=gone, on=TODAY(), by=BY, reason="撤店")
    started = setting.start()
    assert [link.sheet.neighbourhood for link in started.links] == [setting.first, setting.second]
    sheet = started.links[0].sheet
    assert {line.outlet for line in sheet.lines.all()} == set(setting.outlets)
    assert {line.seen_version for line in sheet.lines.all()} == {1}
    assert started.unlisted == 1
    left = sheet.valid_until - timezone.now()
    assert dt.timedelta(days=6, hours=23) < left <= dt.timedelta(days=7)


def test_the_secret_is_kept_and_written_nowhere(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    """256 bits each; neither the tables, the audit log nor the logs know them."""
    caplog.set_level(logging.DEBUG)
    started = setting.start()
    renewed = renew_link(sheet=started.links[1].sheet, by=BY)
    secrets = [link.secret for link in (*started.links, renewed)]
    assert len(set(secrets)) == 3
    assert all(len(secret) == 43 for secret in secrets)  # base64 of 32 bytes
    client = Client()
    boss = get_user_model().objects.create_superuser("root", password="x")
    superuser = Client()
    superuser.force_login(boss)
    for link in (*started.links, renewed):
        for asking in (client, superuser):
            asking.get(address(link))
            asking.put(address(link))
            asking.post(address(link), {"do": "answer", "line": "0"})
            asking.get(address(link, "check_paper"))
    with time_machine.travel(timezone.now() + dt.timedelta(days=8)):
        client.get(address(renewed))
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            told = str(cursor.fetchall())
            assert not any(secret in told for secret in secrets), table
    assert not any(secret in caplog.text for secret in secrets)
    assert not any(secret in repr(link) for link in started.links for secret in secrets)
    asked = AuditEvent.objects.filter(action="accounts.break_glass").values_list(
        "changes", flat=True
    )
    assert {told["path"] for told in asked} == {"/check/…/", "/check/…/paper/"}


def test_a_round_is_refused_with_reasons(setting: Setting) -> None:
    foreign = NeighbourhoodFactory()
    for more, said in (
        ({"due_on": TODAY() - dt.timedelta(days=1)}, "早于今天"),
        ({"neighbourhoods": [foreign]}, "本街道"),
        ({"neighbourhoods": []}, "至少选择"),
    ):
        told = {"street": setting.street, "due_on": TODAY(), "by": BY} | more
        with pytest.raises(ValidationError, match=said):
            start_round(**told)
    setting.start()
    with pytest.raises(ValidationError, match="尚未结束"):
        setting.start()
    assert CheckRound.objects.count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(days=9)):
        setting.start()


def test_a_renewed_link_shuts_the_old_one_and_keeps_the_answers(setting: Setting) -> None:
    old = setting.link()
    line = old.sheet.lines.first()
    answer_line(sheet=old.sheet, line_id=line.pk, finding="same")
    new = renew_link(sheet=old.sheet, by=BY)
    assert sheet_of(old.secret) is None
    assert Client().get(address(old)).status_code == 404
    assert Client().get(address(new)).status_code == 200
    with pytest.raises(ReturnedError):
        answer_line(sheet=old.sheet, line_id=line.pk, finding="closed")
    assert CheckLine.objects.get(pk=line.pk).finding == "same"


def test_a_returned_sheet_is_not_chased(setting: Setting) -> None:
    sheet, _lines = setting.returned()
    with pytest.raises(ValidationError, match="无需再催"):
        renew_link(sheet=sheet, by=BY)


# --- the public page ------------------------------------------------------------------------------
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


# --- merging --------------------------------------------------------------------------------------
def test_a_sheet_is_merged_line_by_line(setting: Setting) -> None:
    sheet, lines = setting.returned(
        a="same",
        b=("changed", {"name": "新名", "hours": "8:00–20:00"}),
        c="closed",
        new=[{"name": "新店", "address": "新路 1 号", "main_format": setting.shop.code}],
    )
    outcome = merge_sheet(sheet=sheet, by=BY)
    assert (outcome.written, outcome.unchanged, len(outcome.held)) == (4, 0, 0)
    a, b, c = (Outlet.objects.get(pk=outlet.pk) for outlet in setting.outlets)
    assert a.collected_on == TODAY()
    assert a.collected_by.endswith("王大妈")
    assert (b.name, b.hours, b.status) == ("新名", "8:00–20:00", "open")
    assert (c.status, c.closed_on) == ("closed", TODAY())
    new = Outlet.objects.get(name="新店", street=setting.street)
    assert (new.neighbourhood, new.main_format) == (setting.first, setting.shop)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.merged_by_label) == ("merged", BY.label)
    assert AuditEvent.objects.get(action="outlets.merge_sheet").act == sheet.act
    assert all(CheckLine.objects.get(pk=line.pk).merged for line in lines)


def test_merging_again_says_who_did_it_and_changes_nothing(setting: Setting) -> None:
    sheet, _lines = setting.returned(c="closed")
    merge_sheet(sheet=sheet, by=BY)
    before = list(Outlet.objects.order_by("pk").values())
    with pytest.raises(MergedError, match="李经办") as caught:
        merge_sheet(sheet=sheet, by=Actor(label="赵经办"))
    assert "未作任何修改" in str(caught.value)
    assert list(Outlet.objects.order_by("pk").values()) == before


def test_what_changed_since_is_held_back(setting: Setting) -> None:
    sheet, lines = setting.returned(a=("changed", {"hours": "9:00–18:00"}), b="suspended")
    change_outlet(
        outlet=setting.outlets[0], changes={"hours": "全天"}, on=TODAY(), by=BY, reason="改"
    )
    outcome = merge_sheet(sheet=sheet, by=BY)
    [held] = outcome.held
    assert held.pk == lines[0].pk
    assert "又有变更" in CheckLine.objects.get(pk=held.pk).outcome
    assert Outlet.objects.get(pk=setting.outlets[0].pk).hours == "全天"
    assert Outlet.objects.get(pk=setting.outlets[1].pk).status == "suspended"
    assert CheckSheet.objects.get(pk=sheet.pk).state == "returned"
    version = Outlet.objects.get(pk=setting.outlets[1].pk).version
    again = merge_sheet(sheet=sheet, by=BY)
    assert (again.written, len(again.held)) == (0, 1)
    assert Outlet.objects.get(pk=setting.outlets[1].pk).version == version
    done = merge_sheet(sheet=sheet, by=BY, decisions={held.pk: Decision("apply")})
    assert (done.written, done.finished) == (1, True)
    assert Outlet.objects.get(pk=setting.outlets[0].pk).hours == "9:00–18:00"


def test_keeping_the_register_is_a_decision_too(setting: Setting) -> None:
    sheet, lines = setting.returned(a="absent")
    assert len(merge_sheet(sheet=sheet, by=BY).held) == 1
    done = merge_sheet(sheet=sheet, by=BY, decisions={lines[0].pk: Decision("keep")})
    assert (done.kept, done.finished) == (1, True)
    assert Outlet.objects.get(pk=setting.outlets[0].pk).status == "open"


@pytest.mark.parametrize("action", ["close", "void"])
def test_what_nobody_found_is_closed_or_voided_by_decision(setting: Setting, action: str) -> None:
    sheet, lines = setting.returned(a="absent")
    merge_sheet(sheet=sheet, by=BY, decisions={lines[0].pk: Decision(action)})
    outlet = Outlet.objects.get(pk=setting.outlets[0].pk)
    assert (outlet.status == "closed", outlet.void) == (action == "close", action == "void")


def test_a_new_outlet_waits_for_its_format_and_doubles_for_somebody(setting: Setting) -> None:
    known = setting.outlets[0]
    sheet, _lines = setting.returned(
        new=[
            {"name": "无业态店", "address": "新路 2 号"},
            {"name": known.name, "address": known.address, "main_format": setting.shop.code},
        ]
    )
    held = {line.stated["name"]: line for line in merge_sheet(sheet=sheet, by=BY).held}
    assert "未填业态" in held["无业态店"].outcome
    assert "同名同址" in held[known.name].outcome
    outcome = merge_sheet(
        sheet=sheet,
        by=BY,
        decisions={
            held["无业态店"].pk: Decision("apply", setting.shop.code),
            held[known.name].pk: Decision("keep"),
        },
    )
    assert outcome.finished
    assert Outlet.objects.filter(name="无业态店").count() == 1
    assert Outlet.objects.filter(name=known.name).count() == 1


def test_closed_here_and_there_is_no_conflict(setting: Setting) -> None:
    sheet, _lines = setting.returned(a="closed")
    close_outlet(outlet=setting.outlets[0], on=TODAY(), by=BY, reason="撤店")
    outcome = merge_sheet(sheet=sheet, by=BY)
    assert (outcome.unchanged, outcome.finished) == (1, True)


def test_a_sheet_still_out_is_not_merged(setting: Setting) -> None:
    with pytest.raises(ValidationError, match="尚未交回"):
        merge_sheet(sheet=setting.link().sheet, by=BY)


def test_an_outdated_page_merges_nothing(setting: Setting) -> None:
    sheet, _lines = setting.returned(a="absent")
    merge_sheet(sheet=sheet, by=BY, seen_version=sheet.version)
    with pytest.raises(StaleVersionError):
        merge_sheet(sheet=sheet, by=BY, seen_version=sheet.version)


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locking", [True, False], ids=["as it is", "control without locks"])
def test_two_merge_at_once(monkeypatch: pytest.MonkeyPatch, locking: bool) -> None:
    """One merges, the other is told who did; without the locks both would (which the test sees)."""
    setting = Setting()
    sheet, _lines = setting.returned(
        new=[{"name": "新店", "address": "新路 1 号", "main_format": setting.shop.code}]
    )
    inside, together = threading.Barrier(2), merging._require_mergeable

    def meet(row: CheckSheet) -> None:
        together(row)
        with contextlib.suppress(threading.BrokenBarrierError):
            inside.wait(timeout=2)

    monkeypatch.setattr(merging, "_require_mergeable", meet)
    if not locking:
        monkeypatch.setattr(merging, "locked", lambda rows: rows.order_by("pk"))
        monkeypatch.setattr(merging, "lock_register", lambda district: district)
        monkeypatch.setattr(merging, "create_outlet", _create_without_lock)
    said: list[Any] = []

    def go(name: str) -> None:
        try:
            said.append(merge_sheet(sheet=sheet, by=Actor(label=name)))
        except BaseException as error:
            said.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(name,)) for name in ("甲经办", "乙经办")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    refused = [one for one in said if isinstance(one, MergedError)]
    merged = [one for one in said if isinstance(one, merging.MergeOutcome)]
    if not locking:
        assert len(merged) == 2, said
        return
    assert (len(merged), len(refused)) == (1, 1), said
    assert "并入台账" in str(refused[0])
    assert Outlet.objects.filter(name="新店").count() == 1
    assert AuditEvent.objects.filter(action="outlets.merge_sheet").count() == 1


def _create_without_lock(**_told: Any) -> Any:
    """Stands in for entering a row: the control shows that the sheet's lock matters."""
    return Outlet(code="X")


# --- the officers' pages --------------------------------------------------------------------------
def test_starting_a_round_shows_its_links_once(setting: Setting) -> None:
    client = setting.officer()
    form = {"street": setting.street.code, "due_on": TODAY().isoformat()}
    shown = client.post(reverse("ledger:rounds"), form)
    links = re.findall(r"http://testserver(/check/[\w-]{43}/)", shown.content.decode())
    assert len(set(links)) == 2
    assert shown["Cache-Control"] == "no-store"
    assert all(Client().get(link).status_code == 200 for link in links)
    made = CheckRound.objects.get()
    page = client.get(reverse("ledger:round", args=[made.pk])).content.decode()
    assert "/check/" not in page
    again = client.post(reverse("ledger:rounds"), form)
    assert again.status_code == 400
    assert "尚未结束" in again.content.decode()


def test_who_has_not_returned_is_told_and_chased(setting: Setting) -> None:
    setting.returned()
    made = CheckRound.objects.get()
    client = setting.officer()
    url = reverse("ledger:round", args=[made.pk])
    assert "已交回 1／2 张" in client.get(url).content.decode()
    with time_machine.travel(timezone.now() + dt.timedelta(days=9)):
        late = setting.officer().get(url).content.decode()
    assert "逾期 2 天" in late
    waiting = made.sheets.get(state="open")
    chased = client.post(reverse("ledger:round_links", args=[made.pk]), {"sheet": waiting.pk})
    [link] = set(re.findall(r"/check/[\w-]{43}/(?!paper)", chased.content.decode()))
    assert Client().get(link).status_code == 200
    back = made.sheets.get(state="returned")
    refused = client.post(
        reverse("ledger:round_links", args=[made.pk]), {"sheet": back.pk}, follow=True
    )
    assert "无需再催" in refused.content.decode()


def test_other_streets_and_readers_start_and_merge_nothing(setting: Setting) -> None:
    sheet, _lines = setting.returned(a="closed")
    neighbour = StreetFactory(district=setting.street.district)
    url = reverse("ledger:sheet", args=[sheet.pk])
    assert setting.officer(street=neighbour).get(url).status_code == 404
    assert setting.officer(street=neighbour).post(url).status_code == 404
    assert setting.officer("street_head").post(url).status_code == 403
    started = setting.officer(street=neighbour).post(
        reverse("ledger:rounds"), {"street": setting.street.code, "due_on": TODAY().isoformat()}
    )
    assert started.status_code == 400
    assert CheckRound.objects.count() == 1
    assert Outlet.objects.get(pk=setting.outlets[0].pk).status == "open"


def test_merging_from_the_page_with_decisions(setting: Setting) -> None:
    sheet, lines = setting.returned(a="absent", b=("changed", {"hours": "8:00–20:00"}))
    client = setting.officer()
    url = reverse("ledger:sheet", args=[sheet.pk])
    shown = client.get(url).content.decode()
    assert "查无此店：请决定" in shown
    assert "8:00–20:00" in shown
    assert "7:00–21:00" in shown
    sent = client.post(
        url, {"seen_version": sheet.version, f"decide-{lines[0].pk}": "close"}, follow=True
    )
    assert "已并入" in sent.content.decode()
    assert Outlet.objects.get(pk=setting.outlets[0].pk).status == "closed"
    again = client.post(url, {"seen_version": sheet.version}, follow=True)
    assert "并入台账，本次未作任何修改" in again.content.decode()


@pytest.mark.parametrize("page", ["rounds", "round", "sheet"])
def test_pages_take_the_same_queries_for_many_rows(setting: Setting, page: str) -> None:
    sheet, _lines = setting.returned()
    made = CheckRound.objects.get()
    args = {"rounds": [], "round": [made.pk], "sheet": [sheet.pk]}[page]
    client = setting.officer()

    def count() -> int:
        client.get(reverse(f"ledger:{page}", args=args))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(f"ledger:{page}", args=args)).status_code == 200
        return len(captured)

    few = count()
    for number in range(15):
        hood = NeighbourhoodFactory(street=setting.street)
        CheckSheet.objects.create(
            round=made,
            neighbourhood=hood,
            secret_sha256=f"{number:064d}",
            valid_until=timezone.now(),
        )
        CheckRound.objects.create(
            district=made.district,
            street=made.street,
            title="旧",
            issued_on=TODAY(),
            due_on=TODAY(),
        )
        CheckLine.objects.create(
            sheet=sheet, outlet=setting.outlet(setting.first), seen_version=1, finding="closed"
        )
    assert count() == few
