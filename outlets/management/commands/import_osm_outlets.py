"""Take in shops and amenities of an OpenStreetMap extract."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from core import audit
from core.commands import ReportingCommand
from core.spreadsheets import SpreadsheetError
from outlets.osm.importing import LICENCE, NoOutlinesError, OsmOutcome, import_osm_outlets
from outlets.osm.reading import OsmFileError
from territory.lookup import district_by_code

_MOST_LISTED = 30


class Command(ReportingCommand):
    help = (
        "从 OpenStreetMap 摘录导入区内商店和服务点，标签按对照表（fixtures/osm_formats.json）"
        "对应业态；查重、匹配与台账导入相同。数据按 ODbL 1.0 使用，须署名。"
        "例：manage.py import_osm_outlets shanghai.osm.pbf --district 310107 --dry-run"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE.osm.pbf", help="摘录文件")
        parser.add_argument("--district", default="", help="区划代码，只有一个区时可省略")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        try:
            outcome = import_osm_outlets(
                district=district_by_code(options["district"]),
                path=options["file"],
                by=audit.SYSTEM,
                dry_run=options["dry_run"],
            )
        except SpreadsheetError as error:
            raise CommandError(error.message) from error
        except (OsmFileError, NoOutlinesError) as error:
            raise CommandError(str(error)) from error
        return outcome.as_json(), _lines(outcome)


def _lines(outcome: OsmOutcome) -> list[str]:
    told = outcome.as_json()
    lines = [
        _("区内 %(inside)d 处，区外 %(outside)d 处（不导入）") % told,
        _(
            "其中：不属任何街道（镇）边界 %(streetless)d，按对照表不导入 %(left_out)d，"
            "无名称 %(nameless)d，重复绘制 %(doubles)d"
        )
        % told,
    ]
    if outcome.unmapped:
        listed = outcome.unmapped.most_common(_MOST_LISTED)
        tags = "、".join(f"{tag} {count}" for tag, count in listed)
        lines.append(
            _("对照表中没有的标签（共 %(count)d 处）：%(tags)s")
            % {"count": outcome.unmapped.total(), "tags": tags}
        )
    ledger = outcome.ledger
    if ledger is None:
        lines.append(_("没有可导入的网点"))
    else:
        said = _("共 %(rows)d 行：新增 %(new)d，更新 %(changed)d，未变 %(unchanged)d，")
        said += _("有误或疑似重复 %(failed)d（未写入）")
        lines.append(said % ledger.counts())
        lines.append(_("已写入") if ledger.written else _("未写入"))
    return [*lines, _("数据来源：%(licence)s") % {"licence": LICENCE}]
