"""Public facilities: who may write them, what cannot be, what is kept, how ledgers fill them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from circles.models import Facility
from circles.services import change_facility, close_facility, create_facility
from circles.signals import circles_changed
from core.models import AuditEvent
from core.spreadsheets.columns import names_of
from core.versions import StaleVersionError
from outlets.imports.undoing import UndoBlockedError, undo_import
from outlets.models import Import, Outlet
from tests.api.conftest import asking
from tests.circles.site_files import COLUMNS, take, workbook
from tests.factories import FacilityFactory, OfficeFactory, UserFactory
from tests.outlets.ledger_files import BY, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
INSIDE = {"lon": 121.395, "lat": 31.25}
V1 = {"If-Match": '"v1"'}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def news() -> Any:
    heard: list[Any] = []

    def hear(sender: Any, **told: Any) -> None:
        heard.append(sender)

    circles_changed.connect(hear)
    yield heard
    circles_changed.disconnect(hear)


def values(world: World, **more: Any) -> dict[str, Any]:
    good = {"name": "兰溪社区食堂", "kind": "meals", "street": world.street, "address": "兰溪路1号"}
    return good | more


def create(world: World, **more: Any) -> Facility:
    return create_facility(district=world.district, values=values(world, **more), by=BY)


def refused(run: Callable[[], Any]) -> dict[str, list[str]]:
    """What a refusal says, by field; nothing of it stays."""
    before = Facility.objects.count(), AuditEvent.objects.count()
    with pytest.raises(ValidationError) as refusal:
        run()
    assert (Facility.objects.count(), AuditEvent.objects.count()) == before
    found: dict[str, list[str]] = refusal.value.message_dict
    return found


# --- Denied ------------------------------------------------------------------------------------


def person(world: World, role: str, street: Any = None) -> Any:
    """Ask the API as somebody of the district, or of one of its streets."""
    office = OfficeFactory(street=street) if street else OfficeFactory(district=world.district)
    client = Client()
    client.force_login(UserFactory(office=office, roles=[role]))
    return asking(client)


def test_readers_and_other_streets_write_nothing(world: World) -> None:
    row = FacilityFactory(street=world.street, **INSIDE)
    body = {"name": "x", "kind": "park", "street": world.street.code, "address": "y"}
    leader = person(world, "leader")
    assert leader("get", f"facilities/{row.pk}/").status_code == 200
    assert leader("post", "facilities/", data=body).status_code == 403
    assert leader("patch", f"facilities/{row.pk}/", data={}, headers=V1).status_code == 403
    other = person(world, "street_officer", world.other)
    assert other("get", f"facilities/{row.pk}/").status_code == 404
    assert other("patch", f"facilities/{row.pk}/", data={}, headers=V1).status_code == 404
    answer = other("post", "facilities/", data=body)
    assert answer.status_code == 403
    own = person(world, "street_officer", world.street)
    moved = {"street": world.other.code}
    assert own("patch", f"facilities/{row.pk}/", data=moved, headers=V1).status_code == 403
    row.refresh_from_db()
    assert (Facility.objects.count(), row.version, row.street) == (1, 1, world.street)


def test_a_change_needs_the_version_that_was_seen(world: World) -> None:
    row = FacilityFactory(street=world.street, **INSIDE)
    ask = person(world, "programme_officer")
    body = {"hours": "8:00–17:00"}
    assert ask("patch", f"facilities/{row.pk}/", data=body).status_code == 428
    answer = ask("patch", f"facilities/{row.pk}/", data=body, headers=V1)
    assert (answer.status_code, answer["ETag"]) == (200, '"v2"')
    assert ask("patch", f"facilities/{row.pk}/", data=body, headers=V1).status_code == 412
    with pytest.raises(StaleVersionError):
        change_facility(facility=row, changes=body, by=BY, seen_version=1)


def test_unknown_fields_are_refused(world: World) -> None:
    row = FacilityFactory(street=world.street, **INSIDE)
    ask = person(world, "programme_officer")
    answer = ask("patch", f"facilities/{row.pk}/", data={"beds": 3}, headers=V1)
    assert [error["field"] for error in answer.json()["errors"]] == ["beds"]
    assert "code" in answer_fields(
        ask("patch", f"facilities/{row.pk}/", data={"code": "Z9"}, headers=V1)
    )
    assert set(refused(lambda: create(world, version=9, beds=3))) == {"version", "beds"}


def answer_fields(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.content
    return [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lon": 121.5, "lat": 31.25}, "lon"),
        ({"lon": 121.395}, "y_in"),
        ({"x_in": 121.395, "y_in": 31.25, "crs_in": "mars"}, "crs_in"),
        ({"address": ""}, "address"),
        ({"kind": "casino"}, "kind"),
        ({"capacity": 100_001}, "capacity"),
        ({"opened_on": dt.date(2024, 5, 1), "closed_on": dt.date(2024, 4, 1)}, "closed_on"),
        ({"opened_on": dt.date(1066, 10, 14)}, "opened_on"),
        ({"street": None}, "street"),
    ],
)
def test_what_cannot_be_is_refused(world: World, wrong: dict[str, Any], field: str) -> None:
    assert field in refused(lambda: create(world, **wrong))


def test_a_neighbourhood_of_another_street_is_refused(world: World) -> None:
    found = refused(lambda: create(world, street=world.other, neighbourhood=world.hood))
    assert set(found) == {"neighbourhood"}


def test_a_double_is_refused(world: World) -> None:
    create(world)
    assert "name" in refused(lambda: create(world, name="兰溪 社区食堂"))


def test_a_code_is_used_once_even_behind_the_services_back(world: World) -> None:
    first = FacilityFactory(street=world.street, **INSIDE)
    with pytest.raises(IntegrityError), transaction.atomic():
        FacilityFactory(street=world.street, code=first.code)
    with pytest.raises(IntegrityError), transaction.atomic():
        FacilityFactory(street=world.street, lat=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Facility.objects.update(closed_on=dt.date(2020, 1, 1))


def test_closing_twice_or_before_the_opening_or_tomorrow(world: World) -> None:
    row = create(world, opened_on=dt.date(2024, 3, 1))
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for day in (dt.date(2024, 2, 28), tomorrow):
        found = refused(lambda on=day: close_facility(facility=row, on=on, by=BY, reason="拆"))
        assert set(found) == {"on"}
    close_facility(facility=row, on=dt.date(2025, 1, 1), by=BY, reason="拆")
    found = refused(
        lambda: close_facility(facility=row, on=dt.date(2025, 2, 1), by=BY, reason="再拆")
    )
    assert "2025-01-01" in str(found["on"])


# --- What is kept ------------------------------------------------------------------------------


def test_entering_assigns_a_code_and_tells(world: World, news: list[Any]) -> None:
    first = create(world, **INSIDE)
    second = create(world, name="兰溪口袋公园", kind="park")
    assert first.code == f"{world.street.code}-F00001"
    assert second.code == f"{world.street.code}-F00002"
    assert (first.place_state, second.place_state) == ("verified", "unverified")
    assert (first.x_in, first.y_in, first.crs_in) == (121.395, 31.25, "wgs84")
    event = AuditEvent.objects.get(action="circles.create_facility", object_id=str(first.pk))
    assert event.actor_label == BY.label
    assert first.history.get().act == event.act
    assert news == [Facility, Facility]


def test_a_place_is_converted_and_what_came_is_kept(world: World) -> None:
    row = create(world, x_in=121.3996, y_in=31.2478, crs_in="gcj02")
    assert (row.x_in, row.y_in, row.crs_in) == (121.3996, 31.2478, "gcj02")
    # GCJ-02 lies about 460 m east of WGS 84 here.
    assert row.lon == pytest.approx(121.3996 - 0.0046, abs=0.0004)
    assert row.lat == pytest.approx(31.2478 + 0.0021, abs=0.0004)


def test_changing_keeps_before_and_after(world: World) -> None:
    row = create(world, **INSIDE)
    moved = {"lon": 121.405, "lat": 31.25, "street": world.other, "capacity": 40}
    changed = change_facility(facility=row, changes=moved, by=BY, reason="迁址", seen_version=1)
    assert (changed.version, changed.place_state, changed.street) == (2, "verified", world.other)
    event = AuditEvent.objects.get(action="circles.change_facility")
    assert event.changes["capacity"] == [None, 40]
    assert event.changes["lon"] == [121.395, 121.405]
    assert [one.capacity for one in row.history.order_by("history_id")] == [None, 40]


def test_in_service_on_a_day(world: World) -> None:
    row = create(world, opened_on=dt.date(2024, 3, 1))
    close_facility(facility=row, on=dt.date(2025, 1, 1), by=BY, reason="拆")
    days = [dt.date(2024, 2, 29), dt.date(2024, 3, 1), dt.date(2024, 12, 31), dt.date(2025, 1, 1)]
    serving = [Facility.objects.open_on(day).exists() for day in days]
    assert serving == [False, True, True, False]


def test_through_the_api(world: World) -> None:
    ask = person(world, "street_officer", world.street)
    body = {
        "name": "兰溪日间照料中心",
        "kind": "elderly",
        "street": world.street.code,
        "neighbourhood": world.hood.code,
        "capacity": 30,
        "authority": "区民政局",
        **INSIDE,
    }
    answer = ask("post", "facilities/", data=body)
    assert answer.status_code == 201, answer.content.decode()
    row = answer.json()
    assert answer["Location"].endswith(f"/api/v1/facilities/{row['id']}/")
    assert {name: row[name] for name in body} == body
    assert (row["place_state"], row["allowed_transitions"]) == ("verified", ["close"])
    closing = {"comment": "合并", "on": "2025-06-30"}
    closed = ask("post", f"facilities/{row['id']}/close/", data=closing, headers=V1)
    assert closed.status_code == 200, closed.content.decode()
    assert (closed.json()["closed_on"], closed.json()["allowed_transitions"]) == ("2025-06-30", [])
    assert AuditEvent.objects.get(action="circles.close_facility").comment == "合并"
    for day, count in (("2025-06-29", 1), ("2025-06-30", 0)):
        assert ask("get", "facilities/", open_on=day, with_count=1).json()["count"] == count
    table = b"".join(ask("get", "facilities/", format="csv").streaming_content).decode()
    assert "兰溪日间照料中心" in table
    shown = ask("get", f"facilities/{row['id']}/", format="geojson").json()
    assert shown["geometry"] == {"type": "Point", "coordinates": [121.395, 31.25]}


def test_facilities_are_no_outlets(world: World) -> None:
    create(world, **INSIDE)
    assert Outlet.objects.count() == 0


# --- Ledgers -----------------------------------------------------------------------------------


def test_no_two_columns_share_a_name() -> None:
    assert len(set(names_of(COLUMNS["facilities"]).values())) == len(COLUMNS["facilities"])


def row(world: World, number: int = 1, **cells: Any) -> dict[str, Any]:
    good = {
        "name": f"设施{number}",
        "kind": "助餐",
        "street": world.street.name,
        "address": f"试验路{number}号",
    }
    return good | cells


def test_a_ledger_with_a_wrong_row_writes_nothing(world: World) -> None:
    rows = [row(world), row(world, 2, kind="赌场"), row(world, 3, closed_on="2020-13-01")]
    outcome = take(world, "facilities", rows)
    assert (outcome.failed, outcome.written) == (2, False)
    assert {error.column_title for error in outcome.errors} == {"设施类型", "停用日期"}
    assert not Facility.objects.exists()
    outside = row(world, x_in=121.5, y_in=31.25, crs_in="wgs84")
    assert "境外" in take(world, "facilities", [outside]).errors[0].message


def test_a_ledger_fills_the_register_and_says_nothing_new_the_second_time(
    world: World, news: list[Any]
) -> None:
    full = row(
        world,
        code="S-1",
        neighbourhood=world.hood.name,
        kind="长者食堂",
        authority="区民政局",
        capacity=60,
        hours="10:30-13:00",
        opened_on="2024-03-01",
        x_in=121.395,
        y_in=31.25,
        crs_in="WGS-84",
    )
    outcome = take(world, "facilities", [full, row(world, 2, kind="卫生·护理站")])
    assert (outcome.new, outcome.written, outcome.errors) == (2, True, [])
    kept = Facility.objects.get(code="S-1")
    assert (kept.kind, kept.capacity, kept.neighbourhood) == ("meals", 60, world.hood)
    assert (kept.opened_on, kept.place_state, kept.version) == (
        dt.date(2024, 3, 1),
        "verified",
        1,
    )
    assert Facility.objects.get(name="设施2").code == f"{world.street.code}-F00001"
    assert kept.history.get().act == AuditEvent.objects.get(action="facilities.import").act
    assert news == [Facility]
    again = take(world, "facilities", [full, row(world, 2, kind="卫生·护理站")])
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)


def test_a_ledger_is_confirmed_and_undone(world: World) -> None:
    known = create(world, name="设施1", address="试验路1号", capacity=10)
    outcome = take(world, "facilities", [row(world, 1, capacity=20), row(world, 2)])
    assert (outcome.new, outcome.changed) == (1, 1)
    known.refresh_from_db()
    assert (known.capacity, known.version) == (20, 2)
    assert undo_import(batch=outcome.record, by=BY) == 2
    known.refresh_from_db()
    assert (known.capacity, known.version) == (10, 3)
    assert Facility.objects.get(name="设施2").void
    assert list(Facility.objects.registered()) == [known]
    assert outcome.record is not None
    assert Import.objects.get(pk=outcome.record.pk).state == "undone"


def test_what_was_changed_since_holds_up_undoing(world: World) -> None:
    outcome = take(world, "facilities", [row(world)])
    kept = Facility.objects.get()
    change_facility(facility=kept, changes={"capacity": 5}, by=BY)
    with pytest.raises(UndoBlockedError):
        undo_import(batch=outcome.record, by=BY)
    kept.refresh_from_db()
    assert (kept.void, kept.capacity) == (False, 5)


def test_a_dry_run_writes_nothing(world: World) -> None:
    outcome = take(world, "facilities", [row(world)], dry_run=True)
    assert (outcome.new, outcome.written) == (1, False)
    assert not Facility.objects.exists()
    assert not Import.objects.exists()


def test_by_command(world: World, tmp_path: Any, capsys: Any) -> None:
    path = tmp_path / "设施.xlsx"
    path.write_bytes(workbook("facilities", [row(world)]).getvalue())
    call_command("import_facilities", str(path), "--district", world.district.code)
    assert "新增 1" in capsys.readouterr().out
    assert Facility.objects.get().name == "设施1"
