"""Titles of outlets: given by a document, withdrawn, shown, and found by."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.audit import Actor
from core.models import AuditEvent
from core.versions import StaleVersionError
from outlets.models import Label, Outlet, OutletLabel
from outlets.services import give_label, withdraw_label
from tests.factories import OfficeFactory, OutletFactory, StreetFactory, UserFactory

pytestmark = pytest.mark.django_db
OFFICER = Actor(label="王经办")


@pytest.fixture
def outlet() -> Any:
    return OutletFactory()


@pytest.fixture
def label() -> Label:
    return Label.objects.get(code="special_shop")


def give(outlet: Any, label: Label, **more: Any) -> OutletLabel:
    told = {"year": 2025, "basis": "区商务委公告"} | more
    return give_label(outlet=outlet, label=label, by=OFFICER, **told)


def test_a_title_is_an_act_that_raises_the_version(outlet: Any, label: Label) -> None:
    given = give(outlet, label, reason="年度认定")
    outlet.refresh_from_db()
    assert outlet.version == 2
    event = AuditEvent.objects.get(action="outlets.give_label")
    assert (event.object_id, event.actor_label) == (str(outlet.pk), "王经办")
    assert event.changes["label"] == "special_shop"
    assert given.history.count() == 1
    withdraw_label(given=given, on=timezone.localdate(), by=OFFICER, reason="已转让")
    outlet.refresh_from_db()
    assert outlet.version == 3
    assert AuditEvent.objects.filter(action="outlets.withdraw_label").count() == 1


def test_the_same_title_of_a_year_once_but_again_after_withdrawal(
    outlet: Any, label: Label
) -> None:
    given = give(outlet, label)
    with pytest.raises(ValidationError, match="已登记过"):
        give(outlet, label)
    withdraw_label(given=given, on=timezone.localdate(), by=OFFICER, reason="误登")
    with pytest.raises(ValidationError, match="已自"):
        withdraw_label(given=given, on=timezone.localdate(), by=OFFICER, reason="误登")
    assert give(outlet, label, basis="更正公告").pk == given.pk
    assert OutletLabel.objects.get().withdrawn_on is None


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"year": 1948}, "year"),
        ({"year": timezone.localdate().year + 1}, "year"),
        ({"basis": " "}, "basis"),
        ({"valid_until": dt.date(2024, 12, 31)}, "valid_until"),
    ],
)
def test_what_cannot_be_is_refused(
    outlet: Any, label: Label, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        give(outlet, label, **more)
    assert set(refused.value.message_dict) == {field}
    assert not OutletLabel.objects.exists()


def test_void_rows_and_stale_views_are_refused(outlet: Any, label: Label) -> None:
    with pytest.raises(StaleVersionError):
        give(outlet, label, seen_version=7)
    Outlet.objects.filter(pk=outlet.pk).update(void=True)
    with pytest.raises(ValidationError, match="作废"):
        give(outlet, label)


def signed_in(street: Any, role: str = "street_officer") -> Client:
    client = Client()
    client.force_login(UserFactory(office=OfficeFactory(street=street), roles=[role]))
    return client


def test_the_list_of_outlets_is_filtered_by_titles_that_hold(outlet: Any, label: Label) -> None:
    street, today = outlet.street, timezone.localdate()
    give(outlet, label)
    lapsed, withdrawn = (OutletFactory(street=street) for _each in range(2))
    give(lapsed, label, year=2020, valid_until=today - dt.timedelta(days=1))
    withdraw_label(given=give(withdrawn, label), on=today, by=OFFICER, reason="转让")
    OutletFactory(street=street)
    client = signed_in(street)
    url = "/api/v1/outlets/?label="
    assert [row["id"] for row in client.get(url + "special_shop").json()["results"]] == [
        str(outlet.pk)
    ]
    assert client.get(url + "first_store").json()["results"] == []
    both = client.get(url + "first_store,special_shop").json()["results"]
    assert len(both) == 1


def test_an_outlet_shows_its_titles_in_as_many_queries_for_many(outlet: Any, label: Label) -> None:
    client, url = signed_in(outlet.street), f"/api/v1/outlets/{outlet.pk}/"
    give(outlet, label, valid_until=dt.date(2099, 12, 31))
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        shown = client.get(url).json()["labels"]
    assert shown == [
        {
            "code": "special_shop",
            "name": "特色小店",
            "year": 2025,
            "basis": "区商务委公告",
            "valid_until": "2099-12-31",
            "withdrawn_on": None,
        }
    ]
    for year in range(2000, 2020):
        give(outlet, label, year=year)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(url).json()["labels"]) == 21
    assert len(many) == len(few)


def test_given_and_withdrawn_in_the_admin(outlet: Any, label: Label) -> None:
    client = signed_in(outlet.street)
    page = f"/admin/outlets/outlet/{outlet.pk}/give-label"
    form = client.get(_action(outlet, "give_label"))
    assert form.status_code == 200, page
    sent = client.post(
        _action(outlet, "give_label"),
        {"label": label.pk, "year": 2025, "basis": "区商务委公告", "seen_version": 1},
    )
    assert sent.status_code == 302, sent.content.decode()
    given = OutletLabel.objects.get()
    assert "特色小店" in client.get(_form(outlet)).content.decode()
    sent = client.post(_action(given, "withdraw"), {"on": "2025-12-31", "reason": "转让"})
    assert sent.status_code == 302, sent.content.decode()
    given.refresh_from_db()
    assert given.withdrawn_on == dt.date(2025, 12, 31)


@pytest.mark.parametrize("role", ["street_head", "street_officer"])
def test_neither_readers_nor_neighbours_give_titles(outlet: Any, label: Label, role: str) -> None:
    street = outlet.street if role == "street_head" else StreetFactory(district=outlet.district)
    client = signed_in(street, role)
    sent = client.post(
        _action(outlet, "give_label"),
        {"label": label.pk, "year": 2025, "basis": "区商务委公告", "seen_version": 1},
    )
    assert sent.status_code in (403, 404)
    given = give(outlet, label)
    sent = client.post(_action(given, "withdraw"), {"on": "2025-12-31", "reason": "转让"})
    assert sent.status_code in (403, 404)
    given.refresh_from_db()
    assert given.withdrawn_on is None


def _action(row: Any, name: str) -> str:
    from django.urls import reverse

    return reverse(f"admin:outlets_{row._meta.model_name}_{name}", args=[row.pk])


def _form(row: Any) -> str:
    from django.urls import reverse

    return reverse(f"admin:outlets_{row._meta.model_name}_change", args=[row.pk])
