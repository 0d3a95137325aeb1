"""扶持成效 on the terminal."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from core.audit import SYSTEM
from core.commands import ReportingCommand
from metrics.models import Release
from subsidies.services.effects import measure_effects
from territory.lookup import district_by_code


class Command(ReportingCommand):
    help = "按定稿前后的台账测算扶持成效（新增可达居民）。例：manage.py measure_effects"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--district", default="", help="区划代码，只有一个区时可省略")
        parser.add_argument("--release", type=uuid.UUID, help="定稿编号，默认为最近定稿")

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        district = district_by_code(options["district"])
        release = None
        if options["release"]:
            rows = Release.objects.filter(district=district, pk=options["release"])
            release = rows.select_related("run").first()
            if release is None:
                raise CommandError(_("没有编号为 %(id)s 的定稿。") % {"id": options["release"]})
        try:
            told = measure_effects(district=district, release=release, by=SYSTEM)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        line = _(
            "统计截止日 %(cutoff)s：测算 %(measured)d 个，"
            "变动 %(changed)d 个，无法测算 %(unknown)d 个。"
        )
        return told, [line % told]
