"""Open and close reporting periods as the clock does, for a day."""

import datetime as dt
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import ReportingCommand
from reports.progress import clock


class Command(ReportingCommand):
    help = "按日期开放、关闭报告期，可重复执行。例：manage.py close_periods --on 2026-12-01"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--on", default="", help="日期 YYYY-MM-DD，默认为今天")

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        try:
            on = dt.date.fromisoformat(options["on"]) if options["on"] else timezone.localdate()
        except ValueError as error:
            raise CommandError(_("日期应写作 2026-12-01 的形式。")) from error
        done = clock.run(on)
        return (
            {"on": on, **done},
            [_("已开放 %(opened)d 个报告期，关闭 %(closed)d 个。") % done],
        )
