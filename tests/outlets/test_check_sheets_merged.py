"""What came back on a check sheet is merged into the register with care."""

import contextlib
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from core.audit import Actor
from core.models import AuditEvent
from core.versions import StaleVersionError
from outlets.fieldwork import merging
from outlets.fieldwork.merging import Decision, MergedError, merge_sheet
from outlets.models import CheckLine, CheckSheet, Outlet
from outlets.services import change_outlet, close_outlet
from tests.outlets.rounds import (
    BY,
    TODAY,
    Setting,
    setting_fixture,  # noqa: F401
)

pytestmark = pytest.mark.django_db


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
