"""疑似变化: the pages, seen by those it concerns."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEvent
from outlets.fieldwork.suspicions import dismiss_suspicion
from outlets.models import IndustryCode, Outlet, Suspicion
from tests.factories import EnterpriseFactory, OutletFactory, StreetFactory
from tests.outlets.suspected import (
    BY,
    TODAY,
    officer,
    outlet_fixture,  # noqa: F401
    suspicion,
)

pytestmark = pytest.mark.django_db


def test_each_street_sees_and_decides_its_own(outlet: Outlet) -> None:
    neighbour = StreetFactory(district=outlet.district)
    row = suspicion(outlet)
    unplaced = suspicion(district=outlet.district, kind="licence_new")
    own = officer(outlet.street).get(reverse("ledger:changes")).content.decode()
    assert outlet.name in own
    assert "新设便利店" not in own
    assert outlet.name not in officer(neighbour).get(reverse("ledger:changes")).content.decode()
    for one in (row, unplaced):
        url = reverse("ledger:change", args=[one.pk])
        assert officer(neighbour).get(url).status_code == 404
        assert officer(neighbour).post(url, {"verdict": "dismiss"}).status_code == 404
    sent = officer(outlet.street, "street_head").post(
        reverse("ledger:change", args=[row.pk]), {"verdict": "dismiss", "comment": "无"}
    )
    assert sent.status_code == 403
    assert set(Suspicion.objects.values_list("state", flat=True)) == {"open"}


def test_the_list_shows_open_ones_filters_and_exports_what_it_shows(outlet: Outlet) -> None:
    suspicion(outlet)
    other = OutletFactory(street=outlet.street)
    suspicion(other, kind="stale", month=dt.date(2025, 1, 1), content={"months": 12, "last": "x"})
    done = OutletFactory(street=outlet.street)
    dismiss_suspicion(suspicion=suspicion(done), comment="=仍在经营", by=BY)
    client = officer(outlet.street)

    def names(**query: str) -> set[str]:
        url = reverse("ledger:changes")
        shown = client.get(url, query).content.decode()
        table = client.get(url, query | {"export": "csv"}).content.decode("utf-8-sig")
        found = {one.name for one in (outlet, other, done) if one.name in shown}
        assert found == {one.name for one in (outlet, other, done) if one.name in table}
        return found

    assert names() == {outlet.name, other.name}
    assert names(state="all") == {outlet.name, other.name, done.name}
    assert names(state="dismissed") == {done.name}
    assert names(kind="stale") == {other.name}
    assert names(month="2025-01") == {other.name}
    assert names(street=outlet.street.code) == {outlet.name, other.name}
    assert names(q=other.name) == {other.name}
    assert names(month="nonsense") == {outlet.name, other.name}
    table = client.get(reverse("ledger:changes"), {"state": "all", "export": "csv"})
    assert "'=仍在经营" in table.content.decode()
    assert AuditEvent.objects.filter(action="portal.export").count() >= 1


def test_deciding_from_the_page(outlet: Outlet) -> None:
    row = suspicion(outlet)
    client = officer(outlet.street)
    url = reverse("ledger:change", args=[row.pk])
    form = {"verdict": "close", "on": TODAY().isoformat(), "seen_version": 1, "outlet_version": 1}
    refused = client.post(url, {**form, "verdict": "dismiss"})
    assert refused.status_code == 400
    assert "请填写核实情况" in refused.content.decode()
    stale = client.post(url, {**form, "outlet_version": 9})
    assert stale.status_code == 400
    assert client.post(url, form).status_code == 302
    assert Outlet.objects.get(pk=outlet.pk).status == "closed"
    assert "属实，已处理" in client.get(url).content.decode()


def test_a_new_licence_is_entered_from_the_page_with_its_format_suggested(outlet: Outlet) -> None:
    IndustryCode.objects.update_or_create(
        code="5213", defaults={"name": "便利店零售", "suggests": outlet.main_format}
    )
    row = suspicion(
        district=outlet.district,
        street=outlet.street,
        kind="licence_new",
        content={"name": "新设便利店", "address": "枣阳路 6 号", "industry_code": "5213"},
    )
    client = officer(outlet.street)
    url = reverse("ledger:change", args=[row.pk])
    shown = client.get(url).content.decode()
    assert f'value="{outlet.main_format.code}" selected' in shown
    foreign = StreetFactory()
    form = {
        "verdict": "create",
        "name": "新设便利店",
        "address": "枣阳路 6 号",
        "main_format": outlet.main_format.code,
    }
    assert client.post(url, {**form, "street": foreign.code}).status_code == 400
    assert client.post(url, {**form, "street": outlet.street.code}).status_code == 302
    assert Outlet.objects.get(name="新设便利店").street == outlet.street


def test_the_list_takes_the_same_queries_for_many_rows(outlet: Outlet) -> None:
    client = officer(outlet.street)

    def count(query: dict[str, str]) -> int:
        client.get(reverse("ledger:changes"), query)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("ledger:changes"), query).status_code == 200
        return len(captured)

    suspicion(outlet)
    few = [count(query) for query in ({}, {"export": "csv"})]
    for _ in range(20):
        shop = OutletFactory(
            street=outlet.street, enterprise=EnterpriseFactory(district=outlet.district)
        )
        suspicion(shop)
    assert [count(query) for query in ({}, {"export": "csv"})] == few
