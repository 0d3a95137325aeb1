"""The workbook for the city and the ministry."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from core.commands import ReportingCommand
from reports.services import write_annual_return
from territory.lookup import district_by_code


class Command(ReportingCommand):
    help = "导出年度报送工作簿。例：manage.py annual_return 2026 --output 普陀区2026.xlsx"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("year", type=int, help="年度")
        parser.add_argument("--output", type=Path, required=True, help="输出文件 .xlsx")
        parser.add_argument("--draft", action="store_true", help="未定稿时导出草稿")
        parser.add_argument("--district", default="", help="区划代码，只有一个区时可省略")

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        path = options["output"].resolve()
        run = write_annual_return(
            district=district_by_code(options["district"]),
            year=options["year"],
            path=path,
            draft=options["draft"],
        )
        return (
            {"workbook": str(path), "run": str(run.pk), "as_of": run.as_of},
            [_("已导出 %(path)s") % {"path": path}],
        )
