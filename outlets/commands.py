"""What the commands that take in a ledger share."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from core import audit
from core.commands import ReportingCommand
from core.geo import CRS
from core.spreadsheets import SpreadsheetError
from core.text import normalise_key
from outlets.imports.taking import ImportOutcome
from territory.lookup import district_by_code
from territory.models import District, Street
from territory.querysets import streets_by_any_name

_MOST_LISTED = 50
_BAR = 24


class LedgerCommand(ReportingCommand):
    """`FILE` and how to take it in. Errors go to stderr, each with its cell; exit code 1."""

    # The service that does it.
    take: Callable[..., ImportOutcome]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE", help="台账文件（.xlsx 或 .csv）")
        parser.add_argument("--district", default="", help="区划代码，只有一个区时可省略")
        parser.add_argument("--street", default="", help="只导入该街道（镇）：区划代码、名称或别名")
        parser.add_argument(
            "--crs", choices=[crs.value for crs in CRS], help="坐标系；各行都填了坐标系时可省略"
        )
        parser.add_argument(
            "--on", type=dt.date.fromisoformat, help="台账所述情况的日期 YYYY-MM-DD，默认今天"
        )
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument(
            "--errors",
            type=Path,
            metavar="OUT.xlsx",
            help="把有错的行按原版式另存，改后可直接再导入",
        )
        parser.add_argument("--partial", action="store_true", help="有错的行跳过，其余照常写入")

    def handle(self, *args: Any, **options: Any) -> None:
        self.refusal = ""
        super().handle(*args, **options)
        if self.refusal:
            raise CommandError(self.refusal)

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("找不到文件 %(file)s，请核对路径。") % {"file": path})
        errors: Path | None = options["errors"]
        if errors and not errors.parent.is_dir():
            raise CommandError(
                _("文件夹 %(folder)s 不存在，无法另存有错的行。") % {"folder": errors.parent}
            )
        district = district_by_code(options["district"])
        try:
            outcome = type(self).take(
                district=district,
                street=_street(district, options["street"]),
                file=path,
                filename=path.name,
                crs=options["crs"],
                on=options["on"],
                dry_run=options["dry_run"],
                partial=options["partial"],
                by=audit.SYSTEM,
                progress=self._show if self.stderr.isatty() else None,
            )
        except SpreadsheetError as error:
            raise CommandError(f"{path.name}：{error.message}") from error
        self._tell_errors(outcome, errors)
        return outcome.as_json(), _lines(outcome)

    def _tell_errors(self, outcome: ImportOutcome, path: Path | None) -> None:
        for error in outcome.errors[:_MOST_LISTED]:
            where = _("第 %(row)d 行") % {"row": error.row}
            column = f" {error.column_letter} 列" if error.column_letter else ""
            value = f"（{error.value}）" if error.value else ""
            self.stderr.write(f"{where}{column}“{error.column_title}”{value}：{error.message}")
        more = len(outcome.errors) - _MOST_LISTED
        if more > 0:
            self.stderr.write(
                _("…… 另有 %(more)d 处错误，可用 --errors OUT.xlsx 导出全部") % {"more": more}
            )
        if outcome.errors and path:
            outcome.write_errors(path)
            self.stderr.write(_("有错的行已写入 %(file)s，改正后可直接再导入") % {"file": path})
        if outcome.refused:
            self.refusal = _(
                "%(failed)d 行有错，未写入任何数据。请改正后再导入，或用 --partial 只导入无误的行。"
            ) % {"failed": outcome.failed}

    def _show(self, done: int, total: int, text: str) -> None:
        full = _BAR * done // total
        bar = "█" * full + "░" * (_BAR - full)
        self.stderr.write(f"\r{bar} {text}\x1b[K", ending="\n" if done == total else "")
        self.stderr.flush()


def _street(district: District, name: str) -> Street | None:
    if not name:
        return None
    street = streets_by_any_name(district).get(normalise_key(name))
    if street is None:
        known = "、".join(
            f"{street.code} {street.name}" for street in district.streets.order_by("sort", "code")
        )
        raise CommandError(
            _("%(district)s没有街道（镇）“%(name)s”。可填：%(known)s")
            % {"district": district, "name": name, "known": known or "—"}
        )
    return street


def _lines(outcome: ImportOutcome) -> list[str]:
    counts = outcome.counts()
    said = _("共 %(rows)d 行：新增 %(new)d，更新 %(changed)d，未变 %(unchanged)d，有错 %(failed)d")
    lines = [*outcome.notes, said % counts]
    others = {"brands": _("新建品牌 %(count)d 个"), "enterprises": _("新建企业 %(count)d 家")}
    lines += [others[key] % {"count": count} for key, count in outcome.created.items() if count]
    lines.append(_("已写入") if outcome.written else _("未写入"))
    return lines
