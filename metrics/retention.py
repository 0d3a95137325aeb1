"""How long runs are kept, and proving kept ones again.

Released runs and month ends stay for ever, others 35 days. Arrays per compound stay 35 days, those
of each district's last 定稿 as long as it is the last.
"""

import calendar
import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.jobs import JobRefusedError
from metrics.models import CompoundReach, Run, Value
from metrics.querysets import last_release
from metrics.services import inputs_root, recompute_snapshot
from territory.models import District

KEPT_DAYS = 35


def prune(today: dt.date | None = None) -> dict[str, int]:
    """Remove what need not be kept; how many runs and compound arrays went."""
    before = (today or timezone.localdate()) - dt.timedelta(days=KEPT_DAYS)
    old = Run.objects.filter(kind=Run.Kind.SNAPSHOT, as_of__lt=before)
    unsigned = old.exclude(state=Run.State.RELEASED).values_list("pk", "as_of")
    doomed = [run for run, day in unsigned if not _is_month_end(day)]
    current = [r.run_id for d in District.objects.all() if (r := last_release(d))]
    with audit.act("metrics.prune") as act:
        arrays, _by_table = (
            CompoundReach.objects.filter(run__in=old).exclude(run__in=current).delete()
        )
        Value.objects.filter(run__in=doomed).delete()
        Run.objects.filter(pk__in=doomed).delete()
        act.changes = {"runs": len(doomed), "compound_arrays": arrays}
    _remove_files_nobody_names()
    return {"runs": len(doomed), "compound_arrays": arrays}


def reverify(runs: Iterable[Run] | None = None) -> dict[str, Any]:
    """Make every signed-off run again from its inputs; refused, naming those that differ."""
    checked = list(runs if runs is not None else Run.objects.filter(state=Run.State.RELEASED))
    broken = [str(run) for run in checked if not stands(run)]
    if broken:
        raise JobRefusedError(
            _("定稿复核不一致：%(runs)s。请勿引用，并联系系统管理员核查输入文件和数据库。")
            % {"runs": "、".join(broken)}
        )
    return {"runs": len(checked), "differ": 0}


def stands(run: Run) -> bool:
    """Whether a snapshot's stored values are exactly what its inputs give."""
    try:
        again = recompute_snapshot(run)
    except (OSError, ValueError):
        return False
    columns = ("indicator", "scope", "scope_id", "part", "num", "den", "value", "coverage", "flags")
    stored = set(Value.objects.filter(run=run).values_list(*columns))
    return stored == {tuple(getattr(value, column) for column in columns) for value in again}


def _is_month_end(day: dt.date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def _remove_files_nobody_names() -> None:
    named = set(Run.objects.exclude(input_file="").values_list("input_file", flat=True))
    yesterday = timezone.now().timestamp() - 86_400
    for path in inputs_root().glob("*.npz"):
        # A file is written before its run is committed: leave fresh ones alone.
        if path.name not in named and path.stat().st_mtime < yesterday:
            path.unlink()
