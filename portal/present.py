"""Figures as people read them: text, unit, status against a target, tags."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from metrics.compute import Flag
from metrics.indicators import Indicator, Unit, get
from metrics.models import Run, Target
from metrics.querysets import Figure
from portal.opinion import note_of

NO_VALUE = "—"


def value_text(indicator: Indicator, value: float | None) -> str:
    """The number alone: shares as per cent with one decimal, “—” for no value."""
    if value is None:
        return NO_VALUE
    match indicator.unit:
        case Unit.SHARE:
            return f"{value * 100:.1f}"
        case Unit.RATE | Unit.POINTS:
            return f"{value:,.1f}"
        case _:
            return f"{value:,.0f}"


def unit_text(indicator: Indicator) -> str:
    """The unit behind the number."""
    match indicator.unit:
        case Unit.SHARE:
            return "%"
        case Unit.PERSONS:
            return _("人")
        case Unit.METRES:
            return _("米")
        case Unit.COUNT:
            return _("个")
        case Unit.TIMES:
            return _("场")
        case Unit.POINTS:
            return _("分")
        case _:
            return ""


def full_text(indicator: Indicator, value: float | None) -> str:
    """Number and unit in one."""
    return NO_VALUE if value is None else value_text(indicator, value) + unit_text(indicator)


def people_text(number: float) -> str:
    """Persons as officials read them: in 万 from ten thousand on, where people count in 万."""
    if number >= 10_000 and (get_language() or "").startswith("zh"):
        return _("%(n).1f 万人") % {"n": number / 10_000}
    return _("%(n)s 人") % {"n": f"{number:,.0f}"}


def tags_of(run: Run, flags: int = 0) -> list[str]:
    """The tags a figure must carry wherever it is shown."""
    tags = ["demo"] if run.is_sample else []
    if flags & Flag.UNOFFICIAL:
        tags.append("unconfirmed")
    if flags & Flag.PARTIAL:
        tags.append("partial")
    return tags


def target_for(targets: Iterable[Target], code: str, scope: str) -> Target | None:
    """The target a document sets for this indicator at this level, if any."""
    return next(
        (t for t in targets if t.indicator == code and scope in t.scopes and t.applies), None
    )


def against_target(value: float | None, target: Target | None) -> dict[str, Any]:
    """Status and words; an expected (力争) target is never red, and no value is unknown."""
    if target is None:
        return {"status": "none" if value is not None else "unknown", "status_word": ""}
    goal = float(target.value)
    # Targets of shares are stored as fractions, like the values.
    goal_text = f"{goal * 100:g}%" if goal <= 1 else f"{goal:g}"
    sign = {">=": "≥", "<=": "≤", "=": ""}.get(target.comparison, target.comparison)
    told: dict[str, Any] = {
        "target_text": _("目标 %(sign)s%(goal)s") % {"sign": sign, "goal": goal_text},
        "clause_text": str(target.clause),
        "clause_url": reverse("portal:clause", args=[target.clause_id]),
    }
    if value is None:
        return told | {"status": "unknown", "status_word": _("暂无数据")}
    reached = value <= goal if target.comparison == "<=" else value >= goal
    if reached:
        return told | {"status": "good", "status_word": _("已达目标")}
    gap = f"{abs(goal - value) * 100:.1f}" if goal <= 1 else f"{abs(goal - value):g}"
    unit = _("个百分点") if goal <= 1 else ""
    word = _("距目标 %(gap)s %(unit)s") % {"gap": gap, "unit": unit}
    binding = target.nature == Target.Nature.BINDING
    return told | {"status": "warn" if binding else "none", "status_word": word.strip()}


def figure_card(
    run: Run,
    code: str,
    scope: str,
    scope_id: uuid.UUID,
    figure: Figure | None,
    *,
    target: Target | None = None,
    part: int = 0,
    label: str = "",
    earlier: Figure | None = None,
) -> dict[str, Any]:
    """components/figure.html's dict of one figure."""
    indicator = get(code)
    value = figure.value if figure else None
    card = {
        "label": label or str(indicator.name),
        "value_text": value_text(indicator, value),
        "unit": unit_text(indicator) if value is not None else "",
        "run_day": run.as_of.isoformat(),
        "tags": tags_of(run, figure.flags if figure else 0),
        "explain_url": explain_url(run, code, scope, scope_id, part) if figure else "",
    }
    card |= against_target(value, target)
    if note := note_of(code, figure):
        card["note"] = note
    if earlier is not None and value is not None and earlier.value is not None:
        card |= _delta(indicator, value - earlier.value)
    return card


def explain_url(run: Run, code: str, scope: str, scope_id: uuid.UUID, part: int = 0) -> str:
    """The page that says how a figure was computed."""
    return reverse("portal:figure", args=[run.pk, code, scope, scope_id, part])


def _delta(indicator: Indicator, change: float) -> dict[str, str]:
    shown = f"{change * 100:+.1f}" if indicator.unit == Unit.SHARE else f"{change:+,.0f}"
    unit = _("个百分点") if indicator.unit == Unit.SHARE else unit_text(indicator)
    text = _("较定稿 %(change)s %(unit)s") % {"change": shown, "unit": unit}
    if indicator.higher_is_better is None or abs(change) < 1e-9:
        return {"delta_text": text, "delta": "same"}
    better = (change > 0) == indicator.higher_is_better
    return {"delta_text": text, "delta": "better" if better else "worse"}
