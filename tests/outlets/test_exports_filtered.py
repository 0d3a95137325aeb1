"""The list is taken out exactly as filtered."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.audit import Actor
from outlets.services import change_outlet
from tests.outlets.exported import (
    cells,
    full_outlet,
    media_fixture,  # noqa: F401
    person,
    take_out,
    world_fixture,  # noqa: F401
)
from tests.outlets.ledger_files import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"A", "B", "C"}),
        ("standing=void", {"D"}),
        ("standing=all", {"A", "B", "C", "D"}),
        ("status=suspended", {"B"}),
        ("status=nonsense", set()),
        ("place_state=unverified", {"C"}),
        ("open_24h=1", {"A"}),
        ("open_24h=-", {"B", "C"}),
        ("open_24h=x", set()),
        ("chain_kind=-", {"B", "C"}),
        ("q=quanjia", {"A"}),
        ("q=qj", {"A"}),
        ("q=全家 兰溪", {"A"}),
        ("q=没有", set()),
        ("neighbourhood=-", {"C"}),
        ("is_sample=1", {"C"}),
        ("updated_since=2999-01-01", set()),
    ],
)
def test_the_export_holds_what_the_conditions_let_through(
    world: World, query: str, found: set[str]
) -> None:
    full_outlet(world, code="A", name="全家便利", address="兰溪路1号", open_24h=True)
    full_outlet(world, code="B", status="suspended", open_24h=None, chain_kind="")
    full_outlet(
        world,
        code="C",
        place_state="unverified",
        neighbourhood=None,
        open_24h=None,
        chain_kind="",
        is_sample=True,
    )
    full_outlet(world, code="D", void=True)
    assert {row["网点编码"] for row in cells(take_out(world, person(world), query))} == found


def test_main_format_and_serving_are_two_conditions(world: World) -> None:
    world.print_copy.formats.create(format=world.repair, counts=True)
    full_outlet(world, code="A", services=1 << world.print_copy.bit)
    full_outlet(world, code="B", main_format=world.repair, services=0)
    scope = person(world)

    def codes(query: str) -> set[str]:
        return {row["网点编码"] for row in cells(take_out(world, scope, query))}

    assert codes(f"main_format={world.repair.code}") == {"B"}
    assert codes(f"serves={world.repair.code}") == {"A", "B"}
    assert codes("serves=nothing") == set()


def test_a_day_in_the_past_shows_and_compares_that_days_facts(world: World) -> None:
    outlet = full_outlet(world, code="A", employees=5)
    changed = dt.date(2025, 3, 1)
    change_outlet(
        outlet=outlet, changes={"status": "suspended", "employees": 9}, on=changed, by=Actor()
    )
    scope = person(world)
    eve = changed - dt.timedelta(days=1)
    [before] = cells(take_out(world, scope, f"on={eve}&status=open"))
    assert (before["状态"], before["从业人数"]) == ("营业", 5)
    assert cells(take_out(world, scope, f"on={changed}&status=open")) == []
    [after] = cells(take_out(world, scope, f"on={changed}&status=suspended"))
    assert after["从业人数"] == 9
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for day in (tomorrow, "gestern"):
        with pytest.raises(ValidationError):
            take_out(world, scope, f"on={day}")
