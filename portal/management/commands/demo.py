"""Everything from nothing: the demo district, a real worker, a 定稿, the workbook, the site."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics.models import Run
from portal.demo.accounts import PASSWORD, demo_accounts
from portal.demo.evaluating import evaluate
from portal.demo.loading import loaded_plan
from portal.demo.plan import Plan
from portal.demo.surveying import sample_code
from portal.demo_summary import summary
from portal.serving import Processes, embedded_broker
from territory.models import District

TREND_MONTHS = 5


class Command(BaseCommand):
    help = "演示：从零准备演示数据、测算、定稿、导出工作簿并启动网站。例：manage.py demo --once"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="准备完成后退出，不启动网站")
        parser.add_argument("--scale", type=float, default=1.0, help="规模，1.0 为全区")
        parser.add_argument("--bind", default="127.0.0.1:8000", help="地址:端口")

    def handle(self, *args: Any, once: bool, scale: float, bind: str, **options: Any) -> None:
        with embedded_broker() as url:
            if url and not settings.REDIS_URL:
                # Settings are read once, at start: begin again as a child that has the broker.
                os.environ["REDIS_URL"] = url
                code = _again(sys.argv)
                sys.exit(code)
            self._prepare(scale)
            with Processes(settings.REDIS_URL or None) as processes:
                processes.start_jobs()
                result = self._run_programme()
                self.stdout.write(json.dumps(result, ensure_ascii=False))
                self.stdout.flush()
                if once:
                    return
                processes.start_schedule()
                processes.start_web(bind)
                self._welcome(bind)
                code = processes.wait()
        sys.exit(code)

    def _prepare(self, scale: float) -> None:
        self._say(_("1/5 建立数据库"))
        self._quietly("migrate", interactive=False)
        self._say(_("2/5 载入区划、业态、条款和规则"))
        self._quietly("load_reference")
        self._say(_("3/5 生成演示区数据"))
        self._quietly("load_demo", scale=scale)

    def _run_programme(self) -> dict[str, Any]:
        """What a year of the programme ends in: live figures, months signed off, the return."""
        district = District.objects.get()
        today = timezone.localdate()
        self._say(_("4/5 由后台执行进程测算并定稿"))
        live = self._json("recompute", wait=True)
        before = self._sign_off(district, dt.date(today.year - 1, 12, 31), "year")
        months = [
            self._sign_off(district, day, "month") for day in _month_ends(today, TREND_MONTHS)
        ]
        self._evaluate(district, before, months[-1])
        run = self._sign_off(district, today, "year")
        self._json("measure_effects")
        self._say(_("5/5 导出并核验年度工作簿"))
        path = (
            Path(settings.DATA_DIR).resolve() / f"annual-return-{district.code}-{today.year}.xlsx"
        )
        self._json("annual_return", today.year, output=path)
        verify = self._json("verify_workbook", path)
        return summary(run) | {
            "worker_pid": int(live["worker"].rpartition(":")[2].partition("/")[0]),
            "recompute_s": live["seconds"],
            "run": str(run.pk),
            "workbook": str(path),
            "verify": verify,
        }

    def _evaluate(self, district: District, before: Run, now: Run) -> None:
        """Last year's grades on last year's figures, this year's on the last month's."""
        plan = loaded_plan(district)
        if plan is None:
            return
        day = dt.date.fromisoformat(plan["day"])
        first, last = (run.releases.order_by("at").first() for run in (before, now))
        if first and last:
            evaluate(Plan(plan["scale"], plan["seed"], day), district, first, last)

    def _sign_off(self, district: District, day: dt.date, purpose: str) -> Run:
        known = Run.objects.filter(
            district=district, as_of=day, kind=Run.Kind.SNAPSHOT, releases__purpose=purpose
        ).first()
        if known:
            return known
        made = self._json("recompute", snapshot=True, as_of=day, wait=True)
        self._json("release", made["run"], purpose=purpose, comment=_("演示定稿"))
        return Run.objects.get(pk=made["run"])

    def _json(self, command: str, *args: Any, **options: Any) -> dict[str, Any]:
        out = StringIO()
        call_command(command, *args, json=True, stdout=out, **options)
        return json.loads(out.getvalue())

    def _quietly(self, command: str, **options: Any) -> None:
        with redirect_stdout(sys.stderr):
            call_command(command, verbosity=0, stdout=sys.stderr, **options)

    def _say(self, text: str) -> None:
        self.stderr.write(text)

    def _welcome(self, bind: str) -> None:
        lines = [
            "",
            _("演示已启动：http://%(bind)s  （工作台 /admin/，接口文档 /api/docs/）")
            % {"bind": bind},
            _("演示账号（口令均为 %(password)s）：") % {"password": PASSWORD},
            *(f"  {name:<32}{role}" for name, role in demo_accounts()),
            *_questionnaire(bind),
            _("按 Ctrl+C 停止。"),
        ]
        self.stderr.write("\n".join(lines))


def _questionnaire(bind: str) -> list[str]:
    """A resident's questionnaire to try; each code takes one answer."""
    code = sample_code()
    if not code:
        return []
    address = f"http://{bind}{reverse('survey:answer', args=[code])}"
    return [_("居民问卷示例（每码限答一次）：%(address)s") % {"address": address}]


def _again(argv: list[str]) -> int:
    """Run this command anew with the environment as it is now; stops reach the child."""
    child = subprocess.Popen([sys.executable, *argv])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: child.terminate())
    return child.wait()


def _month_ends(today: dt.date, months: int) -> list[dt.date]:
    """The last days of the `months` calendar months before today's, oldest first."""
    ends, first = [], today.replace(day=1)
    for _month in range(months):
        last = first - dt.timedelta(days=1)
        ends.append(last)
        first = last.replace(day=1)
    return ends[::-1]
