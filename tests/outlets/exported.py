"""Taking lists of outlets out, and looking at what was written, for tests."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from accounts.policy import scope_of
from accounts.roles import PROGRAMME_OFFICER
from core.audit import Actor
from core.scope import Scope
from core.spreadsheets import check_rows, open_table
from outlets.exports import start_export
from outlets.ledger_columns import ledger_columns
from outlets.models import Export, Outlet
from outlets.services.register import named
from tests.factories import (
    BrandFactory,
    EnterpriseFactory,
    OfficeFactory,
    OutletFactory,
    UserFactory,
)
from tests.outlets.ledger_files import World


@pytest.fixture(autouse=True)
def media_fixture(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.CELERY_BROKER_URL = None


@pytest.fixture(name="world")
def world_fixture() -> World:
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
