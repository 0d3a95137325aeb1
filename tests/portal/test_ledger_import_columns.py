"""`/ledger/imports/`, ②: columns, coordinate systems and sheets are chosen."""

import io
import re

import openpyxl
import pytest

from core.models import Job
from outlets.models import Import
from tests.outlets.ledger_files import WEST, World, workbook
from tests.portal.import_pages import (
    Desk,
    desk_fixture,  # noqa: F401
    step,
    world_fixture,  # noqa: F401
)

pytestmark = pytest.mark.django_db


def test_guessed_columns_are_marked_and_what_is_chosen_is_remembered(
    world: World, desk: Desk
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["试东街道台账"])
    sheet.append(["店招", "业态", "地址", "备注"])
    sheet.append(["永昌杂货", "试验便利店", "试验路1号", "好"])
    stream = io.BytesIO()
    book.save(stream)
    desk.upload(stream)
    page = desk.page()
    assert step(page) == "对应列"
    assert "表头在第 2 行" in page
    assert "还缺少必需的列：网点名称" in page
    assert "按列名" in page
    assert "永昌杂货" in page
    refused = desk.act("layout", **desk.layout())
    assert refused.status_code == 400
    assert "还缺少必需的列：网点名称" in refused.content.decode()
    twice = desk.act("layout", **desk.layout(**{"column-0": "name", "column-3": "name"}))
    assert twice.status_code == 400
    assert "两列只能留一列" in twice.content.decode()
    assert desk.act("layout", **desk.layout(**{"column-0": "name"})).status_code == 302
    assert desk.run().counts["new"] == 1
    desk.upload(stream)
    assert desk.now.layout["columns"]["name"] == 0
    assert "曾用" in desk.page()


def test_a_coordinate_system_is_asked_and_never_assumed(world: World, desk: Desk) -> None:
    rows = [world.row(x_in=WEST + 0.004, y_in=31.25)]
    desk.upload(workbook(rows))
    page = desk.page()
    assert len(re.findall(r'name="crs"', page)) == 3
    assert not re.findall(r'name="crs"[^>]*checked', page)
    assert "1/1 个点在本区境内" in page
    assert "其中 1/1 个在试东街道" in page
    refused = desk.act("layout", **desk.layout())
    assert refused.status_code == 400
    assert "没有写明坐标系" in refused.content.decode()
    assert desk.act("layout", **desk.layout(crs="wgs84")).status_code == 302
    assert desk.run().counts["new"] == 1
    said = [world.row(2, x_in=WEST + 0.004, y_in=31.25, crs_in="WGS-84")]
    desk.upload(workbook(said))
    assert "每行都写明了坐标系" in desk.page()
    assert desk.act("layout", **desk.layout(crs="rows")).status_code == 302


def test_a_column_beyond_the_sheet_and_a_stale_page_change_nothing(
    world: World, desk: Desk
) -> None:
    desk.upload(workbook([world.row()]))
    beyond = desk.act("layout", **desk.layout(**{"column-99": "hours"}))
    assert beyond.status_code == 302
    assert "超出了表格的范围" in desk.page()
    version = desk.now.version
    Import.objects.filter(pk=desk.batch.pk).update(version=version + 1)
    answer = desk.act("layout", **desk.layout(version=version))
    assert answer.status_code == 302
    assert "已被他人修改" in desk.page()
    assert desk.now.state == "uploaded"
    assert not Job.objects.filter(kind="outlets.import.check").exists()


def test_another_sheet_can_be_chosen(world: World, desk: Desk) -> None:
    book = openpyxl.load_workbook(workbook([world.row()]))
    book.active.title = "一季度"
    more = book.create_sheet("二季度")
    for line in (["网点名称", "业态", "详细地址"], ["新店", "试验便利店", "试验路9号"]):
        more.append(line)
    stream = io.BytesIO()
    book.save(stream)
    desk.upload(stream)
    assert "二季度" in desk.page()
    page = desk.page(step="columns", sheet="二季度")
    assert 'name="sheet" value="二季度"' in page
    assert "新店" in page
