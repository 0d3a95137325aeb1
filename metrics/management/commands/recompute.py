"""Queue, await or make a recomputation."""

import datetime as dt
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, jobs
from core.commands import ReportingCommand
from core.models import Job
from metrics import work
from territory.lookup import district_by_code

WAIT_SECONDS = 900


class Command(ReportingCommand):
    help = (
        "重新测算：默认更新实时测算，加 --snapshot 生成统计截止日的快照。"
        "例：manage.py recompute --snapshot --as-of 2026-10-31 --wait"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--district", default="", help="区划代码，只有一个区时可省略")
        parser.add_argument("--as-of", type=dt.date.fromisoformat, help="统计截止日 YYYY-MM-DD")
        parser.add_argument("--snapshot", action="store_true", help="生成快照")
        parser.add_argument("--wait", action="store_true", help="等待测算完成")

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        district = district_by_code(options["district"])
        if options["as_of"] and not options["snapshot"]:
            raise CommandError(_("--as-of 只能与 --snapshot 一起使用：实时测算总是截至今天。"))
        if options["snapshot"]:
            day = options["as_of"] or timezone.localdate()
            job = work.enqueue_snapshot(district, day, audit.SYSTEM)
        else:
            job = work.enqueue_live(district)
        if options["wait"]:
            job = await_job(job)
        result: dict[str, Any] = {"job": str(job.pk), "state": job.state, "worker": job.worker}
        if job.started_at and job.finished_at:
            result["seconds"] = round((job.finished_at - job.started_at).total_seconds(), 3)
        result |= job.result or {}
        return result, [
            _("测算任务 %(id)s：%(state)s") % {"id": job.pk, "state": job.get_state_display()}
        ]


def await_job(job: Job) -> Job:
    """Wait until a worker has finished the job, or run it here where there is no broker."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        job.refresh_from_db()
        if job.state == Job.State.DONE:
            return job
        if job.state in (Job.State.FAILED, Job.State.CANCELLED):
            raise CommandError(_("测算失败：%(error)s") % {"error": job.error})
        if not jobs.has_broker():
            jobs.run_job(job.pk)
        time.sleep(0.1)
    raise CommandError(_("等待超时：没有执行进程在运行。请启动 make serve 或 manage.py runjobs。"))
