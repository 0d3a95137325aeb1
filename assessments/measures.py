"""What the figures say to each computed item of a scorecard, for many circles at once.

A figure that is not there is no figure, never 0. What the checklist leaves open (情况不明) may be
either: only where every way it can turn out earns the same points are the points known.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from assessments.formulas import Figure, exact, half_up, points_of
from assessments.gates import MET, UNKNOWN, group_state, percent, plain
from assessments.grounds import Design, Ground, grounds_of, is_known
from assessments.models import Evaluation, ScoreItem
from assessments.presence import Kinds
from circles.models.circle import Level
from metrics.compute import Flag
from metrics.indicators import Part, Unit, get
from metrics.indicators.programme import LEVELS
from outlets.models import BusinessFormat

ITEM = "item:"
Source = ScoreItem.Source


@dataclass(frozen=True)
class Measured:
    """One computed item of one circle.

    x       the figure; None = there is none, or it is not known for sure
    points  what it earns; None = unknown (情况不明), never 0
    text    the figure in words: “82.5%”, “15/23 类，情况不明 3 类”, or why there is none
    """

    x: Decimal | None
    points: Decimal | None
    text: str


def measures_of(
    evaluations: Iterable[Evaluation],
) -> dict[uuid.UUID, dict[str, Measured]]:
    """{evaluation id: {item key: measured}} for every computed item; constant queries.

    An indicator's figure is the one of the run that the checklist's 定稿 signed off; checklist
    figures are the checklist's verdicts; satisfaction is that of the last wave of the year.
    """
    grounds = grounds_of(evaluations)
    parts = format_numbers()
    return {pk: measure(ground, parts) for pk, ground in grounds.items()}


def measure(ground: Ground, formats: dict[str, int]) -> dict[str, Measured]:
    """The computed items of one ground, by key; `formats` as `format_numbers` gives them."""
    readers = {
        Source.INDICATOR: lambda item: _indicator(item, ground, formats),
        Source.CHECKLIST: lambda item: _checklist(item, ground),
        Source.SURVEY: lambda item: _survey(item, ground),
    }
    return {
        item.key: readers[Source(item.source)](item)
        for item in ground.design.items
        if item.kind == ScoreItem.Kind.COMPUTED
    }


def format_numbers() -> dict[str, int]:
    """{format code: the number that values are keyed by}."""
    return dict(BusinessFormat.objects.values_list("code", "number"))


def source_name(item: ScoreItem, format_names: Mapping[str, str]) -> str:
    """What an item is computed from, in words."""
    if item.source == Source.INDICATOR:
        name = get(item.source_code).name if is_known(item.source_code) else item.source_code
        part = _part_name(item.source_part, format_names)
        return f"{name}（{part}）" if part else str(name)
    return str(item.get_source_display())


def _part_name(part: str, format_names: Mapping[str, str]) -> str:
    """A format's name or a level's; a code that nothing goes by stays as it is."""
    return format_names.get(part) or str(dict(Level.choices).get(part, part))


# --- 定稿指标 -------------------------------------------------------------------------------------
def _indicator(item: ScoreItem, ground: Ground, formats: dict[str, int]) -> Measured:
    if ground.release is None:
        return Measured(None, None, _("未填分型表，没有对应的定稿"))
    part = _part(item, formats)
    figure = ground.figures.get((item.source_code, part)) if part is not None else None
    x = exact(figure.value) if figure else None
    if figure is None or x is None:
        return Measured(None, None, _("定稿中没有该生活圈的此项数据"))
    text = _said(item.source_code, x)
    if figure.flags & Flag.PARTIAL:
        text += _("（数据不全，仅供参考）")
    return Measured(x, points_of(item, x), text)


def _part(item: ScoreItem, formats: dict[str, int]) -> int | None:
    """The number of the indicator's part; None = there is no such part."""
    if not item.source_part:
        return 0
    if not is_known(item.source_code):
        return None
    kinds = {Part.FORMAT: formats, Part.LEVEL: LEVELS}
    return kinds.get(get(item.source_code).part, {}).get(item.source_part)


def _said(code: str, x: Decimal) -> str:
    if get(code).unit == Unit.SHARE:
        return percent(Fraction(x))
    return plain(half_up(x))


# --- 分型表 ---------------------------------------------------------------------------------------
def _checklist(item: ScoreItem, ground: Ground) -> Measured:
    presence = ground.presence
    if presence is None:
        return Measured(None, None, _("未填分型表"))
    code = item.source_code
    if code in ("basic_share", "quality_share"):
        return _kinds(item, presence.basic if code == "basic_share" else presence.quality)
    if code.startswith(ITEM):
        state = group_state([code.removeprefix(ITEM)], presence.verdicts)
        words = {MET: _("有"), UNKNOWN: _("情况不明")}
        return _any_of(item, _ways(state), words.get(state, _("无")))
    groups = required_groups(ground.design, item.source_part)
    states = [group_state(group, presence.verdicts) for group in groups]
    met, unknown = states.count(MET), states.count(UNKNOWN)
    text = _of(_("%(n)d/%(total)d 项必备业态"), met, unknown, len(groups))
    if code == "required_share":
        return _any_of(item, _shares(met, unknown, len(groups)), text)
    if code == "all_required" and groups:
        ways = {Fraction(int(met + more == len(groups))) for more in range(unknown + 1)}
        return _any_of(item, sorted(ways), text)
    return Measured(None, None, _("标准没有列出对应项目"))


def required_groups(design: Design, level: str = "") -> list[tuple[str, ...]]:
    """Groups of required items: of the level, or of all levels, each group once."""
    groups: dict[tuple[str, ...], None] = {}
    for rule in design.levels:
        if level in ("", rule.level):
            groups |= dict.fromkeys(tuple(sorted(group)) for group in rule.required)
    return list(groups)


def _kinds(item: ScoreItem, kinds: Kinds) -> Measured:
    text = _of(_("%(n)d/%(total)d 类"), kinds.present, kinds.unknown, kinds.total)
    return _any_of(item, _shares(kinds.present, kinds.unknown, kinds.total), text)


def _of(pattern: str, met: int, unknown: int, total: int) -> str:
    text = pattern % {"n": met, "total": total}
    return text + (_("，情况不明 %(n)d") % {"n": unknown} if unknown else "")


def _shares(met: int, unknown: int, total: int) -> list[Fraction]:
    """Every share that it can turn out to be."""
    if not total:
        return []
    return [Fraction(met + more, total) for more in range(unknown + 1)]


def _ways(state: str) -> list[Fraction]:
    if state == UNKNOWN:
        return [Fraction(0), Fraction(1)]
    return [Fraction(int(state == MET))]


def _any_of(item: ScoreItem, ways: Sequence[Fraction], text: str) -> Measured:
    earned = {points_of(item, x) for x in ways}
    points = earned.pop() if len(earned) == 1 else None
    return Measured(_decimal(ways[0]) if len(ways) == 1 else None, points, text)


# --- 满意度调查 -----------------------------------------------------------------------------------
def _survey(item: ScoreItem, ground: Ground) -> Measured:
    found = ground.satisfaction
    if ground.survey is None or found is None or not found.n:
        return Measured(None, None, _("没有满意度调查结果"))
    if ground.withheld:
        # Points are shown, and from them what they were made of could be told.
        return Measured(None, None, _("数据不公布"))
    if found.n < ground.enough:
        told = {"n": found.n, "enough": ground.enough}
        return Measured(None, None, _("样本不足 %(n)d/%(enough)d") % told)
    x: Figure | None = None
    if item.source_code in ("satisfaction", "basic_satisfaction"):
        yes = found.satisfied if item.source_code == "satisfaction" else found.basic
        x = Fraction(yes, found.n)
        text = percent(x)
    elif item.source_code == "score":
        x = found.score
        text = _("%(n)s 分") % {"n": plain(x)} if x is not None else "—"
    else:
        text = _("没有满意度调查结果")
    text += _("（有效问卷 %(n)d 份）") % {"n": found.n}
    return Measured(_decimal(x), points_of(item, x), text)


def _decimal(x: Figure | None) -> Decimal | None:
    if isinstance(x, Fraction):
        return Decimal(x.numerator) / Decimal(x.denominator)
    return x
