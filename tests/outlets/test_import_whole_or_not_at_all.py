"""An import is one transaction, takes no query per row, and bears company."""

import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from core import registers
from core.audit import Actor
from core.spreadsheets import SpreadsheetError
from outlets.imports import confirming, taking
from outlets.models import Import, Outlet
from outlets.services import change_outlet
from outlets.signals import outlets_changed
from tests.outlets.ledger_files import World, everything

pytestmark = pytest.mark.django_db


def rows(world: World, count: int, **cells: Any) -> list[dict[str, Any]]:
    """Rows of every kind: brands, enterprises, places, services."""
    return [
        world.row(
            n,
            brand=f"品牌{n % 7}",
            licence_name=f"公司{n}",
            services="试验打印",
            x_in=121.391 + n * 0.00001,
            y_in=31.25,
            crs_in="WGS-84",
            **cells,
        )
        for n in range(count)
    ]


def queries_of(world: World, ledger: list[dict[str, Any]]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert world.take(ledger).written
    return len(captured)


def test_as_many_queries_for_50_rows_as_for_500() -> None:
    few, many = World(), World()
    assert queries_of(few, rows(few, 50)) == queries_of(many, rows(many, 500))
    # … and when every row changes …
    first = queries_of(few, rows(few, 50, employees=3))
    assert first == queries_of(many, rows(many, 500, employees=3))
    # … or none does.
    first = queries_of(few, rows(few, 50, employees=3))
    assert first == queries_of(many, rows(many, 500, employees=3))


@pytest.mark.both
@pytest.mark.parametrize("stop_at", ["record_history", "_close", "outlets_changed"])
def test_an_import_that_dies_midway_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, stop_at: str
) -> None:
    world = World()
    world.take(rows(world, 3))
    before, register = everything(), list(Outlet.objects.order_by("id").values())

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    if stop_at == "outlets_changed":
        outlets_changed.connect(die)
    else:
        module = registers if hasattr(registers, stop_at) else confirming
        monkeypatch.setattr(module, stop_at, die)
    try:
        with pytest.raises(KeyboardInterrupt):
            world.take(rows(world, 6, employees=9))
    finally:
        outlets_changed.disconnect(die)
    assert everything() == before
    assert list(Outlet.objects.order_by("id").values()) == register


@pytest.mark.both
def test_news_is_sent_once_inside_the_transaction_and_only_when_something_changed() -> None:
    world = World()
    heard: list[tuple[Any, bool, int]] = []

    def listen(sender: Any, district: Any, **_rest: Any) -> None:
        heard.append((district, connection.in_atomic_block, Outlet.objects.count()))

    outlets_changed.connect(listen)
    try:
        before = Outlet.objects.count()
        world.take(rows(world, 3))
        world.take(rows(world, 3))
    finally:
        outlets_changed.disconnect(listen)
    assert heard == [(world.district, True, before + 3)]


def test_a_row_changed_while_the_import_runs_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.take(rows(world, 2))
    outlet = world.outlets()[0]
    locking = registers._lock

    def meanwhile(book: registers.Book, plan: registers.Plan) -> None:
        Outlet.objects.filter(pk=outlet.pk).update(version=2)
        locking(book, plan)

    monkeypatch.setattr(registers, "_lock", meanwhile)
    with pytest.raises(SpreadsheetError) as caught:
        world.take(rows(world, 2, employees=9))
    assert caught.value.code == "stale"
    assert outlet.code in caught.value.message
    assert not Outlet.objects.filter(employees=9).exists()


@pytest.mark.django_db(transaction=True)
class TestSideBySide:
    def together(self, *acts: Any) -> list[Any]:
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

    def test_overlapping_imports_make_no_doubles(self) -> None:
        world = World()
        ledgers = rows(world, 60)
        outcomes = self.together(lambda: world.take(ledgers[:40]), lambda: world.take(ledgers[20:]))
        assert sorted(outcome.new for outcome in outcomes) == [20, 40]
        outlets = world.outlets()
        assert len(outlets) == 60
        assert len({outlet.name for outlet in outlets}) == 60
        assert len({outlet.code for outlet in outlets}) == 60

    def test_an_import_and_a_persons_change_are_never_both_lost(self) -> None:
        world = World()
        world.take(rows(world, 30))
        outlet = world.outlets()[0]
        outcome, _changed = self.together(
            lambda: world.take(rows(world, 30, employees=9)),
            lambda: change_outlet(
                outlet=outlet,
                changes={"contact": "李四"},
                on=outlet.facts.get().valid_from,
                by=Actor(label="街道"),
            ),
        )
        outlet.refresh_from_db()
        assert outlet.contact == "李四"
        if isinstance(outcome, SpreadsheetError):
            assert (outcome.code, outlet.version) == ("stale", 2)
        else:
            assert (outlet.employees, outlet.version) == (9, 3)
        assert outlet.history.count() == outlet.version


def test_a_row_changed_between_checking_and_writing_refuses_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    world.take(rows(world, 2))
    outlet = world.outlets()[0]
    confirming_ = taking.confirm_import

    def meanwhile(**asked: Any) -> Any:
        Outlet.objects.filter(pk=outlet.pk).update(version=2)
        return confirming_(**asked)

    monkeypatch.setattr(taking, "confirm_import", meanwhile)
    for partial in (False, True):
        with pytest.raises(SpreadsheetError) as caught:
            world.take(rows(world, 2, employees=9), partial=partial)
        assert caught.value.code == "stale"
        assert outlet.code in caught.value.message
    assert not Outlet.objects.filter(employees=9).exists()
    assert Import.objects.count() == 1
