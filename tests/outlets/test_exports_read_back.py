"""What is taken out is written in words that are read back."""

import csv
import io
import json
from decimal import Decimal

import openpyxl
import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audit import Actor
from core.geo import from_wgs84, geodesic_m
from core.spreadsheets import Kind
from core.spreadsheets.parsing import says_nothing
from core.text import normalise
from outlets.ledger_columns import LEDGER
from outlets.models import Outlet
from outlets.services import import_ledger
from tests.outlets.exported import (
    cells,
    content,
    full_outlet,
    media_fixture,  # noqa: F401
    parsed,
    person,
    take_out,
    world_fixture,  # noqa: F401
)
from tests.outlets.ledger_files import World

pytestmark = pytest.mark.django_db


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
