"""`/ledger/imports/`, ③: the progress of a check; what is wrong and how it is corrected."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import AuditEvent, Job
from outlets.models import ImportRow, Outlet
from tests.outlets.ledger_files import World, workbook
from tests.portal.import_pages import (
    URL,
    Desk,
    crooked,
    desk_fixture,  # noqa: F401
    step,
    tiles,
    world_fixture,  # noqa: F401
)

pytestmark = pytest.mark.django_db


def test_progress_is_shown_and_the_page_comes_back_to_where_it_was(
    world: World, desk: Desk
) -> None:
    desk.upload(workbook(crooked(world)))
    desk.act("layout", **desk.layout())
    page = desk.page()
    assert step(page) == "检查"
    assert "data-progress" in page
    told = desk.client.get(f"{URL}{desk.batch.pk}/progress/").json()
    assert told["state"] == "running"
    assert "排队" in told["detail"]
    assert desk.act("layout", **desk.layout()).status_code == 302
    assert "不能进行此操作" in desk.page()
    desk.run()
    told = desk.client.get(f"{URL}{desk.batch.pk}/progress/").json()
    assert (told["state"], told["url"]) == ("done", f"{URL}{desk.batch.pk}/")
    page = desk.page()
    assert tiles(page) == {"新增": 2, "变更": 0, "未变": 0, "疑似重复": 0, "有误": 4}
    assert page.count('aria-invalid="true"') == 4
    assert "网点5" not in page
    assert "网点5" in desk.page(step="check", verdict="new")


def test_a_cell_is_corrected_by_a_plain_form_and_the_same_error_everywhere_else(
    world: World, desk: Desk
) -> None:
    desk.checked(crooked(world))
    page = desk.page()
    fields = desk.fields(page, "cells")
    assert fields["cell-2-main_format"] == "便利超市"
    fields["cell-2-main_format"] = world.shop.name
    answer = desk.client.post(f"{URL}{desk.batch.pk}/cells/", fields)
    assert answer.status_code == 302
    page = desk.client.get(answer["Location"]).content.decode()
    assert tiles(page)["有误"] == 3
    assert "已改正" in page
    assert f"另有 2 行“便利超市”，全部替换为“{world.shop.name}”" in page
    fields = desk.fields(page, "cells") | {"replace": "2|main_format|便利超市"}
    desk.client.post(f"{URL}{desk.batch.pk}/cells/", fields)
    page = desk.page()
    assert tiles(page) == {"新增": 5, "变更": 0, "未变": 0, "疑似重复": 0, "有误": 1}
    row = ImportRow.objects.get(batch=desk.batch, no=2)
    assert "便利超市" in row.raw
    assert row.edits == {"main_format": world.shop.name}


def test_a_script_is_told_what_changed(world: World, desk: Desk) -> None:
    desk.checked(crooked(world))
    url = f"{URL}{desk.batch.pk}/cells/"
    sent = {"cell-5-business_area": "50", "shown": "2,3,4,5"}
    answer = desk.client.post(url, sent, headers={"Accept": "application/json"}).json()
    assert set(answer["rows"]) == {"2", "3", "4", "5"}
    assert answer["wrong"] == [2, 3, 4]
    assert answer["error"] == 3
    assert answer["version"] == desk.now.version
    assert "还有 3 行有误" in answer["said"]
    assert "已改正" in answer["rows"]["5"]
    assert ">3<" in answer["tiles"]
    unknown = {"cell-5-nonsense": "50", "cell-x-name": "1", "cell-999-name": "1"}
    refused = desk.client.post(url, unknown, headers={"Accept": "application/json"})
    assert refused.status_code == 409
    assert "problem" in refused.json()
    assert desk.now.counts["error"] == 3


def test_problem_rows_go_out_and_come_back_corrected(world: World, desk: Desk) -> None:
    desk.checked(crooked(world))
    answer = desk.client.get(f"{URL}{desk.batch.pk}/problems/")
    assert "attachment" in answer["Content-Disposition"]
    assert AuditEvent.objects.filter(action="outlets.import_problems").exists()
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    for cell in cells:
        if cell.value == "便利超市":
            cell.value = world.shop.name
    stream = io.BytesIO()
    book.save(stream)
    file = SimpleUploadedFile("改正.xlsx", stream.getvalue())
    assert desk.act("corrections", file=file).status_code == 302
    page = desk.page()
    assert "已取回 3 行更正" in page
    assert tiles(page)["有误"] == 1
    strange = SimpleUploadedFile("别的.xlsx", workbook([world.row()]).getvalue())
    desk.act("corrections", file=strange)
    assert "无法与原来的行对应" in desk.page()
    desk.act("corrections")
    assert "请选择改正后的问题行文件" in desk.page()


def test_with_many_rows_corrections_wait_for_one_more_check(
    world: World, desk: Desk, monkeypatch: Any
) -> None:
    monkeypatch.setattr("portal.ledger.import_acts.AT_ONCE", 3)
    desk.checked(crooked(world))
    desk.act("cells", **{"cell-5-business_area": "50"})
    page = desk.page()
    assert "有 1 行更正还没有重新检查" in page
    assert tiles(page)["有误"] == 4
    desk.act("confirm", partial="1")
    assert "尚未重新检查" in desk.run().problem
    assert not Outlet.objects.filter(district=world.district).exists()
    desk.act("check")
    desk.run()
    assert tiles(desk.page())["有误"] == 3


def test_a_failed_step_says_why_and_how_to_go_on(world: World, desk: Desk) -> None:
    desk.upload(workbook([world.row()]))
    desk.act("layout", **desk.layout())
    Job.objects.update(state=Job.State.FAILED, error="执行进程多次中断，任务已停止")
    told = desk.client.get(f"{URL}{desk.batch.pk}/progress/").json()
    assert told["state"] == "done"
    page = desk.page()
    assert step(page) == "对应列"
    assert "执行进程多次中断" in page
    assert desk.act("layout", **desk.layout()).status_code == 302
    assert desk.run().state == "checked"


def test_a_page_of_rows_takes_as_many_queries_for_one_as_for_many(world: World, desk: Desk) -> None:
    wrong = [world.row(number, main_format="便利超市") for number in range(1, 41)]
    counts = []
    for rows in (wrong[:1], wrong):
        desk.checked(rows)
        desk.page()
        with CaptureQueriesContext(connection) as captured:
            desk.page()
        counts.append(len(captured))
    assert counts[0] == counts[1]
