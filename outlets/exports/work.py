"""Jobs of exports: large ones, and removing files each night."""

import tempfile

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy import scope_of
from core import jobs, policy, schedule
from core.audit import Actor
from core.jobs import Effect, JobRefusedError
from core.models import Job
from outlets.exports.service import JOB, keep, prune, write_rows_of
from outlets.models import Export

PRUNE = "outlets.prune_exports"


@jobs.handler(JOB)
def export(job: Job) -> Effect:
    """Write the file with what its person may see now; stored when all of it is written."""
    row = Export.objects.select_related("district").get(pk=job.payload["export"])
    scope = scope_of(User.objects.filter(pk=row.by_id).first() if row.by_id else None)
    may = policy.may(scope, "outlets.view")
    if not may or (row.contacts and not policy.may(scope, "outlets.contact")):
        raise JobRefusedError(_("导出人已没有此项权限，未导出。"))
    # Closed by the effect, or with the worker: it has no name on the disk.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    write_rows_of(row, scope, file, job)
    by = Actor(row.by_id, row.by_label, row.office_code)

    def effect() -> dict[str, int | None]:
        with file:
            keep(row, file, by)
        return {"rows": row.rows}

    return effect


@jobs.handler(PRUNE)
def prune_exports(job: Job) -> Effect:
    """Remove files of exports that are past their days."""
    return prune


schedule.daily(PRUNE, hour=2)
