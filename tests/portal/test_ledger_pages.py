"""The pages of the register: what they show, to whom, what acts from them do, what they cost."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import jobs
from core.audit import Actor
from core.models import AuditEvent
from outlets.exports import service
from outlets.models import (
    BusinessFormat,
    Export,
    LedgerCompleteness,
    Outlet,
    QualityFinding,
    QualityRule,
    Visit,
)
from outlets.services import change_outlet
from outlets.services.register import named
from tests.factories import BrandFactory, OfficeFactory, OutletFactory, UserFactory
from tests.outlets.ledger_files import World

pytestmark = pytest.mark.django_db
BY = Actor(label="李经办")
LON, LAT = 121.395, 31.25


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.CELERY_BROKER_URL = None


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def outlet(world: World) -> Outlet:
    return an_outlet(world, code="A-1", name="全家便利", contact="张三丰", phone="13812345678")


def an_outlet(world: World, **columns: Any) -> Outlet:
    given = {"street": world.street, "main_format": world.shop, "lon": LON, "lat": LAT} | columns
    made: Outlet = OutletFactory(**given)  # type: ignore[assignment]
    Outlet.objects.filter(pk=made.pk).update(**named({"name": made.name}))
    return made


def signed_in(world: World, role: str = "programme_officer", street: Any = None) -> Client:
    office = OfficeFactory(street=street) if street else OfficeFactory(district=world.district)
    client = Client()
    user = UserFactory(office=office, roles=[role])
    client.force_login(user, backend="accounts.backends.ModelBackend")
    return client


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"ledger:{name}", args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def names_in(client: Client, **query: Any) -> list[str]:
    """The outlets that the list shows."""
    answer = client.get(reverse("ledger:outlets"), query)
    assert answer.status_code == 200
    return [row["cells"][0]["text"] for row in answer.context["table"]["rows"]]


# --- List ----------------------------------------------------------------------------------------


def test_the_list_is_searched_filtered_and_sorted(world: World, outlet: Outlet) -> None:
    brand = BrandFactory(district=world.district, name="罗森")
    an_outlet(world, name="乙店", code="B-1", brand=brand, status="suspended", address="杏山路9号")
    client = signed_in(world)
    assert names_in(client) == ["全家便利", "乙店"]
    assert names_in(client, sort="-code") == ["乙店", "全家便利"]
    assert names_in(client, sort="no such order") == ["全家便利", "乙店"]
    for words in ("qjbl", "quanjia", "全家", "a-1"):
        assert names_in(client, q=words) == ["全家便利"], words
    for words in ("罗森", "杏山", "罗森 杏山"):
        assert names_in(client, q=words) == ["乙店"], words
    assert names_in(client, q="罗森 全家") == []
    assert names_in(client, status="suspended", street=world.street.code) == ["乙店"]


def test_a_street_sees_its_own_rows_alone(world: World, outlet: Outlet) -> None:
    foreign = an_outlet(world, street=world.other, name="西镇店", lon=121.405)
    client = signed_in(world, "street_officer", world.street)
    assert names_in(client) == ["全家便利"]
    assert names_in(client, street=world.other.code) == []
    for name in ("outlet", "outlet_change", "outlet_move", "outlet_place", "outlet_merge"):
        assert client.get(reverse(f"ledger:{name}", args=[foreign.code])).status_code == 404, name


def test_what_is_chosen_stays_in_every_address(world: World, outlet: Outlet) -> None:
    for number in range(60):
        an_outlet(world, name=f"店{number:02d}")
    client = signed_in(world)
    query = {"status": "open", "column": ["hours", "phone"], "sort": "name"}
    answer = client.get(reverse("ledger:outlets"), query)
    following = answer.context["pager"]["next_url"]
    for part in ("status=open", "column=hours&column=phone", "sort=name", "from=50"):
        assert part in following
    chip = answer.context["filters"]["chips"][0]
    assert chip["label"].endswith("营业")
    assert "status" not in chip["remove_url"]
    assert "column=hours&column=phone" in chip["remove_url"]
    assert len(client.get(following).context["table"]["rows"]) == 11
    assert "status=open" in answer.context["tools"]["exports"][0]["url"]


def test_contacts_are_masked_in_lists(world: World, outlet: Outlet) -> None:
    text = page(signed_in(world), "outlets", column=["contact", "phone"])
    assert "138****5678" in text
    assert "张**" in text
    assert "13812345678" not in text


def test_a_day_in_the_past_is_shown_as_it_was_and_says_so(world: World, outlet: Outlet) -> None:
    day = dt.date(2025, 3, 1)
    change_outlet(outlet=outlet, changes={"status": "suspended"}, on=day, by=BY)
    an_outlet(world, name="后来的店", opened_on=dt.date(2025, 6, 1))
    client = signed_in(world)
    eve = (day - dt.timedelta(days=1)).isoformat()
    assert names_in(client, on=eve, status="open") == ["全家便利"]
    assert names_in(client, on=day.isoformat(), status="open") == []
    text = page(client, "outlets", on=eve)
    assert f"时点 {eve}" in text
    assert "日期" in page(client, "outlets", on="morgen")
    assert "时点不能晚于今天" in page(client, "outlets", on="2999-01-01")


def test_the_map_shows_the_rows_of_the_list(world: World, outlet: Outlet) -> None:
    an_outlet(world, name="没有坐标", lon=None, lat=None, place_state="unverified")
    answer = signed_in(world).get(reverse("ledger:outlets"), {"view": "map"})
    config = answer.context["map"]["config"]
    assert [one["properties"]["name"] for one in config["outlets"]["features"]] == ["全家便利"]
    assert "1 个网点没有坐标" in config["words"]["missing"]


def test_codes_with_signs_have_pages(world: World) -> None:
    an_outlet(world, code="PT/00 1", name="斜杠店")
    client = signed_in(world)
    assert names_in(client) == ["斜杠店"]
    assert "斜杠店" in page(client, "outlet", "PT/00 1")
    assert "修改" in page(client, "outlet_change", "PT/00 1")


# --- One outlet ----------------------------------------------------------------------------------


def test_the_page_tells_history_facts_findings_visits(world: World, outlet: Outlet) -> None:
    day = dt.date(2025, 3, 1)
    change_outlet(outlet=outlet, changes={"status": "suspended"}, on=day, by=BY, reason="走访")
    rule = QualityRule.objects.order_by("sort").first()
    assert rule is not None
    finding = {"district": world.district, "street": world.street, "outlet": outlet}
    QualityFinding.objects.create(**finding, rule=rule, since=day)
    Visit.objects.create(**finding, finding="same", by_label="王走访")
    text = page(signed_in(world), "outlet", outlet.code)
    for words in ("李经办", "走访", rule.name, "王走访", "营业 → <strong>停业</strong>"):
        assert words in text, words
    assert text.count("停业") > 2
    assert "13812345678" not in text


def test_a_contact_is_shown_on_request_and_that_is_kept(world: World, outlet: Outlet) -> None:
    url = reverse("ledger:outlet_contact", args=[outlet.code])
    client = signed_in(world)
    assert client.get(url).status_code == 405
    answer = client.post(url)
    assert "13812345678" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    event = AuditEvent.objects.get(action="outlets.contact_read")
    assert event.changes == {"outlet": str(outlet.pk)}
    assert signed_in(world, "leader").post(url).status_code == 403
    assert AuditEvent.objects.filter(action="outlets.contact_read").count() == 1


def sent(client: Client, name: str, outlet: Outlet, **more: Any) -> dict[str, Any]:
    """What the act's form would send untouched, with `more` changed."""
    form = client.get(reverse(f"ledger:{name}", args=[outlet.code])).context["form"]
    data = {}
    for field in form:
        value = field.value()
        if value not in (None, "", False, []):
            data[field.name] = value
    return data | more


def post(client: Client, name: str, outlet: Outlet, data: dict[str, Any]) -> Any:
    return client.post(reverse(f"ledger:{name}", args=[outlet.code]), data)


def test_a_change_takes_what_was_changed_and_nothing_else(world: World, outlet: Outlet) -> None:
    client = signed_in(world, "street_officer", world.street)
    data = sent(client, "outlet_change", outlet, hours="7:00-22:00", brand_name="全家", reason="x")
    assert post(client, "outlet_change", outlet, data).status_code == 302
    now = Outlet.objects.get(pk=outlet.pk)
    assert (now.hours, str(now.brand), now.version) == ("7:00-22:00", "全家", 2)
    assert (now.phone, now.lon, now.name) == (outlet.phone, outlet.lon, outlet.name)
    event = AuditEvent.objects.get(action="outlets.change")
    assert set(event.changes) == {"on", "hours", "brand_id"}


def test_a_masked_contact_is_refused_a_blank_one_stays(world: World, outlet: Outlet) -> None:
    client = signed_in(world)
    data = sent(client, "outlet_change", outlet, phone="138****5678", reason="x")
    assert "掩码" in post(client, "outlet_change", outlet, data).content.decode()
    data = sent(client, "outlet_change", outlet, phone="13900000000", reason="x")
    assert post(client, "outlet_change", outlet, data).status_code == 302
    now = Outlet.objects.get(pk=outlet.pk)
    assert (now.contact, now.phone) == ("张三丰", "13900000000")


def test_who_decides_on_an_old_version_sees_what_changed_and_keeps_what_was_typed(
    world: World, outlet: Outlet
) -> None:
    client = signed_in(world)
    data = sent(client, "outlet_change", outlet, hours="6:00-20:00", reason="来电")
    change_outlet(
        outlet=outlet, changes={"address": "新路8号"}, on=dt.date(2025, 1, 1), by=BY, reason="巡查"
    )
    answer = post(client, "outlet_change", outlet, data)
    text = answer.content.decode()
    for words in ("已被他人修改", "新路8号", "李经办", "巡查"):
        assert words in text, words
    form = answer.context["form"]
    assert form["hours"].value() == "6:00-20:00"
    assert form["address"].value() == "新路8号"
    again = {field.name: field.value() for field in form if field.value() not in (None, "", False)}
    assert post(client, "outlet_change", outlet, again).status_code == 302
    now = Outlet.objects.get(pk=outlet.pk)
    assert (now.address, now.hours) == ("新路8号", "6:00-20:00")


def test_a_street_cannot_give_its_outlet_away(world: World, outlet: Outlet) -> None:
    client = signed_in(world, "street_officer", world.street)
    data = sent(client, "outlet_change", outlet, street=str(world.other.pk), reason="x")
    assert post(client, "outlet_change", outlet, data).status_code == 200
    assert Outlet.objects.get(pk=outlet.pk).street == world.street


def test_a_place_is_told_before_and_moved_when_sent(world: World, outlet: Outlet) -> None:
    client = signed_in(world)
    url = reverse("ledger:outlet_place", args=[outlet.code])
    told = client.get(url, {"x": LON, "y": LAT + 0.0009, "crs": "wgs84"}).json()
    assert told["inside"] is True
    assert "移动 99.8 米" in told["text"]
    assert client.get(url, {"x": 121.405, "y": LAT, "crs": "wgs84"}).json()["inside"] is False
    shifted = client.get(url, {"x": LON, "y": LAT, "crs": "gcj02"}).json()
    assert abs(shifted["lon"] - LON) > 0.003
    for wrong in ({"x": "a"}, {"x": LON, "y": LAT, "crs": "moon"}, {"x": LAT, "y": LON}):
        assert "problem" in client.get(url, {"crs": "wgs84", **wrong}).json()
    where = {"x_in": "121.3951", "y_in": "31.2501", "crs_in": "wgs84"}
    data = sent(client, "outlet_move", outlet, reason="实地", **where)
    assert post(client, "outlet_move", outlet, data).status_code == 302
    now = Outlet.objects.get(pk=outlet.pk)
    assert (now.lon, now.lat, now.place_state) == (121.3951, 31.2501, "verified")


def test_closing_and_taking_back(world: World, outlet: Outlet) -> None:
    client = signed_in(world)
    assert "必填" in post(client, "outlet_close", outlet, {"status": "closed"}).content.decode()
    told = {"status": "closed", "on": "2025-05-01", "reason": "撤店", "seen_version": "1"}
    assert post(client, "outlet_close", outlet, told).status_code == 302
    assert Outlet.objects.get(pk=outlet.pk).closed_on == dt.date(2025, 5, 1)
    stale = {"reason": "误登", "seen_version": "1"}
    answer = post(client, "outlet_void", outlet, stale)
    assert "已被他人修改" in answer.content.decode()
    assert not Outlet.objects.get(pk=outlet.pk).void
    assert post(client, "outlet_void", outlet, stale | {"seen_version": "2"}).status_code == 302
    assert "已作废" in page(client, "outlet", outlet.code)


def test_doubles_are_found_compared_and_merged(world: World, outlet: Outlet) -> None:
    double = an_outlet(world, code="B-9", name="全家便利", address="他处", phone="62000000")
    far = an_outlet(world, code="C-1", name="远店", lon=121.3999, main_format=world.repair)
    client = signed_in(world)
    url = reverse("ledger:outlet_merge", args=[outlet.code])
    likely = [one["outlet"].code for one in client.get(url).context["found"]]
    assert likely == [double.code]
    found = client.get(url, {"q": "远店"}).context["found"]
    assert [one["outlet"].code for one in found] == [far.code]
    compared = client.get(url, {"with": double.code})
    assert "62000000" not in compared.content.decode()
    different = {str(line["label"]) for line in compared.context["lines"] if line["differs"]}
    assert {"网点编码", "详细地址", "电话"} <= different
    form = compared.context["form"]
    data = {name: form[name].value() for name in ("seen_version", "other_version")}
    data |= {"keep": str(double.pk), "reason": "同一家"}
    old = client.post(f"{url}?with={double.code}", data | {"seen_version": 9})
    assert "已被他人修改" in old.content.decode()
    done = client.post(f"{url}?with={double.code}", data)
    assert done["Location"] == reverse("ledger:outlet", args=[double.code])
    assert Outlet.objects.get(pk=outlet.pk).merged_into == double
    assert "已并入" in page(client, "outlet", outlet.code)
    assert outlet.code in page(client, "outlet", double.code)


@pytest.mark.parametrize("role", ["leader", "street_head"])
def test_readers_have_no_acts(world: World, outlet: Outlet, role: str) -> None:
    client = signed_in(world, role, world.street if role == "street_head" else None)
    answer = client.get(reverse("ledger:outlet", args=[outlet.code]))
    assert answer.context["acts"] == []
    for name in ("change", "move", "close", "merge", "void", "place"):
        url = reverse(f"ledger:outlet_{name}", args=[outlet.code])
        assert client.get(url).status_code == 403, name


# --- Health --------------------------------------------------------------------------------------


def test_the_commission_compares_streets_a_street_sees_itself(world: World, outlet: Outlet) -> None:
    rows = signed_in(world).get(reverse("ledger:home")).context["streets"]["rows"]
    counts = {row["cells"][0]["text"]: row["cells"][1]["text"] for row in rows}
    assert counts == {world.street.name: "1", world.other.name: "0"}
    own = signed_in(world, "street_officer", world.street).get(reverse("ledger:home"))
    assert "streets" not in own.context
    assert own.context["subject"]["name"] == world.street.name


def test_a_street_confirms_that_its_ledger_is_complete_and_takes_it_back(world: World) -> None:
    client = signed_in(world, "street_officer", world.street)
    url = reverse("ledger:completeness")
    official = BusinessFormat.objects.filter(is_official=True).order_by("number")[0].code
    told = {"street": world.street.code, "format": official, "on": "2025-01-31"}
    assert client.post(url, told).status_code == 302
    row = LedgerCompleteness.objects.get()
    assert (row.street, row.format.code, row.on) == (world.street, official, dt.date(2025, 1, 31))
    assert "2025-01-31" in page(client, "home")
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    client.post(url, told | {"on": tomorrow.isoformat()})
    assert LedgerCompleteness.objects.count() == 1
    assert client.post(url, told | {"street": world.other.code}).status_code == 403
    client.post(url, told | {"act": "withdraw"})
    assert not LedgerCompleteness.objects.exists()
    acts = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert acts.count("outlets.confirm_completeness") == 1
    assert acts.count("outlets.withdraw_completeness") == 1


# --- Exports and the directory -------------------------------------------------------------------


def test_a_list_is_taken_out_and_is_only_its_persons(world: World, outlet: Outlet) -> None:
    an_outlet(world, name="乙店", status="suspended")
    client = signed_in(world)
    new = f"{reverse('ledger:export')}?status=suspended"
    assert "共 1 行" in client.get(new).content.decode()
    made = client.post(new, {"kind": "csv", "crs": "wgs84"})
    export = Export.objects.get()
    assert made["Location"] == reverse("ledger:export_one", args=[export.pk])
    file_url = reverse("ledger:export_file", args=[export.pk])
    text = b"".join(client.get(file_url).streaming_content).decode("utf-8-sig")
    assert "乙店" in text
    assert "全家" not in text
    assert export.rows == 1
    mine = page(client, "exports")
    assert str(export.pk) in mine
    assert "状态：停业" in mine
    other = signed_in(world)
    assert other.get(file_url).status_code == 404
    assert str(export.pk) not in page(other, "exports")


def test_a_large_list_is_waited_for(
    world: World, outlet: Outlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 0)
    client = signed_in(world)
    made = client.post(reverse("ledger:export"), {"kind": "xlsx", "crs": "gcj02"})
    waiting = client.get(made["Location"])
    assert waiting.context["progress"]["poll_url"]
    assert client.get(made["Location"] + "file/").status_code == 404
    jobs.run_waiting()
    done = client.get(made["Location"])
    assert done.context["progress"] is None
    assert b"".join(client.get(made["Location"] + "file/").streaming_content).startswith(b"PK")


def test_contacts_in_clear_are_offered_to_those_who_may(world: World, outlet: Outlet) -> None:
    leader = signed_in(world, "leader")
    assert "contacts" not in leader.get(reverse("ledger:export")).context["form"].fields
    leader.post(reverse("ledger:export"), {"kind": "csv", "crs": "wgs84", "contacts": "on"})
    assert not Export.objects.get().contacts


def test_the_directory_lists_what_trades_without_personal_data(
    world: World, outlet: Outlet
) -> None:
    an_outlet(world, name="关了的店", status="closed", closed_on=dt.date(2024, 5, 1))
    an_outlet(world, name="西镇店", street=world.other, lon=121.405, is_sample=True)
    client = signed_in(world)
    text = page(client, "directory", street=world.street.code)
    assert "全家便利" in text
    for absent in ("关了的店", "西镇店", "张三丰", "张**", "5678"):
        assert absent not in text, absent
    everything = client.get(reverse("ledger:directory"), {"street": "all"})
    assert everything.context["total_text"] == "2"
    assert everything.context["is_sample"]
    officer = signed_in(world, "street_officer", world.street)
    assert "西镇店" not in page(officer, "directory", street="all")


# --- Cost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("home", {}),
        ("outlets", {}),
        ("outlets", {"on": "2025-01-01"}),
        ("outlets", {"view": "map"}),
        ("directory", {"street": "all"}),
    ],
)
def test_pages_cost_the_same_for_few_and_for_many(
    world: World, name: str, query: dict[str, str], django_assert_max_num_queries: Any
) -> None:
    client = signed_in(world)
    an_outlet(world, brand=BrandFactory(district=world.district))
    page(client, name, **query)
    with django_assert_max_num_queries(40) as few:
        page(client, name, **query)
    for number in range(20):
        brand = BrandFactory(district=world.district)
        an_outlet(world, name=f"店{number}", brand=brand, neighbourhood=world.hood)
    with django_assert_max_num_queries(40) as many:
        page(client, name, **query)
    assert len(few) == len(many)
