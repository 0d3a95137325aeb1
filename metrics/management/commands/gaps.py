"""短板清单 on the terminal."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from circles.models import Circle
from core.commands import ReportingCommand
from core.scope import ALL, Scope
from metrics.gaps import gaps
from metrics.querysets import last_release, live_run
from outlets.models import BusinessFormat
from territory.lookup import district_by_code


class Command(ReportingCommand):
    help = "短板清单：缺什么、在哪里、影响多少居民。例：manage.py gaps --business-format repair"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--district", default="", help="区划代码，只有一个区时可省略")
        parser.add_argument("--circle", default="", help="生活圈编码")
        parser.add_argument("--business-format", default="", help="业态编码")

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        district = district_by_code(options["district"])
        release = last_release(district)
        run = release.run if release else live_run(district)
        if run is None:
            raise CommandError(_("尚无测算结果，请先执行 manage.py recompute --wait。"))
        scope = Scope(district_ids=frozenset({district.pk}), street_ids=ALL)
        found = gaps(
            run,
            scope,
            circles=_circle_ids(options["circle"]),
            formats=_formats(options["business_format"]),
        )
        rows = [
            {
                "circle": gap.circle.code,
                "name": gap.circle.name,
                "business_format": gap.format.code,
                "missing": gap.missing,
                "residents": gap.residents,
                "unreached": gap.unreached,
            }
            for gap in found
        ]
        words = {True: _("缺失"), False: _("够不着"), None: _("情况不明")}
        lines = [
            f"{gap.circle.code} {gap.circle.name} {gap.format.name} {words[gap.missing]} "
            + _("未覆盖居民 %(n)d 人") % {"n": gap.unreached}
            for gap in found
        ]
        return {"run": str(run.pk), "gaps": rows}, lines or [_("没有短板。")]


def _circle_ids(code: str) -> list[Any] | None:
    if not code:
        return None
    ids = list(Circle.objects.filter(code=code).values_list("pk", flat=True))
    if not ids:
        raise CommandError(_("没有编码为 %(code)s 的生活圈。") % {"code": code})
    return ids


def _formats(code: str) -> list[str] | None:
    if code and not BusinessFormat.objects.filter(code=code).exists():
        raise CommandError(_("没有编码为 %(code)s 的业态。") % {"code": code})
    return [code] if code else None
