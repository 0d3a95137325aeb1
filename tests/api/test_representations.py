"""One list, three representations; what is trimmed, filtered, masked and written down."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.masking import mask_name, mask_phone
from core.models import AuditEvent
from outlets.models import Service, ServiceFormat
from tests.api.conftest import asking
from tests.factories import (
    BrandFactory,
    CircleFactory,
    CompoundFactory,
    NeighbourhoodFactory,
    OutletFactory,
    StreetFactory,
    UserFactory,
)

Ask = Callable[..., Any]


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def table_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(answer))))


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


def test_csv_is_the_whole_list_however_long_a_page_is(ask: Ask, outlet: Any) -> None:
    for number in range(60):
        BrandFactory(district=outlet.district, name=f"品牌{number:02d}")
    answer = ask("get", "brands/", format="csv", ordering="name")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["name"] for row in table_of(answer)] == [f"品牌{n:02d}" for n in range(60)]


def test_text_in_csv_cannot_become_a_formula(ask: Ask, outlet: Any) -> None:
    for name in ('=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "普通"):
        BrandFactory(district=outlet.district, name=name)
    names = [row["name"] for row in table_of(ask("get", "brands/", format="csv"))]
    assert names == ['\'=HYPERLINK("http://x")', "'+1", "'-1", "'@SUM(A1)", "普通"]


def test_numbers_lists_and_blanks_in_csv(ask: Ask, outlet: Any) -> None:
    outlet.declared_circles = ["Q1", "Q2"]
    outlet.employees, outlet.open_24h = 3, True
    outlet.save()
    [row] = table_of(ask("get", "outlets/", format="csv"))
    assert (row["employees"], row["open_24h"], row["supply"]) == ("3", "true", "")
    assert row["declared_circles"] == "Q1;Q2"
    assert (float(row["lon"]), float(row["lat"])) == (outlet.lon, outlet.lat)


def test_geojson_has_points_outlines_and_null(ask: Ask, outlet: Any) -> None:
    OutletFactory(street=outlet.street, lon=None, lat=None, place_state="unverified")
    circle = CircleFactory(lead_street=outlet.street)
    outlets = json.loads(text_of(ask("get", "outlets/", format="geojson")))
    assert outlets["type"] == "FeatureCollection"
    assert [feature["geometry"] for feature in outlets["features"]] == [
        {"type": "Point", "coordinates": [outlet.lon, outlet.lat]},
        None,
    ]
    circles = json.loads(text_of(ask("get", "circles/", format="geojson")))
    assert [feature["geometry"] for feature in circles["features"]] == [circle.boundary]
    one = ask("get", f"circles/{circle.pk}/", format="geojson")
    assert one["Content-Type"] == "application/geo+json"
    assert json.loads(one.content)["geometry"] == circle.boundary


def test_an_empty_list_is_still_a_file(ask: Ask) -> None:
    assert table_of(ask("get", "circles/", format="csv")) == []
    assert json.loads(text_of(ask("get", "circles/", format="geojson")))["features"] == []


def test_taking_a_list_away_is_written_down(ask: Ask, officer: Any) -> None:
    text_of(ask("get", "outlets/", format="csv", street="310107005"))
    event = AuditEvent.objects.get(action="core.export")
    assert event.actor_id == officer.pk
    assert event.changes["path"] == "/api/v1/outlets/?format=csv&street=310107005"


def test_an_accept_header_chooses_as_well(ask: Ask) -> None:
    answer = ask("get", "outlets/", headers={"Accept": "text/csv"})
    assert text_of(answer).startswith("id,")


def test_fields_trim_and_id_stays(ask: Ask, outlet: Any) -> None:
    [row] = ask("get", "outlets/", fields="name, code").json()["results"]
    assert row == {"id": str(outlet.pk), "code": outlet.code, "name": outlet.name}
    one = ask("get", f"outlets/{outlet.pk}/", fields="name").json()
    assert one == {"id": str(outlet.pk), "name": outlet.name}
    assert text_of(ask("get", "outlets/", format="csv", fields="name")).startswith("id,name\r\n")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("fields=name,nmae", "fields"),
        ("fields=", "fields"),
        ("stret=310107005", "stret"),
        ("street=", "street"),
        ("street=1&street=2", "street"),
        ("status=shut", "status"),
        ("brand=no-uuid", "brand"),
        ("updated_since=yesterday", "updated_since"),
        ("q=%00", "q"),
        ("in_bbox=1,2,3", "in_bbox"),
        ("in_bbox=3,2,1,4", "in_bbox"),
        ("in_bbox=nan,1,2,3", "in_bbox"),
        ("in_bbox=a,b,c,d", "in_bbox"),
        ("near=121,31,15", "near"),
    ],
)
def test_a_filter_that_means_nothing_never_widens_a_list(ask: Ask, query: str, field: str) -> None:
    answer = ask("get", f"outlets/?{query}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_box_holds_what_lies_in_it(ask: Ask, outlet: Any) -> None:
    far = OutletFactory(street=outlet.street, lon=121.5, lat=31.4)
    OutletFactory(street=outlet.street, lon=None, lat=None, place_state="unverified")
    lon, lat = outlet.lon, outlet.lat
    edges = f"{lon},{lat},{lon + 0.01},{lat + 0.01}"
    assert ids(ask("get", "outlets/", in_bbox=edges)) == {str(outlet.pk)}
    assert ids(ask("get", "outlets/", in_bbox="-180,-90,180,90")) == {str(outlet.pk), str(far.pk)}


def test_what_changed_since_then(ask: Ask, outlet: Any) -> None:
    before = timezone.now().isoformat()
    later = OutletFactory(street=outlet.street)
    assert ids(ask("get", "outlets/", updated_since=before)) == {str(later.pk)}


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("2026-01-01T00:00:00+23:59", 200),
        ("2026-01-01T00:00:00-23:59", 200),
        ("2026-01-01", 200),
        ("0001-01-01T00:00:00+08:00", 400),
        ("9999-12-31T23:59:59-08:00", 400),
    ],
)
def test_an_instant_from_any_corner_of_the_world(ask: Ask, since: str, status: int) -> None:
    """Also those that the database could not compare."""
    assert ask("get", "outlets/", updated_since=since).status_code == status


def test_serving_counts_add_on_services(ask: Ask, outlet: Any) -> None:
    """`serves`: main format or accepted add-on; `main_format`: what the shop is."""
    other = OutletFactory(street=outlet.street)
    service = Service.objects.first()
    ServiceFormat.objects.update_or_create(
        service=service, format=outlet.main_format, defaults={"counts": True}
    )
    other.services = 1 << service.bit
    other.save()
    code = outlet.main_format.code
    assert ids(ask("get", "outlets/", main_format=code)) == {str(outlet.pk)}
    assert ids(ask("get", "outlets/", serves=code)) == {str(outlet.pk), str(other.pk)}
    assert ids(ask("get", "outlets/", serves="no-such")) == set()
    [row] = ask("get", "outlets/", serves=code, status="open", code=other.code).json()["results"]
    assert row["services"] == [service.code]


def test_places_and_people_by_code(ask: Ask, outlet: Any) -> None:
    hood = NeighbourhoodFactory(street=outlet.street)
    compound = CompoundFactory(street=outlet.street, neighbourhood=hood)
    partner = StreetFactory(district=outlet.district)
    circle = CircleFactory(
        lead_street=outlet.street,
        links__compounds=[compound],
        links__neighbourhoods=[hood],
        links__partners=[partner],
    )
    row = ask("get", f"circles/{circle.pk}/").json()
    assert (row["compounds"], row["neighbourhoods"]) == ([compound.code], [hood.code])
    assert {(street["code"], street["role"]) for street in row["streets"]} == {
        (outlet.street.code, "lead"),
        (partner.code, "partner"),
    }
    assert ids(ask("get", "circles/", street=partner.code)) == {str(circle.pk)}
    assert ids(ask("get", "compounds/", circle=circle.code)) == {str(compound.pk)}
    assert ids(ask("get", "compounds/", neighbourhood=hood.code)) == {str(compound.pk)}


def test_whom_to_call_is_masked_in_lists_for_everyone(
    ask: Ask, outlet: Any, street_officer: Any
) -> None:
    own = Client()
    own.force_login(street_officer)
    for asked in (ask, asking(own)):
        [row] = asked("get", "outlets/").json()["results"]
        assert (row["contact"], row["phone"]) == ("张**", "138****5678")
        [row] = table_of(asked("get", "outlets/", format="csv", fields="phone,contact"))
        assert (row["contact"], row["phone"]) == ("张**", "138****5678")


def test_whom_to_call_is_told_alone_and_written_down(ask: Ask, outlet: Any, officer: Any) -> None:
    path = f"outlets/{outlet.pk}/"
    row = ask("get", path).json()
    assert (row["contact"], row["phone"]) == ("张三丰", "13812345678")
    event = AuditEvent.objects.get(action="outlets.contact_read")
    assert (event.actor_id, event.changes) == (officer.pk, {"outlet": str(outlet.pk)})
    ask("get", path, fields="name")
    assert AuditEvent.objects.filter(action="outlets.contact_read").count() == 1


def test_who_only_looks_is_not_told_whom_to_call(client: Client, outlet: Any) -> None:
    client.force_login(UserFactory(office__district=outlet.district, roles=["leader"]))
    row = asking(client)("get", f"outlets/{outlet.pk}/").json()
    assert (row["contact"], row["phone"]) == ("张**", "138****5678")
    assert not AuditEvent.objects.filter(action="outlets.contact_read").exists()


def test_what_was_read_masked_is_not_written_back(ask: Ask, outlet: Any) -> None:
    answer = ask(
        "patch",
        f"outlets/{outlet.pk}/",
        data={"phone": "138****5678"},
        headers={"If-Match": '"v1"'},
    )
    assert answer.status_code == 400
    outlet.refresh_from_db()
    assert outlet.phone == "13812345678"


@pytest.mark.parametrize(
    ("plain", "masked"),
    [("", ""), ("8", "*"), ("12", "**"), ("110", "*10"), ("62345678", "******78")],
)
def test_short_numbers_are_masked_too(plain: str, masked: str) -> None:
    assert mask_phone(plain) == masked


@pytest.mark.parametrize(("plain", "masked"), [("", ""), ("张", "张"), ("欧阳修", "欧**")])
def test_names_keep_their_first_character(plain: str, masked: str) -> None:
    assert mask_name(plain) == masked
