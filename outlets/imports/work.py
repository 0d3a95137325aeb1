"""The long steps of an import as jobs: checked, confirmed, undone; each whole or not at all."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import schedule
from core.audit import Actor
from core.jobs import Effect, enqueue, handler, report_progress
from core.models import Job
from core.spreadsheets import SpreadsheetError
from outlets.imports.checking import Check
from outlets.imports.confirming import check_again, confirm_import
from outlets.imports.notes import notes_of
from outlets.imports.reading import file_blocks
from outlets.imports.states import ImportStateError, locked_import
from outlets.imports.undoing import DAYS, undo_import
from outlets.models import Import, ImportRow

CHECK, CONFIRM, UNDO = "outlets.import.check", "outlets.import.confirm", "outlets.import.undo"
PRUNE = "outlets.import.prune"
State = Import.State


# --- asking for them -----------------------------------------------------------------------------


def request_check(*, batch: Import, by: Actor) -> Job:
    """Have the file checked (or, once staged, its open rows checked again)."""
    return _request(batch, by, CHECK, State.CHECKING, (State.UPLOADED, State.CHECKED))


def request_confirm(*, batch: Import, by: Actor, partial: bool = False) -> Job:
    """Have the good rows written."""
    return _request(batch, by, CONFIRM, State.CONFIRMING, (State.CHECKED,), partial=partial)


def request_undo(*, batch: Import, by: Actor, reason: str = "") -> Job:
    """Have the import taken back."""
    states = (State.DONE, State.CHECKED)
    return _request(batch, by, UNDO, State.UNDOING, states, reason=reason)


def revive(batch: Import) -> Import:
    """The import, brought back from a step whose job has given up; the reason is kept."""
    base = {State.CHECKING: State.UPLOADED, State.CONFIRMING: State.CHECKED}
    if batch.state not in (*base, State.UNDOING):
        return batch
    kinds = (CHECK, CONFIRM, UNDO)
    last = Job.objects.filter(kind__in=kinds, key=str(batch.pk)).order_by("-id").first()
    if last is not None and last.state in (Job.State.FAILED, Job.State.CANCELLED):
        back = last.payload.get("from") or base[batch.state]  # type: ignore[index]
        Import.objects.filter(pk=batch.pk, state=batch.state).update(state=back, problem=last.error)
        batch.refresh_from_db()
    return batch


def _request(
    batch: Import, by: Actor, kind: str, state: str, states: tuple[str, ...], **payload: Any
) -> Job:
    with transaction.atomic():
        row = locked_import(batch, *states)
        payload |= {"import": str(row.pk), "from": row.state, "by": _described(by)}
        row.state, row.problem = state, ""
        row.version += 1
        row.save(update_fields=["state", "problem", "version"])
        return enqueue(
            kind, key=str(row.pk), payload=payload, requested_by=by.id, office_code=by.office_code
        )


def _described(by: Actor) -> list[str]:
    return [str(by.id or ""), by.label, by.office_code, by.request_id]


def _actor(job: Job) -> Actor:
    pk, label, office, request = job.payload["by"]
    return Actor(uuid.UUID(pk) if pk else None, label, office, request)


# --- doing them ----------------------------------------------------------------------------------


def check_file(batch: Import, progress: Callable[[int, int, str], None] | None = None) -> Effect:
    """Read and judge the file cell by cell; the effect matches its rows and stages them."""
    check = Check(batch, progress)
    with check.kept_while_read(), file_blocks(batch, check.kind.columns) as (blocks, source):
        check.read(blocks, source.rows)
        notes = notes_of(source)
        batch.layout = {**source.layout.as_json(), "date1904": source.date1904}
        batch.titles = list(source.headers)
        batch.mapping = {key: source.headers[at] for key, at in source.columns.items()}

    def stage() -> dict[str, int]:
        try:
            check.judge()
        finally:
            check.close()
        batch.notes, batch.state, batch.problem = notes, State.CHECKED, ""
        batch.version += 1
        batch.save()
        return dict(batch.counts)

    return stage


@handler(CHECK)
def _check(job: Job) -> Effect:
    batch = Import.objects.select_related("district", "street").get(pk=job.payload["import"])

    def tell(done: int, total: int, text: str) -> None:
        report_progress(job, done, total, text)

    if job.payload["from"] == State.CHECKED:
        return _or_say_why(job, batch, State.CHECKED, lambda: _judge_staged(batch, tell))
    try:
        stage = check_file(batch, tell)
    except SpreadsheetError as error:
        return _refusal(batch, State.UPLOADED, error.message)
    return _or_say_why(job, batch, State.UPLOADED, stage)


def _judge_staged(batch: Import, tell: Callable[[int, int, str], None]) -> dict[str, int]:
    check_again(batch, tell)
    batch.state = State.CHECKED
    batch.save(update_fields=["state"])
    return dict(batch.counts)


@handler(CONFIRM)
def _confirm(job: Job) -> Effect:
    batch = Import.objects.get(pk=job.payload["import"])

    def tell(done: int, total: int, text: str) -> None:
        report_progress(job, done, total, text)

    def write() -> Any:
        partial = job.payload["partial"]
        return confirm_import(batch=batch, by=_actor(job), partial=partial, progress=tell).as_json()

    return _or_say_why(job, batch, State.CHECKED, write)


@handler(UNDO)
def _undo(job: Job) -> Effect:
    batch = Import.objects.get(pk=job.payload["import"])

    def take_back() -> Any:
        return {"rows": undo_import(batch=batch, by=_actor(job), reason=job.payload["reason"])}

    return _or_say_why(job, batch, job.payload["from"], take_back)


def _or_say_why(job: Job, batch: Import, back: str, run: Callable[[], Any]) -> Effect:
    """The effect `run`; what refuses it is told in the import, which goes back where it was."""

    def effect() -> Any:
        try:
            with transaction.atomic():
                return run()
        except (ImportStateError, SpreadsheetError) as error:
            return _refusal(batch, back, str(error))()

    return effect


def _refusal(batch: Import, back: str, message: str) -> Effect:
    def tell() -> dict[str, str]:
        Import.objects.filter(pk=batch.pk).update(state=back, problem=message)
        return {"problem": message}

    return tell


# --- letting go ----------------------------------------------------------------------------------


@handler(PRUNE)
def _prune(job: Job) -> Effect:
    """After the days in which an import can be undone its rows and file are not kept."""
    before = timezone.now() - dt.timedelta(days=DAYS)
    old = Import.objects.filter(at__lt=before, rows__isnull=False).distinct()

    def effect() -> int:
        gone = 0
        for batch in old:
            if batch.confirmed_at and batch.confirmed_at > before:
                continue
            gone += ImportRow.objects.filter(batch=batch).delete()[0]
            if batch.file:
                batch.file.delete(save=True)
            if batch.state in (State.UPLOADED, State.CHECKED) and batch.confirmed_at is None:
                Import.objects.filter(pk=batch.pk).update(state=State.DISCARDED)
        return gone

    return effect


schedule.daily(PRUNE, hour=3)
