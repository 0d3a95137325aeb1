"""Whether balances, ledger and instalments agree, on the terminal."""

import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from core.commands import ReportingCommand
from subsidies.checking import Discrepancy, check_lines
from subsidies.models import BudgetLine
from territory.lookup import district_by_code


class Command(ReportingCommand):
    help = "核对预算指标的余额、流水和分期；有不一致时列出并以 1 退出。例：manage.py check_budgets"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--district", default="", help="区划代码，默认为全部")

    def handle(self, *args: Any, **options: Any) -> None:
        self.found: list[Discrepancy] = []
        super().handle(*args, **options)
        if self.found:
            sys.exit(1)

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        district = district_by_code(options["district"]) if options["district"] else None
        self.found = check_lines(district)
        lines = BudgetLine.objects.filter(**{"district": district} if district else {}).count()
        told = {"lines": lines, "wrong": [_told(one) for one in self.found]}
        if not self.found:
            return told, [_("已核对 %(n)d 项预算指标，全部相符。") % {"n": lines}]
        return told, [one.text for one in self.found]


def _told(one: Discrepancy) -> dict[str, Any]:
    return {
        "line": str(one.line.pk),
        "name": str(one.line),
        "what": one.what,
        "kept": one.kept,
        "found": one.found,
    }
