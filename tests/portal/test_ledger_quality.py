"""`/ledger/quality/`: whose findings, which ones, confirmed by whom, and taken out as shown."""

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.jobs import run_waiting
from core.models import AuditEvent, Job
from outlets.models import QualityFinding, QualityRule
from outlets.quality import check_quality
from outlets.quality.services import KIND
from tests.factories import OfficeFactory, OutletFactory, StreetFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/ledger/quality/"


@pytest.fixture
def street() -> Any:
    return StreetFactory()


@pytest.fixture
def other(street: Any) -> Any:
    return StreetFactory(district=street.district)


@pytest.fixture
def bare(street: Any) -> Any:
    """An outlet of the street without address; never collected."""
    return OutletFactory(
        street=street, name="一号小店", address="", contact="张三丰", phone="13812345678"
    )


@pytest.fixture
def theirs(other: Any) -> Any:
    """An outlet of the other street without point; never collected."""
    return OutletFactory(
        street=other, name="二号小店", lon=None, lat=None, place_state="unverified"
    )


@pytest.fixture
def _checked(bare: Any, theirs: Any) -> None:
    check_quality(district=bare.district)


def signed_in(role: str, **office: Any) -> Client:
    client = Client()
    client.force_login(UserFactory(office=OfficeFactory(**office), roles=[role]))
    return client


def shown(client: Client, query: str = "") -> str:
    page = client.get(URL + query)
    assert page.status_code == 200
    return page.content.decode()


def codes(page: str) -> list[str]:
    """The outlets' codes of the list, in its order."""
    return re.findall(r'<span class="sub num">([^<]+)</span></th>', page)


def test_denied_to_visitors_and_to_those_without_a_register(street: Any) -> None:
    assert Client().get(URL).status_code == 302
    for role in ("auditor", "security_admin", "expert", "department_liaison"):
        assert signed_in(role, district=street.district).get(URL).status_code == 403


@pytest.mark.usefixtures("_checked")
def test_a_street_sees_its_own_and_the_commission_all(
    street: Any, other: Any, bare: Any, theirs: Any
) -> None:
    mine = shown(signed_in("street_officer", street=street))
    assert codes(mine) == [bare.code] * 2
    assert theirs.name not in mine
    assert other.name.removesuffix("街道") not in mine
    everything = shown(signed_in("leader", district=street.district))
    assert sorted(codes(everything)) == sorted([bare.code] * 2 + [theirs.code] * 2)
    assert other.name.removesuffix("街道") in everything
    assert not codes(shown(signed_in("leader", street=None, district=StreetFactory().district)))


@pytest.mark.usefixtures("_checked")
def test_the_table_counts_by_rule_and_street(street: Any, other: Any) -> None:
    response = signed_in("programme_officer", district=street.district).get(URL)
    overview = response.context["overview"]
    rows = {row["name"]: row for row in overview["rows"]}
    names = [place["name"] for place in overview["places"]]
    assert names[-1] == "区外"
    at = dict(zip(names, range(len(names)), strict=True))
    stale = [cell["text"] for cell in rows["久未采集或核查"]["cells"]]
    assert stale[at[street.name.removesuffix("街道")]] == "1"
    assert stale[at["区外"]] == "0"
    assert rows["没有位置"]["bar"]["text"] == "1"
    assert rows["没有位置"]["bar"]["percent"] == 50
    assert overview["total"] == "4"
    assert rows["久未采集或核查"]["trend"].endswith(",2")
    assert rows["久未采集或核查"]["change"] == "尚无可比"


@pytest.mark.usefixtures("_checked")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?rule=missing_address", ["一号小店"]),
        ("?rule=stale", ["一号小店", "二号小店"]),
        ("?severity=error", ["二号小店", "一号小店"]),
        ("?q=二号", ["二号小店"] * 2),
        ("?q=yhxd&rule=stale", ["一号小店"]),
        ("?state=waived", []),
        ("?state=all&rule=missing_place", ["二号小店"]),
        ("?street=outside", []),
        ("?rule=stale&from=1", ["二号小店"]),
    ],
)
def test_filtered_by_what_stands_in_the_address(
    query: str, expected: list[str], bare: Any, theirs: Any
) -> None:
    bare.pinyin = "yihaoxiaodian yhxd"
    bare.name_key, theirs.name_key = bare.name, theirs.name
    for row in (bare, theirs):
        row.save()
    client = signed_in("programme_officer", district=bare.district)
    names = {bare.code: bare.name, theirs.code: theirs.name}
    assert [names[code] for code in codes(shown(client, query))] == expected


@pytest.mark.usefixtures("_checked")
def test_filtered_by_street_with_a_chip_that_takes_it_away(street: Any, bare: Any) -> None:
    page = shown(signed_in("approver", district=street.district), f"?street={street.code}")
    assert codes(page) == [bare.code] * 2
    assert f"街道（镇）：{street.name}" in page


@pytest.mark.usefixtures("_checked")
def test_taken_out_exactly_as_filtered_without_contacts_and_noted(bare: Any) -> None:
    client = signed_in("street_officer", street=bare.street)
    response = client.get(URL + "?rule=missing_address&export=csv")
    text = response.content.decode("utf-8-sig")
    assert "张三丰" not in text
    assert "13812345678" not in text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["网点编码"], row["问题"]) for row in rows] == [(bare.code, "没有填写详细地址")]
    event = AuditEvent.objects.get(action="portal.export")
    assert event.changes["rows"] == 1
    assert "rule=missing_address" in event.changes["query"]
    assert len(list(csv.reader(io.StringIO(client.get(URL + "?export=csv").content.decode())))) == 3


@pytest.mark.usefixtures("_checked")
def test_confirmed_as_right_and_taken_back(bare: Any) -> None:
    client = signed_in("street_officer", street=bare.street)
    finding = QualityFinding.objects.get(outlet=bare, rule="missing_address")
    url = reverse("ledger:quality_waive", args=[finding.pk])
    back = f"{URL}?rule=missing_address"
    page = client.post(url, {"reason": "", "next": back}, follow=True)
    assert "请填写理由" in page.content.decode()
    page = client.post(url, {"reason": "新路未命名", "seen": "x" * 16, "next": back}, follow=True)
    assert "已有变化" in page.content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', shown(client, "?rule=missing_address"))
    assert seen
    answer = client.post(url, {"reason": "新路未命名", "seen": seen[1], "next": back})
    assert answer["Location"] == back
    assert codes(shown(client, "?rule=missing_address")) == []
    assert "新路未命名" in shown(client, "?state=waived")
    run_waiting()
    assert Job.objects.filter(kind=KIND, state="done").exists()
    assert codes(shown(client, "?state=waived")) == [bare.code]
    client.post(url, {"undo": "1", "next": "https://elsewhere.example/"})
    assert codes(shown(client, "?rule=missing_address")) == [bare.code]


@pytest.mark.usefixtures("_checked")
def test_who_may_not_confirm_is_refused(bare: Any, other: Any) -> None:
    finding = QualityFinding.objects.get(outlet=bare, rule="missing_address")
    url = reverse("ledger:quality_waive", args=[finding.pk])
    reason = {"reason": "核对过"}
    assert signed_in("street_head", street=bare.street).post(url, reason).status_code == 403
    assert signed_in("leader", district=bare.district).post(url, reason).status_code == 403
    assert signed_in("street_officer", street=other).post(url, reason).status_code == 404
    assert signed_in("street_officer", street=bare.street).get(url).status_code == 405
    assert "确认无误</summary>" not in shown(signed_in("street_head", street=bare.street))
    assert not QualityFinding.objects.filter(waived_at__isnull=False).exists()


def test_a_link_to_elsewhere_is_not_followed(bare: Any, theirs: Any) -> None:
    check_quality(district=bare.district)
    finding = QualityFinding.objects.get(outlet=bare, rule="missing_address")
    url = reverse("ledger:quality_waive", args=[finding.pk])
    client = signed_in("street_officer", street=bare.street)
    for asked in ("https://elsewhere.example/ledger/quality/", "//elsewhere.example", "/admin/"):
        assert client.post(url, {"reason": "", "next": asked})["Location"] == URL


def test_empty_says_why(bare: Any) -> None:
    client = signed_in("street_officer", street=bare.street)
    assert "台账尚未检查" in shown(client)
    type(bare).objects.update(address="试验路1号", collected_on="2099-01-01")
    check_quality(district=bare.district)
    assert "没有待处理的问题" in shown(client)
    assert "没有符合条件的问题" in shown(client, "?rule=stale")


def test_as_many_queries_for_many(street: Any, bare: Any) -> None:
    check_quality(district=street.district)
    client = signed_in("programme_officer", district=street.district)

    def cost(query: str = "") -> int:
        client.get(URL + query)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL + query).status_code == 200
        return len(queries)

    few, exported = cost(), cost("?export=csv")
    for _each in range(30):
        OutletFactory(street=StreetFactory(district=street.district), address="")
    check_quality(district=street.district)
    assert cost() == few
    assert cost("?export=csv") == exported
    assert few <= 17


def test_english_has_the_rules_own_english(bare: Any) -> None:
    check_quality(district=bare.district)
    client = signed_in("street_officer", street=bare.street)
    client.cookies["django_language"] = "en"
    page = shown(client)
    rule = QualityRule.objects.get(code="missing_address")
    assert rule.name_en in page
    assert rule.remedy_en in page


@pytest.mark.usefixtures("_checked")
def test_the_streets_page_says_how_many_wait_and_leads_there(street: Any, bare: Any) -> None:
    page = signed_in("street_officer", street=street).get(f"/streets/{street.code}/")
    assert "2 项待处理" in page.content.decode()
    assert f'href="{URL}?street={street.code}#findings"' in page.content.decode()
    reader = signed_in("auditor", district=street.district).get(f"/streets/{street.code}/")
    assert URL not in reader.content.decode()
