"""Entering, changing and closing outlets through the API."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent
from outlets.models import BusinessFormat, Enterprise, Outlet, Service
from tests.api.conftest import asking
from tests.factories import BrandFactory, EnterpriseFactory, NeighbourhoodFactory, StreetFactory

Ask = Callable[..., Any]
V1 = {"If-Match": '"v1"'}
pytestmark = pytest.mark.both


@pytest.fixture
def ask_own(outlet: Any, street_officer: Any) -> Ask:
    """Ask as the 街镇经办人 of the outlet's street."""
    client = Client()
    client.force_login(street_officer)
    return asking(client)


@pytest.fixture
def body(outlet: Any) -> dict[str, Any]:
    return {
        "name": "新村早餐店",
        "street": outlet.street.code,
        "main_format": BusinessFormat.objects.first().code,
        "address": "试验路88号",
    }


def test_entering_an_outlet(ask_own: Ask, outlet: Any, body: dict[str, Any]) -> None:
    services = [service.code for service in Service.objects.order_by("bit")[:2]]
    hood = NeighbourhoodFactory(street=outlet.street)
    brand = BrandFactory(district=outlet.district)
    said = body | {
        "neighbourhood": hood.code,
        "services": services,
        "brand": str(brand.pk),
        "lon": 121.4,
        "lat": 31.25,
        "contact": "李四",
    }
    answer = ask_own("post", "outlets/", data=said)
    assert answer.status_code == 201, answer.content.decode()
    row = answer.json()
    assert answer["Location"].endswith(f"/api/v1/outlets/{row['id']}/")
    assert answer["ETag"] == '"v1"'
    expected = said | {
        "brand_name": brand.name,
        "street_name": outlet.street.name,
        "status": "open",
    }
    assert {name: row[name] for name in expected} == expected
    assert row["code"].startswith(outlet.street.code)
    assert row["allowed_transitions"] == ["close"]
    kept = Outlet.objects.get(pk=row["id"])
    assert kept.facts.get().valid_from == timezone.localdate()
    assert AuditEvent.objects.get(action="outlets.create").object_id == row["id"]


def test_an_outlet_of_another_street_is_undone(
    ask_own: Ask, outlet: Any, body: dict[str, Any]
) -> None:
    """The second look after the save: out of scope, so nothing stays."""
    elsewhere = StreetFactory(district=outlet.district)
    answer = ask_own("post", "outlets/", data=body | {"street": elsewhere.code})
    assert answer.status_code == 403
    answer = ask_own("patch", f"outlets/{outlet.pk}/", data={"street": elsewhere.code}, headers=V1)
    assert answer.status_code == 403
    outlet.refresh_from_db()
    assert (outlet.version, outlet.street_id == elsewhere.pk) == (1, False)
    assert Outlet.objects.count() == 1
    assert not AuditEvent.objects.filter(action__in=["outlets.create", "outlets.change"]).exists()


def test_a_street_of_another_district_is_not_there(ask: Ask, body: dict[str, Any]) -> None:
    answer = ask("post", "outlets/", data=body | {"street": StreetFactory().code})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["street"]


def test_who_is_not_seen_cannot_be_named(ask_own: Ask, outlet: Any, body: dict[str, Any]) -> None:
    """An enterprise with no outlet in the street, and a brand of another district."""
    unseen = EnterpriseFactory(district=outlet.district)
    foreign = BrandFactory()
    said = body | {"enterprise": str(unseen.pk), "brand": str(foreign.pk)}
    answer = ask_own("post", "outlets/", data=said)
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"enterprise", "brand"}


def test_patch_changes_what_it_names_from_the_day_it_names(ask: Ask, outlet: Any) -> None:
    answer = ask(
        "patch",
        f"outlets/{outlet.pk}/",
        data={"employees": 5, "on": "2025-06-01", "reason": "年报核对"},
        headers=V1,
    )
    assert answer.status_code == 200
    assert (answer.json()["employees"], answer.json()["phone"]) == (5, "13812345678")
    assert list(outlet.facts.order_by("valid_from").values_list("valid_from", "employees")) == [
        (dt.date(2024, 1, 1), None),
        (dt.date(2025, 6, 1), 5),
    ]
    assert AuditEvent.objects.get(action="outlets.change").comment == "年报核对"


def test_put_empties_what_it_does_not_name(ask: Ask, outlet: Any) -> None:
    """Save for the code, which stays the outlet's."""
    said = {
        "name": "改名店",
        "street": outlet.street.code,
        "main_format": outlet.main_format.code,
        "address": "新址1号",
    }
    answer = ask("put", f"outlets/{outlet.pk}/", data=said, headers=V1)
    assert answer.status_code == 200, answer.content.decode()
    row = answer.json()
    assert (row["code"], row["name"], row["address"]) == (outlet.code, "改名店", "新址1号")
    assert (row["contact"], row["phone"], row["opened_on"], row["lon"]) == ("", "", None, None)
    missing = ask("put", f"outlets/{outlet.pk}/", data={"name": "x"}, headers={"If-Match": '"v2"'})
    assert [error["field"] for error in missing.json()["errors"]] == ["main_format"]


def test_what_was_read_can_be_put_back(ask: Ask, outlet: Any) -> None:
    """And then nothing but the version has changed."""
    before = ask("get", f"outlets/{outlet.pk}/").json()
    answer = ask("put", f"outlets/{outlet.pk}/", data=before, headers=V1)
    assert answer.status_code == 200, answer.content.decode()
    after = answer.json()
    moving = {"version", "updated_at", "crs_in", "allowed_transitions"}
    assert {name: after[name] for name in after if name not in moving} == {
        name: before[name] for name in before if name not in moving
    }


def test_owners_can_be_told_by_what_they_are_called(ask: Ask, body: dict[str, Any]) -> None:
    """A pushed licence names its enterprise by code; it is found, or made."""
    known = EnterpriseFactory.build()
    said = body | {"credit_code": known.credit_code, "licence_name": "某某餐饮店"}
    row = ask("post", "outlets/", data=said | {"brand_name": "老字号"}).json()
    assert (row["credit_code"], row["brand_name"]) == (known.credit_code, "老字号")
    enterprise = Enterprise.objects.get(pk=row["enterprise"])
    assert enterprise.name == "某某餐饮店"
    second = ask("post", "outlets/", data=said | {"name": "分店", "address": "二号"}).json()
    assert second["enterprise"] == row["enterprise"]


def test_a_credit_code_nobody_would_issue_is_refused(ask: Ask, body: dict[str, Any]) -> None:
    answer = ask("post", "outlets/", data=body | {"credit_code": "91310107000000000X"})
    assert [error["field"] for error in answer.json()["errors"]] == ["credit_code"]


def test_coordinates_come_with_their_system(ask: Ask, outlet: Any) -> None:
    path = f"outlets/{outlet.pk}/"
    without = ask("patch", path, data={"x_in": 121.40, "y_in": 31.25, "crs_in": ""}, headers=V1)
    assert without.status_code == 400
    said = {"x_in": 121.40, "y_in": 31.25, "crs_in": "gcj02"}
    row = ask("patch", path, data=said, headers=V1).json()
    assert row["crs_in"] == "gcj02"
    assert 0.003 < 121.40 - row["lon"] < 0.006


@pytest.mark.parametrize(
    "said",
    [
        {"comment": ""},
        {},
        {"comment": "撤店", "on": "2999-01-01"},
        {"comment": "撤店", "on": "2023-12-31"},
        {"comment": "撤店", "on": "昨天"},
    ],
)
def test_closing_asks_for_a_reason_and_a_day_that_can_be(
    ask: Ask, outlet: Any, said: dict[str, Any]
) -> None:
    """It cannot close before it opened, nor in the future."""
    answer = ask("post", f"outlets/{outlet.pk}/close/", data=said, headers=V1)
    assert answer.status_code == 400
    outlet.refresh_from_db()
    assert outlet.status == "open"


def test_closing_from_a_day_on(ask_own: Ask, outlet: Any) -> None:
    said = {"comment": "租约到期", "on": "2025-03-01"}
    row = ask_own("post", f"outlets/{outlet.pk}/close/", data=said, headers=V1).json()
    assert (row["status"], row["closed_on"]) == ("closed", "2025-03-01")
    again = ask_own("post", f"outlets/{outlet.pk}/close/", data=said, headers={"If-Match": '"v2"'})
    assert again.status_code == 400


def test_deleting_is_not_offered(ask: Ask, outlet: Any) -> None:
    """Outlets are closed, merged or void, never deleted."""
    assert ask("delete", f"outlets/{outlet.pk}/", headers=V1).status_code == 405
