"""The ledger of compounds: idempotent, dated, refused where it cannot be."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from circles.compound_columns import COMPOUNDS
from circles.models import Compound, CompoundFacts
from circles.services import import_compounds
from circles.signals import circles_changed
from core.audit import Actor
from core.models import AuditEvent
from core.spreadsheets import SpreadsheetError
from core.spreadsheets.columns import names_of
from outlets.models import Import
from outlets.services import ImportOutcome
from tests.outlets.ledger_files import World, messages, saved

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TITLES = {column.key: str(column.title) for column in COMPOUNDS}


@pytest.fixture
def world() -> World:
    return World()


def workbook(rows: list[dict[str, Any]]) -> io.BytesIO:
    keys = [column.key for column in COMPOUNDS if any(column.key in row for row in rows)]
    book = openpyxl.Workbook()
    book.active.append([TITLES[key] for key in keys])
    for row in rows:
        book.active.append([row.get(key) for key in keys])
    return saved(book)


def take(world: World, rows: list[dict[str, Any]], **options: Any) -> ImportOutcome:
    return import_compounds(
        **{"district": world.district, "by": Actor(label="王经办")} | options,
        file=workbook(rows),
        filename="小区.xlsx",
    )


def row(world: World, number: int = 1, **cells: Any) -> dict[str, Any]:
    good = {"name": f"试验{number}村", "street": world.street.name, "population": 1000 + number}
    return good | cells


def everything() -> list[int]:
    tables = (Compound, Compound.history.model, CompoundFacts, Import, AuditEvent)
    return [table.objects.count() for table in tables]


def test_no_two_columns_share_a_name() -> None:
    assert len(set(names_of(COMPOUNDS).values())) == len(COMPOUNDS)


def test_every_column_lands_where_it_belongs(world: World) -> None:
    outcome = take(
        world,
        [
            row(
                world,
                code="X-1",
                neighbourhood=world.hood.code,
                kind="老旧小区",
                address="兰溪路1弄",
                x_in=121.3996,
                y_in=31.2478,
                crs_in="高德",
                population_0_3=20,
                population_0_6=45,
                population_18_35=200,
                population_60=400,
                households=420,
                delivered_on="2023-05-01",
                floor_area=50000,
                commercial_area="5,200.5",
            )
        ],
    )
    assert messages(outcome) == []
    compound = Compound.objects.get(district=world.district)
    assert (compound.code, compound.kind, compound.neighbourhood) == ("X-1", "old", world.hood)
    assert compound.lon == pytest.approx(121.395, abs=1e-3)
    assert compound.crs_in == "gcj02"
    assert (compound.population, compound.population_60) == (1001, 400)
    assert compound.delivered_on == dt.date(2023, 5, 1)
    facts = CompoundFacts.objects.get(compound=compound)
    event = AuditEvent.objects.get(action="compounds.import")
    assert (facts.population, facts.valid_to, facts.act) == (1001, None, event.act)
    version = compound.history.get()
    assert (version.act, version.actor_label) == (event.act, "王经办")


def test_the_same_file_twice_and_then_other_numbers(world: World) -> None:
    today = timezone.localdate()
    first, later = today - dt.timedelta(days=90), today - dt.timedelta(days=9)
    heard: list[Any] = []

    def listen(district: Any, **_rest: Any) -> None:
        heard.append(district)

    circles_changed.connect(listen)
    try:
        take(world, [row(world, 1), row(world, 2)], on=first)
        again = take(world, [row(world, 1), row(world, 2)], on=first)
        changed = take(world, [row(world, 1, population=1500), row(world, 2)], on=later)
    finally:
        circles_changed.disconnect(listen)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert (changed.new, changed.changed, changed.unchanged) == (0, 1, 1)
    assert heard == [world.district] * 2
    compound = Compound.objects.get(name="试验1村")
    assert compound.code == f"{world.street.code}-C00001"
    assert (compound.population, compound.version) == (1500, 2)
    facts = CompoundFacts.objects.filter(compound=compound).order_by("valid_from")
    assert list(facts.values_list("valid_from", "valid_to", "population")) == [
        (first, later, 1001),
        (later, None, 1500),
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"population_60": 2000}, "大于居民数"),
        ({"population_0_3": 50, "population_0_6": 40}, "大于0–6岁人数"),
        ({"population": -1}, "不能小于 0"),
        ({"population": 300_001}, "请核对"),
        ({"population": "约一千"}, "应为数字"),
        ({"floor_area": 10, "commercial_area": 11}, "大于总建筑面积"),
        ({"x_in": 121.45, "y_in": 31.25}, "境外约 3.8 公里，请核对经纬度和坐标系"),
        ({"street": "别处街道"}, "不在可选范围内"),
        ({"neighbourhood": "别处居委会"}, "没有居（村）委会"),
        ({"kind": "别墅"}, "不在可选范围内"),
    ],
)
def test_a_wrong_cell_refuses_the_ledger(world: World, cells: dict[str, Any], said: str) -> None:
    before = everything()
    outcome = take(world, [row(world, 1), row(world, 2, **cells)], crs="wgs84")
    [message] = messages(outcome)
    assert message.partition(":")[0].endswith("3")
    assert said in message
    assert everything() == before


def test_doubles_are_refused(world: World) -> None:
    take(world, [row(world, 1, code="K-1")])
    before = everything()
    for rows, said in (
        ([row(world, 2), row(world, 2)], "第 2 行重复"),
        ([row(world, 2, code="A"), row(world, 3, code="A")], "第 3 行重复"),
        ([row(world, 1, code="K-1", street=world.other.name)], "已用于试东街道"),
        ([row(world, 1, code="K-2")], "编码为 K-1"),
    ):
        assert said in messages(take(world, rows))[0]
    assert everything() == before


def test_mixed_systems_are_refused(world: World) -> None:
    place = {"x_in": 121.395, "y_in": 31.25}
    rows = [row(world, 1, **place, crs_in="百度"), row(world, 2, **place, crs_in="高德")]
    with pytest.raises(SpreadsheetError) as caught:
        take(world, rows)
    assert caught.value.code == "crs_mixed"


def test_as_many_queries_for_50_rows_as_for_500() -> None:
    counts = []
    for count in (50, 500):
        world = World()
        with CaptureQueriesContext(connection) as captured:
            assert take(world, [row(world, n) for n in range(count)]).written
        counts.append(len(captured))
    assert counts[0] == counts[1]
