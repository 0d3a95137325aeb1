"""The columns of the ledger of residential compounds (小区台账)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from circles.models import Compound
from core.spreadsheets import Choice, Column, Kind
from core.spreadsheets.amounts import plain_degrees
from outlets.ledger_columns import CRS_CHOICES, SQUARE_METRES, street_choices
from territory.models import District

_KINDS: dict[str, tuple[str, ...]] = {
    Compound.Kind.OLD: ("老旧", "老小区", "老公房"),
    Compound.Kind.NEW: ("新建", "新建小区", "新建住宅"),
    Compound.Kind.AFFORDABLE: ("保障房", "大型居住社区", "动迁房", "安置房"),
    Compound.Kind.COMMODITY: ("商品住宅", "商品房小区"),
}


def _length(name: str) -> int:
    length: int = Compound._meta.get_field(name).max_length  # type: ignore[union-attr, assignment]
    return length


def _people(key: str, title: Any, *aliases: str) -> Column:
    return Column(key=key, title=title, kind=Kind.INTEGER, least=0, aliases=aliases)


def _date(key: str, title: Any, *aliases: str) -> Column:
    return Column(
        key=key, title=title, kind=Kind.DATE, aliases=aliases, help=_("新建居住区填写（四同步）")
    )


COMPOUNDS: tuple[Column, ...] = (
    Column(
        key="code",
        title=_("小区编码"),
        kind=Kind.CODE,
        max_length=_length("code"),
        aliases=("编码", "小区代码", "小区编号"),
        help=_("可不填，导入时按街道（镇）自动编号"),
    ),
    Column(
        key="name",
        title=_("小区名称"),
        required=True,
        max_length=_length("name"),
        aliases=("名称", "住宅小区", "小区", "小区名"),
        example=_("示例新村"),
    ),
    Column(
        key="street",
        title=_("街道（镇）"),
        kind=Kind.CHOICE,
        aliases=("街道", "所属街道", "街镇", "所属街镇", "街道镇", "镇"),
        help=_("名称、简称或 9 位区划代码"),
    ),
    Column(
        key="neighbourhood",
        title=_("居（村）委会"),
        aliases=("居委会", "居民区", "社区", "所属居委会", "居村委", "居委"),
        help=_("名称或 12 位区划代码"),
    ),
    Column(
        key="kind",
        title=_("类型"),
        kind=Kind.CHOICE,
        choices=tuple(Choice(code, label, _KINDS[code]) for code, label in Compound.Kind.choices),
        aliases=("小区类型", "住房类型"),
    ),
    Column(
        key="address",
        title=_("地址"),
        max_length=_length("address"),
        aliases=("详细地址", "小区地址", "坐落"),
    ),
    Column(
        key="x_in",
        title=_("经度"),
        kind=Kind.DECIMAL,
        normalise=plain_degrees,
        aliases=("东经", "lng", "lon"),
    ),
    Column(
        key="y_in",
        title=_("纬度"),
        kind=Kind.DECIMAL,
        normalise=plain_degrees,
        aliases=("北纬", "lat"),
    ),
    Column(
        key="crs_in",
        title=_("坐标系"),
        kind=Kind.CHOICE,
        choices=CRS_CHOICES,
        aliases=("坐标系统", "坐标类型", "crs"),
        help=_("有经纬度时必填；同一文件只能用一种坐标系"),
    ),
    _people("population", _("居民数"), "人口", "常住人口", "居民人数", "总人口"),
    _people("population_0_3", _("0–3岁"), "0-3岁", "0～3岁", "3岁以下", "0-3岁人数"),
    _people("population_0_6", _("0–6岁"), "0-6岁", "0～6岁", "6岁以下", "0-6岁人数"),
    _people("population_18_35", _("18–35岁"), "18-35岁", "18～35岁", "青年人数", "18-35岁人数"),
    _people("population_60", _("60岁及以上"), "60岁以上", "60+", "老年人口", "老年人数"),
    _people("households", _("户数"), "住户数", "总户数"),
    _date("planned_on", _("同步规划"), "规划日期", "同步规划日期"),
    _date("built_on", _("同步建设"), "建设日期", "同步建设日期"),
    _date("accepted_on", _("同步验收"), "验收日期", "同步验收日期"),
    _date("delivered_on", _("同步交付"), "交付日期", "同步交付日期"),
    Column(
        key="floor_area",
        title=_("总建筑面积（㎡）"),
        kind=Kind.DECIMAL,
        decimal_places=2,
        normalise=SQUARE_METRES,
        least=Decimal(0),
        aliases=("总建筑面积", "建筑面积", "建筑面积㎡"),
    ),
    Column(
        key="commercial_area",
        title=_("商业和综合服务设施面积（㎡）"),
        kind=Kind.DECIMAL,
        decimal_places=2,
        normalise=SQUARE_METRES,
        least=Decimal(0),
        aliases=("商业和综合服务设施面积", "商业配套面积", "配套面积"),
    ),
)


def compound_columns(district: District) -> list[Column]:
    """The columns with the district's streets as choices."""
    return [
        replace(column, choices=street_choices(district)) if column.key == "street" else column
        for column in COMPOUNDS
    ]
