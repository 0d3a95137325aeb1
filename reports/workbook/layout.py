"""Which cell shows which figure: the workbook as data.

No official form is known (domain §0); the columns are those the ministry publishes, and are marked
待区商务委确认. A column without a source yet shows “—”. `owned` columns are figures: they are
recomputed by `verify_workbook`. The others describe (names, dates) and are not.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.models import Grade
from circles.models import Circle
from metrics.indicators.programme import LEVELS
from outlets.models import BusinessFormat
from reports.workbook.figures import FigureBook

NO_SOURCE = "—"
COUNT, SHARE, DECIMAL, SCORE, TEXT = "#,##0", "0.0%", "#,##0.00##", "0.00", "@"

Shown = float | int | str | None


@dataclass(frozen=True)
class Column:
    """One column: its title, how it is written, and where its content comes from."""

    title: Any
    number_format: str = TEXT
    figure: Callable[[FigureBook, uuid.UUID], Shown] | None = None
    describe: Callable[[Any], Shown] | None = None
    width: int = 12

    @property
    def owned(self) -> bool:
        """Whether the column is a figure that verification recomputes."""
        return self.figure is not None


def amount(code: str, of: str = "value", part: int = 0, per: float = 1.0) -> Any:
    """A count (rounded to whole when `per` is 1) from an indicator's value, num or den."""

    def read(book: FigureBook, scope_id: uuid.UUID) -> Shown:
        cell = book.cell(code, scope_id, part)
        number = None if cell is None else getattr(cell, of)
        if number is None:
            return None
        return round(number) if per == 1.0 else round(number / per, 4)

    return read


def share(code: str) -> Any:
    """A share as a fraction of four decimals (shown as per cent)."""

    def read(book: FigureBook, scope_id: uuid.UUID) -> Shown:
        cell = book.cell(code, scope_id)
        return None if cell is None or cell.value is None else round(cell.value, 4)

    return read


def score() -> Any:
    """Points of the last decided evaluation, two decimals."""

    def read(book: FigureBook, scope_id: uuid.UUID) -> Shown:
        cell = book.cell("evaluation_score", scope_id)
        return None if cell is None or cell.value is None else round(cell.value, 2)

    return read


def missing_list(book: FigureBook, scope_id: uuid.UUID) -> Shown:
    """Names of the formats confirmed missing, in the list's order."""
    names = _format_names()
    missing = [
        names[int(number)]
        for number in book.inputs.format_number
        if (cell := book.cell("missing_formats", scope_id, int(number))) and cell.value == 1
    ]
    return "、".join(missing) or str(_("无"))


def unknown_list(book: FigureBook, scope_id: uuid.UUID) -> Shown:
    """Names of the formats that nobody has looked for: unknown is not absent."""
    names = _format_names()
    unknown = [
        names[int(number)]
        for number in book.inputs.format_number
        if (cell := book.cell("missing_formats", scope_id, int(number))) and cell.value is None
    ]
    return "、".join(unknown) or str(_("无"))


def _format_names() -> dict[int, str]:
    return dict(BusinessFormat.objects.values_list("number", "name"))


SUMMARY: tuple[Column, ...] = (
    Column(_("年度"), "0", describe=lambda ctx: ctx.year),
    Column(_("省（市）"), describe=lambda ctx: ctx.district.city),
    Column(_("试点地区"), describe=lambda ctx: ctx.district.name),
    Column(_("批次")),
    Column(_("试点类型（全国／省级／全域）"), width=16),
    Column(_("建设便民生活圈数"), COUNT, amount("circles_built")),
    Column(_("其中：基础型"), COUNT, amount("circles_built", part=LEVELS["basic"])),
    Column(_("其中：提升型"), COUNT, amount("circles_built", part=LEVELS["improved"])),
    Column(_("其中：品质型"), COUNT, amount("circles_built", part=LEVELS["quality"])),
    Column(_("验收通过数"), COUNT, amount("circles_accepted")),
    Column(_("覆盖社区数"), COUNT, amount("communities_served")),
    Column(_("服务居民（万人）"), DECIMAL, amount("residents_served", per=10_000)),
    Column(_("商业网点（个）"), COUNT, amount("outlet_count")),
    Column(_("基本保障类网点（个）"), COUNT, amount("basic_outlet_share", of="num")),
    Column(_("品质提升类网点（个）"), COUNT, amount("quality_outlet_share", of="num")),
    Column(_("连锁网点（个）"), COUNT, amount("chain_share", of="num")),
    Column(_("连锁化率"), SHARE, share("chain_share")),
    Column(_("社区商业中心数")),
    Column(_("从业人数（人）"), COUNT, amount("employee_count")),
    Column(_("带动就业（人）")),
    Column(_("建设改造投资额（万元）")),
    Column(_("居民综合满意度"), SHARE, share("satisfaction_share")),
    Column(_("使用智慧平台社区数")),
    Column(_("政策文件数")),
)

CIRCLES: tuple[Column, ...] = (
    Column(_("序号"), "0", describe=lambda row: row.number),
    Column(_("生活圈编码"), figure=lambda book, id: None, width=18),
    Column(_("名称"), describe=lambda row: row.circle.name, width=24),
    Column(_("所在街道（镇）"), describe=lambda row: row.streets, width=20),
    Column(_("覆盖居委会"), describe=lambda row: row.neighbourhoods, width=30),
    Column(_("布局类型"), describe=lambda row: row.circle.get_layout_display() or NO_SOURCE),
    Column(_("中心点经度（CGCS2000）"), "0.000000", describe=lambda row: row.lon),
    Column(_("中心点纬度（CGCS2000）"), "0.000000", describe=lambda row: row.lat),
    Column(_("面积（km²）"), "0.000", describe=lambda row: row.area_km2),
    Column(_("服务人口（人）"), COUNT, amount("residents")),
    Column(_("60岁及以上人口（人）"), COUNT, amount("elderly_residents")),
    Column(_("网点数（个）"), COUNT, amount("outlet_count")),
    Column(_("基本保障类具备种类数"), COUNT, amount("basic_formats_present")),
    Column(_("基本保障类目录种类数"), COUNT, amount("basic_formats_present", of="den")),
    Column(_("品质提升类具备种类数"), COUNT, amount("quality_formats_present")),
    Column(_("品质提升类目录种类数"), COUNT, amount("quality_formats_present", of="den")),
    Column(_("缺失业态"), figure=missing_list, width=30),
    Column(_("情况不明业态"), figure=unknown_list, width=30),
    Column(_("连锁化率"), SHARE, share("chain_share")),
    Column(_("评价得分"), SCORE, score()),
    Column(_("满意度"), SHARE, share("satisfaction_share")),
    Column(_("级别"), describe=lambda row: row.circle.get_level_display() or NO_SOURCE),
    Column(_("批次"), describe=lambda row: str(row.circle.batch or NO_SOURCE), width=20),
    Column(_("启动日期"), "yyyy-mm-dd", describe=lambda row: row.circle.started_on or NO_SOURCE),
    Column(_("验收日期"), "yyyy-mm-dd", describe=lambda row: row.circle.accepted_on or NO_SOURCE),
    Column(_("特色主题"), describe=lambda row: row.circle.theme or NO_SOURCE, width=16),
)
CIRCLE_CODE = 1

# 分级分类验收评价: one row for each circle that has been decided on by the cutoff day.
EVALUATIONS: tuple[Column, ...] = (
    Column(_("序号"), "0", describe=lambda row: row.number),
    Column(_("生活圈编码"), figure=lambda book, id: None, width=18),
    Column(_("名称"), describe=lambda row: row.grade.circle.name, width=24),
    Column(_("主报街镇"), describe=lambda row: row.grade.circle.lead_street.name, width=18),
    Column(_("评价年度"), "0", describe=lambda row: row.grade.year),
    Column(_("评价类型"), describe=lambda row: row.grade.evaluation.get_kind_display()),
    Column(_("评价标准"), describe=lambda row: row.standard, width=30),
    Column(_("基本保障类（具备／目录种类数）"), describe=lambda row: row.kinds("basic"), width=14),
    Column(
        _("品质提升类（具备／目录种类数）"), describe=lambda row: row.kinds("quality"), width=14
    ),
    Column(_("评价得分"), SCORE, score()),
    Column(_("居民综合满意度"), SHARE, share("satisfaction_share")),
    Column(_("审定等级"), describe=lambda row: row.grade.get_outcome_display()),
    Column(_("动态调整"), describe=lambda row: row.grade.get_adjustment_display() or NO_SOURCE),
    Column(_("审定日期"), "yyyy-mm-dd", describe=lambda row: row.grade.decided_on or NO_SOURCE),
    Column(_("审定说明"), describe=lambda row: row.grade.reason or NO_SOURCE, width=30),
)

OUTLETS: tuple[tuple[str, Any, str, bool, int], ...] = (
    # key, title, number format, owned, width
    ("number", _("序号"), "0", False, 8),
    ("code", _("网点编码"), TEXT, True, 18),
    ("name", _("网点名称"), TEXT, False, 26),
    ("street", _("街道（镇）"), TEXT, True, 16),
    ("circles", _("所属生活圈编码"), TEXT, True, 20),
    ("format", _("业态"), TEXT, True, 18),
    ("address", _("详细地址"), TEXT, False, 30),
    ("chain", _("连锁网点"), TEXT, True, 10),
    ("employees", _("从业人数（人）"), COUNT, True, 12),
    ("area", _("营业面积（㎡）"), "#,##0.00", True, 12),
    ("located", _("已入图"), TEXT, True, 8),
)


@dataclass(frozen=True)
class EvaluationRow:
    """What describes an evaluation in sheet 3: the decision, and what it rested on."""

    number: int
    grade: Grade

    @property
    def standard(self) -> str:
        """Name and version; an unofficial one says so."""
        standard = self.grade.evaluation.standard
        mark = "" if standard.is_official else f"（{_('待区商务委确认')}）"
        return f"{standard.name} {_('第%(n)d版') % {'n': standard.number}}{mark}"

    def kinds(self, category: str) -> str:
        """Kinds there ÷ kinds of the list, as decided on."""
        told = self.grade.explanation.get("figures", {}).get(category)
        return f"{told['present']}／{told['total']}" if told else NO_SOURCE


@dataclass(frozen=True)
class CircleRow:
    """What describes a circle in sheet 2."""

    number: int
    circle: Circle
    streets: str
    neighbourhoods: str
    lon: float | None
    lat: float | None
    area_km2: float | None
