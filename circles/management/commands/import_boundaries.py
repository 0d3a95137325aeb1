"""Take in outlines."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from circles.services.boundaries import LEVELS, BoundariesRefusedError, import_boundaries
from core import audit
from core.commands import ReportingCommand
from core.geo import CRS
from outlets.services import verify_places
from territory.lookup import district_by_code

_MOST_LISTED = 50


class Command(ReportingCommand):
    help = (
        "导入区、街道（镇）、居（村）委会和生活圈的边界（GeoJSON，每个要素有属性 level 和 code）："
        "先检查全部要素，有错则一个也不写入。"
        "例：manage.py import_boundaries 街道边界.geojson --level street --verify-places"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE", help="GeoJSON 文件")
        parser.add_argument("--district", default="", help="区划代码，只有一个区时可省略")
        parser.add_argument(
            "--level", choices=LEVELS, default="", help="没有 level 属性的要素的级别"
        )
        parser.add_argument(
            "--crs",
            choices=[crs.value for crs in CRS],
            default=CRS.WGS84.value,
            help="文件的坐标系，默认 wgs84",
        )
        parser.add_argument(
            "--on", type=dt.date.fromisoformat, help="生活圈边界的生效日期 YYYY-MM-DD，默认今天"
        )
        parser.add_argument("--sample", action="store_true", help="标为示意边界")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument(
            "--verify-places", action="store_true", help="写入后按新边界核实待核实的网点位置"
        )

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(_("找不到文件 %(file)s，请核对路径。") % {"file": file})
        district = district_by_code(options["district"])
        on = options["on"] or timezone.localdate()
        try:
            counts = import_boundaries(
                district=district,
                file=file,
                by=audit.SYSTEM,
                level=options["level"],
                crs=options["crs"],
                on=on,
                is_sample=options["sample"],
                dry_run=options["dry_run"],
            )
        except BoundariesRefusedError as error:
            raise CommandError(self._refusal(file, error)) from error
        except ValidationError as error:
            raise CommandError(f"{file.name}：" + "；".join(error.messages)) from error
        result: dict[str, Any] = {"file": file.name, "dry_run": options["dry_run"], **counts}
        lines = [_line(level, count) for level, count in counts.items() if count["given"]]
        if options["verify_places"] and not options["dry_run"]:
            result["verified"] = verify_places(
                district=district, on=on, by=audit.SYSTEM, reason=file.name
            )
            lines.append(_("按边界核实网点位置 %(count)d 个") % {"count": result["verified"]})
        lines.append(_("未写入（仅检查）") if options["dry_run"] else _("已写入"))
        return result, lines

    def _refusal(self, file: Path, error: BoundariesRefusedError) -> str:
        for line in error.errors[:_MOST_LISTED]:
            self.stderr.write(line)
        return _("%(file)s 有 %(count)d 处错误，未写入任何边界。请改正后重新导入。") % {
            "file": file.name,
            "count": len(error.errors),
        }


def _line(level: str, count: dict[str, int]) -> str:
    names = {
        "district": _("区"),
        "street": _("街道（镇）"),
        "neighbourhood": _("居（村）委会"),
        "circle": _("生活圈"),
    }
    return _("%(level)s边界 %(given)d 个，其中有变化 %(changed)d 个") % {
        "level": names[level],
        **count,
    }
