"""The figures this room contributes: what residents say, and what was decided on grades."""

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from assessments import grade_figures  # noqa: F401
from assessments.results import last_published
from assessments.statistics import Satisfaction
from assessments.tallies import EVERYONE, tables_of
from metrics.contributed import ByArea, Collected, contribute
from metrics.registry import Basis, Unit
from territory.models import District

Read = Callable[[Satisfaction], tuple[float | None, float | None]]


@contribute(
    "satisfaction_share",
    76,
    _("居民综合满意度"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.TARGET,
    clause=("plan-2023-401", "二"),
    formula=_(
        "最近一次已公布结果的居民满意度调查中，（非常满意 + 满意）÷ 有效样本；"
        "答“不清楚”和未答的不计，街道（镇）计其主报的生活圈，样本不足的不列，误差范围按95%置信水平的威尔逊区间"
    ),
)
def satisfaction_share(district: District, as_of: dt.date) -> ByArea:
    """Satisfied ÷ valid answers."""
    return _of_last_wave(district, as_of, lambda one: (one.satisfied, one.n))


@contribute(
    "basic_satisfaction_share",
    77,
    _("居民基本满意度"),
    unit=Unit.SHARE,
    scopes="CSD",
    basis=Basis.TARGET,
    clause=("putuo-2021", "二"),
    formula=_(
        "最近一次已公布结果的居民满意度调查中，（非常满意 + 满意 + 基本满意）÷ 有效样本；"
        "统计范围同居民综合满意度"
    ),
)
def basic_satisfaction_share(district: District, as_of: dt.date) -> ByArea:
    """Satisfied or basically so ÷ valid answers."""
    return _of_last_wave(district, as_of, lambda one: (one.basic, one.n))


@contribute(
    "satisfaction_score",
    78,
    _("满意度得分"),
    unit=Unit.POINTS,
    scopes="CSD",
    basis=Basis.ANALYSIS,
    formula=_(
        "最近一次已公布结果的居民满意度调查中，有效样本各选项分值的平均值（满分100分）；"
        "统计范围同居民综合满意度"
    ),
)
def satisfaction_score(district: District, as_of: dt.date) -> ByArea:
    """Mean of the options' scores."""
    return _of_last_wave(
        district, as_of, lambda one: (None if one.score is None else float(one.score), None)
    )


def _of_last_wave(district: District, as_of: dt.date, read: Read) -> ByArea:
    """What is not withheld; known = answers ÷ answers wanted, so that thin samples are marked."""
    survey = last_published(district, as_of)
    if survey is None:
        return {}
    tables = tables_of(survey)
    found = {}
    for place in tables.area.places:
        cell = (place, EVERYONE)
        one = tables.satisfaction(cell)
        num, den = read(one)
        if cell in tables.hidden or not one.n or num is None:
            continue
        quota = tables.area.quota(place)
        known = min(1.0, one.n / quota) if quota else 1.0
        found[place] = Collected(num, den, known)
    return found
