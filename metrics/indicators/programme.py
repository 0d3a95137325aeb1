"""The programme's own progress: circles built, whom they serve, new estates."""

import numpy as np
from django.utils.translation import gettext_lazy as _

from metrics.context import Context, ratio_figures
from metrics.indicators.presence import circles_by_area
from metrics.registry import Basis, Figures, Part, Unit, indicator

# Value.part of circles_built; 0 = all.
LEVELS = {"basic": 1, "improved": 2, "quality": 3, "": 4}


@indicator(
    "circles_built",
    50,
    _("建成便民生活圈数"),
    unit=Unit.COUNT,
    scopes="SD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "五(三)"),
    part=Part.LEVEL,
    reads_grades=True,
    formula=_(
        "状态为建成或已验收评价的生活圈，分基础型、提升型、品质型和未评；跨街镇的在各街镇各计一次，全区计一次"
    ),
)
def circles_built(c: Context) -> list[Figures]:
    """Part 0 all, 1 基础型, 2 提升型, 3 品质型, 4 not graded."""
    i = c.inputs
    everywhere = np.ones(c.n_circles, dtype=bool)
    figures = [circles_by_area(c, i.circle_built, everywhere, i.circle_active)]
    for level, part in LEVELS.items():
        made = circles_by_area(
            c, i.circle_built & (i.circle_level == level), everywhere, i.circle_active
        )
        figures.append(Figures(made.num, made.den, made.value, made.coverage, part))
    return figures


@indicator(
    "circles_accepted",
    58,
    _("验收通过生活圈数"),
    unit=Unit.COUNT,
    scopes="SD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "五(三)"),
    reads_grades=True,
    formula=_("状态为已验收评价的生活圈；跨街镇的在各街镇各计一次，全区计一次"),
)
def circles_accepted(c: Context) -> Figures:
    """Circles that have passed their acceptance."""
    everywhere = np.ones(c.n_circles, dtype=bool)
    return circles_by_area(c, c.inputs.circle_accepted, everywhere, c.inputs.circle_active)


@indicator(
    "streets_covered",
    51,
    _("覆盖街道（镇）数"),
    unit=Unit.COUNT,
    scopes="D",
    basis=Basis.TARGET,
    clause=("putuo-2021", "二"),
    formula=_("至少有一个建成生活圈的街道（镇）数，对比街道（镇）总数"),
)
def streets_covered(c: Context) -> Figures:
    """Streets with at least one built circle; the denominator is all streets."""
    circle, street = c.inputs.circle_street_pairs
    covered = np.zeros(c.n_streets, dtype=bool)
    covered[street[c.inputs.circle_built[circle]]] = True
    return _district_only(c, float(covered.sum()), float(c.n_streets))


@indicator(
    "communities_served",
    52,
    _("覆盖社区数"),
    unit=Unit.COUNT,
    scopes="SD",
    basis=Basis.STATISTIC,
    clause=("minhou", "二"),
    formula=_("至少一个建成生活圈覆盖的居（村）委会数，对比台账内居（村）委会总数"),
)
def communities_served(c: Context) -> Figures:
    """Neighbourhoods that a built circle serves; the denominator is all in the register."""
    i = c.inputs
    circle, hood = i.circle_neighbourhood_pairs
    served = np.zeros(len(i.neighbourhood_street), dtype=bool)
    served[hood[i.circle_built[circle]]] = True
    num = c.by_street_and_district(i.neighbourhood_street, served.astype(float))
    den = c.by_street_and_district(i.neighbourhood_street, np.ones(len(served)))
    return Figures(num, den, num, np.ones(c.n_areas))


@indicator(
    "residents_served",
    53,
    _("服务居民数"),
    unit=Unit.PERSONS,
    scopes="SD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "五(三)"),
    formula=_("至少一个建成生活圈覆盖的小区的居民数（不重复），对比全部居民数"),
)
def residents_served(c: Context) -> Figures:
    """Residents of compounds that a built circle serves, each once."""
    i = c.inputs
    circle, compound = i.circle_compound_pairs
    served = np.zeros(len(i.compound_id), dtype=bool)
    served[compound[i.circle_built[circle]]] = True
    known = i.population >= 0
    people = np.where(known & served, i.population, 0).astype(float)
    num = c.by_street_and_district(i.compound_street, people)
    return Figures(num, c.residents.num, num, c.residents.coverage)


@indicator(
    "residents",
    54,
    _("居民数"),
    unit=Unit.PERSONS,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    higher_is_better=None,
    formula=_("所覆盖小区的居民数之和；生活圈之间重叠的小区在各圈分别计入"),
)
def residents(c: Context) -> Figures:
    """Residents of the compounds that the circle serves, of the street, of the district."""
    return c.residents


@indicator(
    "elderly_residents",
    55,
    _("60岁及以上居民数"),
    unit=Unit.PERSONS,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    higher_is_better=None,
    formula=_("所覆盖小区60岁及以上居民数之和"),
)
def elderly_residents(c: Context) -> Figures:
    """Residents of 60 and more."""
    known = c.inputs.population_60 >= 0
    people = c.compounds_of @ np.where(known, c.inputs.population_60, 0).astype(float)
    members = c.compounds_of @ np.ones(len(known))
    stated = c.compounds_of @ known.astype(float)
    coverage = np.where(members > 0, stated / np.maximum(members, 1), 1.0)
    return Figures(people, None, people, coverage)


@indicator(
    "residents_covered_share",
    56,
    _("便民生活圈覆盖率（按居民）"),
    unit=Unit.SHARE,
    scopes="SD",
    basis=Basis.ANALYSIS,
    clause=("putuo-2021", "二"),
    formula=_(
        "建成生活圈服务居民数 ÷ 全部居民数；“100%覆盖”按街镇、社区还是居民计，待区商务委确认"
    ),
)
def residents_covered_share(c: Context) -> Figures:
    """One of the three readings of 覆盖率; which is official awaits the commission."""
    served = residents_served(c)
    return ratio_figures(served.num, c.residents.num, c.residents.coverage)


@indicator(
    "new_build_below_10",
    57,
    _("商业配套不足10%的新建居住区"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.TARGET,
    clause=("putuo-2021", "七(二)"),
    higher_is_better=False,
    formula=_("商业和综合服务设施面积 ÷ 总建筑面积低于10%的新建居住区数，逐个项目判定"),
)
def new_build_below_10(c: Context) -> Figures:
    """New estates whose own share is below a tenth; judged one by one, never averaged."""
    i = c.inputs
    stated = i.new_estate & (i.floor_area > 0) & ~np.isnan(i.commercial_area)
    below = stated & (i.commercial_area < 0.1 * np.where(stated, i.floor_area, 1.0))
    num = c.compounds_of @ below.astype(float)
    estates = c.compounds_of @ i.new_estate.astype(float)
    known = c.compounds_of @ stated.astype(float)
    coverage = np.where(estates > 0, known / np.maximum(estates, 1), 1.0)
    return Figures(num, estates, num, coverage)


def _district_only(c: Context, num: float, den: float) -> Figures:
    nums, dens = np.zeros(c.n_areas), np.zeros(c.n_areas)
    nums[-1], dens[-1] = num, den
    return Figures(nums, dens, nums, np.ones(c.n_areas))
