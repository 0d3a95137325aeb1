"""Load what the platform needs before anyone enters a row."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

import accounts.reference
import assessments.reference
import circles.reference
import coordination.reference
import core.reference
import metrics.reference
import outlets.reference
import reports.reference
import subsidies.reference
import territory.reference

# Each needs the rows of those before it.
LOADERS = (
    territory.reference.load,
    core.reference.load,
    outlets.reference.load,
    circles.reference.load,
    metrics.reference.load,
    accounts.reference.load,
    assessments.reference.load,
    subsidies.reference.load,
    coordination.reference.load,
    reports.reference.load,
)


def load_reference(fixtures: Path) -> dict[str, int]:
    """Everything in one transaction; how many rows of each kind there are now."""
    counts: dict[str, int] = {}
    with transaction.atomic():
        for load in LOADERS:
            counts |= load(fixtures)
    return counts


class Command(BaseCommand):
    help = (
        "装入区划、业态、政策条款、规则、目标、批次、角色、单位、评价标准、问卷、外地扶持政策和报表，可重复执行。"
        "例：manage.py load_reference --json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="结果输出为一个 JSON 对象")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_reference(Path(settings.FIXTURE_ROOT))
        if options["json"]:
            self.stdout.write(json.dumps(counts, ensure_ascii=False))
        elif options["verbosity"]:
            for name, count in counts.items():
                self.stdout.write(f"{name}: {count}")
            self.stdout.write(_("参考数据已装入。"))
