"""Background work: a job row is the promise, Celery (or `runjobs`) only the messenger.

A handler computes first and returns an *effect*. The effect and the job's outcome are committed
together, guarded by a compare-and-set on (state, attempt): a worker that lost its lease writes
nothing. So a job killed at any moment leaves either everything or nothing, and runs again.
"""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import Job
from core.processes import process_mark, process_of_mark_is_gone

logger = logging.getLogger(__name__)

Effect = Callable[[], Any]
Handler = Callable[[Job], Effect]

_handlers: dict[str, Handler] = {}
PROGRESS_TTL = 24 * 3600
STALE_MESSAGE = timedelta(seconds=30)


class JobRefusedError(Exception):
    """A job that cannot succeed however often it is tried; its message is shown to people."""


class LeaseLostError(Exception):
    """Another worker has taken the job over: what this one did must not be committed."""


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that computes jobs of `kind` and returns their effect."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def enqueue(
    kind: str,
    *,
    key: str,
    payload: dict[str, Any] | None = None,
    requested_by: uuid.UUID | None = None,
    office_code: str = "",
) -> Job:
    """Promise one job of `kind` for `key`, inside the caller's transaction.

    A job already queued for the same kind and key serves both callers; a running one does not,
    since it may have read its inputs before this change.
    """
    job = Job(
        kind=kind,
        key=key,
        payload=payload or {},
        max_attempts=settings.JOB_MAX_ATTEMPTS,
        requested_by=requested_by,
        office_code=office_code,
    )
    Job.objects.bulk_create([job], ignore_conflicts=True)
    queued = Job.objects.filter(kind=kind, key=key, state=Job.State.QUEUED).first() or job
    transaction.on_commit(partial(dispatch, queued.pk))
    return queued


def has_broker() -> bool:
    """Whether a broker is configured; without one `runjobs` drains the table."""
    return bool(settings.CELERY_BROKER_URL)


def dispatch(job_id: uuid.UUID) -> None:
    """Tell a worker, if there is a broker; without one (or when it is down) the row waits."""
    if not has_broker():
        return
    from core.tasks import run_job as task

    try:
        task.apply_async([str(job_id)], retry=False, ignore_result=True)
    except Exception:
        logger.warning("broker unreachable, job %s waits for the sweep", job_id, exc_info=True)


def before_effect(job: Job) -> None:
    """Between computing and writing; tests replace it to kill a worker at that very point."""


def run_job(job_id: uuid.UUID) -> bool:
    """Claim, compute, and commit one job; False when someone else has it or had it.

    Failures are tried again (with growing pauses) up to `max_attempts`, refusals are not.
    """
    job = _claim(job_id)
    if job is None:
        return False
    try:
        with _lease_kept(job):
            effect = _handlers[job.kind](job)
            before_effect(job)
            with transaction.atomic():
                _finish(job, effect())
    except LeaseLostError:
        logger.warning("job %s attempt %s lost its lease; nothing written", job.pk, job.attempt)
        return False
    except JobRefusedError as error:
        _fail(job, str(error), again=False)
    except Exception as error:
        logger.exception("job %s (%s) failed", job.pk, job.kind)
        _fail(job, f"{type(error).__name__}: {error}", again=True)
    return True


def run_waiting(limit: int = 1000) -> int:
    """Run what is queued and due, oldest first; the number of jobs run."""
    count = 0
    while count < limit:
        due = Job.objects.filter(state=Job.State.QUEUED, run_after__lte=timezone.now())
        job_id = due.order_by("run_after", "id").values_list("id", flat=True).first()
        if job_id is None:
            break
        count += run_job(job_id)
    return count


def sweep() -> int:
    """Put jobs whose worker died back in the queue, and send lost messages again.

    After `max_attempts` lost leases a job fails with a message. Returns how many were revived.
    """
    now = timezone.now()
    running = Job.objects.filter(state=Job.State.RUNNING)
    lost = [job for job in running.filter(lease_until__lt=now)]
    if connection.vendor == "sqlite":
        lost += [
            job
            for job in running.filter(lease_until__gte=now)
            if process_of_mark_is_gone(job.worker)
        ]
    for job in lost:
        mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempt=job.attempt)
        if job.attempt >= job.max_attempts:
            message = _("执行进程多次中断，任务已停止；请联系系统管理员后重新发起。")
            mine.update(state=Job.State.FAILED, error=message, finished_at=now)
        elif _newer_one_queued(job):
            mine.update(state=Job.State.CANCELLED, finished_at=now)
        else:
            mine.update(state=Job.State.QUEUED, lease_until=None, run_after=now)
            dispatch(job.pk)
    waiting = Job.objects.filter(state=Job.State.QUEUED, run_after__lt=now - STALE_MESSAGE)
    for job_id in waiting.order_by("run_after").values_list("id", flat=True)[:100]:
        dispatch(job_id)
    return len(lost)


def report_progress(job: Job, done: int, total: int, text: str = "") -> None:
    """Show how far a job is; kept in the cache so that it never waits for the job's transaction."""
    cache.set(f"job:{job.pk}", {"done": done, "total": total, "text": text}, PROGRESS_TTL)


def progress_of(job: Job) -> dict[str, Any] | None:
    """The last reported progress, or None when unknown."""
    return cache.get(f"job:{job.pk}")


def _claim(job_id: uuid.UUID) -> Job | None:
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED, run_after__lte=now).update(
        state=Job.State.RUNNING,
        attempt=F("attempt") + 1,
        started_at=now,
        lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
        worker=f"{socket.gethostname()}:{process_mark(os.getpid())}",
    )
    return Job.objects.get(pk=job_id) if claimed else None


def _finish(job: Job, result: Any) -> None:
    done = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING).update(
        state=Job.State.DONE, result=result, error="", finished_at=timezone.now()
    )
    if not done:
        raise LeaseLostError


def _fail(job: Job, message: str, *, again: bool) -> None:
    mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING)
    if not again or job.attempt >= job.max_attempts or _newer_one_queued(job):
        mine.update(state=Job.State.FAILED, error=message, finished_at=timezone.now())
        return
    pause = timedelta(seconds=5 * 4 ** (job.attempt - 1))
    mine.update(state=Job.State.QUEUED, error=message, run_after=timezone.now() + pause)


def _newer_one_queued(job: Job) -> bool:
    return Job.objects.filter(
        Q(kind=job.kind, key=job.key, state=Job.State.QUEUED) & ~Q(pk=job.pk)
    ).exists()


@contextmanager
def _lease_kept(job: Job) -> Iterator[None]:
    """Renew the lease from its own connection while the job runs.

    Not on SQLite: one writer at a time there, so a job is known dead by its process instead.
    """
    if connection.vendor == "sqlite":
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() + timedelta(days=1))
        yield
        return
    stop = threading.Event()
    renewer = threading.Thread(target=_renew, args=(job, stop), daemon=True)
    renewer.start()
    try:
        yield
    finally:
        stop.set()
        renewer.join(timeout=5)


def _renew(job: Job, stop: threading.Event) -> None:
    lease = settings.JOB_LEASE_SECONDS
    try:
        while not stop.wait(lease / 3):
            until = timezone.now() + timedelta(seconds=lease)
            Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING).update(
                lease_until=until
            )
    finally:
        connection.close()
