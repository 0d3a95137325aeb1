"""Reminders of what is due."""

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import ReportingCommand
from core.reminders import send_reminders


class Command(ReportingCommand):
    help = (
        "发送到期和逾期提醒：应发而未发的各发一次，可重复执行。"
        "例：manage.py send_reminders --on 2026-04-08"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--on",
            type=dt.date.fromisoformat,
            help="按哪一天计算，缺省为今天",
            metavar="YYYY-MM-DD",
        )

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        today = options["on"] or timezone.localdate()
        sent = send_reminders(today)
        return (
            {"on": today, "sent": sent},
            [_("%(day)s：发出提醒 %(n)d 项。") % {"day": today.isoformat(), "n": sent}],
        )
