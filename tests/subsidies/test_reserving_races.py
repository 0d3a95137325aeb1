"""Two hundred ask at once for what is enough for 120: exactly 120 get it, whoever dies meanwhile.

The control does the same without lock and CHECK, with what was read before: it gives to all.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections

from core.models import AuditEvent
from subsidies.checking import check_lines
from subsidies.models import Application, BudgetLine, BudgetMove, Instalment
from subsidies.services import budget
from tests.factories import StreetFactory
from tests.subsidies.funding import EACH, balances, funded, in_ledger, many, reserve_one

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]

ASKING, ENOUGH_FOR = 200, 120


@pytest.fixture
def line() -> BudgetLine:
    """Enough for 120 of the 200 applications that there are."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    street = StreetFactory()
    many(street.district, street, ASKING)
    return funded(street.district, EACH * ENOUGH_FOR)


def ask(applications: list[Application], start: threading.Barrier | None = None) -> Counter[str]:
    """Each in a thread with a connection of its own; how often what came out."""
    outcomes: list[str] = []

    def run(application: Application) -> None:
        try:
            connection.ensure_connection()
            if start is not None:
                start.wait()
            reserve_one(application)
            outcomes.append("reserved")
        except ValidationError as error:
            outcomes.append(f"{error.code}: {error.message}")
        except BaseException as error:
            outcomes.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(one,)) for one in applications]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return Counter(outcomes)


def waiting() -> list[Application]:
    return list(Application.objects.filter(state="reviewed"))


def assert_all_agrees(line: BudgetLine) -> None:
    """120 are reserved, in the balance, the ledger, the instalments and the audit log alike."""
    full = EACH * ENOUGH_FOR
    assert balances(line) == {"granted": full, "reserved": full, "paid": Decimal(0)}
    assert in_ledger(line) == balances(line)
    held = Instalment.objects.filter(line=line, state="reserved")
    assert sum(held.values_list("amount", flat=True)) == full
    assert check_lines() == []
    proposed = Application.objects.filter(state="proposed", attempt=1)
    assert proposed.count() == held.count() == ENOUGH_FOR
    assert Instalment.objects.count() == ENOUGH_FOR
    assert BudgetMove.objects.filter(kind="reserve").count() == ENOUGH_FOR
    assert AuditEvent.objects.filter(action="test.reserve").count() == ENOUGH_FOR
    assert Application.objects.filter(state="reviewed", attempt=0).count() == ASKING - ENOUGH_FOR


def test_two_hundred_at_once(line: BudgetLine) -> None:
    told = ask(waiting(), threading.Barrier(ASKING, timeout=60))
    refused = "budget: 可用余额不足（可用 0.00 元，本次 1,000.00 元）"
    assert told == {"reserved": ENOUGH_FOR, refused: ASKING - ENOUGH_FOR}
    assert_all_agrees(line)


def test_the_race_is_real(line: BudgetLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks first and writes what they saw, gives 120 times the money to 200."""
    with connection.cursor() as cursor:
        for table, name in (
            ("subsidies_budgetline", "budget_not_exceeded"),
            ("subsidies_budgetmove", "budget_move_seq_once"),
        ):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    everyone_looked = threading.Barrier(ASKING, timeout=60)

    def shift(seen: BudgetLine, rows: list[BudgetMove]) -> None:
        everyone_looked.wait()
        wanted = sum(row.amount for row in rows)
        if seen.free < wanted:
            raise ValidationError("可用余额不足", code="budget")
        BudgetLine.objects.filter(pk=seen.pk).update(reserved=seen.reserved + wanted)

    monkeypatch.setattr(budget, "locked", lambda rows: rows)
    monkeypatch.setattr(budget, "_shift", shift)
    told = ask(waiting())
    assert told == {"reserved": ASKING}
    assert balances(line)["reserved"] == EACH
    assert in_ledger(line)["reserved"] == EACH * ASKING
    assert {wrong.what for wrong in check_lines()} == {"reserved", "instalments", "numbers"}


def test_workers_killed_in_between(line: BudgetLine, tmp_path: Path) -> None:
    """Both die between the ledger's row and the balance; others reserve the rest."""
    stops = {tmp_path / "first": 14, tmp_path / "second": 29}
    command = [sys.executable, "-m", "tests.subsidies.reserving_worker"]
    workers = {
        reached: subprocess.Popen([*command, str(after), str(reached)], env=_environment())
        for reached, after in stops.items()
    }
    try:
        while workers:
            reached = _until_one(workers)
            workers[reached].send_signal(signal.SIGKILL)
            workers.pop(reached).wait()
    finally:
        for worker in workers.values():
            worker.kill()
            worker.wait()
    before = sum(stops.values())
    assert Instalment.objects.count() == before
    assert balances(line)["reserved"] == in_ledger(line)["reserved"] == EACH * before
    assert check_lines() == []
    told = ask(waiting())
    assert told["reserved"] == ENOUGH_FOR - before
    assert_all_agrees(line)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.getcwd()}


def _until_one(workers: dict[Path, Any]) -> Path:
    """The first that stands between the two writes; the other then waits for its lock."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for reached, worker in workers.items():
            if reached.exists():
                return reached
            assert worker.poll() is None, "a worker ended before it was killed"
        time.sleep(0.01)
    pytest.fail("no worker came so far")
