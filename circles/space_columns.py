"""The columns of the ledger of spaces that can be used (可利用空间台账)."""

from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from circles.models import Space
from circles.site_columns import day, length_of, located_at, with_streets
from core.spreadsheets import Choice, Column, Kind
from outlets.ledger_columns import SQUARE_METRES
from outlets.models import BusinessFormat
from territory.models import District

_KINDS: dict[str, tuple[str, ...]] = {
    Space.Kind.HOUSE: ("房屋", "闲置用房", "空置房屋"),
    Space.Kind.PLANT: ("厂房", "闲置厂房"),
    Space.Kind.WAREHOUSE: ("闲置仓库", "库房"),
    Space.Kind.LAND: ("空地", "闲置地块"),
    Space.Kind.CLEARED: ("拆违空地", "拆后土地"),
    Space.Kind.TEST_BOOTH: ("核酸检测亭", "核酸亭", "原核酸亭"),
    Space.Kind.MALL_UNIT: ("空铺", "商场空置商铺", "空置商铺"),
}
_STATES: dict[str, tuple[str, ...]] = {
    Space.State.AVAILABLE: ("可利用", "闲置", "空置"),
    Space.State.NEGOTIATING: ("洽谈中", "意向洽谈"),
    Space.State.IN_USE: ("启用", "已利用", "已使用"),
}

SPACES: tuple[Column, ...] = (
    Column(
        key="code",
        title=_("空间编码"),
        kind=Kind.CODE,
        max_length=length_of(Space, "code"),
        aliases=("编码", "空间代码", "空间编号"),
        help=_("可不填，导入时按街道（镇）自动编号"),
    ),
    Column(
        key="name",
        title=_("空间名称"),
        required=True,
        max_length=length_of(Space, "name"),
        aliases=("名称", "可利用空间", "载体名称"),
        example=_("示例路12号底层"),
    ),
    Column(
        key="kind",
        title=_("空间类型"),
        kind=Kind.CHOICE,
        required=True,
        choices=tuple(Choice(code, label, _KINDS[code]) for code, label in Space.Kind.choices),
        aliases=("类型", "类别"),
        example=_("闲置房屋"),
    ),
    Column(
        key="area",
        title=_("面积（㎡）"),
        kind=Kind.DECIMAL,
        normalise=SQUARE_METRES,
        decimal_places=2,
        least=Decimal(0),
        aliases=("面积", "建筑面积", "可用面积", "面积㎡"),
    ),
    Column(
        key="owner",
        title=_("产权单位"),
        max_length=length_of(Space, "owner"),
        aliases=("权属单位", "产权人", "产权方"),
    ),
    Column(
        key="use_mode",
        title=_("可用方式"),
        max_length=length_of(Space, "use_mode"),
        aliases=("利用方式", "使用方式", "合作方式"),
        example=_("租赁"),
    ),
    day("available_from", _("可用起始日期"), "可用起始", "起始日期", "可用日期"),
    day(
        "available_until",
        _("可用截止日期"),
        "可用截止",
        "截止日期",
        help=_("自该日起不再可用；不限的不填"),
    ),
    Column(
        key="rent",
        title=_("租金（元/㎡·天）"),
        kind=Kind.DECIMAL,
        decimal_places=2,
        least=Decimal(0),
        aliases=("租金", "租金单价", "租金（元/平方米·天）"),
        help=_("每平方米每天的租金；免租金填 0"),
    ),
    Column(
        key="wanted_formats",
        title=_("拟引入业态"),
        kind=Kind.LIST,
        aliases=("拟引进业态", "意向业态", "计划业态"),
        help=_("按业态目录填写名称或编码，可填多项，以顿号或逗号分隔"),
    ),
    Column(
        key="state",
        title=_("状态"),
        kind=Kind.CHOICE,
        choices=tuple(Choice(code, label, _STATES[code]) for code, label in Space.State.choices),
        aliases=("利用状态", "使用状态"),
        help=_("不填视为可用"),
    ),
    *located_at(),
)


def space_columns(district: District) -> list[Column]:
    """The columns with the district's streets and the formats as choices."""
    formats = tuple(
        Choice(row.code, row.name, tuple(row.aliases))
        for row in BusinessFormat.objects.order_by("number")
    )
    return [
        replace(column, choices=formats) if column.key == "wanted_formats" else column
        for column in with_streets(SPACES, district)
    ]
