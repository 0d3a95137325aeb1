"""Autocompletes, choices, filters, searches and exports hold no row that the lists do not."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from core.models import AuditEvent
from tests import factories as make
from tests.admin.conftest import World, address, list_address

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
OUTLETS = list_address("outlets.outlet")


def asked(client: Client, field: str, term: str = "") -> list[str]:
    """What the autocomplete of an outlet's field offers."""
    answer = client.get(
        "/admin/autocomplete/",
        {"app_label": "outlets", "model_name": "outlet", "field_name": field, "term": term},
    )
    assert answer.status_code == 200
    return [entry["id"] for entry in answer.json()["results"]]


def test_autocompletes_offer_own_rows_alone(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person("street_officer"))
    assert asked(client, "enterprise") == [str(world.own.rows["outlets.enterprise"].pk)]
    offered = asked(client, "neighbourhood")
    assert str(world.own.rows["territory.neighbourhood"].pk) in offered
    assert str(world.abroad.rows["territory.neighbourhood"].pk) not in offered


@pytest.mark.parametrize("role", ["auditor", "security_admin"])
def test_autocompletes_are_refused_to_whom_the_list_is(
    role: str, world: World, signed_in: SignIn
) -> None:
    client = signed_in(world.person(role))
    query = {"app_label": "outlets", "model_name": "outlet", "field_name": "enterprise"}
    assert client.get("/admin/autocomplete/", query).status_code == 403


def test_an_officer_cannot_choose_a_street_of_others(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person("street_officer"))
    page = client.get(list_address("outlets.outlet", "add"))
    offered = page.context["adminform"].form.fields["street"].queryset
    assert list(offered) == [world.own.street]


def test_filters_offer_the_own_district_alone(world: World, signed_in: SignIn) -> None:
    page = signed_in(world.person("commission_admin")).get(OUTLETS)
    [spec] = [spec for spec in page.context["cl"].filter_specs if spec.title == "街道（镇）"]
    offered = {str(pk) for pk, _name in spec.lookup_choices}
    assert offered == {str(place.street.pk) for place in (world.own, world.other)}


def test_lists_and_searches_stay_inside_the_scope(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person("street_officer"))
    own, other = world.own.rows["outlets.outlet"], world.other.rows["outlets.outlet"]
    assert list(client.get(OUTLETS).context["cl"].queryset) == [own]
    assert list(client.get(OUTLETS, {"q": other.code}).context["cl"].queryset) == []
    narrowed = client.get(OUTLETS, {"street__id__exact": str(world.other.street.pk)})
    assert list(narrowed.context["cl"].queryset) == []


@pytest.mark.parametrize(
    "lookup", ["phone__startswith", "contact", "enterprise__credit_code__startswith", "pinyin"]
)
def test_hidden_columns_cannot_be_guessed_by_filtering(
    lookup: str, world: World, signed_in: SignIn
) -> None:
    client = signed_in(world.person("leader"))
    assert client.get(OUTLETS, {lookup: "1"}).status_code == 400


def test_lists_show_contacts_masked(world: World, signed_in: SignIn) -> None:
    page = signed_in(world.person("commission_admin")).get(OUTLETS).content.decode()
    assert "13812345678" not in page
    assert "张三丰" not in page
    assert "138****5678" in page


def test_contacts_are_read_by_their_roles_alone(world: World, signed_in: SignIn) -> None:
    outlet = world.own.rows["outlets.outlet"]
    for role, reads in {"leader": False, "finance": False, "programme_officer": True}.items():
        client = signed_in(world.person(role))
        for page in ("change", "history"):
            text = client.get(address(outlet, page)).content.decode()
            assert ("13812345678" in text) == reads, (role, page)


def taken_out(client: Client, conditions: dict[str, str]) -> list[tuple[Any, ...]]:
    """The rows of the workbook that the list's export leads to, with their head."""
    choosing = client.get("/admin/outlets/outlet/export/", conditions)
    made = client.post(choosing["Location"], {"kind": "xlsx", "crs": "wgs84"})
    answer = client.get(made["Location"] + "file/")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {
        "s",
        "n",
        "d",
        "inlineStr",
    }
    return list(sheet.values)


def test_exports_hold_what_the_list_shows(
    world: World, signed_in: SignIn, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    make.OutletFactory(street=world.own.street, name="=cmd|calc", status="preparing", void=True)
    client = signed_in(world.person("street_officer"))
    header, *rows = taken_out(client, {"status__exact": "preparing"})
    assert header[:2] == ("网点编码", "网点名称")
    assert [row[1] for row in rows] == ["=cmd|calc"]
    event = AuditEvent.objects.get(action="outlets.export")
    assert event.changes["rows"] == 1
    list_of_street = {"street__id__exact": str(world.own.street.pk), "void__exact": "0"}
    _header, *rows = taken_out(client, list_of_street)
    assert [row[0] for row in rows] == [world.own.rows["outlets.outlet"].code]


def test_a_condition_that_the_export_does_not_know_widens_nothing(
    world: World, signed_in: SignIn
) -> None:
    client = signed_in(world.person("street_officer"))
    answer = client.get("/admin/outlets/outlet/export/", {"brand__name__exact": "甲"})
    assert answer["Location"] == OUTLETS


def test_exports_are_masked_and_scoped(
    world: World, signed_in: SignIn, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    text = str(taken_out(signed_in(world.person("street_officer")), {}))
    assert "138****5678" in text
    assert "13812345678" not in text
    assert world.other.rows["outlets.outlet"].code not in text


def test_the_export_button_carries_the_filters(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person("programme_officer"))
    page = client.get(OUTLETS, {"q": "试验", "status__exact": "open"})
    [action] = page.context["actions_list"]
    assert action["path"] == "/admin/outlets/outlet/export/?q=%E8%AF%95%E9%AA%8C&status__exact=open"


def test_exports_are_refused_to_whom_the_list_is(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person("auditor"))
    assert client.get("/admin/outlets/outlet/export/").status_code == 403
