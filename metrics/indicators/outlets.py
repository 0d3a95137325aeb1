"""Figures of outlets: how many, of what kind, chains, jobs, services."""

import numpy as np
from django.utils.translation import gettext_lazy as _

from metrics.context import Context, ratio_figures
from metrics.registry import Basis, Figures, Part, Unit, indicator

UNSTAFFED = ("smart",)


@indicator(
    "outlet_count",
    1,
    _("商业网点数"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("putuo-2021", "七(四)"),
    part=Part.FORMAT,
    formula=_("营业中的网点；街镇和全区只计至少属于一个生活圈的网点，重叠部分不重复计算"),
)
def outlet_count(c: Context) -> list[Figures]:
    """Open outlets; part f counts those whose main format is f (独立网点)."""
    return [c.count(c.counted), *_by_format(c, c.serves_main)]


@indicator(
    "addon_count",
    2,
    _("叠加服务网点数"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    part=Part.FORMAT,
    formula=_("以叠加服务视同具备该业态的营业网点，与独立网点分列"),
)
def addon_count(c: Context) -> list[Figures]:
    """Open outlets that offer format f only as an add-on service."""
    return _by_format(c, c.serves_addon)


@indicator(
    "outlet_count_all",
    3,
    _("商业网点数（全域）"),
    unit=Unit.COUNT,
    scopes="SD",
    basis=Basis.ANALYSIS,
    formula=_("台账内全部营业网点，含不在任何生活圈内的网点"),
)
def outlet_count_all(c: Context) -> Figures:
    """Open outlets of the whole ledger."""
    return c.count(c.counted, whole=True)


@indicator(
    "basic_outlet_share",
    4,
    _("基本保障类网点占比"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    higher_is_better=None,
    formula=_("基本保障类营业网点 ÷ 营业网点"),
)
def basic_outlet_share(c: Context) -> Figures:
    """Open outlets of basic formats ÷ open outlets."""
    return c.share(c.inputs.format_basic[c.inputs.outlet_format])


@indicator(
    "quality_outlet_share",
    5,
    _("品质提升类网点占比"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    higher_is_better=None,
    formula=_("品质提升类营业网点 ÷ 营业网点"),
)
def quality_outlet_share(c: Context) -> Figures:
    """Open outlets of quality formats ÷ open outlets."""
    return c.share(~c.inputs.format_basic[c.inputs.outlet_format])


@indicator(
    "chain_share",
    6,
    _("连锁化率"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.TARGET,
    clause=("putuo-2021", "四(五)"),
    by_rules=True,
    formula=_("门店数达到规则下限的品牌的营业网点 ÷ 便民生活圈内营业网点"),
)
def chain_share(c: Context) -> Figures:
    """Chain outlets ÷ open outlets in circles; the figure that ≥ 30 % is set for."""
    return c.share(c.is_chain, known=c.inputs.chain_stated)


@indicator(
    "chain_share_staffed",
    7,
    _("连锁化率（不含无人设施）"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    by_rules=True,
    formula=_("分子、分母均不计智能快件箱、自动售货机等智能设施"),
)
def chain_share_staffed(c: Context) -> Figures:
    """As chain_share, lockers and vending machines left out of both."""
    staffed = ~np.isin(c.inputs.facility_form, UNSTAFFED)
    return c.share(c.is_chain, staffed, known=c.inputs.chain_stated)


@indicator(
    "chain_share_all",
    8,
    _("连锁化率（全域）"),
    unit=Unit.SHARE,
    scopes="SD",
    basis=Basis.ANALYSIS,
    by_rules=True,
    formula=_("连锁营业网点 ÷ 台账内全部营业网点"),
)
def chain_share_all(c: Context) -> Figures:
    """Chain outlets ÷ open outlets of the whole ledger."""
    return c.share(c.is_chain, known=c.inputs.chain_stated, whole=True)


@indicator(
    "employee_count",
    9,
    _("从业人数"),
    unit=Unit.PERSONS,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("putuo-2021", "七(四)"),
    formula=_("营业网点填报的从业人数之和"),
)
def employee_count(c: Context) -> Figures:
    """Employees of open outlets, with the share that state them."""
    stated = c.inputs.employees >= 0
    return c.total(np.where(stated, c.inputs.employees, 0).astype(float), known=stated)


@indicator(
    "mapped_share",
    10,
    _("入图率"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "三(四)"),
    formula=_("位置已核实的营业网点 ÷ 营业网点"),
)
def mapped_share(c: Context) -> Figures:
    """Located open outlets ÷ open outlets."""
    return c.share(c.inputs.located)


@indicator(
    "multi_service_share",
    11,
    _("一店多能率"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    clause=("putuo-2021", "四(六)"),
    formula=_("提供至少一项叠加服务的营业网点 ÷ 营业网点"),
)
def multi_service_share(c: Context) -> Figures:
    """Open outlets with at least one add-on service ÷ open outlets."""
    return c.share(c.inputs.services != 0)


@indicator(
    "open_24h_count",
    12,
    _("24小时营业网点数"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("putuo-2021", "四(五)"),
    formula=_("填报24小时营业的营业网点"),
)
def open_24h_count(c: Context) -> Figures:
    """Open outlets that state to be open around the clock."""
    return c.count(c.inputs.open_24h == 1, known=c.inputs.open_24h >= 0)


@indicator(
    "elderly_friendly_share",
    13,
    _("适老网点占比"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    clause=("putuo-2021", "五(六)"),
    formula=_("适老或无障碍营业网点 ÷ 已填报该项的营业网点"),
)
def elderly_friendly_share(c: Context) -> Figures:
    """Among outlets that state it."""
    stated = c.inputs.elderly_friendly >= 0
    return c.share(c.inputs.elderly_friendly == 1, stated, known=stated)


@indicator(
    "cash_accepted_share",
    14,
    _("现金支付网点占比"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    clause=("putuo-2021", "五(六)"),
    formula=_("可现金支付的营业网点 ÷ 已填报该项的营业网点"),
)
def cash_accepted_share(c: Context) -> Figures:
    """Among outlets that state it."""
    stated = c.inputs.cash_accepted >= 0
    return c.share(c.inputs.cash_accepted == 1, stated, known=stated)


@indicator(
    "supply_outlets",
    15,
    _("应急保供网点数"),
    unit=Unit.COUNT,
    scopes="SD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "四(二)"),
    formula=_("标记为应急保供的营业网点"),
)
def supply_outlets(c: Context) -> Figures:
    """Open outlets flagged for emergency supply."""
    return c.count(c.inputs.supply == 1, known=c.inputs.supply >= 0)


@indicator(
    "mobile_facilities",
    16,
    _("可移动商业设施数"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    formula=_("设施形态为可移动设施的营业网点"),
)
def mobile_facilities(c: Context) -> Figures:
    """Open mobile facilities."""
    return c.count(c.inputs.facility_form == "mobile")


@indicator(
    "smart_facilities",
    17,
    _("智能设施数"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("putuo-2021", "四(五)"),
    formula=_("设施形态为智能设施的营业网点"),
)
def smart_facilities(c: Context) -> Figures:
    """Open lockers, vending machines and other unstaffed facilities."""
    return c.count(c.inputs.facility_form == "smart")


@indicator(
    "outlets_per_1000",
    18,
    _("千人网点数"),
    unit=Unit.RATE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    formula=_("营业网点 ÷ 居民数 × 1000"),
)
def outlets_per_1000(c: Context) -> Figures:
    """Open outlets per 1,000 residents."""
    outlets = c.count(c.counted).num
    made = ratio_figures(outlets, c.residents.num, c.residents.coverage)
    return Figures(made.num, made.den, made.value * 1000, made.coverage)


@indicator(
    "commercial_area_per_1000",
    19,
    _("千人商业面积"),
    unit=Unit.RATE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    formula=_("填报营业面积之和（㎡） ÷ 居民数 × 1000"),
)
def commercial_area_per_1000(c: Context) -> Figures:
    """Business area of open outlets that state it, m² per 1,000 residents."""
    area = c.total(c.inputs.area, known=~np.isnan(c.inputs.area))
    made = ratio_figures(area.num, c.residents.num, np.minimum(area.coverage, c.residents.coverage))
    return Figures(made.num, made.den, made.value * 1000, made.coverage)


def _by_format(c: Context, serves: np.ndarray) -> list[Figures]:
    """One Figures for each format, its part the format's number."""
    areas = c.outlets_of @ (serves & c.counted[:, None]).astype(float)
    full = np.ones(c.n_areas)
    return [
        Figures(areas[:, f], None, areas[:, f], full, int(number), outlets=serves[:, f] & c.counted)
        for f, number in enumerate(c.inputs.format_number)
    ]
