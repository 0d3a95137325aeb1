"""What goes out comes in again: an export changes nothing, in whatever coordinate system."""

import io
from typing import Any

import openpyxl
import pytest

from accounts.policy import scope_of
from accounts.roles import PROGRAMME_OFFICER
from core.audit import Actor
from core.geo import CRS, from_wgs84, geodesic_m
from outlets.exports import start_export
from outlets.models import Outlet
from outlets.services import void_outlet
from tests.factories import OfficeFactory, UserFactory
from tests.outlets.ledger_files import BY, World, saved
from tests.outlets.pipeline import checked, confirm, verdicts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def exported(world: World, crs: str) -> io.BytesIO:
    """The register as .xlsx, its coordinates in the given system."""
    user = UserFactory(office=OfficeFactory(district=world.district), roles=[PROGRAMME_OFFICER])
    scope = scope_of(user)
    export = start_export(
        scope=scope,
        district=world.district,
        query="",
        kind="xlsx",
        by=Actor(scope.user_id, scope.label, scope.office_code),
        crs=crs,
        contacts=True,
    )
    with export.file.open("rb") as stream:
        return io.BytesIO(stream.read())


def fill(world: World) -> None:
    """Outlets whose places came in every system."""
    for at, system in enumerate(("wgs84", "gcj02", "bd09", "cgcs2000")):
        lon, lat = from_wgs84([121.3921, 121.3957], [31.2441, 31.2563], CRS(system))
        rows = [
            world.row(10 * at + n, x_in=float(x), y_in=float(y), crs_in=system, employees=n)
            for n, (x, y) in enumerate(zip(lon, lat, strict=True))
        ]
        assert confirm(checked(world, rows)).written == 2
    world.take([world.row(99)])


@pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09"])
def test_an_export_taken_in_again_changes_nothing(world: World, crs: str) -> None:
    fill(world)
    before = list(Outlet.objects.order_by("id").values())
    batch = checked(world, exported(world, crs))
    assert verdicts(batch) == ["unchanged"] * 9
    confirm(batch)
    assert list(Outlet.objects.order_by("id").values()) == before


def test_out_in_gcj02_and_in_as_gcj02_moves_no_outlet_by_a_tenth_of_a_metre(world: World) -> None:
    fill(world)
    file = exported(world, "gcj02")
    before = {outlet.name: outlet for outlet in world.outlets()}
    for outlet in before.values():
        void_outlet(outlet=outlet, by=BY, reason="换一本台账")
    batch = checked(world, _without_codes(file))
    assert confirm(batch).new == 9
    for outlet in Outlet.objects.filter(void=False, lon__isnull=False):
        old = before[outlet.name]
        assert outlet.pk != old.pk
        assert outlet.crs_in == "gcj02"
        assert geodesic_m(outlet.lon, outlet.lat, old.lon, old.lat) < 0.1


def _without_codes(file: io.BytesIO) -> io.BytesIO:
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    at = titles.index("网点编码") + 1
    for number in range(2, sheet.max_row + 1):
        sheet.cell(number, at).value = None
    return saved(book)


@pytest.fixture
def world() -> World:
    return World()
