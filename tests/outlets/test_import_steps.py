"""The steps of an import: checked, corrected in place, decided, confirmed, sent back, undone."""

import datetime as dt
import hashlib
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from core.models import AuditEvent
from core.spreadsheets import SpreadsheetError
from outlets.imports.confirming import confirm_import
from outlets.imports.correcting import correct_row, decide, replace_value
from outlets.imports.starting import discard_import, survey_of, system_guesses
from outlets.imports.states import ImportStateError
from outlets.imports.undoing import UndoBlockedError, undo_blockers, undo_import
from outlets.models import Import, Outlet, OutletFacts, RememberedColumn
from outlets.querysets import facts_as_of
from outlets.services import change_outlet, create_outlet
from tests.factories import BrandFactory, OutletFactory
from tests.outlets.ledger_files import BY, World, everything
from tests.outlets.pipeline import again, check, checked, confirm, relaid, row, upload, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def world() -> World:
    return World()


# --- checking ------------------------------------------------------------------------------------


def test_checking_writes_nothing_to_the_register(world: World) -> None:
    world.take([world.row(1)])
    before = everything()
    batch = checked(world, [world.row(1), world.row(1, employees=4), world.row(2)])
    after = everything()
    assert after | {"Import": 0, "AuditEvent": 0} == before | {"Import": 0, "AuditEvent": 0}
    assert batch.state == Import.State.CHECKED


def test_every_row_has_its_verdict(world: World) -> None:
    world.take([world.row(1), world.row(2)])
    batch = checked(
        world,
        [
            world.row(1),
            world.row(2, employees=9),
            world.row(3),
            world.row(3),
            world.row(4, opened_on="2031-01-01"),
        ],
    )
    assert verdicts(batch) == ["unchanged", "changed", "new", "duplicate", "error"]
    assert batch.counts == {
        "rows": 5,
        "unchanged": 1,
        "changed": 1,
        "new": 1,
        "duplicate": 1,
        "error": 1,
        "written": 0,
    }
    assert row(batch, 3).changes == {"employees": [None, 9]}
    assert [key for key, _message in row(batch, 6).errors] == ["opened_on"]


def test_a_shop_much_like_a_known_one_is_asked_about(world: World) -> None:
    known = OutletFactory(
        street=world.street,
        name="老王修鞋铺",
        name_key="老王修鞋铺",
        address="兰溪路8号",
        main_format=world.repair,
        lon=121.395,
        lat=31.25,
    )
    near = {"x_in": 121.39501, "y_in": 31.25, "crs_in": "WGS-84", "main_format": world.repair.name}
    batch = checked(world, [world.row(1, name="老王修鞋铺", address="曹杨路兰溪路口", **near)])
    # One place, one sort, one name, nothing else near: it is the known one.
    assert verdicts(batch) == ["changed"]
    far = near | {"x_in": 121.3955}
    batch = checked(world, [world.row(1, name="老王修鞋铺", address="曹杨路兰溪路口", **far)])
    assert verdicts(batch) == ["duplicate"]
    assert row(batch, 2).likely[0]["id"] == str(known.pk)


def test_numbered_machines_side_by_side_are_no_doubles(world: World) -> None:
    place = {"y_in": 31.25, "crs_in": "WGS-84"}
    ledger = [
        world.row(n, name=f"快件箱{n}号", address=None, x_in=121.395 + n * 0.00002, **place)
        for n in range(1, 6)
    ]
    batch = checked(world, ledger)
    assert verdicts(batch) == ["new"] * 5
    assert confirm(batch).written == 5
    assert verdicts(checked(world, ledger)) == ["unchanged"] * 5


def test_chains_are_told_by_their_names_and_formats_only_suggested(world: World) -> None:
    brand = BrandFactory(
        district=world.district, name="全家", aliases=["FamilyMart"], chain_kind="direct"
    )
    BrandFactory(district=world.district, name="老王", chain_kind="none")
    batch = checked(
        world,
        [
            world.row(1, name="familymart 兰溪路店"),
            world.row(2, name="老王面馆"),
            world.row(3, name="小李试便利店", main_format="杂货"),
        ],
    )
    assert row(batch, 2).clean["brand_id"] == str(brand.pk)
    assert row(batch, 2).hints == {"brand": ["全家"]}
    assert "brand_id" not in row(batch, 3).clean
    assert verdicts(batch)[2] == "error"
    assert world.shop.code in row(batch, 4).hints["main_format"]


# --- columns and coordinates ---------------------------------------------------------------------


def test_an_offices_columns_are_remembered(world: World) -> None:
    book = {"name": "网点名称", "main_format": "业态"}
    file = _renamed(world, {**book, "address": "坐落", "street": "归口"})
    batch = upload(world, file)
    assert "address" not in batch.layout["columns"]
    titles = batch.titles
    batch = relaid(batch, address=titles.index("坐落"), street=titles.index("归口"))
    assert verdicts(check(batch)) == ["new", "new"]
    assert RememberedColumn.objects.filter(office_code=BY.office_code, key="address").exists()
    second = upload(world, _renamed(world, {**book, "address": "坐落", "street": "归口"}))
    assert second.layout["columns"]["address"] == titles.index("坐落")
    sheet = survey_of(second).sheets[0]
    assert sheet.guesses[titles.index("坐落")].how == "remembered"


def _renamed(world: World, titles: dict[str, str]) -> Any:
    import openpyxl

    from tests.outlets.ledger_files import saved

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(titles.values()))
    for number in (1, 2):
        cells = world.row(number)
        sheet.append([cells[key] for key in titles])
    return saved(book)


def test_the_coordinate_system_is_asked_for_never_assumed(world: World) -> None:
    ledger = [world.row(1, x_in=121.4, y_in=31.25), world.row(2, x_in=121.401, y_in=31.251)]
    batch = upload(world, ledger)
    guesses, silent = system_guesses(batch)
    assert silent
    assert {guess.crs for guess in guesses} == {"wgs84", "gcj02", "bd09"}
    assert guesses[0].inside == 2
    with pytest.raises(SpreadsheetError) as caught:
        check(batch)
    assert caught.value.code == "crs_missing"
    batch = relaid(batch, crs="wgs84")
    assert verdicts(check(batch)) == ["new", "new"]


# --- correcting ----------------------------------------------------------------------------------


def test_a_wrong_cell_is_corrected_in_place(world: World) -> None:
    batch = checked(world, [world.row(1), world.row(2, main_format="杂货", opened_on="坏")])
    assert verdicts(batch) == ["new", "error"]
    correct_row(batch=batch, no=3, edits={"main_format": world.shop.name})
    batch = again(batch)
    assert [key for key, _message in row(batch, 3).errors] == ["opened_on"]
    correct_row(batch=batch, no=3, edits={"opened_on": ""})
    batch = again(batch)
    assert verdicts(batch) == ["new", "new"]
    assert confirm(batch).written == 2
    assert Outlet.objects.filter(name="网点2", main_format=world.shop).exists()


def test_a_column_the_file_lacks_can_be_filled_in_place(world: World) -> None:
    batch = checked(world, [world.row(1, address=None), world.row(2)])
    assert verdicts(batch) == ["error", "new"]
    correct_row(batch=batch, no=2, edits={"licence_name": "补写公司", "address": "补写路1号"})
    batch = again(batch)
    assert verdicts(batch) == ["new", "new"]
    confirm(batch)
    assert Outlet.objects.get(name="网点1").licence_name == "补写公司"


def test_one_wrong_word_is_replaced_everywhere(world: World) -> None:
    ledger = [
        world.row(n, main_format="杂货" if n % 2 else None or world.shop.name) for n in range(6)
    ]
    batch = checked(world, ledger)
    assert verdicts(batch).count("error") == 3
    assert replace_value(batch=batch, key="main_format", old="杂货", new=world.repair.name) == 3
    assert verdicts(again(batch)) == ["new"] * 6


def test_what_was_written_is_not_corrected_any_more(world: World) -> None:
    batch = checked(world, [world.row(1), world.row(2, main_format="杂货")])
    confirm(batch, partial=True)
    with pytest.raises(ImportStateError):
        correct_row(batch=batch, no=2, edits={"name": "别名"})


# --- deciding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "outlets", "employees"), [("keep", 2, None), ("skip", 1, None), ("merge", 1, 7)]
)
def test_doubles_within_the_file(
    world: World, decision: str, outlets: int, employees: int | None
) -> None:
    batch = checked(world, [world.row(1), world.row(1, employees=7)])
    assert verdicts(batch) == ["new", "duplicate"]
    with pytest.raises(ImportStateError):
        confirm(batch)
    decide(batch=batch, nos=[3], decision=decision)
    batch = again(batch)
    done = confirm(batch)
    assert (done.written, done.left) == (outlets, 0)
    rows = world.outlets()
    assert len(rows) == outlets
    assert rows[0].employees == employees
    assert Import.objects.get(pk=batch.pk).state == Import.State.DONE


@pytest.mark.parametrize(
    ("decision", "outlets", "address"),
    [("keep", 2, "老路1号"), ("skip", 1, "老路1号"), ("merge", 1, "曹杨路2号")],
)
def test_likely_doubles_against_the_register(
    world: World, decision: str, outlets: int, address: str
) -> None:
    known = OutletFactory(
        street=world.street,
        name="老字号",
        name_key="老字号",
        address="老路1号",
        main_format=world.shop,
        lon=121.395,
        lat=31.25,
    )
    place = {"x_in": 121.3955, "y_in": 31.25, "crs_in": "WGS-84"}
    batch = checked(world, [world.row(1, name="老字号", address="曹杨路2号", **place)])
    assert verdicts(batch) == ["duplicate"]
    decide(
        batch=batch,
        nos=[2],
        decision=decision,
        merge_into=str(known.pk) if decision == "merge" else "",
    )
    confirm(again(batch))
    assert Outlet.objects.filter(district=world.district).count() == outlets
    known.refresh_from_db()
    assert known.address == address


def test_a_decision_can_be_taken_back(world: World) -> None:
    batch = checked(world, [world.row(1), world.row(1)])
    decide(batch=batch, nos=[3], decision="keep")
    assert verdicts(again(batch)) == ["new", "new"]
    decide(batch=batch, nos=[3], decision="")
    assert verdicts(again(batch)) == ["new", "duplicate"]


# --- confirming ----------------------------------------------------------------------------------


def test_nothing_is_written_while_a_row_is_wrong(world: World) -> None:
    batch = checked(world, [world.row(1), world.row(2, main_format="杂货")])
    before = everything()
    with pytest.raises(ImportStateError, match="1 行"):
        confirm(batch)
    assert everything() == before


def test_partly_confirmed_the_rest_is_kept(world: World) -> None:
    batch = checked(world, [world.row(1), world.row(2, main_format="杂货")])
    done = confirm(batch, partial=True)
    assert (done.written, done.left) == (1, 1)
    batch = Import.objects.get(pk=batch.pk)
    assert batch.state == Import.State.CHECKED
    correct_row(batch=batch, no=3, edits={"main_format": world.shop.name})
    batch = again(batch)
    assert batch.counts["written"] == 1
    done = confirm(batch)
    assert (done.written, done.left) == (1, 0)
    assert Import.objects.get(pk=batch.pk).state == Import.State.DONE
    assert {outlet.name for outlet in world.outlets()} == {"网点1", "网点2"}


def test_what_others_changed_since_comes_back_with_the_reason(world: World) -> None:
    world.take([world.row(1), world.row(2)])
    batch = checked(world, [world.row(1, employees=5), world.row(2, employees=6), world.row(3)])
    first = Outlet.objects.get(name="网点1")
    change_outlet(outlet=first, changes={"employees": 4}, on=timezone.localdate(), by=BY)
    done = confirm(batch)
    assert done.written == 0
    assert list(done.returned) == [2]
    assert not Outlet.objects.filter(name="网点3").exists()
    returned = row(batch, 2)
    assert "已被他人修改" in returned.returned
    assert returned.changes == {"employees": [4, 5]}
    done = confirm(batch)
    assert (done.written, done.returned) == (3, {})


def test_what_others_entered_since_comes_back(world: World) -> None:
    batch = checked(world, [world.row(1), world.row(2)])
    create_outlet(
        district=world.district,
        values={
            "name": "网点1",
            "main_format": world.shop,
            "street": world.street,
            "address": "试验路1号",
        },
        on=timezone.localdate(),
        by=BY,
    )
    done = confirm(batch, partial=True)
    assert done.new == 1
    assert list(done.returned) == [2]
    assert row(batch, 2).verdict == "unchanged"
    assert Outlet.objects.filter(name="网点1").count() == 1


def test_an_import_says_where_every_row_came_from(world: World) -> None:
    batch = checked(world, [world.row(1)])
    confirm(batch)
    batch.refresh_from_db()
    outlet = Outlet.objects.get()
    assert row(batch, 2).target_id == outlet.pk
    event = AuditEvent.objects.get(action="outlets.import")
    assert (event.payload_sha256, event.changes["new"]) == (batch.sha256, 1)
    assert outlet.history.get().act == batch.act
    with batch.file.open("rb") as kept:
        assert hashlib.sha256(kept.read()).hexdigest() == batch.sha256


def test_a_discarded_import_is_over(world: World) -> None:
    batch = checked(world, [world.row(1)])
    discard_import(batch=batch, by=BY)
    with pytest.raises(ImportStateError):
        confirm(batch)
    assert not batch.rows.exists()


# --- undoing -------------------------------------------------------------------------------------


def _register() -> list[dict[str, Any]]:
    hidden = ("version", "updated_at")
    rows = Outlet.objects.filter(void=False).order_by("id").values()
    return [{k: v for k, v in one.items() if k not in hidden} for one in rows]


def _timelines(days: list[dt.date]) -> list[Any]:
    columns = ("outlet_id", "employees", "status", "main_format_id", "lon", "lat")
    return [
        list(
            facts_as_of(day).filter(outlet__void=False).order_by("outlet_id").values_list(*columns)
        )
        for day in days
    ]


def test_undoing_gives_everything_back(world: World) -> None:
    long_ago = timezone.localdate() - dt.timedelta(days=90)
    world.take([world.row(n, employees=n) for n in (1, 2, 3)], on=long_ago)
    days = [long_ago, long_ago + dt.timedelta(days=40), timezone.localdate()]
    before, timelines = _register(), _timelines(days)
    batch = checked(
        world,
        [world.row(1, employees=50, status="停业"), world.row(2, employees=2), world.row(9)],
        on=long_ago + dt.timedelta(days=30),
    )
    confirm(batch)
    assert _register() != before
    assert undo_import(batch=batch, by=BY) == 2
    assert _register() == before
    assert _timelines(days) == timelines
    assert Outlet.objects.filter(name="网点9", void=True).exists()
    assert AuditEvent.objects.filter(action="outlets.import_undo").count() == 1
    with pytest.raises(ImportStateError):
        undo_import(batch=batch, by=BY)
    # What was taken back can be taken in again.
    assert confirm(checked(world, [world.row(9)])).new == 1


def test_rows_that_moved_on_are_named_and_nothing_is_undone(world: World) -> None:
    batch = checked(world, [world.row(1), world.row(2)])
    confirm(batch)
    outlet = Outlet.objects.get(name="网点1")
    change_outlet(outlet=outlet, changes={"employees": 4}, on=timezone.localdate(), by=BY)
    assert [one.name for one in undo_blockers(batch)] == ["网点1"]
    before = _register()
    with pytest.raises(UndoBlockedError, match="导入后又被修改"):
        undo_import(batch=batch, by=BY)
    assert _register() == before


def test_after_thirty_days_an_import_stands(world: World) -> None:
    batch = checked(world, [world.row(1)])
    confirm(batch)
    with (
        time_machine.travel(timezone.now() + dt.timedelta(days=31)),
        pytest.raises(ImportStateError, match="30"),
    ):
        undo_import(batch=batch, by=BY)


def test_undoing_what_was_never_written_is_refused(world: World) -> None:
    batch = checked(world, [world.row(1)])
    with pytest.raises(ImportStateError):
        undo_import(batch=batch, by=BY)
    assert OutletFacts.objects.count() == 0


def test_an_import_past_its_check_is_not_confirmed_twice(world: World) -> None:
    batch = checked(world, [world.row(1)])
    confirm(batch)
    with pytest.raises(ImportStateError):
        confirm_import(batch=batch, by=BY)
    assert Outlet.objects.count() == 1
