"""Walking access: who reaches what in time."""

import numpy as np
from django.utils.translation import gettext_lazy as _

from metrics.context import Context, ratio_figures
from metrics.reach import NONE_DM, Coverage, basket, coverage, weighted_quantiles
from metrics.registry import Basis, Figures, Part, Unit, indicator


def _listed(c: Context) -> np.ndarray:
    return np.flatnonzero(c.inputs.format_minutes > 0)


def _shares(c: Context, *, elderly: bool) -> list[Figures]:
    """One share for each format of the list in force, by its own limit."""
    i, listed = c.inputs, _listed(c)
    made = coverage(
        c.reach.nearest_dm[:, listed],
        c.metres_dm(i.format_minutes[listed], elderly=elderly),
        i.population_60 if elderly else i.population,
        c.compounds_of,
        known=~c.reach.unsnapped,
    )
    known = _known(made)
    return [
        ratio_figures(made.numerator[:, column], made.denominator, known, int(i.format_number[f]))
        for column, f in enumerate(listed)
    ]


def _known(made: Coverage) -> np.ndarray:
    return np.where(made.members > 0, made.known / np.maximum(made.members, 1), 1.0)


def _basket_figures(made: Coverage) -> Figures:
    return ratio_figures(made.numerator, made.denominator, _known(made))


@indicator(
    "reach_share",
    40,
    _("业态步行可达居民占比"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "三(二)"),
    part=Part.FORMAT,
    by_reach=True,
    formula=_(
        "在规定步行时限内可到达该业态最近营业网点的居民 ÷ 居民数；网点不限于本圈、本街镇、本区"
    ),
)
def reach_share(c: Context) -> list[Figures]:
    """Part f: residents whose nearest open, located outlet serving f is within t(f)."""
    return _shares(c, elderly=False)


@indicator(
    "elderly_reach_share",
    41,
    _("老年人步行可达占比"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    part=Part.FORMAT,
    by_reach=True,
    formula=_("同“业态步行可达居民占比”，按60岁及以上居民和老年人步行速度计算"),
)
def elderly_reach_share(c: Context) -> list[Figures]:
    """As reach_share, over residents of 60 and more at the elderly walking speed."""
    return _shares(c, elderly=True)


@indicator(
    "basic_basket_share",
    42,
    _("必备业态限时步行可达居民占比"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    by_reach=True,
    formula=_("在各自时限内步行可达每一组必备业态（任选组取其一）的居民 ÷ 居民数"),
)
def basic_basket_share(c: Context) -> Figures:
    """Residents who reach every required format, or one of each either-or group, in time."""
    i = c.inputs
    groups = [
        np.flatnonzero(i.format_basket == group).tolist()
        for group in np.unique(i.format_basket[i.format_basket >= 0])
    ]
    made = basket(
        c.reach.nearest_dm,
        c.metres_dm(i.format_minutes),
        groups,
        i.population,
        c.compounds_of,
        known=~c.reach.unsnapped,
    )
    return _basket_figures(made)


@indicator(
    "quality_basket_share",
    43,
    _("品质提升类业态15分钟步行可达居民占比"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    by_reach=True,
    formula=_("在时限内步行可达至少k种品质提升类业态的居民 ÷ 居民数（k由测算规则规定）"),
)
def quality_basket_share(c: Context) -> Figures:
    """Residents who reach at least k quality formats in time."""
    i = c.inputs
    groups = [[int(f)] for f in np.flatnonzero(~i.format_basic & (i.format_minutes > 0))]
    made = basket(
        c.reach.nearest_dm,
        c.metres_dm(i.format_minutes),
        groups,
        i.population,
        c.compounds_of,
        at_least=i.meta["quality_kinds"],
        known=~c.reach.unsnapped,
    )
    return _basket_figures(made)


def _distances(c: Context, percent: int) -> list[Figures]:
    i, listed = c.inputs, _listed(c)
    known = ~c.reach.unsnapped
    found = weighted_quantiles(
        c.reach.nearest_dm[:, listed], i.population, c.compounds_of, (percent,), known=known
    )[:, :, 0]
    beyond = found == NONE_DM
    metres = np.where(beyond, np.nan, found / 10.0)
    share = c.residents.coverage
    return [
        Figures(
            np.nan_to_num(metres[:, column]),
            None,
            metres[:, column],
            share,
            int(i.format_number[f]),
        )
        for column, f in enumerate(listed)
    ]


@indicator(
    "nearest_m",
    44,
    _("最近距离（中位数）"),
    unit=Unit.METRES,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    part=Part.FORMAT,
    higher_is_better=False,
    by_reach=True,
    formula=_("居民到该业态最近营业网点步行距离的人口加权中位数；超出测算半径的显示“—”"),
)
def nearest_m(c: Context) -> list[Figures]:
    """Population-weighted median distance; no value beyond the search radius."""
    return _distances(c, 50)


@indicator(
    "nearest_p90_m",
    45,
    _("最近距离（90%居民以内）"),
    unit=Unit.METRES,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    part=Part.FORMAT,
    higher_is_better=False,
    by_reach=True,
    formula=_("90%居民到该业态最近营业网点的步行距离不超过此值；超出测算半径的显示“—”"),
)
def nearest_p90_m(c: Context) -> list[Figures]:
    """Population-weighted 90th percentile of the distance."""
    return _distances(c, 90)


@indicator(
    "choice_count",
    46,
    _("可选网点数"),
    unit=Unit.RATE,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    part=Part.FORMAT,
    by_reach=True,
    formula=_("居民在时限内步行可达的该业态营业网点数，按人口加权平均"),
)
def choice_count(c: Context) -> list[Figures]:
    """Population-weighted mean number of outlets within the format's limit."""
    i, listed = c.inputs, _listed(c)
    limits = np.where(i.format_minutes > 0, c.metres_dm(i.format_minutes), c.limits_dm[0])
    counts = c.reach.counts_within(limits)[:, listed].astype(float)
    known = (i.population >= 0) & ~c.reach.unsnapped
    weight = np.where(known, i.population, 0).astype(float)
    num = c.compounds_of @ (counts * weight[:, None])
    den = c.compounds_of @ weight
    return [
        ratio_figures(num[:, column], den, c.residents.coverage, int(i.format_number[f]))
        for column, f in enumerate(listed)
    ]
