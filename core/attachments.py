"""Files attached to rows of any room: checked, kept under names of our own, never overwritten.

Who may attach, open or remove, the room's gate decides before it calls. The file is written before
its row; when the transaction fails later, the file that then belongs to no row is removed by the
daily sweep.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final, cast

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import models
from django.http import FileResponse, Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs, schedule
from core.audit import Actor, act
from core.db import locked
from core.filetypes import type_of
from core.models import Attachment, Job
from core.text import normalise

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_FILES: Final = 20
SWEEP = "core.sweep_attachments"
FOLDER = "attachments"
# A file without a row may belong to a transaction under way.
SPARED = dt.timedelta(days=1)


def attach(row: models.Model, file: File, by: Actor) -> Attachment:
    """Attach an uploaded file to `row`. ValidationError (`file`) says what to do instead."""
    name = _plain_name(file.name or "")
    size = _size_of(file, name)
    kind = type_of(cast(BinaryIO, file), name)
    made = Attachment(
        object_type=row._meta.label_lower,
        object_id=row.pk,
        name=name,
        content_type=kind.content_type,
        size=size,
        sha256=_digest_of(file),
        by_id=by.id,
        by_label=by.label[:120],
    )
    storage, stored = made.file.storage, ""
    try:
        with act("core.attach", by=by, obj=row) as this:
            if _files_of([row]).count() >= MOST_FILES:
                raise _refusal(_("每项最多 %(n)d 个附件，请先移除不用的。") % {"n": MOST_FILES})
            file.seek(0)
            made.file.save(f"{made.pk}.{_extension(name)}", file, save=False)
            stored = made.file.name or ""
            made.save(force_insert=True)
            this.changes = {"name": name, "size": size, "sha256": made.sha256}
    except BaseException:
        if stored:
            storage.delete(stored)
        raise
    return made


def attachments_of(row: models.Model) -> list[Attachment]:
    """The files of a row, oldest first."""
    return list(_files_of([row]))


def attachments_of_rows(rows: Iterable[models.Model]) -> dict[Any, list[Attachment]]:
    """The files of many rows of one model, by the row's key; one query."""
    told = list(rows)
    found: dict[Any, list[Attachment]] = {row.pk: [] for row in told}
    for file in _files_of(told) if told else ():
        found[file.object_id].append(file)
    return found


def attachment_of(row: models.Model, pk: uuid.UUID) -> Attachment:
    """One file of a row whose gate the caller has passed; Http404 when it is not the row's."""
    found = _files_of([row]).filter(pk=pk).first()
    if found is None:
        raise Http404(_("没有这个附件，或者已被移除。"))
    return found


def remove(attachment: Attachment, by: Actor) -> Attachment:
    """Take a file off its row; it is kept for those who must look it up. Again changes nothing."""
    with act("core.remove_attachment", by=by) as this:
        row = locked(Attachment.objects.filter(pk=attachment.pk)).get()
        this.obj, this.changes = row, {"name": row.name, "object": str(row.object_id)}
        if row.removed_at is None:
            row.removed_at = timezone.now()
            row.save(update_fields=["removed_at"])
    return row


def serve(attachment: Attachment) -> FileResponse:
    """The file as a download; it never opens inside the site. Http404 when it is gone."""
    try:
        stream = attachment.file.open("rb")
    except OSError as error:
        raise Http404(_("附件文件已不在存储中，请联系系统管理员。")) from error
    answer = FileResponse(
        stream,
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _files_of(rows: list[models.Model]) -> "models.QuerySet[Attachment]":
    files = Attachment.objects.filter(
        object_type=rows[0]._meta.label_lower, object_id__in=[row.pk for row in rows]
    )
    return files.filter(removed_at=None).order_by("at", "id")


# --- What comes in -------------------------------------------------------------------------------
def _plain_name(name: str) -> str:
    """The file's own name, without folders, at most 200 characters with its extension."""
    name = normalise(name.replace("\\", "/").rpartition("/")[2])
    stem, dot, extension = name.rpartition(".")
    return f"{stem[: 199 - len(extension)]}{dot}{extension}" if dot else name[:200]


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _size_of(file: File, name: str) -> int:
    size = int(file.size)
    if size > MOST_BYTES:
        raise _refusal(
            _("“%(name)s”有 %(size).1f MB，超过 %(most)d MB，请压缩或拆分后上传。")
            % {"name": name, "size": size / 2**20, "most": MOST_BYTES // 2**20}
        )
    if size == 0:
        raise _refusal(_("“%(name)s”是空文件（0 字节）。") % {"name": name})
    return size


def _digest_of(file: File) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _refusal(message: str) -> ValidationError:
    return ValidationError({"file": message})


# --- What was left behind ------------------------------------------------------------------------
def sweep(now: dt.datetime | None = None) -> int:
    """Delete stored files that belong to no row, a day after they were written; how many."""
    storage = Attachment._meta.get_field("file").storage
    before = (now or timezone.now()) - SPARED
    swept = 0
    for folder in _months(storage):
        names = {f"{folder}/{name}" for name in storage.listdir(folder)[1]}
        names -= set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
        for name in names:
            if storage.get_modified_time(name) < before:
                storage.delete(name)
                swept += 1
    return swept


def _months(storage: Storage) -> Iterator[str]:
    """The folders that `upload_to` makes: attachments/year/month."""
    try:
        years = storage.listdir(FOLDER)[0]
    except FileNotFoundError:
        return
    for year in sorted(years):
        for month in sorted(storage.listdir(f"{FOLDER}/{year}")[0]):
            yield f"{FOLDER}/{year}/{month}"


@jobs.handler(SWEEP)
def _daily(job: Job) -> jobs.Effect:
    swept = sweep()
    return lambda: {"swept": swept}


schedule.daily(SWEEP, hour=3)
