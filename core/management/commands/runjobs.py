"""Drain the job table without a broker, and keep the schedule."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from core import heartbeat, jobs, schedule


class Command(BaseCommand):
    help = "在没有消息代理时执行后台任务。例：manage.py runjobs --once"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="执行完排队的任务后退出")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        while True:
            heartbeat.beat()
            jobs.sweep()
            schedule.enqueue_due()
            count = jobs.run_waiting()
            if once:
                self.stdout.write(_("已执行 %(count)d 个任务") % {"count": count})
                return
            if not count:
                time.sleep(1)
