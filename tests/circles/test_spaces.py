"""Spaces that can be used: who may write them, what cannot be, what is kept, ledgers."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from circles.models import Space
from circles.services import change_space, close_space, create_space
from core.models import AuditEvent
from core.spreadsheets.columns import names_of
from core.versions import StaleVersionError
from outlets.imports.undoing import undo_import
from tests.admin.conftest import address, list_address
from tests.admin.forms import filled
from tests.api.conftest import asking
from tests.circles.site_files import COLUMNS, take
from tests.factories import OfficeFactory, SpaceFactory, UserFactory
from tests.outlets.ledger_files import BY, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
V1 = {"If-Match": '"v1"'}


@pytest.fixture
def world() -> World:
    return World()


def create(world: World, **more: Any) -> Space:
    good = {
        "name": "兰溪路12号底层",
        "kind": "house",
        "street": world.street,
        "address": "兰溪路12号",
    }
    return create_space(district=world.district, values=good | more, by=BY)


def refused(run: Callable[[], Any]) -> dict[str, list[str]]:
    """What a refusal says, by field; nothing of it stays."""
    before = Space.objects.count(), AuditEvent.objects.count()
    with pytest.raises(ValidationError) as refusal:
        run()
    assert (Space.objects.count(), AuditEvent.objects.count()) == before
    found: dict[str, list[str]] = refusal.value.message_dict
    return found


def client_of(world: World, role: str, street: Any = None) -> Client:
    office = OfficeFactory(street=street) if street else OfficeFactory(district=world.district)
    client = Client()
    client.force_login(UserFactory(office=office, roles=[role]))
    return client


# --- Denied ------------------------------------------------------------------------------------


def test_readers_and_other_streets_write_nothing(world: World) -> None:
    row = SpaceFactory(street=world.street, lon=121.395, lat=31.25)
    body = {"name": "x", "kind": "land", "street": world.street.code, "address": "y"}
    head = asking(client_of(world, "street_head", world.street))
    assert head("get", f"spaces/{row.pk}/").status_code == 200
    assert head("post", "spaces/", data=body).status_code == 403
    closing = {"comment": "x"}
    assert head("post", f"spaces/{row.pk}/close/", data=closing, headers=V1).status_code == 403
    other = asking(client_of(world, "street_officer", world.other))
    assert other("post", f"spaces/{row.pk}/close/", data=closing, headers=V1).status_code == 404
    assert other("post", "spaces/", data=body).status_code == 403
    row.refresh_from_db()
    assert (Space.objects.count(), row.version, row.available_until) == (1, 1, None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"area": 0}, "area"),
        ({"area": 1_000_001}, "area"),
        ({"rent": Decimal("-1")}, "rent"),
        ({"rent": 5000}, "rent"),
        ({"wanted_formats": ["no-such-format"]}, "wanted_formats"),
        ({"state": "sold"}, "state"),
        (
            {"available_from": dt.date(2026, 2, 1), "available_until": dt.date(2026, 1, 1)},
            "available_until",
        ),
        ({"lon": 121.5, "lat": 31.25}, "lon"),
    ],
)
def test_what_cannot_be_is_refused(world: World, wrong: dict[str, Any], field: str) -> None:
    assert set(refused(lambda: create(world, **wrong))) == {field}


def test_the_database_holds_areas_and_periods(world: World) -> None:
    row = SpaceFactory(
        street=world.street, lon=121.395, lat=31.25, available_from=dt.date(2026, 1, 1)
    )
    for wrong in ({"area": 0}, {"rent": -1}, {"available_until": dt.date(2025, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Space.objects.filter(pk=row.pk).update(**wrong)


def test_a_stale_change_is_refused(world: World) -> None:
    row = create(world)
    change_space(space=row, changes={"state": "negotiating"}, by=BY, seen_version=1)
    with pytest.raises(StaleVersionError):
        change_space(space=row, changes={"state": "in_use"}, by=BY, seen_version=1)


# --- What is kept ------------------------------------------------------------------------------


def test_a_space_on_its_way_into_use(world: World) -> None:
    row = create(world, wanted_formats=[world.shop.code, world.shop.code], area=86.5, rent=3.2)
    assert row.code == f"{world.street.code}-K00001"
    assert row.wanted_formats == [world.shop.code]
    changed = change_space(space=row, changes={"state": "in_use"}, by=BY, reason="签约")
    event = AuditEvent.objects.get(action="circles.change_space")
    assert event.changes == {"state": ["available", "in_use"]}
    assert (changed.state, changed.area, changed.rent) == (
        "in_use",
        Decimal("86.50"),
        Decimal("3.20"),
    )
    assert [one.state for one in row.history.order_by("history_id")] == ["available", "in_use"]


def test_available_on_a_day(world: World) -> None:
    row = create(world, available_from=dt.date(2026, 1, 1))
    close_space(space=row, on=dt.date(2026, 6, 1), by=BY, reason="拆除")
    days = [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 5, 31), dt.date(2026, 6, 1)]
    assert [Space.objects.available_on(day).exists() for day in days] == [False, True, True, False]
    assert set(refused(lambda: close_space(space=row, on=days[3], by=BY, reason="x"))) == {"on"}
    used = create(world, name="另一处")
    change_space(space=used, changes={"state": "in_use"}, by=BY)
    assert list(Space.objects.available_on(days[1])) == [row]


def test_found_by_what_is_wanted_there(world: World) -> None:
    ask = asking(client_of(world, "programme_officer"))
    body = {
        "name": "核酸亭",
        "kind": "test_booth",
        "street": world.street.code,
        "address": "兰溪路口",
        "area": "6.00",
        "rent": "0.00",
        "wanted_formats": [world.repair.code],
    }
    made = ask("post", "spaces/", data=body)
    assert made.status_code == 201, made.content.decode()
    assert {name: made.json()[name] for name in body} == body
    for code, count in ((world.repair.code, 1), (world.shop.code, 0), (world.repair.code[:-1], 0)):
        found = ask("get", "spaces/", wanted_format=code, with_count=1)
        assert found.json()["count"] == count, code
    assert ask("get", "spaces/", area_min=6, area_max=6).json()["results"]
    assert not ask("get", "spaces/", area_min=7).json()["results"]


# --- The admin ---------------------------------------------------------------------------------


def test_entered_changed_and_taken_back_in_the_admin(world: World) -> None:
    client = client_of(world, "street_officer", world.street)
    add = list_address("circles.space", "add")
    sent = filled(client, add) | {
        "name": "旧仓库",
        "kind": "warehouse",
        "street": str(world.street.pk),
        "address": "试验路1号",
        "wanted_formats": [world.shop.code],
        "reason": "摸底",
    }
    answer = client.post(add, sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row = Space.objects.get()
    assert (row.code, row.wanted_formats) == (f"{world.street.code}-K00001", [world.shop.code])
    sent = filled(client, address(row)) | {"state": "negotiating", "reason": "接洽"}
    assert client.post(address(row), sent).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.version, row.wanted_formats) == ("negotiating", 2, [world.shop.code])
    assert client.get(address(row, "history")).status_code == 200
    close = address(row).replace("/change/", "/close/")
    page = client.get(close)
    assert page.status_code == 200, close
    sent = {"on": "2026-06-01", "reason": "拆除", "seen_version": "2"}
    assert client.post(close, sent).status_code == 302
    row.refresh_from_db()
    assert row.available_until == dt.date(2026, 6, 1)
    forged = filled(client, add) | {
        "name": "别处",
        "kind": "land",
        "street": str(world.other.pk),
        "address": "试验路9号",
        "reason": "x",
    }
    assert "street" in client.post(add, forged).context["adminform"].form.errors


# --- Ledgers -----------------------------------------------------------------------------------


def test_no_two_columns_share_a_name() -> None:
    assert len(set(names_of(COLUMNS["spaces"]).values())) == len(COLUMNS["spaces"])


def row_of(world: World, number: int = 1, **cells: Any) -> dict[str, Any]:
    good = {
        "name": f"空间{number}",
        "kind": "闲置房屋",
        "street": world.street.name,
        "address": f"试验路{number}号",
    }
    return good | cells


def test_a_ledger_with_a_wrong_row_writes_nothing(world: World) -> None:
    rows = [row_of(world), row_of(world, 2, area=0), row_of(world, 3, wanted_formats="赌场")]
    outcome = take(world, "spaces", rows)
    assert (outcome.failed, outcome.written) == (2, False)
    assert {error.column_title for error in outcome.errors} == {"面积（㎡）", "拟引入业态"}
    assert not Space.objects.exists()


def test_a_ledger_is_confirmed_said_again_and_undone(world: World) -> None:
    full = row_of(
        world,
        code="K-1",
        kind="核酸亭",
        area=6,
        owner="某街道",
        use_mode="租赁",
        available_from="2026-01-01",
        rent=0,
        wanted_formats=f"{world.shop.name}、{world.repair.name}",
        state="洽谈中",
        x_in=121.395,
        y_in=31.25,
        crs_in="WGS-84",
    )
    outcome = take(world, "spaces", [full, row_of(world, 2)])
    assert (outcome.new, outcome.written, outcome.errors) == (2, True, [])
    kept = Space.objects.get(code="K-1")
    assert kept.wanted_formats == [world.shop.code, world.repair.code]
    assert (kept.kind, kept.state, kept.rent, kept.place_state) == (
        "test_booth",
        "negotiating",
        0,
        "verified",
    )
    again = take(world, "spaces", [full, row_of(world, 2)])
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    fewer = take(world, "spaces", [row_of(world, 1, code="K-1", wanted_formats=world.shop.name)])
    assert fewer.changed == 1
    kept.refresh_from_db()
    assert kept.wanted_formats == [world.shop.code]
    undo_import(batch=fewer.record, by=BY)
    kept.refresh_from_db()
    assert kept.wanted_formats == [world.shop.code, world.repair.code]
