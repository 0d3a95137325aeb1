"""`/ledger/imports/`, ④: changes side by side; likely doubles; rows that others overtook."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outlets.models import ImportRow, Outlet
from outlets.services.changes import change_outlet, create_outlet
from tests.outlets.ledger_files import World
from tests.portal.import_pages import (
    OTHER,
    Desk,
    desk_fixture,  # noqa: F401
    known_fixture,  # noqa: F401
    step,
    tiles,
    world_fixture,  # noqa: F401
)

pytestmark = pytest.mark.django_db


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
