"""Taking the list of outlets out, exactly as it is filtered: all rows, logged, masked, scoped."""

import datetime as dt
import tempfile
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import audit, jobs, policy
from core.audit import Actor
from core.geo import CRS
from core.models import Job
from core.scope import Scope
from outlets.exports.files import FileKind, write_ledger
from outlets.exports.rows import LedgerRows
from outlets.listing import chunks, day_of, filtered
from outlets.models import Export
from outlets.querysets import OutletQuerySet
from territory.models import District

JOB = "outlets.export"
SUBJECT = "outlets"
# Up to here the file is made while one waits.
MOST_AT_ONCE = 2000
KEPT = dt.timedelta(days=7)
FOLDER = "exports"


def start_export(
    *,
    scope: Scope,
    district: District,
    query: str,
    kind: str,
    by: Actor,
    crs: str = CRS.WGS84,
    contacts: bool = False,
) -> Export:
    """Take out the outlets that `query` (the list's address) lets through; all of them.

    Few rows are written at once, more by a job (`Export.job`). `contacts` in clear only for those
    who may read them. PermissionDenied; ValidationError for a kind, system or day that is none.
    """
    policy.require(scope, "outlets.view")
    if contacts:
        policy.require(scope, "outlets.contact")
    if kind not in FileKind.values:
        raise ValidationError({"kind": _("没有这种格式")})
    if crs not in CRS.__members__.values():
        raise ValidationError({"crs": _("没有这种坐标系")})
    rows = selected(query, scope, district)
    count = rows.count()
    with transaction.atomic():
        export = Export.objects.create(
            district=district,
            by_id=scope.user_id,
            by_label=by.label[:120],
            office_code=by.office_code,
            subject=SUBJECT,
            query=query,
            kind=kind,
            crs=CRS.WGS84 if kind == FileKind.GEOJSON else crs,
            contacts=contacts,
        )
        if count > MOST_AT_ONCE:
            job = jobs.enqueue(
                JOB,
                key=f"{district.code}:{export.pk}",
                payload={"export": str(export.pk)},
                requested_by=by.id,
                office_code=by.office_code,
            )
            export.job = job.pk
            export.save(update_fields=["job"])
    if export.job is None:
        with tempfile.TemporaryFile() as file:
            write_rows_of(export, scope, file)
            keep(export, file, by)
    return export


def selected(query: str, scope: Scope, district: District) -> OutletQuerySet:
    """The rows that the address of a list asks for, of one district."""
    return filtered(QueryDict(query), scope).filter(district=district)


def write_rows_of(export: Export, scope: Scope, file: BinaryIO, job: Job | None = None) -> int:
    """Write what the export asks for into `file`; how many rows. The words are Chinese."""
    rows = selected(export.query, scope, export.district)
    on = day_of(QueryDict(export.query))
    total = rows.count() if job else 0
    written = 0

    def counted(done: int) -> None:
        nonlocal written
        written = done
        if job is not None:
            jobs.report_progress(job, done, max(total, done), _("已写入 %(n)d 行") % {"n": done})

    with translation.override(settings.LANGUAGE_CODE):
        ledger = LedgerRows(export.district, crs=CRS(export.crs), contacts=export.contacts)
        write_ledger(file, export.kind, ledger, chunks(rows, on), counted=counted)
    export.rows = written
    return written


def keep(export: Export, file: BinaryIO, by: Actor) -> None:
    """Store the finished file and note in the audit log who took out how much of what."""
    file.seek(0)
    name = f"{FOLDER}/{export.at:%Y/%m}/{export.pk}.{export.kind}"
    export.file.name = default_storage.save(name, File(file))
    export.finished_at = timezone.now()
    with transaction.atomic():
        export.save(update_fields=["file", "rows", "finished_at"])
        audit.note(
            "outlets.export",
            by=by,
            export=export.pk,
            rows=export.rows,
            query=export.query,
            kind=export.kind,
            crs=export.crs,
            contacts=export.contacts,
        )


def is_kept(export: Export, now: dt.datetime | None = None) -> bool:
    """Whether the file is there to be downloaded."""
    return bool(export.file) and export.at > (now or timezone.now()) - KEPT


def prune(now: dt.datetime | None = None) -> dict[str, int]:
    """Remove the files that are past their days; that they were taken out stays known."""
    old = Export.objects.filter(at__lte=(now or timezone.now()) - KEPT).exclude(file="")
    files = 0
    for export in old.iterator():
        default_storage.delete(str(export.file.name))
        Export.objects.filter(pk=export.pk).update(file="")
        files += 1
    return {"files": files}
