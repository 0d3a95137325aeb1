"""Visits: what was found is kept and the register follows; photographs lose what they told."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.audit import Actor
from core.models import AuditEvent
from core.versions import StaleVersionError
from outlets.fieldwork.photos import cleaned
from outlets.fieldwork.visits import Spot, record_visit
from outlets.models import Outlet, Visit, VisitPhoto
from tests.factories import OfficeFactory, OutletFactory, UserFactory
from tests.outlets.pictures import PICTURE, SECRET, exif, jpeg, png, segment

BY = Actor(label="李经办", office_code="sd")


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def outlet(db: None) -> Outlet:
    return OutletFactory(contact="张三丰", phone="13812345678")


def visit(outlet: Outlet, finding: str, **more: Any) -> Visit:
    told = {"by": BY, "on": timezone.localdate()} | more
    return record_visit(outlet=outlet, finding=finding, **told)


# --- photographs ----------------------------------------------------------------------------------
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_jpeg_keeps_its_picture_and_loses_all_else(order: str) -> None:
    photo = cleaned(io.BytesIO(jpeg(orientation=None, order=order)))
    assert photo.extension == "jpg"
    for told in (SECRET, b"Huawei", b"31.2553", b"Exif", b"xap", b"MPF", b"Photoshop"):
        assert told not in photo.data
    assert PICTURE in photo.data
    assert photo.data.startswith(b"\xff\xd8\xff\xe0")
    assert photo.data.endswith(b"\xff\xd9")


@pytest.mark.parametrize("order", ["<", ">"])
def test_which_way_up_is_all_that_stays(order: str) -> None:
    photo = cleaned(io.BytesIO(jpeg(orientation=6, order=order)))
    assert SECRET[:6] not in photo.data
    start = photo.data.index(b"Exif\0\0")
    # One entry: the tag, its kind, its count, the value 6; then no thumbnail's directory.
    ours = bytes.fromhex("4d4d002a00000008 0001 0112 0003 00000001 0006 0000 00000000")
    assert photo.data[start + 6 : start + 6 + len(ours)] == ours
    assert photo.data.count(b"Exif") == 1


def test_a_png_keeps_its_picture_and_loses_all_else() -> None:
    photo = cleaned(io.BytesIO(png()))
    assert photo.extension == "png"
    for told in (SECRET, b"tEXt", b"eXIf"):
        assert told not in photo.data
    assert b"IDAT" in photo.data
    assert photo.data.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize("data", [jpeg(orientation=6), png()])
def test_cleaning_what_is_clean_changes_nothing(data: bytes) -> None:
    once = cleaned(io.BytesIO(data)).data
    assert cleaned(io.BytesIO(once)).data == once


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "JPEG 或 PNG"),
        (b"GIF89a" + b"\0" * 40, "JPEG 或 PNG"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "兼容性最佳"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "JPEG 或 PNG"),
        (jpeg()[:60], "损坏"),
        (b"\xff\xd8\xff\xe1\xff\xff" + exif(), "损坏"),
        (png()[:-90], "损坏"),
        (b"\xff\xd8\xff" + b"\0" * (8 * 1024 * 1024), "8 MB"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        cleaned(io.BytesIO(data))
    assert said in "".join(caught.value.message_dict["photos"])


@given(st.binary(max_size=400))
def test_no_bytes_break_the_cleaner(tail: bytes) -> None:
    """Whatever follows a picture's beginning is cleaned or refused, never an error of ours."""
    for head in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"\xff\xd8" + segment(0xE1, exif())):
        try:
            photo = cleaned(io.BytesIO(head + tail))
        except ValidationError:
            continue
        assert SECRET not in photo.data


# --- the visit and the register -------------------------------------------------------------------
def test_the_same_as_in_the_register_dates_its_collection(outlet: Outlet) -> None:
    made = visit(outlet, "same", note="照常营业")
    outlet.refresh_from_db()
    assert (outlet.collected_on, outlet.collected_by) == (timezone.localdate(), BY.label)
    assert made.act == outlet.history.first().act
    assert (made.street_id, made.by_label, made.note) == (outlet.street_id, BY.label, "照常营业")
    event = AuditEvent.objects.get(action="outlets.visit")
    assert (event.object_id, event.changes["finding"]) == (str(made.pk), "same")


def test_an_older_visit_leaves_a_newer_collection_alone(outlet: Outlet) -> None:
    visit(outlet, "same")
    outlet.refresh_from_db()
    made = visit(outlet, "same", on=timezone.localdate() - dt.timedelta(days=3))
    again = Outlet.objects.get(pk=outlet.pk)
    assert (again.collected_on, again.version, made.act) == (
        outlet.collected_on,
        outlet.version,
        None,
    )


@pytest.mark.parametrize(
    ("finding", "status"), [("closed", "closed"), ("moved", "moved"), ("suspended", "suspended")]
)
def test_what_was_found_closed_is_closed_in_the_same_act(
    outlet: Outlet, finding: str, status: str
) -> None:
    day = timezone.localdate() - dt.timedelta(days=2)
    made = visit(outlet, finding, on=day)
    outlet.refresh_from_db()
    assert outlet.status == status
    assert outlet.facts.get(valid_from=day).status == status
    assert made.act == outlet.history.first().act is not None
    assert outlet.closed_on == (None if status == "suspended" else day)


def test_a_shop_found_open_again_is_open_again(outlet: Outlet) -> None:
    visit(outlet, "closed")
    visit(outlet, "same")
    outlet.refresh_from_db()
    assert (outlet.status, outlet.closed_on) == ("open", None)


def test_corrections_at_the_door(outlet: Outlet) -> None:
    visit(outlet, "changed", changes={"name": "新名早餐店", "hours": "6:00–10:00"})
    outlet.refresh_from_db()
    assert (outlet.name, outlet.hours) == ("新名早餐店", "6:00–10:00")


def test_not_found_is_left_to_somebody(outlet: Outlet) -> None:
    made = visit(outlet, "absent")
    outlet.refresh_from_db()
    assert (made.act, outlet.status, outlet.version) == (None, "open", 1)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"finding": "new"}, "finding"),
        ({"finding": "flying"}, "finding"),
        ({"finding": "same", "changes": {"name": "甲"}}, "finding"),
        ({"finding": "changed", "changes": {"phone": "1"}}, "phone"),
        ({"finding": "changed", "changes": {"name": ""}}, "name"),
        ({"finding": "same", "on": dt.date(2999, 1, 1)}, "on"),
        ({"finding": "same", "place": Spot(200, 31)}, "place"),
        ({"finding": "same", "note": "长" * 501}, "note"),
        ({"finding": "same", "take_place": True}, "take_place"),
        ({"finding": "same", "photos": [io.BytesIO(b"x")]}, "photos"),
        ({"finding": "same", "photos": [io.BytesIO(jpeg())] * 7}, "photos"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    outlet: Outlet, more: dict[str, Any], field: str
) -> None:
    finding = more.pop("finding")
    with pytest.raises(ValidationError) as caught:
        visit(outlet, finding, **more)
    assert field in caught.value.message_dict
    assert not Visit.objects.exists()
    assert Outlet.objects.get(pk=outlet.pk).version == 1
    assert not AuditEvent.objects.exists()


def test_photographs_of_a_refused_visit_are_not_left_lying(outlet: Outlet, settings: Any) -> None:
    visit(outlet, "closed")
    with pytest.raises(ValidationError):
        visit(outlet, "closed", photos=[io.BytesIO(jpeg())])
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.jpg"))
    assert Visit.objects.count() == 1


def test_what_was_seen_must_still_be_there(outlet: Outlet) -> None:
    visit(outlet, "same")
    with pytest.raises(StaleVersionError):
        visit(outlet, "closed", seen_version=1)


# --- the place ------------------------------------------------------------------------------------
def test_how_far_the_phone_was_from_the_outlet(outlet: Outlet) -> None:
    made = visit(outlet, "same", place=Spot(outlet.lon, outlet.lat + 0.001, 12.0))
    # A thousandth of a degree of latitude at 31° N is 110.9 m.
    assert made.away == pytest.approx(110.9, abs=0.1)
    assert (made.lon, made.accuracy) == (outlet.lon, 12.0)


def test_a_sure_place_becomes_that_of_an_outlet_without_one(db: None) -> None:
    outlet = OutletFactory(lon=None, lat=None, place_state="unverified")
    spot = Spot(121.397, 31.256, 30.0)
    with pytest.raises(ValidationError) as caught:
        visit(outlet, "same", place=Spot(121.397, 31.256, 80.0), take_place=True)
    assert "50 米" in "".join(caught.value.message_dict["take_place"])
    assert visit(outlet, "same", place=spot).away is None
    assert Outlet.objects.get(pk=outlet.pk).lon is None
    visit(outlet, "same", place=spot, take_place=True)
    placed = Outlet.objects.get(pk=outlet.pk)
    assert (placed.lon, placed.lat, placed.crs_in) == (121.397, 31.256, "wgs84")
    with pytest.raises(ValidationError, match="已有位置"):
        visit(placed, "same", place=spot, take_place=True)


# --- the page -------------------------------------------------------------------------------------
def person(outlet: Outlet, role: str = "street_officer", street: Any = None) -> Client:
    client = Client()
    office = OfficeFactory(street=street or outlet.street)
    client.force_login(UserFactory(office=office, roles=[role]))
    return client


def page(outlet: Outlet) -> str:
    return reverse("ledger:visit", args=[outlet.code])


def test_only_those_who_write_there_may_visit(outlet: Outlet) -> None:
    neighbour = OutletFactory(street__district=outlet.district)
    assert Client().get(page(outlet)).status_code == 302
    assert person(outlet, "street_head").get(page(outlet)).status_code == 403
    assert person(neighbour).get(page(outlet)).status_code == 404
    assert person(OutletFactory()).get(page(outlet)).status_code == 404
    refused = person(neighbour).post(page(outlet), {"finding": "closed"})
    assert refused.status_code == 404
    assert Outlet.objects.get(pk=outlet.pk).status == "open"
    assert person(outlet).get(page(outlet)).status_code == 200


def test_a_visit_from_a_phone(outlet: Outlet) -> None:
    client = person(outlet)
    photo = io.BytesIO(jpeg())
    photo.name = "IMG_0001.HEIC.jpg"
    sent = client.post(
        page(outlet),
        {
            "finding": "closed",
            "note": "卷帘门已贴招租",
            "lon": "121.3961",
            "lat": "31.2554",
            "accuracy": "8.5",
            "seen_version": "1",
            "photos": [photo],
        },
    )
    assert sent.status_code == 302, sent.content.decode()
    made = Visit.objects.get()
    assert (made.finding, made.accuracy, made.outlet.status) == ("closed", 8.5, "closed")
    shown = client.get(sent["Location"]).content.decode()
    kept = VisitPhoto.objects.get()
    assert reverse("ledger:visit_photo", args=[kept.pk]) in shown
    with kept.image.open() as file:
        assert SECRET not in file.read()
    assert "IMG_0001" not in kept.image.name


def test_photographs_are_shown_only_to_those_who_see_the_outlet(outlet: Outlet) -> None:
    visit(outlet, "same", photos=[io.BytesIO(jpeg())])
    kept = VisitPhoto.objects.get()
    url = reverse("ledger:visit_photo", args=[kept.pk])
    neighbour = OutletFactory(street__district=outlet.district)
    assert Client().get(url).status_code == 302
    assert person(neighbour).get(url).status_code == 404
    assert person(outlet, "expert").get(url).status_code == 403
    shown = person(outlet, "street_head").get(url)
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/jpeg"
    assert "private" in shown["Cache-Control"]
    data = shown.content
    assert data.startswith(b"\xff\xd8")
    assert Client().get(f"/media/{kept.image.name}").status_code == 404


def test_a_refused_visit_keeps_what_was_typed(outlet: Outlet) -> None:
    sent = person(outlet).post(page(outlet), {"finding": "", "note": "写了很多字"})
    assert sent.status_code == 400
    assert "写了很多字" in sent.content.decode()
    assert "请选择核查情况" in sent.content.decode()
