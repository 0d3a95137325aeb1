"""What a standard must be before it may be published: it can be met, computed and explained."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from assessments.parts import LEVEL_ORDER, LEVELS
from circles.models import Facility
from circles.models.circle import Level
from metrics import registry
from metrics.registry import Part as FigurePart
from outlets.models import BusinessFormat, Service
from outlets.models.outlet import FacilityForm

Row = dict[str, Any]
FULL = Decimal(100)
CHECKLIST_CODES = frozenset({"basic_share", "quality_share", "required_share", "all_required"})
SURVEY_CODES = frozenset({"satisfaction", "basic_satisfaction", "score"})
_GATES = (
    "min_basic",
    "min_quality",
    "min_score",
    "min_satisfaction",
    "min_basic_satisfaction",
)


@dataclass(frozen=True)
class Known:
    """Codes that rows may name."""

    formats: frozenset[str]
    services: frozenset[str]
    forms: frozenset[str] = frozenset(FacilityForm.values)
    facility_kinds: frozenset[str] = frozenset(Facility.Kind.values)


def known_codes() -> Known:
    """The codes in the registers now."""
    return Known(
        frozenset(BusinessFormat.objects.values_list("code", flat=True)),
        frozenset(Service.objects.values_list("code", flat=True)),
    )


def lacking_in_standard(content: Row, known: Known) -> list[str]:
    """Why a standard with this content cannot be published, one sentence each."""
    return [
        *_levels(content),
        *_checklist(content["checklist_items"], known),
        *_points(content["dimensions"]),
        *_items(content, known),
        *_questionnaire(content),
    ]


# --- levels ------------------------------------------------------------------------------------


def _levels(content: Row) -> Iterator[str]:
    levels = sorted(content["levels"], key=lambda row: LEVEL_ORDER.index(row["level"]))
    if not levels:
        yield _("还没有等级条件")
    for level in levels:
        yield from _level(level, content["checklist_items"])
    for lower, higher in pairwise(levels):
        yield from _rising(lower, higher)


def _level(level: Row, items: list[Row]) -> Iterator[str]:
    name = _name(level)
    keys = {item["key"] for item in items}
    for key in [key for group in level["required"] for key in group if key not in keys]:
        told = {"level": name, "key": key}
        yield _("%(level)s的必备业态“%(key)s”不在分型表中") % told
    for column, category in (("min_basic", "basic"), ("min_quality", "quality")):
        there = sum(item["category"] == category for item in items)
        if level[column] > there:
            yield _("%(level)s的%(column)s为 %(wanted)d，分型表只有 %(there)d 种") % {
                "level": name,
                "column": LEVELS.column_label(column),
                "wanted": level[column],
                "there": there,
            }
    if level["min_score"] is not None and Decimal(level["min_score"]) > FULL:
        yield _("%(level)s的评价得分下限超过 100 分") % {"level": name}


def _rising(lower: Row, higher: Row) -> Iterator[str]:
    """A higher level asks at least as much as the one below it, in every respect."""
    told = {"higher": _name(higher), "lower": _name(lower)}
    for column in _GATES:
        least, more = lower[column], higher[column]
        if least is not None and (more is None or Decimal(more) < Decimal(least)):
            yield _("%(higher)s的“%(column)s”低于%(lower)s，等级应逐级提高") % (
                told | {"column": LEVELS.column_label(column)}
            )
    groups = [set(group) for group in higher["required"]]
    for group in lower["required"]:
        if not any(other <= set(group) for other in groups):
            yield _("%(lower)s的必备业态“%(group)s”在%(higher)s中没有要求") % (
                told | {"group": "/".join(group)}
            )


def _name(level: Row) -> str:
    return str(Level(level["level"]).label)


# --- checklist ---------------------------------------------------------------------------------


def _checklist(items: list[Row], known: Known) -> Iterator[str]:
    if not items:
        yield _("分型表还没有项目")
    for item in items:
        told = {"item": item["label"]}
        for column, codes, what in (
            ("formats", known.formats, _("业态")),
            ("services", known.services, _("叠加服务")),
            ("facility_kinds", known.facility_kinds, _("公共服务设施类型")),
        ):
            if strange := [code for code in item[column] if code not in codes]:
                yield _("分型表“%(item)s”：没有%(what)s“%(codes)s”") % (
                    told | {"what": what, "codes": "、".join(strange)}
                )
        form = item["facility_form"]
        if form and form not in known.forms:
            yield _("分型表“%(item)s”：没有设施形态“%(form)s”") % (told | {"form": form})
        if form and not (item["formats"] or item["services"]):
            yield _("分型表“%(item)s”：限设施形态的须写明对应业态或叠加服务") % told


# --- scorecard ---------------------------------------------------------------------------------


def _points(dimensions: list[Row]) -> Iterator[str]:
    if not dimensions:
        yield _("评价表还没有维度")
        return
    for dimension in dimensions:
        told = {"dimension": dimension["name"], "points": dimension["points"]}
        total = sum((Decimal(item["points"]) for item in dimension["items"]), Decimal())
        if total != Decimal(dimension["points"]):
            yield _("“%(dimension)s”为 %(points)s 分，所含项目合计 %(total)s 分") % (
                told | {"total": f"{total.normalize():f}"}
            )
    total = sum((Decimal(dimension["points"]) for dimension in dimensions), Decimal())
    if total != FULL:
        yield _("各维度合计 %(total)s 分，应为 100 分") % {"total": f"{total.normalize():f}"}


def _items(content: Row, known: Known) -> Iterator[str]:
    items = [item for dimension in content["dimensions"] for item in dimension["items"]]
    seen: set[str] = set()
    for item in items:
        if item["key"] in seen:
            yield _("评价项目编码“%(key)s”在不同维度中重复") % {"key": item["key"]}
        seen.add(item["key"])
        found = _judged(item) if item["kind"] == "judged" else _computed(item, content, known)
        for sentence in found:
            yield _("评价项目“%(item)s”：%(what)s") % {"item": item["name"], "what": sentence}
    if any(item["kind"] == "judged" for item in items) and content["standard"]["experts"] < 1:
        yield _("有专家评分的项目，每个生活圈至少要 1 名评审专家")


def _judged(item: Row) -> Iterator[str]:
    full = Decimal(item["points"])
    points = [Decimal(grade["points"]) for grade in item["scale"]]
    if not item["guide"] and not points:
        yield _("没有评分说明，也没有评分档次")
    if not points and full % Decimal(item["step"]):
        yield _("满分不是评分步长的整数倍")
    if points and (max(points) != full or min(points) < 0 or len(set(points)) < 2):
        yield _("评分档次应从满分起，至少两档，不低于 0 分")


def _computed(item: Row, content: Row, known: Known) -> Iterator[str]:
    yield from _curve(item["curve_points"])
    code, part = item["source_code"], item["source_part"]
    if item["source"] == "indicator":
        yield from _indicator(code, part, known)
        return
    if part:
        yield _("这一数据来源没有分项")
    if item["source"] == "survey" and code not in SURVEY_CODES:
        yield _("满意度调查没有“%(code)s”这一数据") % {"code": code}
    if item["source"] == "checklist" and code not in CHECKLIST_CODES:
        keys = {f"item:{row['key']}" for row in content["checklist_items"]}
        if code not in keys:
            yield _("分型表没有“%(code)s”这一数据") % {"code": code}


def _curve(points: list[list[str]]) -> Iterator[str]:
    xs = [Decimal(x) for x, _share in points]
    shares = [Decimal(share) for _x, share in points]
    if len(points) < 2:
        yield _("计分曲线至少要两个节点")
        return
    if any(b <= a for a, b in pairwise(xs)):
        yield _("计分曲线节点的数值应逐个增大")
    if any(not 0 <= share <= 1 for share in shares):
        yield _("计分曲线的得分比例应在 0 至 1 之间")
    elif max(shares) != 1:
        yield _("计分曲线没有得满分的节点")


def _indicator(code: str, part: str, known: Known) -> Iterator[str]:
    try:
        indicator = registry.get(code)
    except KeyError:
        yield _("没有指标“%(code)s”") % {"code": code}
        return
    told = {"name": indicator.name}
    if indicator.reads_grades:
        yield _("指标“%(name)s”取自等级，不能用来评定等级") % told
    if "C" not in indicator.scopes:
        yield _("指标“%(name)s”没有按生活圈的数据") % told
    parts = {FigurePart.FORMAT: known.formats, FigurePart.LEVEL: frozenset(Level.values)}
    if part and part not in parts.get(indicator.part, frozenset()):
        yield _("指标“%(name)s”没有分项“%(part)s”") % (told | {"part": part})


# --- questionnaire -----------------------------------------------------------------------------


def _questionnaire(content: Row) -> Iterator[str]:
    if content["standard"]["questionnaire"]:
        return
    items = [item for dimension in content["dimensions"] for item in dimension["items"]]
    gated = any(
        level[column] is not None
        for level in content["levels"]
        for column in ("min_satisfaction", "min_basic_satisfaction")
    )
    if gated or any(item["source"] == "survey" for item in items):
        yield _("用到居民满意度，须选满意度调查表")
