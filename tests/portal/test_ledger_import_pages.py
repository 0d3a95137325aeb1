"""`/ledger/imports/`: the five steps, walked by plain forms; refusals; whose imports they are."""

import datetime as dt
import html
import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.audit import Actor
from core.jobs import run_waiting
from core.models import AuditEvent, Job
from outlets.models import Import, ImportRow, Outlet
from outlets.services.changes import change_outlet, create_outlet
from tests.factories import OfficeFactory, UserFactory
from tests.outlets.ledger_files import WEST, World, workbook

pytestmark = pytest.mark.django_db
URL = "/ledger/imports/"
OTHER = Actor(label="别的经办人")


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return World()


def signed_in(world: World, role: str, street: Any = None) -> Client:
    office = OfficeFactory(street=street) if street else OfficeFactory(district=world.district)
    client = Client()
    client.force_login(UserFactory(office=office, roles=[role]))
    return client


@pytest.fixture
def desk(world: World) -> "Desk":
    return Desk(world, signed_in(world, "street_officer", world.street))


class Desk:
    """Somebody at the pages of imports."""

    def __init__(self, world: World, client: Client) -> None:
        self.world, self.client = world, client
        self.batch: Any = None

    def upload(self, rows: Any, *, name: str = "台账.xlsx", **fields: Any) -> Any:
        """Send a file; on success `batch` is its import."""
        data = rows.getvalue() if isinstance(rows, io.BytesIO) else rows
        fields = {"subject": "outlets", "street": self.world.street.code, "on": ""} | fields
        file = SimpleUploadedFile(name, data)
        answer = self.client.post(URL, {"file": file, **fields})
        if answer.status_code == 302:
            self.batch = Import.objects.get(pk=answer["Location"].split("/")[-2])
        return answer

    def checked(self, rows: Any, **choices: Any) -> Import:
        """A ledger uploaded and found good or not, as the page would."""
        assert self.upload(workbook(rows)).status_code == 302
        assert self.act("layout", **self.layout(**choices)).status_code == 302
        return self.run()

    def layout(self, **choices: Any) -> dict[str, Any]:
        """What the form of ② sends when nothing is touched but `choices`."""
        layout = self.now.layout
        fields = {f"column-{at}": key for key, at in layout["columns"].items()}
        kept = {name: layout[name] for name in ("sheet", "header", "header_rows")}
        return fields | kept | choices

    def act(self, act: str, **fields: Any) -> Any:
        fields = {"version": self.now.version} | fields
        return self.client.post(f"{URL}{self.batch.pk}/{act}/", fields)

    def page(self, **query: Any) -> str:
        answer = self.client.get(f"{URL}{self.batch.pk}/", query)
        assert answer.status_code == 200
        return answer.content.decode()

    def run(self) -> Import:
        """Let the waiting jobs run."""
        run_waiting()
        return self.now

    @property
    def now(self) -> Import:
        self.batch = Import.objects.get(pk=self.batch.pk)
        found: Import = self.batch
        return found

    def fields(self, page: str, form: str) -> dict[str, str]:
        """What a browser without scripts would send from the form with that act."""
        body = page.split(f'/{form}/"')[1].split("</form>")[0]
        return {
            html.unescape(name): html.unescape(value)
            for name, value in re.findall(
                r'<input(?=[^>]*name="([^"]*)")(?=[^>]*value="([^"]*)")[^>]*>', body
            )
        }


def step(page: str) -> str:
    """Where the stepper says one is."""
    return re.search(r'aria-current="step".*?steps__label">(\w+)<', page, re.DOTALL)[1]  # type: ignore[index]


def tiles(page: str) -> dict[str, int]:
    found = re.findall(r'tile__label">.*?</svg>(\w+)</span>.*?tile__count num">(\d+)<', page)
    return {word: int(count) for word, count in found}


# --- ① -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["street_head", "leader", "auditor", "department_liaison"])
def test_those_who_do_not_import_are_refused(world: World, role: str) -> None:
    client = signed_in(world, role, world.street if role == "street_head" else None)
    answer = client.get(URL)
    assert answer.status_code == 403
    assert "街镇经办人" in answer.content.decode()


def test_a_street_uploads_for_itself_alone(world: World, desk: Desk) -> None:
    page = desk.client.get(URL).content.decode()
    assert world.street.name in page
    assert world.other.name not in page
    answer = desk.upload(workbook([world.row()]), street=world.other.code)
    assert answer.status_code == 400
    answer = desk.upload(workbook([world.row()]), street="")
    assert answer.status_code == 400
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("data", "name", "fields", "told"),
    [
        (b"", "a.xlsx", {}, "文件是空的"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "a.xls", {}, "另存为"),
        (b"<html></html>", "a.xlsx", {}, ""),
        (None, "a.xlsx", {"on": "2999-01-01"}, "生效日期不能晚于今天"),
        (None, "a.xlsx", {"on": "三月"}, "年-月-日"),
        (None, "a.xlsx", {"subject": "toys"}, ""),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_at_once(
    world: World, desk: Desk, data: Any, name: str, fields: dict[str, str], told: str
) -> None:
    answer = desk.upload(data if data is not None else workbook([world.row()]), name=name, **fields)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "field__error" in page
    assert told in page
    assert not Import.objects.exists()


def test_without_a_file_the_form_says_so(desk: Desk) -> None:
    fields = {"subject": "outlets", "street": desk.world.street.code}
    answer = desk.client.post(URL, fields)
    assert answer.status_code == 400
    assert "请选择要导入的台账文件" in answer.content.decode()


def test_every_template_can_be_filled_in(desk: Desk) -> None:
    for url in set(
        re.findall(r"/ledger/imports/template/\w+/", desk.client.get(URL).content.decode())
    ):
        book = openpyxl.load_workbook(io.BytesIO(desk.client.get(url).content))
        assert book.worksheets[0].max_column > 5
    assert desk.client.get(f"{URL}template/toys/").status_code == 404


def test_the_list_shows_what_waits_and_takes_as_many_queries_for_one_as_for_many(
    world: World, desk: Desk
) -> None:
    desk.upload(workbook([world.row()]), name="一月.xlsx")
    with CaptureQueriesContext(connection) as few:
        assert "一月.xlsx" in desk.client.get(URL).content.decode()
    for number in range(12):
        desk.upload(workbook([world.row()]), name=f"{number}.xlsx")
    with CaptureQueriesContext(connection) as many:
        desk.client.get(URL)
    assert len(few) == len(many)
    page = desk.client.get(URL, {"q": "一月", "state": "uploaded"}).content.decode()
    assert "一月.xlsx" in page
    assert "11.xlsx" not in page
    assert "没有符合条件的导入" in desk.client.get(URL, {"state": "done"}).content.decode()


def test_another_streets_import_does_not_exist(world: World, desk: Desk) -> None:
    desk.upload(workbook([world.row()]))
    neighbour = signed_in(world, "street_officer", world.other)
    assert "台账.xlsx" not in neighbour.get(URL).content.decode()
    for name in ("", "progress/", "problems/", "undo/"):
        assert neighbour.get(f"{URL}{desk.batch.pk}/{name}").status_code == 404
    for name in ("layout", "discard", "cells", "check", "corrections", "decisions", "confirm"):
        assert neighbour.post(f"{URL}{desk.batch.pk}/{name}/").status_code == 404
        assert desk.client.get(f"{URL}{desk.batch.pk}/{name}/").status_code == 405
    commission = signed_in(world, "programme_officer")
    assert commission.get(f"{URL}{desk.batch.pk}/").status_code == 200


# --- ② -------------------------------------------------------------------------------------------


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


# --- ③ -------------------------------------------------------------------------------------------


def crooked(world: World) -> list[dict[str, Any]]:
    """Rows 2–4 wrong in one way, 5 in another, 6 and 7 good."""
    wrong = [world.row(number, main_format="便利超市") for number in (1, 2, 3)]
    return [*wrong, world.row(4, business_area="约五十"), world.row(5), world.row(6)]


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


# --- ④ -------------------------------------------------------------------------------------------


@pytest.fixture
def known(world: World) -> Outlet:
    """An outlet of the register."""
    return create_outlet(
        district=world.district,
        values={
            "name": "百草药店",
            "street": world.street,
            "main_format": world.shop,
            "address": "试验路100号",
            "hours": "8:00-18:00",
        },
        on=dt.date(2025, 1, 1),
        by=OTHER,
    )


def test_changes_are_shown_field_by_field(world: World, desk: Desk, known: Outlet) -> None:
    desk.checked([world.row(name=known.name, address=known.address, hours="6:00-23:00")])
    page = desk.page(step="compare")
    assert step(page) == "比对"
    told = re.sub(r"<[^>]+>|\s+", " ", page)
    assert "营业时间" in told
    assert re.search(r"原为\s*8:00-18:00\s*→\s*改为\s*6:00-23:00", told)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"decision-2": "merge"}, {"变更": 1, "新增": 0}),
        ({"decision-2": "keep"}, {"变更": 0, "新增": 1}),
        ({"all": "keep", "nos": "2"}, {"变更": 0, "新增": 1}),
        ({"decision-2": "skip"}, {"变更": 0, "新增": 0}),
    ],
)
def test_likely_doubles_are_decided_side_by_side(
    world: World, desk: Desk, known: Outlet, said: dict[str, str], outcome: dict[str, int]
) -> None:
    desk.checked([world.row(name=known.name, address="试验路100号底层")])
    page = desk.page()
    assert step(page) == "比对"
    assert f"台账 {known.code}" in page
    assert "is-different" in page
    assert "先处理 1 行" in desk.page(step="confirm")
    answer = desk.act("decisions", back="step=compare&part=doubts", **said)
    assert answer["Location"].endswith("?step=compare&part=doubts")
    page = desk.client.get(answer["Location"]).content.decode()
    assert page.count("checked") == 1
    assert "is-decided" in page
    counted = tiles(desk.page(step="check"))
    assert {word: counted[word] for word in outcome} == outcome
    assert step(desk.page()) == "确认"


def test_a_decision_that_was_not_offered_is_refused(
    world: World, desk: Desk, known: Outlet
) -> None:
    desk.checked([world.row(name=known.name, address="试验路100号底层")])
    desk.act("decisions", **{"decision-2": "merge:999"})
    assert "不能并入所选的记录" in desk.page()
    assert ImportRow.objects.get(batch=desk.batch, no=2).decision == ""


def test_rows_that_others_overtook_come_back_with_the_reason(
    world: World, desk: Desk, known: Outlet
) -> None:
    row = world.row(name=known.name, address=known.address, hours="6:00-23:00")
    desk.checked([row, world.row(7)])
    change_outlet(
        outlet=known,
        changes={"hours": "9:00-20:00"},
        on=timezone.localdate(),
        by=OTHER,
        reason="走访",
        seen_version=known.version,
    )
    desk.act("confirm")
    desk.run()
    page = desk.page()
    assert step(page) == "比对"
    assert "已被他人修改" in page
    known.refresh_from_db()
    assert known.hours == "9:00-20:00"
    desk.act("confirm")
    desk.run()
    known.refresh_from_db()
    assert known.hours == "6:00-23:00"


# --- ⑤ -------------------------------------------------------------------------------------------


def test_what_is_confirmed_is_written_and_can_be_taken_back(world: World, desk: Desk) -> None:
    batch = desk.checked([world.row(1), world.row(2)])
    page = desk.page()
    assert step(page) == "确认"
    assert "台账新增 2 条、变更 0 条" in page
    assert batch.sha256 in page
    desk.act("confirm")
    assert "正在写入台账" in desk.page()
    desk.run()
    page = desk.page()
    assert "新增 2 条，变更 0 条" in page
    assert "之前可以整批撤销" in page
    assert len(world.outlets()) == 2
    undo = desk.client.get(f"{URL}{batch.pk}/undo/").content.decode()
    assert "将撤销写入的 2 条" in undo
    desk.act("undo", reason="选错了文件")
    desk.run()
    assert "已撤销" in desk.page()
    assert all(outlet.void for outlet in world.outlets())
    assert AuditEvent.objects.get(action="outlets.import_undo").comment == "选错了文件"
    assert desk.client.get(f"{URL}{batch.pk}/undo/").status_code == 302


def test_a_stale_page_confirms_nothing(world: World, desk: Desk) -> None:
    desk.checked(crooked(world))
    seen = desk.now.version
    desk.act("cells", **{"cell-5-business_area": "50"})
    desk.act("confirm", partial="1", version=seen)
    assert "已被他人修改" in desk.page()
    desk.run()
    assert world.outlets() == []


def test_only_the_good_rows_are_written_if_one_asks_for_it(world: World, desk: Desk) -> None:
    desk.checked(crooked(world))
    page = desk.page(step="confirm")
    assert "只导入无误的 2 行" in page
    assert ">确认导入<" not in page
    desk.act("confirm")
    assert "还有 4 行有误" in desk.run().problem
    assert "还有 4 行有误" in desk.page()
    assert world.outlets() == []
    desk.act("confirm", partial="1")
    desk.run()
    assert len(world.outlets()) == 2
    page = desk.page()
    assert "已写入 2 行" in page
    assert tiles(page)["有误"] == 4
    assert step(desk.page(step="columns")) == "检查"
    desk.act("layout", **desk.layout())
    assert "不能再改列对应" in desk.page()


def test_blockers_are_named_and_nothing_is_undone(world: World, desk: Desk) -> None:
    batch = desk.checked([world.row(1), world.row(2)])
    desk.act("confirm")
    desk.run()
    outlet = world.outlets()[0]
    change_outlet(
        outlet=outlet,
        changes={"hours": "9:00-20:00"},
        on=timezone.localdate(),
        by=OTHER,
        reason="走访",
        seen_version=outlet.version,
    )
    page = desk.client.get(f"{URL}{batch.pk}/undo/").content.decode()
    assert "有 1 条记录在导入后又有变化" in page
    assert outlet.code in page
    assert "导入后又被修改" in page
    desk.act("undo")
    assert "不能撤销" in desk.run().problem
    assert "不能撤销" in desk.page()
    assert not any(row.void for row in world.outlets())


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


def test_an_import_is_given_up(world: World, desk: Desk) -> None:
    desk.checked(crooked(world))
    assert desk.act("discard")["Location"] == URL
    assert desk.now.state == "discarded"
    assert "已放弃" in desk.page()
    desk.act("confirm", partial="1")
    assert "不能进行此操作" in desk.page()


def test_the_same_file_again_is_pointed_out(world: World, desk: Desk) -> None:
    file = workbook([world.row()])
    desk.upload(file)
    desk.act("layout", **desk.layout())
    desk.run()
    desk.act("confirm")
    desk.run()
    desk.upload(file)
    assert "同一个文件已于" in desk.page()
    desk.act("layout", **desk.layout())
    desk.run()
    assert "没有需要写入的内容" in desk.page()


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


def test_pairs_take_as_many_queries_for_one_as_for_many(world: World, desk: Desk) -> None:
    for number in range(1, 9):
        values = {"name": f"老店{number}甲", "street": world.street, "main_format": world.shop}
        values |= {"address": f"试验路{number}号"}
        create_outlet(district=world.district, values=values, on=dt.date(2025, 1, 1), by=OTHER)
    rows = [
        world.row(name=f"老店{number}甲", address=f"试验路{number}号底层") for number in range(1, 9)
    ]
    counts = []
    for some in (rows[:1], rows):
        desk.checked(some)
        assert desk.page(step="compare").count("fieldset class") == len(some)
        with CaptureQueriesContext(connection) as captured:
            desk.page(step="compare")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_what_waits_to_be_confirmed_is_told_at_the_front(world: World) -> None:
    desk = Desk(world, signed_in(world, "programme_officer"))
    desk.checked(crooked(world))
    front = desk.client.get(reverse("portal:dashboard")).content.decode()
    assert "台账“台账.xlsx”已检查，待确认" in front
    colleague = signed_in(world, "programme_officer")
    assert "已检查，待确认" not in colleague.get(reverse("portal:dashboard")).content.decode()


def test_the_console_leads_to_the_page(world: World) -> None:
    client = signed_in(world, "programme_officer")
    answer = client.get(reverse("admin:outlets_import_take_in"))
    assert answer["Location"] == URL
