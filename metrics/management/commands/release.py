"""定稿."""

import uuid
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from core import audit
from core.commands import ReportingCommand
from metrics.models import Release, Run
from metrics.services import release_run


class Command(ReportingCommand):
    help = "将快照定稿。例：manage.py release 0190… --purpose year"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("run", type=uuid.UUID, help="测算批次编号")
        parser.add_argument("--purpose", choices=Release.Purpose.values, required=True, help="用途")
        parser.add_argument("--comment", default="", help="说明")

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        run = Run.objects.filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(_("没有编号为 %(id)s 的测算批次。") % {"id": options["run"]})
        release = release_run(
            run=run, purpose=options["purpose"], by=audit.SYSTEM, comment=options["comment"]
        )
        return (
            {"release": str(release.pk), "run": str(run.pk), "cutoff": release.cutoff},
            [_("已定稿：%(release)s") % {"release": release}],
        )
