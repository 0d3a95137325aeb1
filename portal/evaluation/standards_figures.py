"""What a computed item can be scored from: by official name, with its unit, its curve in words."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.formulas import half_up
from assessments.models import ScoreItem
from metrics.indicators import Indicator, Unit, all_indicators, get
from metrics.registry import Part
from portal.editing.rows import short
from portal.present import unit_text

Source = ScoreItem.Source
SHARE, YES_NO = "%", "yes"
# Beside the indicators of a 定稿: code → (name, unit).
CHECKLIST = {
    "basic_share": (gettext_lazy("基本保障类业态具备比例"), SHARE),
    "quality_share": (gettext_lazy("品质提升类业态具备比例"), SHARE),
    "required_share": (gettext_lazy("必备业态具备比例"), SHARE),
    "all_required": (gettext_lazy("必备业态全部具备"), YES_NO),
}
SURVEY = {
    "satisfaction": (gettext_lazy("居民综合满意度"), SHARE),
    "basic_satisfaction": (gettext_lazy("居民基本满意度"), SHARE),
    "score": (gettext_lazy("居民满意度得分"), gettext_lazy("分")),
}
ITEM = "item:"
# A figure that is either there or not needs no curve of its own.
THERE_OR_NOT = [["0", "0"], ["1", "1"]]

Choices = list[tuple[Any, list[tuple[str, Any]]]]


def usable() -> list[Indicator]:
    """Indicators that circles have and that do not read grades."""
    return [one for one in all_indicators() if "C" in one.scopes and not one.reads_grades]


def figure_choices(items: Mapping[str, str]) -> Choices:
    """Everything that may be picked, by where it comes from; `items` are the checklist's kinds."""
    indicators = [(f"{Source.INDICATOR}:{one.code}", _with_unit(one)) for one in usable()]
    checklist: list[tuple[str, Any]] = [
        (f"{Source.CHECKLIST}:{code}", name) for code, (name, _u) in CHECKLIST.items()
    ]
    checklist += [
        (f"{Source.CHECKLIST}:{ITEM}{key}", _("是否具备：%(kind)s") % {"kind": label})
        for key, label in items.items()
    ]
    survey = [(f"{Source.SURVEY}:{code}", name) for code, (name, _u) in SURVEY.items()]
    return [
        (Source.INDICATOR.label, indicators),
        (Source.CHECKLIST.label, checklist),
        (Source.SURVEY.label, survey),
    ]


def _with_unit(indicator: Indicator) -> str:
    unit = unit_text(indicator)
    return f"{indicator.name}（{unit}）" if unit else str(indicator.name)


def units(choices: Choices) -> dict[str, str]:
    """The unit of every figure that may be picked, for the page's script."""
    return {value: unit_of(value) for _group, rows in choices for value, _name in rows}


def unit_of(figure: str) -> str:
    """“%” of shares, “yes” of what is there or not, else a word; "" = none."""
    source, _colon, code = figure.partition(":")
    if source == Source.CHECKLIST:
        return YES_NO if code.startswith(ITEM) else str(CHECKLIST.get(code, ("", ""))[1])
    if source == Source.SURVEY:
        return str(SURVEY.get(code, ("", ""))[1])
    try:
        indicator = get(code)
    except KeyError:
        return ""
    return SHARE if indicator.unit == Unit.SHARE else unit_text(indicator)


def takes_format(figure: str) -> bool:
    """Whether the figure is there for every business format."""
    source, _colon, code = figure.partition(":")
    try:
        return source == Source.INDICATOR and get(code).part == Part.FORMAT
    except KeyError:
        return False


def figure_name(
    source: str, code: str, part: str, items: Mapping[str, str], formats: Mapping[str, str]
) -> str:
    """The figure as officials call it."""
    if source == Source.CHECKLIST and code.startswith(ITEM):
        key = code.removeprefix(ITEM)
        return _("是否具备：%(kind)s") % {"kind": items.get(key, key)}
    if source in (Source.CHECKLIST, Source.SURVEY):
        known = CHECKLIST if source == Source.CHECKLIST else SURVEY
        return str(known[code][0]) if code in known else code
    try:
        name = str(get(code).name)
    except KeyError:
        name = code
    return f"{name}（{formats.get(part, part)}）" if part else name


# --- Curves ---------------------------------------------------------------------------------------
def nodes_of(figure: str, curve_points: Iterable[Sequence[Any]], points: Decimal) -> list[Any]:
    """A curve's nodes as they are typed: the figure in its unit, the points that it earns."""
    times = 100 if unit_of(figure) == SHARE else 1
    return [
        {"x": short(Decimal(str(x)) * times), "y": short(_earned(Decimal(str(share)), points))}
        for x, share in curve_points
    ]


def _earned(share: Decimal, points: Decimal) -> Decimal:
    """Points of a share; a share that was cut off behind its sixth place is rounded back."""
    exactly = share * points
    near = half_up(exactly)
    return near if abs(exactly - near) <= points / 1_000_000 else exactly


def curve_of(figure: str, nodes: Iterable[tuple[Decimal, Decimal]], points: Decimal) -> list[Any]:
    """[[x, share], …] of typed nodes, as texts."""
    by = 100 if unit_of(figure) == SHARE else 1
    return [[short(x / by), short(round(y / points, 6))] for x, y in nodes]


def _with_word(x: str, unit: str) -> str:
    """The number with its unit; a space parts figures from the Chinese word behind."""
    if unit in ("", YES_NO):
        return f"{x} "
    return f"{x}% " if unit == SHARE else f"{x} {unit}"


def curve_text(item: Any) -> str:
    """“达到 60% 得 0 分，达到 90% 得满分，其间按比例计分”."""
    figure = f"{item.source}:{item.source_code}"
    unit = unit_of(figure)
    if unit == YES_NO and [[*map(str, node)] for node in item.curve_points] == THERE_OR_NOT:
        return _("具备得满分，不具备得 0 分")
    told = []
    for node in nodes_of(figure, item.curve_points, item.points):
        x = _with_word(node["x"], unit)
        if Decimal(node["y"]) == item.points:
            told.append(_("达到 %(x)s得满分") % {"x": x})
        else:
            told.append(_("达到 %(x)s得 %(y)s 分") % {"x": x, "y": node["y"]})
    if not told:
        return _("未设曲线")
    rule = _("其间按比例计分") if item.curve == ScoreItem.Curve.LINEAR else _("按档计分")
    return "，".join([*told, rule])
