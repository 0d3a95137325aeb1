"""The officers' pages of check rounds: starting, chasing, merging."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outlets.models import CheckLine, CheckRound, CheckSheet, Outlet
from tests.factories import NeighbourhoodFactory, StreetFactory
from tests.outlets.rounds import (
    TODAY,
    Setting,
    setting_fixture,  # noqa: F401
)

pytestmark = pytest.mark.django_db


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
