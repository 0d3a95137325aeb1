"""Load the demo district."""

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.demo.accounts import NameTakenError
from portal.demo.loading import DemoRefusedError, load_demo
from portal.demo.plan import Plan


class Command(BaseCommand):
    help = (
        "装入演示区（普陀区十个街道（镇），其余均为虚构的演示数据）；同样的规模和种子再次执行不作改动。"
        "例：manage.py load_demo --scale 0.1 --seed 1 --json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=_scale, default=1.0, help="规模，0.02 至 1，默认 1")
        parser.add_argument("--seed", type=int, default=1, help="随机种子，默认 1")
        parser.add_argument(
            "--day",
            type=dt.date.fromisoformat,
            help="演示数据的“今天” YYYY-MM-DD，默认当天；各日期均由此倒推",
        )
        parser.add_argument("--replace", action="store_true", help="先清除已有的演示数据")
        parser.add_argument("--json", action="store_true", help="结果输出为一个 JSON 对象")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(options["scale"], options["seed"], options["day"] or timezone.localdate())
        try:
            result = load_demo(
                plan, Path(settings.FIXTURE_ROOT), replace=options["replace"], tell=self._tell
            )
        except (DemoRefusedError, NameTakenError) as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        elif options["verbosity"]:
            self.stdout.write(
                _(
                    "演示数据：%(circles)d 个生活圈、%(compounds)d 个小区、%(residents)d 名居民、"
                    "%(outlets)d 个网点。"
                )
                % result
            )
            if not result["fresh"]:
                self.stdout.write(_("此前已装入，未作改动。"))

    def _tell(self, stage: str) -> None:
        """The stage under way, on a terminal only."""
        if self.stderr.isatty():
            self.stderr.write(f"… {stage}")


def _scale(text: str) -> float:
    try:
        value = float(text)
        Plan(value, 0, dt.date.min)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError("规模应为 0.02 至 1 之间的数") from wrong
    return value
