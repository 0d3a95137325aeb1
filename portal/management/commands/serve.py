"""Serve what is there: web, worker and beat."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from portal.serving import Processes


class Command(BaseCommand):
    help = "启动网站与后台任务（有 REDIS_URL 时用 Celery，否则用 runjobs）。例：manage.py serve"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help="地址:端口")

    def handle(self, *args: Any, bind: str, **options: Any) -> None:
        with Processes(settings.REDIS_URL or None) as processes:
            processes.start_jobs()
            processes.start_schedule()
            processes.start_web(bind)
            self.stderr.write(_("已启动 http://%(bind)s ，按 Ctrl+C 停止。") % {"bind": bind})
            code = processes.wait()
        sys.exit(code)
