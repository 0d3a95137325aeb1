"""A real Celery worker on a real broker: it runs what was promised, and survives kill -9."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core import jobs
from core.audit import Actor
from core.models import Job
from metrics.indicators import get
from metrics.models import Run, Value
from metrics.work import LIVE
from outlets.imports.work import request_confirm
from outlets.models import Import, Outlet, OutletFacts
from outlets.services import change_outlet
from tests.metrics.worlds import make_world
from tests.outlets.ledger_files import BY, World, everything
from tests.outlets.pipeline import checked

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]

BIN = Path(sys.executable).parent
START = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(redis_url: str, tmp_path: Path, settings: Any) -> Iterator[START]:
    """Starts real workers that stop at a gate; all are gone afterwards."""
    workers: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {"LC_TEST_GATE": str(tmp_path), "JOB_LEASE_SECONDS": "1"}
    environment["MEDIA_ROOT"] = str(settings.MEDIA_ROOT)

    def start() -> "subprocess.Popen[bytes]":
        command = [str(BIN / "celery"), "-A", "config", "worker", "-c", "1", "-I"]
        command += ["tests.plugins.gate", "--without-gossip", "--without-mingle", "-l", "warning"]
        with (tmp_path / f"worker{len(workers)}.log").open("wb") as log:
            worker = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        kill_all(worker)


def kill_all(worker: "subprocess.Popen[bytes]") -> None:
    """kill -9 for the worker and its children, as a power cut would."""
    try:
        os.killpg(worker.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    worker.wait()


def until(condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    pytest.fail(f"waited {seconds} s for {what}")


def test_killed_between_computing_and_writing(start_worker: START, tmp_path: Path) -> None:
    world = make_world(1, outlets=10, compounds=4, circles=2)
    (tmp_path / "closed").touch()
    first = start_worker()
    job = jobs.enqueue(LIVE, key=world.district.code)
    until((tmp_path / "reached").exists, "the worker to reach the gate")
    worker_pid, attempt = (tmp_path / "reached").read_text().split()
    assert int(worker_pid) != first.pid, "a child of the celery process runs the job"
    assert attempt == "1"
    kill_all(first)
    job.refresh_from_db()
    assert job.state == "running"
    assert not Run.objects.exists(), "nothing half-written"

    (tmp_path / "closed").unlink()
    (tmp_path / "reached").unlink()
    start_worker()
    until(jobs.sweep, "the lease to run out")
    until(lambda: Job.objects.filter(pk=job.pk, state="done").exists(), "the second worker")
    job.refresh_from_db()
    assert job.attempt == 2
    run = Run.objects.get()
    assert Value.objects.filter(run=run).count() == job.result["values"]
    assert Job.objects.filter(kind=LIVE).count() == 1


def test_one_outlets_change_reaches_the_live_run(start_worker: START) -> None:
    world = make_world(1, outlets=10, compounds=4, circles=2)
    start_worker()
    jobs.enqueue(LIVE, key=world.district.code)
    done = Job.objects.filter(kind=LIVE, state="done")
    until(lambda: done.count() == 1, "the first live run")

    def open_outlets() -> float:
        number = get("outlet_count_all").number
        return Value.objects.get(indicator=number, scope="D", run__kind="live").num

    before = open_outlets()
    outlet = next(
        o
        for o in world.outlets
        if o.status == "open" and not o.outside and o.closed_on is None and o.opened_on
    )
    change_outlet(
        outlet=outlet,
        changes={"status": "suspended"},
        on=dt.date(2026, 7, 1),
        by=Actor(label="试验"),
        reason="装修",
        seen_version=None,
    )
    until(lambda: done.count() == 2, "the second live run")
    assert open_outlets() == before - 1


def test_a_ledger_whose_worker_is_killed_is_written_once_or_not_at_all(
    start_worker: START, tmp_path: Path
) -> None:
    world = World()
    batch = checked(world, [world.row(n) for n in range(300)])
    before = everything()
    (tmp_path / "closed").touch()
    first = start_worker()
    job = request_confirm(batch=batch, by=BY)
    until((tmp_path / "reached").exists, "the worker to reach the gate")
    kill_all(first)
    assert everything() == before
    batch.refresh_from_db()
    assert batch.state == Import.State.CONFIRMING
    (tmp_path / "closed").unlink()
    start_worker()
    until(lambda: jobs.sweep() or _state(job) == Job.State.DONE, "the second worker")
    until(lambda: _state(job) == Job.State.DONE, "the job to be done")
    batch.refresh_from_db()
    assert (batch.state, batch.counts["written"]) == (Import.State.DONE, 300)
    assert Outlet.objects.filter(district=world.district).count() == 300
    assert OutletFacts.objects.filter(outlet__district=world.district).count() == 300


def _state(job: Job) -> str:
    job.refresh_from_db()
    return job.state
