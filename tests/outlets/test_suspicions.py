"""疑似变化: listed once, seen by those it concerns, decided once, the register following."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core import jobs, schedule
from core.audit import Actor
from core.models import AuditEvent, Job
from core.text import normalise_key
from core.versions import StaleVersionError
from outlets.fieldwork.licences import Notice, push_licences
from outlets.fieldwork.suspicions import (
    LIST_STALE,
    confirm_suspicion,
    dismiss_suspicion,
    list_stale,
    months_before,
    record_map_correction,
    stale_months,
)
from outlets.fieldwork.visits import record_visit
from outlets.models import IndustryCode, Outlet, QualityRule, Suspicion
from outlets.services import change_outlet
from tests.factories import (
    BusinessFormatFactory,
    DistrictFactory,
    EnterpriseFactory,
    OfficeFactory,
    OutletFactory,
    StreetFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
BY = Actor(label="李经办")
TODAY = timezone.localdate


@pytest.fixture
def outlet(db: None) -> Outlet:
    enterprise = EnterpriseFactory(district=DistrictFactory())
    return OutletFactory(
        street__district=enterprise.district,
        enterprise=enterprise,
        address="曹杨路 100 号",
        collected_on=TODAY(),
    )


def suspicion(outlet: Outlet | None = None, **columns: Any) -> Suspicion:
    told = {
        "kind": "licence_gone",
        "month": TODAY().replace(day=1),
        "source": "market",
        "external_id": str(Suspicion.objects.count()),
        "content": {"name": outlet.name if outlet else "新设便利店"},
    }
    if outlet is not None:
        told |= {"district": outlet.district, "street": outlet.street, "outlet": outlet}
    return Suspicion.objects.create(**told | columns)


def officer(street: Any, role: str = "street_officer") -> Client:
    client = Client()
    client.force_login(UserFactory(office=OfficeFactory(street=street), roles=[role]))
    return client


def notice(external_id: str, kind: str = "licence_gone", **more: Any) -> Notice:
    return Notice(external_id=external_id, kind=kind, **{"name": "某某商贸"} | more)


def push(outlet: Outlet, *notices: Notice) -> Any:
    return push_licences(district=outlet.district, source="market", notices=list(notices), by=BY)


# --- licences meet outlets ------------------------------------------------------------------------
def test_a_notice_finds_its_outlet_by_credit_code(outlet: Outlet) -> None:
    pushed = push(outlet, notice("1", credit_code=outlet.enterprise.credit_code))
    [row] = pushed.rows
    assert (row.outlet, row.street, row.state) == (outlet, outlet.street, "open")
    assert (pushed.new, pushed.matched, pushed.settled) == (1, 1, 0)
    assert AuditEvent.objects.get(action="outlets.push_licences").changes["new"] == 1


def test_a_notice_finds_its_outlet_by_name_and_address(outlet: Outlet) -> None:
    Outlet.objects.filter(pk=outlet.pk).update(name_key=normalise_key(outlet.name))
    same = notice("1", name=f" {outlet.name} ", address="曹杨路100号")
    elsewhere = notice("2", name=outlet.name, address="曹杨路 999 号")
    nowhere = notice("3", name=outlet.name)
    rows = push(outlet, same, elsewhere, nowhere).rows
    assert [row.outlet for row in rows] == [outlet, None, None]


def test_of_a_chain_the_one_at_the_address_is_meant(outlet: Outlet) -> None:
    chain = [
        OutletFactory(street=outlet.street, enterprise=outlet.enterprise, address=f"枣阳路 {n} 号")
        for n in (1, 2)
    ]
    code = outlet.enterprise.credit_code
    at_place = notice("1", credit_code=code, address="枣阳路2号")
    unclear = notice("2", credit_code=code)
    rows = push(outlet, at_place, unclear).rows
    assert rows[0].outlet == chain[1]
    assert (rows[1].outlet, rows[1].state) == (None, "open")
    assert set(rows[1].content["candidates"]) == {outlet.code, *(one.code for one in chain)}


def test_another_district_is_not_looked_into(outlet: Outlet) -> None:
    code = outlet.enterprise.credit_code
    [row] = push_licences(
        district=DistrictFactory(), source="market", notices=[notice("1", credit_code=code)], by=BY
    ).rows
    assert row.outlet is None


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("licence_gone", {"credit_code": ""}, "没有对应"),
        ("licence_changed", {"credit_code": ""}, "没有对应"),
        ("licence_new", {}, "已有该网点"),
        ("licence_changed", {"same": True}, "一致"),
    ],
)
def test_what_the_register_says_already_is_settled_with_the_reason(
    outlet: Outlet, kind: str, more: dict[str, Any], said: str
) -> None:
    more = {"credit_code": outlet.enterprise.credit_code} | more
    if more.pop("same", False):
        more |= {"name": outlet.enterprise.name, "address": outlet.address}
    [row] = push(outlet, notice("1", kind, **more)).rows
    assert (row.state, row.decided_by_label) == ("dismissed", "系统比对")
    assert said in row.comment


def test_an_end_of_what_is_closed_is_settled(outlet: Outlet) -> None:
    record_visit(outlet=outlet, finding="closed", by=BY, on=TODAY())
    [row] = push(outlet, notice("1", credit_code=outlet.enterprise.credit_code)).rows
    assert (row.state, row.outlet) == ("dismissed", outlet)


def test_a_notice_pushed_again_changes_nothing(outlet: Outlet) -> None:
    code = outlet.enterprise.credit_code
    push(outlet, notice("1", credit_code=code))
    dismiss_suspicion(suspicion=Suspicion.objects.get(), comment="仍在经营", by=BY)
    pushed = push(outlet, notice("1", credit_code=code, note="重发"), notice("2", credit_code=code))
    assert (pushed.new, pushed.known) == (1, 1)
    assert Suspicion.objects.get(external_id="1").state == "dismissed"


def test_queries_grow_with_batches_not_with_notices(outlet: Outlet) -> None:
    def count(notices: list[Notice]) -> int:
        with CaptureQueriesContext(connection) as captured:
            push(outlet, *notices)
        return len(captured)

    code = outlet.enterprise.credit_code
    few = count([notice(f"a{n}", credit_code=code) for n in range(2)])
    many = [notice(f"b{n}", name=f"店{n}", credit_code=code, address="路") for n in range(1500)]
    assert count(many) == few


# --- stale rows -----------------------------------------------------------------------------------
@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 60))
def test_months_before_against_counting_back(day: dt.date, months: int) -> None:
    earlier = months_before(day, months)
    assert (day.year * 12 + day.month) - (earlier.year * 12 + earlier.month) == months
    last = (earlier.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    assert earlier.day == min(day.day, last.day)


def test_stale_is_what_nobody_collected_or_visited(outlet: Outlet) -> None:
    on = TODAY()
    limit = months_before(on, 12)
    stale = OutletFactory(street=outlet.street, collected_on=limit - dt.timedelta(days=1))
    OutletFactory(street=outlet.street, collected_on=limit)
    OutletFactory(street=outlet.street, collected_on=dt.date(2020, 1, 1), status="closed")
    OutletFactory(street=outlet.street, collected_on=dt.date(2020, 1, 1), void=True)
    OutletFactory(street=outlet.street, collected_on=None)  # written just now
    visited = OutletFactory(street=outlet.street, collected_on=dt.date(2020, 1, 1))
    record_visit(outlet=visited, finding="absent", by=BY, on=on)
    unwritten = OutletFactory(street=outlet.street, collected_on=None)
    Outlet.objects.filter(pk=unwritten.pk).update(
        updated_at=timezone.now() - dt.timedelta(days=500)
    )
    assert list_stale(district=outlet.district, months=12) == 2
    assert {row.outlet for row in Suspicion.objects.all()} == {stale, unwritten}
    assert {row.street for row in Suspicion.objects.all()} == {outlet.street}


def test_a_stale_row_is_listed_once_until_decided(outlet: Outlet) -> None:
    OutletFactory(street=outlet.street, collected_on=dt.date(2020, 1, 1))
    assert list_stale(district=outlet.district, months=12) == 1
    assert list_stale(district=outlet.district, months=12) == 0
    later = TODAY() + dt.timedelta(days=40)
    assert list_stale(district=outlet.district, months=12, on=later) == 0
    dismiss_suspicion(suspicion=Suspicion.objects.get(), comment="电话核实仍在经营", by=BY)
    row = Suspicion.objects.get().outlet
    assert (row.collected_on, row.collected_by) == (TODAY(), BY.label)
    assert list_stale(district=outlet.district, months=12, on=later) == 0


def test_the_number_of_months_is_the_quality_rules(db: None) -> None:
    QualityRule.objects.filter(code="stale").delete()
    assert stale_months() == 12
    rule = QualityRule.objects.create(
        code="stale", name="久未核实", severity="warning", numbers={"months": 6}
    )
    assert stale_months() == 6
    rule.in_force = False
    rule.save()
    assert stale_months() is None


def test_the_list_is_made_once_a_month_by_the_clock(outlet: Outlet) -> None:
    QualityRule.objects.filter(code="stale").delete()
    OutletFactory(street=outlet.street, collected_on=dt.date(2020, 1, 1))
    # 06:00 in Shanghai.
    for day in ("2026-03-05", "2026-03-06", "2026-04-01"):
        with time_machine.travel(dt.datetime.fromisoformat(f"{day}T06:00:00+08:00"), tick=False):
            schedule.enqueue_due()
            for job in Job.objects.filter(kind=LIST_STALE, state="queued"):
                jobs.run_job(job.pk)
    results = [job.result for job in Job.objects.filter(kind=LIST_STALE).order_by("key")]
    assert [result.get("month") for result in results] == ["2026-03", None, "2026-04"]
    assert results[0]["listed"][outlet.district.code] == 1
    assert Suspicion.objects.get().month == dt.date(2026, 3, 1)


# --- the map --------------------------------------------------------------------------------------
def test_a_correction_from_the_map_is_kept_once_without_who_said_it(outlet: Outlet) -> None:
    for _again in range(2):
        row = record_map_correction(
            district=outlet.district, outlet=outlet, said="closed", note="已搬空", external_id="m1"
        )
    assert Suspicion.objects.count() == 1
    assert (row.kind, row.street, row.content["said"]) == ("map", outlet.street, "closed")
    assert set(row.content) == {"said", "note", "lon", "lat"}
    missing = record_map_correction(
        district=outlet.district, street=outlet.street, said="missing", lon=121.4, lat=31.25
    )
    assert missing.outlet is None
    for said, about in (("missing", outlet), ("closed", None), ("rude", outlet)):
        with pytest.raises(ValidationError):
            record_map_correction(district=outlet.district, said=said, outlet=about)


# --- deciding -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("action", "status"), [("close", "closed"), ("move", "moved"), ("suspend", "suspended")]
)
def test_confirming_brings_the_register_in_step(outlet: Outlet, action: str, status: str) -> None:
    day = TODAY() - dt.timedelta(days=5)
    row = confirm_suspicion(
        suspicion=suspicion(outlet), action=action, on=day, by=BY, comment="已走访"
    )
    outlet.refresh_from_db()
    assert (outlet.status, row.state, row.decided_by_label) == (status, "confirmed", BY.label)
    assert outlet.facts.get(valid_from=day).status == status
    assert row.act == outlet.history.first().act is not None
    event = AuditEvent.objects.get(action="outlets.confirm_suspicion")
    assert (event.from_state, event.to_state, event.comment) == ("open", "confirmed", "已走访")


def test_a_changed_licence_corrects_the_outlet(outlet: Outlet) -> None:
    row = suspicion(outlet, kind="licence_changed")
    values = {"licence_name": "新名商贸", "address": "枣阳路 5 号"}
    confirm_suspicion(suspicion=row, action="change", values=values, on=TODAY(), by=BY)
    outlet.refresh_from_db()
    assert (outlet.licence_name, outlet.address) == ("新名商贸", "枣阳路 5 号")


def test_a_new_licence_becomes_an_outlet(outlet: Outlet) -> None:
    row = suspicion(district=outlet.district, kind="licence_new")
    values = {"name": "新设便利店", "address": "枣阳路 6 号"}
    told: dict[str, Any] = {"suspicion": row, "action": "create", "on": TODAY(), "by": BY}
    with pytest.raises(ValidationError) as caught:
        confirm_suspicion(values=values, **told)
    assert "main_format" in caught.value.message_dict
    values |= {"main_format": BusinessFormatFactory(), "street": outlet.street}
    made = confirm_suspicion(values=values, **told)
    assert made.outlet == Outlet.objects.get(name="新设便利店")
    assert (made.street, made.act) == (outlet.street, made.outlet.history.first().act)


def test_it_is_decided_once(outlet: Outlet) -> None:
    row = suspicion(outlet)
    dismiss_suspicion(suspicion=row, comment="仍在经营", by=BY)
    with pytest.raises(ValidationError, match="李经办"):
        confirm_suspicion(suspicion=row, action="close", on=TODAY(), by=Actor(label="赵"))
    assert Outlet.objects.get(pk=outlet.pk).status == "open"
    assert Suspicion.objects.get().comment == "仍在经营"


def test_what_was_seen_must_still_be_there(outlet: Outlet) -> None:
    row = suspicion(outlet)
    change_outlet(outlet=outlet, changes={"hours": "全天"}, on=TODAY(), by=BY)
    told: dict[str, Any] = {"suspicion": row, "action": "close", "on": TODAY(), "by": BY}
    for seen in ({"outlet_version": 1}, {"seen_version": 9}):
        with pytest.raises(StaleVersionError):
            confirm_suspicion(**told, **seen)
    assert Suspicion.objects.get().state == "open"
    assert Outlet.objects.get(pk=outlet.pk).status == "open"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"action": "create"}, "action"),
        ({"action": ""}, "action"),
        ({"action": "done"}, "comment"),
        ({"action": "change"}, "action"),
        ({"action": "close", "on": dt.date(2999, 1, 1)}, "on"),
        ({"action": "change", "values": {"version": 3}}, "version"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    outlet: Outlet, more: dict[str, Any], field: str
) -> None:
    told: dict[str, Any] = {"suspicion": suspicion(outlet), "on": TODAY(), "by": BY} | more
    with pytest.raises(ValidationError) as caught:
        confirm_suspicion(**told)
    assert field in caught.value.message_dict
    assert Suspicion.objects.get().state == "open"


def test_dismissing_needs_a_reason(outlet: Outlet) -> None:
    with pytest.raises(ValidationError) as caught:
        dismiss_suspicion(suspicion=suspicion(outlet), comment=" ", by=BY)
    assert "comment" in caught.value.message_dict


# --- the pages ------------------------------------------------------------------------------------
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
