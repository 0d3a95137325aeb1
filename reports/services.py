"""The annual return."""

from pathlib import Path

from django.utils.translation import gettext as _

from core import audit
from core.jobs import JobRefusedError
from metrics.models import Release, Run
from metrics.querysets import last_release
from reports.workbook import build_annual_return
from territory.models import District


def write_annual_return(
    *, district: District, year: int, path: Path, draft: bool, by: audit.Actor | None = None
) -> Run:
    """Write the workbook of `year`'s 定稿 (with `draft`, of the last snapshot) to `path`."""
    release = (
        Release.objects.filter(district=district, purpose=Release.Purpose.YEAR, cutoff__year=year)
        .select_related("run__district")
        .order_by("-cutoff", "-at")
        .first()
    )
    run = release.run if release else None
    if run is None and draft:
        newest = last_release(district)
        snapshots = Run.objects.filter(district=district, kind=Run.Kind.SNAPSHOT)
        run = newest.run if newest else snapshots.order_by("-as_of", "-finished_at").first()
    if run is None:
        raise JobRefusedError(
            _("%(year)d 年度尚未定稿。请先生成快照并按“年度”用途定稿，或加 --draft 导出草稿。")
            % {"year": year}
        )
    build_annual_return(run, year, path, draft=release is None)
    audit.note(
        "reports.annual_return", by=by, year=year, run=str(run.pk), file=path.name, draft=draft
    )
    return run
