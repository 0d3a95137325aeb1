"""Recompute every figure a workbook owns."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from core.commands import ReportingCommand
from reports.workbook import verify_workbook

SHOWN = 50


class Command(ReportingCommand):
    help = "用快照的输入重新计算工作簿的每个数字。例：manage.py verify_workbook 普陀区2026.xlsx"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="年度报送工作簿")

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        if not options["file"].is_file():
            raise CommandError(_("找不到文件 %(file)s。") % {"file": options["file"]})
        cells, differences = verify_workbook(options["file"])
        if differences:
            for difference in differences[:SHOWN]:
                self.stderr.write(str(difference))
            raise CommandError(
                _("%(cells)d 个数字中 %(n)d 个不一致（%(n)d differ）。")
                % {"cells": cells, "n": len(differences)}
            )
        return (
            {"cells": cells, "differ": 0},
            [_("%(cells)d 个数字全部一致（0 differ）。") % {"cells": cells}],
        )
