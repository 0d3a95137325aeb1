"""The job table: promised with the change, claimed once, effect and outcome together."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from core import jobs
from core.models import AuditEvent, Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

KIND = "test.work"


@pytest.fixture(autouse=True)
def _no_broker(settings: Any) -> None:
    settings.CELERY_BROKER_URL = None


@pytest.fixture
def work() -> Iterator[list[str]]:
    """Registers a handler whose effect writes one audit row; yields the keys it computed."""
    computed: list[str] = []

    @jobs.handler(KIND)
    def handle(job: Job) -> jobs.Effect:
        computed.append(job.key)
        if job.payload.get("fail"):
            raise RuntimeError("out of order")
        if job.payload.get("refuse"):
            raise jobs.JobRefusedError("请先定稿")

        def effect() -> dict[str, str]:
            AuditEvent.objects.create(act=uuid.uuid4(), action=f"done {job.key}")
            return {"key": job.key}

        return effect

    yield computed
    jobs._handlers.pop(KIND)


def effects() -> int:
    return AuditEvent.objects.filter(action__startswith="done").count()


def test_a_change_rolled_back_takes_its_job_with_it(work: list[str]) -> None:
    with transaction.atomic():
        jobs.enqueue(KIND, key="a")
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_two_promises_for_one_key_are_one_job(work: list[str]) -> None:
    first, second = jobs.enqueue(KIND, key="a"), jobs.enqueue(KIND, key="a")
    other = jobs.enqueue(KIND, key="b")
    assert first.pk == second.pk != other.pk
    assert jobs.run_waiting() == 2
    assert effects() == 2


def test_a_running_job_does_not_swallow_the_next_promise(work: list[str]) -> None:
    running = jobs.enqueue(KIND, key="a")
    assert jobs._claim(running.pk)
    assert jobs.enqueue(KIND, key="a").pk != running.pk


def test_a_job_is_claimed_once(work: list[str]) -> None:
    job = jobs.enqueue(KIND, key="a")
    assert jobs.run_job(job.pk) is True
    assert jobs.run_job(job.pk) is False
    assert work == ["a"]
    job.refresh_from_db()
    assert (job.state, job.attempt, job.result) == ("done", 1, {"key": "a"})


def test_who_lost_the_lease_writes_nothing(work: list[str], monkeypatch: Any) -> None:
    job = jobs.enqueue(KIND, key="a")

    def taken_over(running: Job) -> None:
        Job.objects.filter(pk=running.pk).update(attempt=running.attempt + 1)

    monkeypatch.setattr(jobs, "before_effect", taken_over)
    assert jobs.run_job(job.pk) is False
    assert effects() == 0
    job.refresh_from_db()
    assert job.state == "running"


def test_without_the_guard_the_loser_would_have_written(work: list[str], monkeypatch: Any) -> None:
    """The control: the same takeover, the compare-and-set switched off."""
    job = jobs.enqueue(KIND, key="a")

    def taken_over(running: Job) -> None:
        Job.objects.filter(pk=running.pk).update(attempt=running.attempt + 1)

    monkeypatch.setattr(jobs, "before_effect", taken_over)
    monkeypatch.setattr(jobs, "_finish", lambda job, result: None)
    jobs.run_job(job.pk)
    assert effects() == 1


def test_a_failure_is_tried_again_later_and_then_stays_failed(work: list[str]) -> None:
    job = jobs.enqueue(KIND, key="a", payload={"fail": True})
    for attempt in (1, 2, 3):
        Job.objects.filter(pk=job.pk).update(run_after=timezone.now())
        jobs.run_job(job.pk)
        job.refresh_from_db()
        assert job.attempt == attempt
    assert job.state == "failed"
    assert "out of order" in job.error
    assert effects() == 0


def test_a_refusal_is_not_tried_again(work: list[str]) -> None:
    job = jobs.enqueue(KIND, key="a", payload={"refuse": True})
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error) == ("failed", 1, "请先定稿")


def lose(job: Job, attempt: int) -> None:
    """As a worker leaves a job behind that died: running, its lease over, its process gone."""
    Job.objects.filter(pk=job.pk).update(
        state="running",
        attempt=attempt,
        worker="host:999999999/1",
        lease_until=timezone.now() - dt.timedelta(seconds=1),
    )


def test_the_sweep_revives_what_a_dead_worker_left(work: list[str]) -> None:
    job = jobs.enqueue(KIND, key="a")
    lose(job, 1)
    assert jobs.sweep() == 1
    assert jobs.run_waiting() == 1
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("done", 2)
    assert effects() == 1


def test_the_sweep_leaves_a_running_job_alone(work: list[str]) -> None:
    job = jobs.enqueue(KIND, key="a")
    jobs._claim(job.pk)
    assert jobs.sweep() == 0


def test_a_job_lost_too_often_fails_with_a_message(work: list[str]) -> None:
    job = jobs.enqueue(KIND, key="a")
    lose(job, 3)
    jobs.sweep()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "执行进程多次中断" in job.error


def test_a_lost_job_gives_way_to_its_successor(work: list[str]) -> None:
    job = jobs.enqueue(KIND, key="a")
    lose(job, 1)
    newer = jobs.enqueue(KIND, key="a")
    jobs.sweep()
    job.refresh_from_db()
    assert job.state == "cancelled"
    jobs.run_waiting()
    newer.refresh_from_db()
    assert newer.state == "done"
    assert effects() == 1
