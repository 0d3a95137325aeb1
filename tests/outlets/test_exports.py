"""Taking the list of outlets out: all of it, exactly as filtered, in words that are read back."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.policy import scope_of
from accounts.roles import AUDITOR, LEADER, PROGRAMME_OFFICER, STREET_OFFICER
from core import jobs
from core.audit import Actor
from core.geo import from_wgs84, geodesic_m
from core.models import AuditEvent, Job
from core.scope import Scope
from core.spreadsheets import Kind, check_rows, open_table
from core.spreadsheets.parsing import says_nothing
from core.text import normalise
from outlets import listing
from outlets.exports import service, start_export
from outlets.ledger_columns import LEDGER, ledger_columns
from outlets.models import Export, Outlet
from outlets.services import change_outlet, import_ledger
from outlets.services.register import named
from tests.factories import (
    BrandFactory,
    EnterpriseFactory,
    OfficeFactory,
    OutletFactory,
    UserFactory,
)
from tests.outlets.ledger_files import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.CELERY_BROKER_URL = None


@pytest.fixture
def world() -> World:
    return World()


def person(world: World, role: str = PROGRAMME_OFFICER, street: Any = None) -> Scope:
    office = OfficeFactory(street=street) if street else OfficeFactory(district=world.district)
    return scope_of(UserFactory(office=office, roles=[role]))


def take_out(world: World, scope: Scope, query: str = "", **options: Any) -> Export:
    by = Actor(scope.user_id, scope.label, scope.office_code)
    given = {"kind": "xlsx", "crs": "wgs84"} | options
    return start_export(scope=scope, district=world.district, query=query, by=by, **given)


def content(export: Export) -> bytes:
    with export.file.open("rb") as stream:
        read: bytes = stream.read()
        return read


def cells(export: Export) -> list[dict[str, Any]]:
    """The rows of a workbook, by official title."""
    sheet = openpyxl.load_workbook(io.BytesIO(content(export))).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def parsed(world: World, export: Export) -> list[dict[str, Any]]:
    """The rows as the import reads them, by column key."""
    columns = ledger_columns(world.district)
    table = open_table(io.BytesIO(content(export)), filename=f"a.{export.kind}", columns=columns)
    checked = check_rows(table, columns)
    assert checked.errors == []
    return [dict(row.values) for row in checked.rows]


def full_outlet(world: World, **more: Any) -> Outlet:
    """An outlet with something in every column."""
    enterprise = EnterpriseFactory(district=world.district)
    given: dict[str, Any] = {
        "street": world.street,
        "neighbourhood": world.hood,
        "main_format": world.shop,
        "services": 1 << world.print_copy.bit | 1 << world.parcel.bit,
        "enterprise": enterprise,
        "licence_name": enterprise.name,
        "brand": BrandFactory(district=world.district),
        "chain_kind": "direct",
        "industry_code": "F5213",
        "declared_circles": ["Q1", "Q2"],
        "floor_room": "1层",
        "lon": 121.395,
        "lat": 31.25,
        "x_in": 121.395,
        "y_in": 31.25,
        "crs_in": "wgs84",
        "business_area": Decimal("120.50"),
        "building_area": Decimal("130.00"),
        "opened_on": dt.date(1895, 3, 1),
        "hours": "07:00-22:00",
        "open_24h": False,
        "facility_form": "stall",
        "employees": 5,
        "contact": "张三丰",
        "phone": "13812345678",
        "ownership": "state",
        "rent_subsidy": True,
        "elderly_friendly": True,
        "mother_infant": False,
        "cash_accepted": True,
        "delivery": True,
        "dark_store": False,
        "supply": True,
        "breakfast_kind": "convenience",
        "licences": "食品经营许可证",
        "licence_until": dt.date(2027, 1, 31),
        "credit_grade": "A",
        "data_source": "普查",
        "collected_by": "李四",
        "collected_on": dt.date(2024, 5, 6),
    }
    outlet: Outlet = OutletFactory(**given | more)
    Outlet.objects.filter(pk=outlet.pk).update(**named({"name": outlet.name}))
    return outlet


def test_the_columns_are_the_official_ones_in_their_order(world: World) -> None:
    full_outlet(world)
    sheet = openpyxl.load_workbook(io.BytesIO(content(take_out(world, person(world)))))
    head = [cell.value for cell in sheet.worksheets[0][1]]
    assert head == [str(column.title) for column in LEDGER]
    assert len(head) == len(set(head))


def test_every_column_is_written_as_it_is_read(world: World) -> None:
    outlet = full_outlet(world)
    [row] = parsed(world, take_out(world, person(world), contacts=True))
    plain = {
        column.key
        for column in LEDGER
        if column.key in {field.name for field in Outlet._meta.concrete_fields}
    } - {"main_format", "street", "neighbourhood", "brand", "services", "declared_circles"}
    for key in plain:
        stored = getattr(outlet, key)
        assert (row[key] or "") == (stored or "") or float(row[key]) == float(stored), key
    assert row["main_format"] == world.shop.code
    assert row["format_category"] == world.shop.category
    assert row["street"] == world.street.code
    assert row["neighbourhood"] == world.hood.name
    assert set(row["services"]) == {world.print_copy.code, world.parcel.code}
    assert row["declared_circles"] == ("Q1", "Q2")
    assert outlet.brand is not None
    assert row["brand"] == outlet.brand.name
    assert outlet.enterprise is not None
    assert row["credit_code"] == outlet.enterprise.credit_code


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=30
)


def read_back(text: str, kind: Kind = Kind.TEXT) -> str:
    """What a ledger makes of a text: normalised, and nothing of what people write for nothing."""
    return "" if says_nothing(text, kind) else normalise(text)


@given(
    names=st.lists(TEXTS.filter(lambda text: read_back(text)), min_size=1, max_size=6),
    address=TEXTS,
    phone=st.text("0123456789-+ ", max_size=20),
    area=st.none() | st.decimals(0, 99_999, places=2),
    kind=st.sampled_from(["xlsx", "csv"]),
)
@settings(max_examples=25)
def test_what_is_written_is_what_is_read(
    names: list[str], address: str, phone: str, area: Decimal | None, kind: str
) -> None:
    """Whatever text people typed, formulas and look-alikes included."""
    told = {"address": address, "phone": phone, "business_area": area}
    with transaction.atomic():
        world = World()
        for at, name in enumerate(names):
            full_outlet(world, code=f"P-{at:03d}", name=name, **told)
        rows = parsed(world, take_out(world, person(world), kind=kind, contacts=True))
        transaction.set_rollback(True)
    assert [row["code"] for row in rows] == [f"P-{at:03d}" for at in range(len(names))]
    for row, name in zip(rows, names, strict=True):
        assert row["name"] == read_back(name)
        assert (row["address"] or "") == read_back(address)
        assert (row["phone"] or "") == read_back(phone, Kind.CODE)
        assert row["business_area"] == area


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_nothing_runs_as_a_formula(world: World, kind: str) -> None:
    full_outlet(world, name="=cmd|' /C calc'!A0", address="@SUM(1)")
    export = take_out(world, person(world), kind=kind)
    if kind == "csv":
        [_head, row] = csv.reader(io.StringIO(content(export).decode("utf-8-sig")))
        assert not any(cell.startswith(("=", "@", "+", "-")) for cell in row)
        return
    sheet = openpyxl.load_workbook(io.BytesIO(content(export))).worksheets[0]
    assert {cell.data_type for cell in sheet[2]} <= {"s", "n", "d", "inlineStr"}
    assert sheet["B2"].value == "=cmd|' /C calc'!A0"
    assert sheet["B2"].quotePrefix


def test_the_workbook_offers_what_may_be_chosen(world: World) -> None:
    full_outlet(world)
    book = openpyxl.load_workbook(io.BytesIO(content(take_out(world, person(world)))))
    sheet, hidden = book.worksheets
    assert hidden.sheet_state == "hidden"
    offered = {}
    for validation in sheet.data_validations.dataValidation:
        _sheet, cells_of = validation.formula1.split("!")
        choices = [row[0].value for row in hidden[cells_of.replace("$", "")]]
        column = str(validation.sqref).partition(":")[0].rstrip("0123456789")
        offered[sheet[f"{column}1"].value] = choices
    assert {"是", "否"} == set(offered["应急保供"])
    assert world.shop.name in offered["业态"]
    assert set(offered["街道（镇）"]) == {world.street.name, world.other.name}
    assert "网点名称" not in offered


def test_no_row_is_cut_and_large_lists_are_a_job(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 5)
    monkeypatch.setattr(listing.chunks, "__defaults__", (3,))
    codes = {full_outlet(world, name=f"店{at}", code=f"L-{at}").code for at in range(11)}
    scope = person(world)
    export = take_out(world, scope)
    assert export.job is not None
    assert not export.file
    assert jobs.run_waiting() == 1
    export.refresh_from_db()
    assert export.rows == 11
    assert export.finished_at is not None
    assert {row["网点编码"] for row in cells(export)} == codes
    event = AuditEvent.objects.get(action="outlets.export")
    assert (event.changes["rows"], event.actor_id) == (11, scope.user_id)


def test_a_job_writes_nothing_for_somebody_who_may_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 0)
    full_outlet(world)
    office = OfficeFactory(district=world.district)
    user = UserFactory(office=office, roles=[PROGRAMME_OFFICER])
    export = take_out(world, scope_of(user))
    user.is_active = False
    user.save()
    jobs.run_waiting()
    job = Job.objects.get(pk=export.job)
    export.refresh_from_db()
    assert (job.state, bool(export.file)) == (Job.State.FAILED, False)
    assert "没有此项权限" in job.error


def test_contacts_are_masked_unless_asked_for_by_who_may(world: World) -> None:
    full_outlet(world)
    scope = person(world)
    [row] = cells(take_out(world, scope))
    assert (row["联系人"], row["电话"]) == ("张**", "138****5678")
    [row] = cells(take_out(world, scope, contacts=True))
    assert (row["联系人"], row["电话"]) == ("张三丰", "13812345678")
    assert [
        event.changes["contacts"]
        for event in AuditEvent.objects.filter(action="outlets.export").order_by("id")
    ] == [False, True]
    with pytest.raises(PermissionDenied):
        take_out(world, person(world, LEADER), contacts=True)
    assert Export.objects.count() == 2


def test_who_may_not_see_the_register_takes_nothing_out(world: World) -> None:
    full_outlet(world)
    with pytest.raises(PermissionDenied):
        take_out(world, person(world, AUDITOR))
    assert not Export.objects.exists()
    assert default_storage.listdir("")[0] == []


def test_a_street_takes_out_its_own_rows_alone(world: World) -> None:
    own = full_outlet(world)
    full_outlet(world, street=world.other, neighbourhood=None, lon=121.405)
    scope = person(world, STREET_OFFICER, world.street)
    assert [row["网点编码"] for row in cells(take_out(world, scope))] == [own.code]
    query = f"street={world.other.code}"
    assert cells(take_out(world, scope, query)) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"A", "B", "C"}),
        ("standing=void", {"D"}),
        ("standing=all", {"A", "B", "C", "D"}),
        ("status=suspended", {"B"}),
        ("status=nonsense", set()),
        ("place_state=unverified", {"C"}),
        ("open_24h=1", {"A"}),
        ("open_24h=-", {"B", "C"}),
        ("open_24h=x", set()),
        ("chain_kind=-", {"B", "C"}),
        ("q=quanjia", {"A"}),
        ("q=qj", {"A"}),
        ("q=全家 兰溪", {"A"}),
        ("q=没有", set()),
        ("neighbourhood=-", {"C"}),
        ("is_sample=1", {"C"}),
        ("updated_since=2999-01-01", set()),
    ],
)
def test_the_export_holds_what_the_conditions_let_through(
    world: World, query: str, found: set[str]
) -> None:
    full_outlet(world, code="A", name="全家便利", address="兰溪路1号", open_24h=True)
    full_outlet(world, code="B", status="suspended", open_24h=None, chain_kind="")
    full_outlet(
        world,
        code="C",
        place_state="unverified",
        neighbourhood=None,
        open_24h=None,
        chain_kind="",
        is_sample=True,
    )
    full_outlet(world, code="D", void=True)
    assert {row["网点编码"] for row in cells(take_out(world, person(world), query))} == found


def test_main_format_and_serving_are_two_conditions(world: World) -> None:
    world.print_copy.formats.create(format=world.repair, counts=True)
    full_outlet(world, code="A", services=1 << world.print_copy.bit)
    full_outlet(world, code="B", main_format=world.repair, services=0)
    scope = person(world)

    def codes(query: str) -> set[str]:
        return {row["网点编码"] for row in cells(take_out(world, scope, query))}

    assert codes(f"main_format={world.repair.code}") == {"B"}
    assert codes(f"serves={world.repair.code}") == {"A", "B"}
    assert codes("serves=nothing") == set()


def test_a_day_in_the_past_shows_and_compares_that_days_facts(world: World) -> None:
    outlet = full_outlet(world, code="A", employees=5)
    changed = dt.date(2025, 3, 1)
    change_outlet(
        outlet=outlet, changes={"status": "suspended", "employees": 9}, on=changed, by=Actor()
    )
    scope = person(world)
    eve = changed - dt.timedelta(days=1)
    [before] = cells(take_out(world, scope, f"on={eve}&status=open"))
    assert (before["状态"], before["从业人数"]) == ("营业", 5)
    assert cells(take_out(world, scope, f"on={changed}&status=open")) == []
    [after] = cells(take_out(world, scope, f"on={changed}&status=suspended"))
    assert after["从业人数"] == 9
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for day in (tomorrow, "gestern"):
        with pytest.raises(ValidationError):
            take_out(world, scope, f"on={day}")


def test_places_are_verbatim_in_their_own_system_and_exact_in_others(world: World) -> None:
    lon, lat = 121.395, 31.25
    full_outlet(world, code="A", x_in=121.3951234, y_in=31.2501234, crs_in="gcj02")
    full_outlet(world, code="B", lon=None, lat=None, x_in=None, y_in=None, crs_in="")
    scope = person(world)
    a, b = cells(take_out(world, scope, crs="gcj02"))
    assert (a["经度"], a["纬度"], a["坐标系"]) == (121.3951234, 31.2501234, "GCJ-02")
    assert (b["经度"], b["坐标系"]) == (None, None)
    for crs in ("wgs84", "bd09"):
        a, _b = cells(take_out(world, scope, crs=crs))
        there = from_wgs84(lon, lat, crs)
        assert geodesic_m(a["经度"], a["纬度"], *there) < 0.01
    shape = json.loads(content(take_out(world, scope, kind="geojson", crs="bd09")))
    assert [one["geometry"] and one["geometry"]["coordinates"] for one in shape["features"]] == [
        [lon, lat],
        None,
    ]
    assert shape["features"][0]["properties"]["main_format"] == world.shop.name


def test_labels_that_would_be_misread_give_way_to_codes(world: World) -> None:
    """A format called as another is nicknamed, two neighbourhoods of one name."""
    world.shop.aliases = [world.repair.name]
    world.shop.save()
    full_outlet(world, main_format=world.repair)
    [row] = parsed(world, take_out(world, person(world)))
    assert row["main_format"] == world.repair.code


def test_the_number_of_queries_does_not_grow_with_the_rows(
    world: World, django_assert_max_num_queries: Any
) -> None:
    scope = person(world)
    full_outlet(world)
    with django_assert_max_num_queries(60) as few:
        take_out(world, scope)
    for _ in range(20):
        full_outlet(world)
    with django_assert_max_num_queries(60) as many:
        take_out(world, scope)
    assert len(few) == len(many)


@pytest.mark.parametrize("crs", ["wgs84", "gcj02"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_taken_in_again_it_changes_nothing(world: World, kind: str, crs: str) -> None:
    """Masked contacts do not overwrite those known, places stay to the digit."""
    rows = [
        world.row(
            at,
            code=f"R-{at}",
            x_in=121.3951234 + at / 10_000,
            y_in=31.25,
            crs_in=crs,
            brand="甲",
            credit_code="91000000MAFAKE001Q",
            services="试验打印、试验代收",
            contact="张三丰",
            phone="13812345678",
            opened_on="1899-05-01",
            status="停业",
            neighbourhood="兰溪园",
            business_area=12.3,
            supply="否",
        )
        for at in range(1, 8)
    ]
    world.take([*rows, world.row(9, code="R-9", status="关闭", closed_on="2024-05-01")])
    export = take_out(world, person(world), "standing=all", kind=kind, crs=crs)
    again = import_ledger(
        district=world.district,
        file=io.BytesIO(content(export)),
        filename=f"again.{kind}",
        by=Actor(),
    )
    assert again.counts() | {"brands": 0, "enterprises": 0} == {
        "rows": 8, "new": 0, "changed": 0, "unchanged": 8, "failed": 0,
        "brands": 0, "enterprises": 0,
    }  # fmt: skip
    assert set(Outlet.objects.values_list("phone", flat=True)) == {"13812345678", ""}


def test_files_go_after_a_week_what_was_done_stays(world: World) -> None:
    full_outlet(world)
    export = take_out(world, person(world))
    name = export.file.name
    assert name is not None
    almost = timezone.now() + service.KEPT - dt.timedelta(minutes=5)
    assert service.prune(almost) == {"files": 0}
    assert service.is_kept(export)
    later = timezone.now() + service.KEPT + dt.timedelta(minutes=5)
    assert not service.is_kept(export, later)
    assert service.prune(later) == {"files": 1}
    assert not default_storage.exists(name)
    export.refresh_from_db()
    assert (bool(export.file), export.rows) == (False, 1)
