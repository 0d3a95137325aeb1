"""The bad-input list: each case refused with a message to act on, and nothing half-written."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from core.spreadsheets import SpreadsheetError
from outlets.models import Outlet
from tests.factories import OutletFactory
from tests.outlets.ledger_files import TITLES, World, everything, messages, saved, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    """A world in which nothing may be written by the test's imports."""
    world = World()
    before = everything()
    yield world
    assert everything() == before, "something was half-written"


def refused(world: World, file: Any, **options: Any) -> SpreadsheetError:
    """The file must be refused as a whole."""
    with pytest.raises(SpreadsheetError) as caught:
        world.take(file, **options)
    return caught.value


def only_error(world: World, rows: list[dict[str, Any]], **options: Any) -> str:
    """The single error of the ledger, as `cell: message`."""
    outcome = world.take(rows, **options)
    assert not outcome.written
    [message] = messages(outcome)
    return message


# --- the file ------------------------------------------------------------------------------------


def test_a_file_of_another_type(world: World) -> None:
    error = refused(world, io.BytesIO(b"%PDF-1.7 ..."), filename="台账.xlsx")
    assert error.code == "wrong_type"
    assert "PDF" in error.message


def test_a_zip_bomb(world: World) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(workbook([world.row()])) as good:
            for name in good.namelist():
                archive.writestr(name, good.read(name))
        archive.writestr("xl/media/big.bin", b"\0" * (200 * 2**20))
    bomb.seek(0)
    assert refused(world, bomb).code == "zip_bomb"


def test_more_rows_than_the_limit(world: World) -> None:
    head = ",".join(TITLES[key] for key in ("name", "main_format", "street", "address"))
    line = f"网点,{world.shop.name},{world.street.name},路1号\n"
    error = refused(world, io.BytesIO((head + "\n" + line * 200_001).encode()), filename="大.csv")
    assert error.code == "too_many_rows"
    assert "200,000" in error.message


def test_missing_columns_are_named(world: World) -> None:
    rows = [{"code": "1", "address": "路1号", "phone": "1", "name": "网点"}]
    error = refused(world, rows)
    assert error.code == "missing_columns"
    assert "业态" in error.message


def test_no_street_column_and_no_street_given(world: World) -> None:
    error = refused(world, [world.row(street=None)])
    assert error.code == "missing_columns"
    assert "指定该街道" in error.message


def test_merged_header_cells(world: World) -> None:
    book = openpyxl.load_workbook(workbook([world.row()]))
    book.active.merge_cells("A1:B1")
    assert refused(world, saved(book)).code in ("merged_header", "missing_columns")


def test_an_empty_sheet_and_a_header_without_rows(world: World) -> None:
    assert refused(world, saved(openpyxl.Workbook())).code == "empty_sheet"
    book = openpyxl.load_workbook(workbook([world.row()]))
    book.active.delete_rows(2)
    assert refused(world, saved(book)).code == "no_rows"


def test_an_effective_day_in_the_future(world: World) -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    assert "不能晚于今天" in refused(world, [world.row()], on=tomorrow).message


# --- coordinates ---------------------------------------------------------------------------------


def test_coordinates_without_a_system(world: World) -> None:
    rows = [
        world.row(1, x_in=121.395, y_in=31.25, crs_in="WGS-84"),
        world.row(2, x_in=121.395, y_in=31.25),
    ]
    error = refused(world, rows)
    assert error.code == "crs_missing"
    assert "第 3 行" in error.message


def test_mixed_coordinate_systems_name_the_first_rows_of_each(world: World) -> None:
    place = {"x_in": 121.395, "y_in": 31.25}
    rows = [
        world.row(1, **place, crs_in="高德"),
        world.row(2, **place, crs_in="gcj02"),
        world.row(3, **place, crs_in="百度"),
    ]
    error = refused(world, rows)
    assert error.code == "crs_mixed"
    assert "第 2 行为 GCJ-02、第 4 行为 BD-09" in error.message
    assert refused(world, rows, partial=True).code == "crs_mixed"


def test_the_system_given_and_the_one_written_disagree(world: World) -> None:
    rows = [world.row(1, x_in=121.395, y_in=31.25, crs_in="GCJ-02")]
    error = refused(world, rows, crs="wgs84")
    assert error.code == "crs_conflict"
    assert "WGS-84" in error.message
    assert "第 2 行为 GCJ-02" in error.message


def test_a_point_outside_the_district(world: World) -> None:
    message = only_error(world, [world.row(x_in=121.45, y_in=31.25)], crs="wgs84")
    assert "境外约 3.8 公里" in message
    assert "区外网点" in message


def test_a_point_inside_though_marked_outside(world: World) -> None:
    rows = [
        world.row(1, street=None, outside="是", x_in=121.395, y_in=31.25),
        world.row(2, x_in=121.395, y_in=31.25),
    ]
    assert "已标为区外网点" in only_error(world, rows, crs="wgs84")


def test_without_the_districts_outline_its_streets_together_are_asked(world: World) -> None:
    world.district.outline = None
    world.district.save()
    rows = [world.row(x_in=121.45, y_in=31.25)]
    assert "境外约" in only_error(world, rows, crs="wgs84")
    world.other.outline = None
    world.other.save()
    assert world.take(rows, crs="wgs84", dry_run=True).errors == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"x_in": 31.25, "y_in": 121.395}, "可能填反了"),
        ({"x_in": 121.395}, "须同时填写"),
        ({"x_in": 21395.2, "y_in": 31250.1}, "平面坐标"),
        ({"x_in": 2.35, "y_in": 48.85}, "不在我国范围"),
        ({"x_in": "东经一百二十一度", "y_in": 31.25}, "应为数字"),
    ],
)
def test_degrees_that_cannot_be(world: World, cells: dict[str, Any], said: str) -> None:
    assert said in only_error(world, [world.row(**cells)], crs="wgs84")


# --- cells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"main_format": "试验便利"}, "是否为“试验便利店”？"),
        ({"main_format": "火箭发射场"}, "不在可选范围内"),
        ({"services": "试验打印、登月"}, "“登月”不在可选范围内"),
        ({"street": "不存在街道"}, "不在可选范围内"),
        ({"credit_code": "91000000MAFAKE001A"}, "校验码不符"),
        ({"credit_code": "310107123456789"}, "15 位旧注册号"),
        ({"opened_on": "2024-02-30"}, "没有这一天"),
        ({"opened_on": "去年春天"}, "无法确定是哪一天"),
        ({"opened_on": "2024-05-01", "closed_on": "2024-04-30"}, "早于开业日期"),
        ({"opened_on": "1024-05-01"}, "过早"),
        ({"status": "营业", "closed_on": "2024-04-30"}, "请更正其一"),
        ({"status": "营业", "opened_on": "2999-01-01"}, "尚未到"),
        ({"business_area": -3}, "不能小于 0"),
        ({"business_area": 200_000.5}, "请核对单位"),
        ({"building_area": 1.234}, "最多 2 位小数"),
        ({"employees": 100_001}, "超过 100000"),
        ({"employees": 2.5}, "应为整数"),
        ({"format_category": "品质提升类"}, "属于基本保障类"),
        ({"neighbourhood": "兰溪园第九居委会"}, "没有居（村）委会"),
        ({"industry_code": "便利店"}, "GB/T 4754"),
        ({"open_24h": "大概"}, "应填“是”或“否”"),
        ({"name": None, "code": "X-1"}, "必"),
        ({"address": None}, "至少填一项"),
        ({"name": "长" * 121}, "最多 120 个字符"),
        ({"collected_on": "2999-01-01"}, "晚于今天"),
    ],
)
def test_a_wrong_cell(world: World, cells: dict[str, Any], said: str) -> None:
    rows = [world.row(1), world.row(2, **cells)]
    message = only_error(world, rows)
    assert message.partition(":")[0].endswith("3")
    assert said in message


def test_every_error_names_row_column_letter_and_title(world: World) -> None:
    outcome = world.take([world.row(1), world.row(2, main_format="x")])
    [error] = outcome.errors
    assert (error.row, error.column_letter, error.column_title) == (3, "B", "业态")
    assert error.value == "x"


def test_a_formula_is_not_a_value(world: World) -> None:
    book = openpyxl.load_workbook(workbook([world.row(1, employees=3)]))
    place = next(cell for cell in book.active[1] if cell.value == TITLES["employees"])
    book.active.cell(2, place.column).value = "=1+2"
    [message] = messages(world.take(saved(book)))
    assert "是公式" in message


def test_all_errors_of_a_file_are_told_at_once(world: World) -> None:
    outcome = world.take(
        [world.row(1, main_format="x", employees=-1), world.row(2, street="x"), world.row(3)]
    )
    assert (len(outcome.errors), outcome.failed, outcome.new) == (3, 2, 1)


def test_another_streets_row_in_a_streets_import(world: World) -> None:
    rows = [world.row(1, street=None), world.row(2, street=world.other.name)]
    message = only_error(world, rows, street=world.street)
    assert "本次只能导入试东街道的网点" in message
    rows = [world.row(1), world.row(2, street=None, outside="是")]
    assert "请由区商务委导入" in only_error(world, rows, street=world.street)


# --- doubles -------------------------------------------------------------------------------------


def test_a_code_twice_in_the_file_names_both_rows(world: World) -> None:
    outcome = world.take([world.row(1, code="A"), world.row(2), world.row(3, code="A")])
    assert messages(outcome) == [
        "A2: 网点编码“A”与第 4 行重复",
        "A4: 网点编码“A”与第 2 行重复",
    ]


def test_one_name_and_address_twice_in_the_file(world: World) -> None:
    outcome = world.take([world.row(1), world.row(1)])
    assert [message.partition(":")[0] for message in messages(outcome)] == ["A3"]
    assert "请分别填写网点编码" in messages(outcome)[0]


class TestAgainstTheRegister:
    @pytest.fixture
    def world(self) -> Iterator[World]:
        world = World()
        self.known = OutletFactory(
            street=world.street,
            code="K-1",
            name="老字号便利",
            name_key="老字号便利",
            address="老路1号",
            main_format=world.shop,
            lon=121.395,
            lat=31.25,
        )
        self.kept = OutletFactory(street=world.street, code="K-2")
        before = everything()
        yield world
        assert everything() == before

    def test_a_code_of_another_street(self, world: World) -> None:
        rows = [world.row(1, code="K-1", street=world.other.name)]
        assert "编码“K-1”已用于试东街道的“老字号便利”" in only_error(world, rows)

    def test_a_code_of_another_outlet(self, world: World) -> None:
        message = only_error(world, [world.row(1, code="K-1")])
        assert "“老字号便利”（老路1号）" in message
        assert "请将编码留空" in message

    def test_a_code_of_a_merged_outlet(self, world: World) -> None:
        Outlet.objects.filter(pk=self.known.pk).update(merged_into=self.kept)
        rows = [world.row(1, code="K-1", name="老字号便利", address="老路1号")]
        assert "已并入 K-2" in only_error(world, rows)

    def test_a_known_outlet_under_a_new_code(self, world: World) -> None:
        rows = [world.row(1, code="N-9", name="老字号便利", address="老路 1 号")]
        assert "已有同名同址的网点，编码为 K-1" in only_error(world, rows)
