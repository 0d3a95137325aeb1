"""Import a street network."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from core.commands import ReportingCommand
from metrics.networks import import_network
from territory.lookup import district_by_code


class Command(ReportingCommand):
    help = (
        "导入步行路网（.osm.pbf、.osm、.osm.gz、GeoJSON、GeoPackage、Shapefile）。"
        "例：manage.py import_network shanghai.osm.pbf --district 310107"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="路网文件")
        parser.add_argument("--district", default="", help="区划代码，只有一个区时可省略")

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        if not options["file"].is_file():
            raise CommandError(_("找不到文件 %(file)s。") % {"file": options["file"]})
        try:
            network = import_network(
                district=district_by_code(options["district"]), path=options["file"]
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        lines = [_("已导入路网“%(name)s”。") % {"name": network.name}]
        lines += [f"{key}: {value}" for key, value in network.report.items()]
        return {"network": str(network.pk), "digest": network.digest, **network.report}, lines
