"""Licence notices: who may push them, all or none or the good ones, once each, read back."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services import issue_token
from core.audit import SYSTEM
from core.models import AuditEvent
from outlets.models import Suspicion
from tests.api.racing import at_once
from tests.factories import EnterpriseFactory, OfficeFactory, OutletFactory

URL = "/api/v1/licence-notices/"


def market(district: Any, *, scopes: list[str] | None = None, **office: Any) -> dict[str, str]:
    """The headers of 市场监管's system: a department of the district."""
    department = OfficeFactory(**{"district": district, "kind": "department"} | office)
    return headers_of(department, "department_liaison", scopes or ["write:licences"])


def headers_of(office: Any, role: str, scopes: list[str]) -> dict[str, str]:
    secret = issue_token(name="市场监管", office=office, role=role, scopes=scopes, by=SYSTEM)[1]
    return {"Authorization": f"Bearer {secret}"}


def post(headers: dict[str, str], *notices: Any, query: str = "", **more: Any) -> Any:
    return Client().post(
        URL + query,
        {"notices": list(notices)},
        content_type="application/json",
        headers=headers | more,
    )


def notice(external_id: str, **more: Any) -> dict[str, Any]:
    return {"external_id": external_id, "kind": "licence_gone", "name": "某某商贸"} | more


@pytest.fixture
def outlet(db: None) -> Any:
    outlet = OutletFactory()
    outlet.enterprise = EnterpriseFactory(district=outlet.district)
    outlet.save()
    return outlet


# --- denied first ---------------------------------------------------------------------------------
def test_who_may_not_push(outlet: Any) -> None:
    district = outlet.district
    assert post({}, notice("1")).status_code == 401
    for headers in (
        market(district, scopes=["read:outlets"]),
        headers_of(OfficeFactory(street=outlet.street), "street_officer", ["write:licences"]),
        headers_of(OfficeFactory(district=district), "leader", ["write:licences"]),
    ):
        assert post(headers, notice("1")).status_code == 403
        assert Client().get(URL, headers=headers).status_code == 403
    assert not Suspicion.objects.exists()


def test_one_office_neither_sees_nor_settles_what_another_pushed(outlet: Any) -> None:
    market_office, other = market(outlet.district), market(outlet.district)
    body = notice("1", credit_code=outlet.enterprise.credit_code)
    assert post(market_office, body).json()["new"] == 1
    assert post(other, body).json()["new"] == 1
    for headers in (market_office, other):
        [row] = Client().get(URL, headers=headers).json()["results"]
        assert row["external_id"] == "1"
    assert Suspicion.objects.values("source").distinct().count() == 2


def test_another_district_stays_untouched(outlet: Any) -> None:
    abroad = OutletFactory()
    answer = post(market(abroad.district), notice("1", credit_code=outlet.enterprise.credit_code))
    assert (answer.json()["matched"], answer.json()["settled"]) == (0, 1)
    assert Suspicion.objects.get().district == abroad.district
    answer = post(market(abroad.district), notice("2", street=outlet.street.code))
    assert answer.status_code == 400


# --- pushing --------------------------------------------------------------------------------------
def test_a_push_is_matched_kept_once_and_read_back(outlet: Any) -> None:
    headers = market(outlet.district)
    body = notice("A-1", credit_code=outlet.enterprise.credit_code, on="2025-03-01")
    first = post(headers, body, notice("A-2", kind="licence_new", street=outlet.street.code))
    assert first.status_code == 200
    assert first.json() == {
        "received": 2,
        "new": 2,
        "known": 0,
        "matched": 1,
        "settled": 0,
        "failed": 0,
        "errors": [],
    }
    again = post(headers, body)
    assert (again.json()["new"], again.json()["known"]) == (0, 1)
    [row] = Client().get(f"{URL}?external_id=A-1", headers=headers).json()["results"]
    assert (row["state"], row["outlet_code"], row["name"]) == ("open", outlet.code, "某某商贸")
    assert Suspicion.objects.count() == 2
    event = AuditEvent.objects.filter(action="outlets.push_licences").latest("at")
    assert event.actor_label == "市场监管"


BAD = (
    ({"kind": "stale"}, "kind"),
    ({"credit_code": "123"}, "credit_code"),
    ({"street": "000000000"}, "street"),
    ({"name": ""}, "name"),
    ({"phone": "13812345678"}, "phone"),
    ({"external_id": "x" * 81}, "external_id"),
    ({"external_id": "ok"}, "external_id"),
)


@pytest.mark.parametrize(("more", "field"), BAD)
def test_one_bad_notice_stops_all_or_only_itself(
    outlet: Any, more: dict[str, Any], field: str
) -> None:
    headers = market(outlet.district)
    rows = [
        notice("ok", kind="licence_new"),
        notice("bad") | more,
        notice("ok-2", kind="licence_new"),
    ]
    refused = post(headers, *rows)
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"
    [error] = refused.json()["errors"]
    assert (error["row"], error["field"]) == (2, field)
    assert not Suspicion.objects.exists()
    kept = post(headers, *rows, query="?partial=1")
    assert kept.status_code == 200
    assert (kept.json()["new"], kept.json()["failed"]) == (2, 1)
    assert kept.json()["errors"][0]["row"] == 2
    assert set(Suspicion.objects.values_list("external_id", flat=True)) == {"ok", "ok-2"}


@pytest.mark.parametrize(
    "body",
    [{}, [], {"notices": []}, {"notices": {}}, {"notices": [1]}, {"notices": [{}], "x": 1}, None],
)
def test_what_is_no_push_is_refused(outlet: Any, body: Any) -> None:
    answer = Client().post(
        URL, body, content_type="application/json", headers=market(outlet.district)
    )
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_five_thousand_and_no_more(outlet: Any) -> None:
    headers = market(outlet.district)
    rows = [notice(str(n), kind="licence_new") for n in range(5001)]
    assert post(headers, *rows).status_code == 400
    answer = post(headers, *rows[:5000])
    assert answer.json()["new"] == 5000
    assert Suspicion.objects.count() == 5000


def test_the_same_key_answers_the_same(outlet: Any) -> None:
    headers = market(outlet.district)
    key = {"Idempotency-Key": "push-1"}
    first, again = (post(headers, notice("1"), **key) for _ in range(2))
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
def test_two_pushes_at_once_keep_each_notice_once() -> None:
    outlet = OutletFactory()
    headers = market(outlet.district)
    rows = [notice(str(n), kind="licence_new") for n in range(200)]
    answers = at_once(lambda: post(headers, *rows), lambda: post(headers, *reversed(rows)))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert sum(answer.json()["new"] for answer in answers) == 200
    assert Suspicion.objects.count() == 200


def test_the_commission_reads_them_all(outlet: Any) -> None:
    post(market(outlet.district), notice("1", kind="licence_new"))
    office = OfficeFactory(district=outlet.district)
    headers = headers_of(office, "programme_officer", ["write:licences"])
    [row] = Client().get(URL, headers=headers).json()["results"]
    detail = reverse("api:v1:licence-notices-detail", args=[row["id"]])
    assert Client().get(detail, headers=headers).json() == row
