"""The columns of the ledger of public facilities (公共服务设施台账)."""

from django.utils.translation import gettext_lazy as _

from circles.models import Facility
from circles.site_columns import day, length_of, located_at, with_streets
from core.spreadsheets import Choice, Column, Kind
from territory.models import District

_KINDS: dict[str, tuple[str, ...]] = {
    Facility.Kind.ELDERLY: ("养老服务", "养老设施", "养老院", "日间照料中心", "为老服务中心"),
    Facility.Kind.CHILDCARE: ("托育服务", "托育点", "托儿所", "幼儿托管"),
    Facility.Kind.HEALTH: (
        "卫生",
        "护理站",
        "卫生·护理站",
        "卫生/护理站",
        "卫生服务站",
        "社区卫生服务站",
        "社区卫生服务中心",
    ),
    Facility.Kind.MEALS: ("助餐点", "社区食堂", "老年助餐点", "长者食堂"),
    Facility.Kind.CULTURE: ("文化活动中心", "图书馆", "文化设施", "文化活动室"),
    Facility.Kind.SPORTS: ("体育设施", "健身苑点", "运动场", "市民健身中心"),
    Facility.Kind.PARK: ("公园绿地", "口袋公园", "绿地"),
    Facility.Kind.FINANCE: ("银行", "金融网点", "银行网点"),
    Facility.Kind.PARCEL: ("快递设施", "智能快件箱", "邮政所", "邮政局所"),
    Facility.Kind.SCHOOL: ("中小学", "幼儿园", "教育设施"),
}

FACILITIES: tuple[Column, ...] = (
    Column(
        key="code",
        title=_("设施编码"),
        kind=Kind.CODE,
        max_length=length_of(Facility, "code"),
        aliases=("编码", "设施代码", "设施编号"),
        help=_("可不填，导入时按街道（镇）自动编号"),
    ),
    Column(
        key="name",
        title=_("设施名称"),
        required=True,
        max_length=length_of(Facility, "name"),
        aliases=("名称", "公共服务设施", "设施"),
        example=_("示例社区食堂"),
    ),
    Column(
        key="kind",
        title=_("设施类型"),
        kind=Kind.CHOICE,
        required=True,
        choices=tuple(Choice(code, label, _KINDS[code]) for code, label in Facility.Kind.choices),
        aliases=("类型", "类别", "设施类别"),
        example=_("助餐"),
    ),
    Column(
        key="authority",
        title=_("主管部门"),
        max_length=length_of(Facility, "authority"),
        aliases=("主管单位", "行业主管部门"),
    ),
    *located_at(),
    Column(
        key="capacity",
        title=_("服务容量"),
        kind=Kind.INTEGER,
        least=0,
        aliases=("容量", "床位数", "座位数", "托位数"),
        help=_("床位、餐位、托位等数量"),
    ),
    Column(
        key="hours",
        title=_("开放时间"),
        max_length=length_of(Facility, "hours"),
        aliases=("服务时间", "营业时间"),
        example="08:00-17:00",
    ),
    day("opened_on", _("启用日期"), "开放日期", "启用时间", "投用日期"),
    day("closed_on", _("停用日期"), "关闭日期", "停用时间"),
)


def facility_columns(district: District) -> list[Column]:
    """The columns with the district's streets as choices."""
    return with_streets(FACILITIES, district)
