"""The columns of the outlet ledger (商业网点台账), for reading, templates, exports and help.

A column's key is the outlet's own column wherever it fills one; the others are resolved by
`outlets.services`: `street`, `neighbourhood`, `credit_code`, `brand`, `format_category`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.credit_code import check_credit_code, normalise_credit_code
from core.geo import CRS
from core.spreadsheets.amounts import plain_degrees, without_unit
from core.spreadsheets.columns import Choice, Column, Kind, choices_of
from outlets.models import Brand, BusinessFormat, Outlet, Service
from outlets.models.outlet import (
    BreakfastKind,
    FacilityForm,
    Ownership,
    PlaceState,
    Status,
)
from outlets.models.owners import ChainKind
from territory.models import District, Street

SQUARE_METRES = without_unit("平方米", "平米", "平方", "㎡", "m2", "m²", "平")
PERSONS = without_unit("人", "名", "位", "个人")
_INDUSTRY = re.compile(r"[A-T]?\d{2,4}")

CRS_CHOICES = (
    Choice(CRS.WGS84, "WGS-84", ("wgs84", "WGS 84", "GPS", "EPSG:4326", "4326")),
    Choice(
        CRS.CGCS2000,
        "CGCS2000",
        ("国家2000", "2000国家大地坐标系", "2000坐标系", "大地2000", "天地图", "EPSG:4490", "4490"),
    ),
    Choice(CRS.GCJ02, "GCJ-02", ("gcj02", "GCJ 02", "国测局", "火星坐标", "高德", "腾讯")),
    Choice(CRS.BD09, "BD-09", ("bd09", "BD 09", "bd09ll", "百度", "百度坐标")),
)

_MORE_WORDS: dict[str, tuple[str, ...]] = {
    Status.OPEN: ("正常", "正常营业", "在营", "开业", "营业中", "存续"),
    Status.PREPARING: ("筹备", "筹建中", "装修", "待开业"),
    Status.SUSPENDED: ("暂停营业", "歇业", "停业整顿"),
    Status.CLOSED: ("已关闭", "关停", "注销", "撤店", "闭店"),
    Status.MOVED: ("搬迁", "已迁出", "搬离"),
    PlaceState.VERIFIED: ("核实", "已核查"),
    PlaceState.UNVERIFIED: ("未核实", "待核查", "未核查"),
    PlaceState.FAILED: ("定位失败", "无坐标"),
    FacilityForm.SHOP: ("门店", "固定", "店铺"),
    FacilityForm.MOBILE: ("可移动", "移动设施", "流动摊点"),
    FacilityForm.SMART: ("智能", "无人设施", "自助设施"),
    FacilityForm.STALL: ("摊位",),
    ChainKind.DIRECT: ("直营", "直营店"),
    ChainKind.FRANCHISE: ("加盟", "特许", "特许经营", "加盟店", "特许连锁"),
    ChainKind.VOLUNTARY: ("自愿", "自由连锁", "自由"),
    ChainKind.NONE: ("非", "无", "否", "单店", "独立", "非连锁店"),
    Ownership.STATE: ("国有", "国有资产", "公有"),
    Ownership.PRIVATE: ("私", "个人", "民营"),
    Ownership.COLLECTIVE: ("集体所有",),
}


def _choices(words: Any) -> tuple[Choice, ...]:
    return tuple(
        replace(choice, aliases=_MORE_WORDS.get(choice.code, ()))
        for choice in choices_of(words.choices)
    )


def _industry(code: str) -> str | None:
    if _INDUSTRY.fullmatch(code):
        return None
    return _now("应为 GB/T 4754-2017 的行业代码，如 5213")


def _length(model: Any, name: str) -> int:
    length: int = model._meta.get_field(name).max_length
    return length


def _text(key: str, title: Any, **rest: Any) -> Column:
    kind = rest.pop("kind", Kind.TEXT)
    return Column(key=key, title=title, kind=kind, max_length=_length(Outlet, key), **rest)


def _flag(key: str, title: Any, *aliases: str, **rest: Any) -> Column:
    return Column(key=key, title=title, kind=Kind.FLAG, aliases=aliases, **rest)


def _date(key: str, title: Any, *aliases: str, **rest: Any) -> Column:
    return Column(key=key, title=title, kind=Kind.DATE, aliases=aliases, **rest)


LEDGER: tuple[Column, ...] = (
    _text(
        "code",
        _("网点编码"),
        kind=Kind.CODE,
        aliases=("编码", "网点代码", "网点编号"),
        example="310107005-000001",
        help=_("可不填，导入时按街道（镇）自动编号"),
    ),
    _text(
        "name",
        _("网点名称"),
        required=True,
        aliases=(
            "网点名称（招牌名）",
            "招牌名",
            "招牌名称",
            "店名",
            "门店名称",
            "商户名称",
            "名称",
        ),
        example=_("示例便利店（兰溪路店）"),
    ),
    _text(
        "licence_name", _("营业执照名称"), aliases=("企业名称", "执照名称", "单位名称", "主体名称")
    ),
    Column(
        key="credit_code",
        title=_("统一社会信用代码"),
        kind=Kind.CODE,
        aliases=("信用代码", "社会信用代码", "税号"),
        normalise=normalise_credit_code,
        check=check_credit_code,
        help=_("18 位；个体无照的可不填；同一企业的多个网点可重复"),
        example="91000000MAFAKE001Q",
    ),
    Column(
        key="main_format",
        title=_("业态"),
        kind=Kind.CHOICE,
        required=True,
        aliases=("业态名称", "主营业态", "业态编码", "所属业态", "业态（本系统码）"),
        help=_("按业态目录填写名称或编码"),
        example=_("便利店"),
    ),
    Column(
        key="format_category",
        title=_("业态类别"),
        kind=Kind.CHOICE,
        aliases=("类别", "业态大类", "业态类别（基本/品质）"),
        choices=tuple(
            Choice(code, label, words)
            for (code, label), words in zip(
                BusinessFormat.Category.choices,
                (("基本", "基本保障", "基本类"), ("品质", "品质提升", "品质类")),
                strict=True,
            )
        ),
        help=_("可不填；填写时须与业态相符"),
    ),
    _text(
        "industry_code",
        _("行业代码"),
        kind=Kind.CODE,
        aliases=("国民经济行业代码", "行业分类代码"),
        normalise=str.upper,
        check=_industry,
        example="5213",
    ),
    Column(
        key="services",
        title=_("一店多能服务"),
        kind=Kind.LIST,
        aliases=("一店多能", "叠加服务", "附加服务", "便民服务项目", "一店多能服务（多选）"),
        help=_("可填多项，以顿号或逗号分隔"),
    ),
    Column(
        key="street",
        title=_("街道（镇）"),
        kind=Kind.CHOICE,
        aliases=("街道", "所属街道", "街镇", "所属街镇", "街道（乡镇）", "街道镇", "镇"),
        help=_("名称、简称或 9 位区划代码；区外网点不填"),
        example=_("曹杨新村街道"),
    ),
    Column(
        key="neighbourhood",
        title=_("居（村）委会"),
        aliases=("居委会", "居民区", "社区", "所属居委会", "居委会（12位）", "居村委", "居委"),
        help=_("名称或 12 位区划代码"),
    ),
    Column(
        key="declared_circles",
        title=_("所属生活圈"),
        kind=Kind.LIST,
        max_length=100,
        aliases=("生活圈", "便民生活圈", "所属便民生活圈", "所属生活圈（可多个）"),
        help=_("生活圈编码或名称，可填多个；有坐标的网点以边界为准"),
    ),
    _text("address", _("详细地址"), aliases=("地址", "经营地址", "网点地址", "门牌地址")),
    _text("floor_room", _("楼层／室"), aliases=("楼层", "室号", "楼层室号", "楼层/室")),
    Column(
        key="x_in",
        title=_("经度"),
        kind=Kind.DECIMAL,
        normalise=plain_degrees,
        aliases=("东经", "lng", "lon", "longitude"),
        example="121.396000",
    ),
    Column(
        key="y_in",
        title=_("纬度"),
        kind=Kind.DECIMAL,
        normalise=plain_degrees,
        aliases=("北纬", "lat", "latitude"),
        example="31.255300",
    ),
    Column(
        key="crs_in",
        title=_("坐标系"),
        kind=Kind.CHOICE,
        choices=CRS_CHOICES,
        aliases=("坐标系统", "坐标类型", "crs"),
        help=_("有经纬度时必填；同一文件只能用一种坐标系"),
    ),
    _flag(
        "outside",
        _("区外网点"),
        "是否区外网点",
        "区外",
        help=_("在区外但服务区内居民的网点填“是”，只用于步行可达测算，不计入网点数"),
    ),
    Column(
        key="business_area",
        title=_("营业面积（㎡）"),
        kind=Kind.DECIMAL,
        decimal_places=2,
        normalise=SQUARE_METRES,
        least=Decimal(0),
        aliases=("营业面积", "经营面积", "使用面积", "营业面积㎡", "面积"),
    ),
    Column(
        key="building_area",
        title=_("建筑面积（㎡）"),
        kind=Kind.DECIMAL,
        decimal_places=2,
        normalise=SQUARE_METRES,
        least=Decimal(0),
        aliases=("建筑面积", "建筑面积㎡"),
    ),
    _date("opened_on", _("开业日期"), "开业时间", "成立日期", "开店日期"),
    _date("closed_on", _("关闭日期"), "关店日期", "停业日期", "迁出日期"),
    Column(
        key="status",
        title=_("状态"),
        kind=Kind.CHOICE,
        choices=_choices(Status),
        aliases=("营业状态", "经营状态", "网点状态"),
        help=_("不填视为营业"),
    ),
    _text("hours", _("营业时间"), aliases=("营业时段", "经营时间"), example="07:00-22:00"),
    _flag("open_24h", _("24小时营业"), "是否24小时", "是否24h", "24小时", "24h"),
    Column(
        key="facility_form",
        title=_("设施形态"),
        kind=Kind.CHOICE,
        choices=_choices(FacilityForm),
        aliases=("网点形态", "设施类型"),
        help=_("不填视为固定门店"),
    ),
    Column(
        key="chain_kind",
        title=_("连锁类型"),
        kind=Kind.CHOICE,
        choices=_choices(ChainKind),
        aliases=("连锁方式", "经营方式", "是否连锁", "连锁"),
    ),
    Column(
        key="brand",
        title=_("品牌"),
        max_length=_length(Brand, "name"),
        aliases=("品牌名称", "商号", "连锁品牌"),
        help=_("按品牌名称或别名；新品牌自动建档"),
    ),
    Column(
        key="employees",
        title=_("从业人数"),
        kind=Kind.INTEGER,
        least=0,
        normalise=PERSONS,
        aliases=("从业人员", "员工人数", "从业人员数", "员工数"),
    ),
    _text("contact", _("联系人"), aliases=("负责人", "店长")),
    _text(
        "phone", _("电话"), kind=Kind.CODE, aliases=("联系电话", "手机", "联系方式", "电话（脱敏）")
    ),
    Column(
        key="ownership",
        title=_("产权"),
        kind=Kind.CHOICE,
        choices=_choices(Ownership),
        aliases=("产权性质", "房屋产权", "产权（国资/私/集体）"),
    ),
    _flag("rent_subsidy", _("租金补贴"), "是否租金补贴", "享受租金补贴"),
    _flag(
        "elderly_friendly",
        _("适老／无障碍"),
        "适老",
        "适老化",
        "无障碍",
        "无障碍设施",
        "适老/无障碍",
        "适老化改造",
    ),
    _flag("mother_infant", _("母婴设施"), "母婴", "母婴室"),
    _flag("cash_accepted", _("现金支付"), "支持现金", "收取现金", "支持现金支付"),
    _flag(
        "delivery",
        _("外卖／即时零售"),
        "外卖",
        "即时零售",
        "外卖/即时零售",
        "送货上门",
        "配送到家",
    ),
    _flag("dark_store", _("前置仓功能"), "前置仓", "是否前置仓"),
    _flag("supply", _("应急保供"), "保供", "应急保供网点", "保供网点"),
    Column(
        key="breakfast_kind",
        title=_("早餐供应方式"),
        kind=Kind.CHOICE,
        choices=_choices(BreakfastKind),
        aliases=("早餐供应", "早餐方式"),
    ),
    _text("licences", _("许可证"), aliases=("许可证件", "经营许可", "许可证（食品/药品/卫生）")),
    _date("licence_until", _("许可证到期"), "许可证到期日", "许可证有效期", "许可证有效期至"),
    _text("credit_grade", _("信用等级"), aliases=("商户信用等级", "信用评级")),
    _text("data_source", _("数据来源"), aliases=("来源", "信息来源")),
    _text("collected_by", _("采集人"), aliases=("填报人", "采集员", "填表人")),
    _date("collected_on", _("采集日期"), "填报日期", "采集时间"),
    Column(
        key="place_state",
        title=_("核查状态"),
        kind=Kind.CHOICE,
        choices=_choices(PlaceState),
        aliases=("位置核实", "核实状态", "位置核查状态"),
        help=_("不填时按街道（镇）边界核对坐标"),
    ),
)

# Cells that say “none” in words.
NO_BRAND = frozenset({"无", "无品牌", "非连锁", "-", "—", "/", "\\"})


def ledger_columns(district: District) -> list[Column]:
    """The ledger's columns with the formats, services and streets now in force as choices."""
    offered = {
        "main_format": _offer(
            (row.code, row.name, row.aliases) for row in BusinessFormat.objects.order_by("number")
        ),
        "services": _offer(
            (row.code, row.name, row.aliases) for row in Service.objects.order_by("bit")
        ),
        "street": street_choices(district),
    }
    return [
        replace(column, choices=offered[column.key]) if column.key in offered else column
        for column in LEDGER
    ]


def street_choices(district: District) -> tuple[Choice, ...]:
    """The district's streets by code, name, alias, the name behind the district's, and the code
    as statistics print it."""
    return _offer(
        (
            street.code,
            street.name,
            [*street.aliases, street.code + "000", district.name + street.name],
        )
        for street in Street.objects.filter(district=district).order_by("sort", "code")
    )


def _offer(rows: Any) -> tuple[Choice, ...]:
    return tuple(Choice(code, name, tuple(aliases)) for code, name, aliases in rows)


def title_of(columns: Sequence[Column], key: str) -> str:
    """The official title of the column with this key."""
    return next(str(column.title) for column in columns if column.key == key)
