"""`/ledger/imports/`, ⑤: an import is written, taken back or given up."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from outlets.services.changes import change_outlet
from tests.outlets.ledger_files import World, workbook
from tests.portal.import_pages import (
    OTHER,
    URL,
    Desk,
    crooked,
    desk_fixture,  # noqa: F401
    signed_in,
    step,
    tiles,
    world_fixture,  # noqa: F401
)

pytestmark = pytest.mark.django_db


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


def test_what_waits_to_be_confirmed_is_told_at_the_front(world: World) -> None:
    desk = Desk(world, signed_in(world, "programme_officer"))
    desk.checked(crooked(world))
    front = desk.client.get(reverse("portal:dashboard")).content.decode()
    assert "台账“台账.xlsx”已检查，待确认" in front
    colleague = signed_in(world, "programme_officer")
    assert "已检查，待确认" not in colleague.get(reverse("portal:dashboard")).content.decode()
