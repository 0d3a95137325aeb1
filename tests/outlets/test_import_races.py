"""Two people with overlapping ledgers: no double, no lost change, and a clear answer."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from django.db import IntegrityError, connections
from django.utils import timezone

from core.audit import Actor
from outlets.imports import confirming
from outlets.imports.confirming import Confirmation
from outlets.models import Import, Outlet
from outlets.services import change_outlet
from tests.outlets.ledger_files import World
from tests.outlets.pipeline import checked, confirm, row

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts at the same time, each on its own connection; what each gave or raised."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(at: int) -> None:
        try:
            gate.wait(timeout=10)
            results[at] = acts[at]()
        except Exception as error:
            results[at] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def overlapping(world: World) -> tuple[Import, Import]:
    """Two checked ledgers: rows 20–39 are in both, new to the register."""
    rows = [world.row(n) for n in range(60)]
    return checked(world, rows[:40]), checked(world, rows[20:])


def test_new_rows_in_both_ledgers_are_entered_once() -> None:
    world = World()
    first, second = overlapping(world)
    done: list[Confirmation] = together(
        lambda: confirm(first, partial=True), lambda: confirm(second, partial=True)
    )
    assert sorted(one.new for one in done) == [20, 40]
    loser = max(done, key=lambda one: len(one.returned))
    assert len(loser.returned) == 20
    assert all("台账中已登记同一网点" in why for why in loser.returned.values())
    names = [outlet.name for outlet in world.outlets()]
    assert sorted(names) == sorted({f"网点{n}" for n in range(60)})


def test_all_or_nothing_leaves_the_second_with_nothing_written() -> None:
    world = World()
    first, second = overlapping(world)
    done = together(lambda: confirm(first), lambda: confirm(second))
    assert sorted(one.written for one in done) == [0, 40]
    assert Outlet.objects.count() == 40
    # Told why, the second officer confirms again: what both have is left as it is.
    late = second if done[1].written == 0 else first
    assert confirm(late).new == 20
    assert Outlet.objects.count() == 60


def test_without_the_lock_the_same_shop_is_entered_twice_or_the_import_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: the race is real."""
    world = World()
    first, second = overlapping(world)
    monkeypatch.setattr(confirming, "lock_register", lambda district: district)
    meet = threading.Barrier(2)
    judged = confirming._out_of_date

    def both_have_looked(*args: Any) -> dict[int, str]:
        found = judged(*args)
        meet.wait(timeout=10)
        return found

    monkeypatch.setattr(confirming, "_out_of_date", both_have_looked)
    done = together(lambda: confirm(first, partial=True), lambda: confirm(second, partial=True))
    names = [outlet.name for outlet in world.outlets()]
    broken = any(isinstance(one, IntegrityError | psycopg2.IntegrityError) for one in done)
    assert broken or len(names) > len(set(names))


def test_two_ledgers_that_change_the_same_outlet_never_lose_one_change() -> None:
    world = World()
    world.take([world.row(n) for n in range(30)])
    contacts = checked(world, [world.row(n, contact="甲") for n in range(30)])
    staff = checked(world, [world.row(n, employees=9) for n in range(30)])
    done = together(lambda: confirm(contacts), lambda: confirm(staff))
    assert sorted(one.written for one in done) == [0, 30]
    late = contacts if done[0].written == 0 else staff
    assert "已被他人修改" in row(late, 2).returned
    assert confirm(late).written == 30
    assert Outlet.objects.filter(contact="甲", employees=9).count() == 30


def test_a_persons_change_while_the_ledger_is_confirmed_is_not_lost() -> None:
    world = World()
    world.take([world.row(n) for n in range(30)])
    outlet = world.outlets()[0]
    staff = checked(world, [world.row(n, employees=9) for n in range(30)])
    done, _changed = together(
        lambda: confirm(staff, partial=True),
        lambda: change_outlet(
            outlet=outlet,
            changes={"contact": "李四"},
            on=timezone.localdate(),
            by=Actor(label="街道"),
        ),
    )
    if isinstance(done, Exception):
        # Seen between looking and writing: nothing was written, and the import waits as before.
        assert "请再次确认" in str(done)
    # What went back is looked at, and confirmed.
    while Import.objects.get(pk=staff.pk).state == Import.State.CHECKED:
        confirm(staff, partial=True)
    outlet.refresh_from_db()
    assert (outlet.contact, outlet.employees) == ("李四", 9)
    assert outlet.history.count() == outlet.version
