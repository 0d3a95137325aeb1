"""The lines and blocks of a page of results, ready to read; its workbook has the same."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.distributions import Distribution, Need
from assessments.results import Cell
from circles.models import Circle
from metrics.models import Target
from portal.present import NO_VALUE

WITHHELD = gettext_lazy("—（样本不足）")
MISSING_WORDS = {
    "missing": ("bad", gettext_lazy("缺失")),
    "present": ("good", gettext_lazy("已有")),
    "unknown": ("unknown", gettext_lazy("情况不明")),
    "": ("none", NO_VALUE),
}


def percent(share: float | None) -> str:
    """A share with one decimal; the sign stands with it."""
    return NO_VALUE if share is None else f"{share * 100:.1f}%"


def margin_text(margin: float | None) -> str:
    """±x.x: half the width of the interval, in 个百分点."""
    return NO_VALUE if margin is None else f"±{margin * 100:.1f}"


def range_text(low: float | None, high: float | None) -> str:
    """From where to where the interval goes."""
    return NO_VALUE if low is None or high is None else f"{percent(low)}—{percent(high)}"


def line(cell: Cell) -> dict[str, Any]:
    """One line of a breakdown; what is withheld has no number at all."""
    found = cell.found
    told: dict[str, Any] = {
        "label": cell.label,
        "url": reverse("portal:circle", args=[cell.place.code])
        if isinstance(cell.place, Circle)
        else "",
        "sub": str(cell.place.lead_street) if isinstance(cell.place, Circle) else "",
        "state": cell.state,
        "answered": cell.answered,
        "quota": cell.quota,
        "thin": bool(found and cell.quota and found.n < cell.quota),
    }
    if found is None:
        return told
    return told | {
        "n": found.n,
        "excluded": found.excluded,
        "refused": found.refused,
        "share": found.share,
        "share_text": percent(found.share),
        "margin": found.margin,
        "margin_text": margin_text(found.margin),
        "range_text": range_text(found.low, found.high),
        "basic_text": percent(found.basic_share),
        "basic_margin_text": margin_text(found.basic_margin),
        "basic_range_text": range_text(found.basic_low, found.basic_high),
        "score": found.score,
        "ends": (found.low, found.high),
    }


def with_plots(
    lines: Sequence[dict[str, Any]], target: Target | None
) -> tuple[list[dict[str, Any]], str]:
    """Lines with where their dot and interval stand, and the axis in words.

    The axis ends at 100 % and begins at the last ten below everything that is on it.
    """
    goal = float(target.value) if target else None
    lows = [one["ends"][0] for one in lines if one.get("share") is not None]
    begin = min([*lows, goal if goal is not None else 1.0, 0.9])
    start = int(begin * 10 + 1e-9) / 10

    def at(share: float) -> float:
        return round((share - start) / (1 - start) * 100, 2)

    plotted = [
        one
        | {
            "plot": {
                "at": at(one["share"]),
                "low": at(one["ends"][0]),
                "width": at(one["ends"][1]) - at(one["ends"][0]),
                "target": None if goal is None else at(goal),
            }
        }
        if one.get("share") is not None
        else one
        for one in lines
    ]
    return plotted, _("横轴 %(low)s—100%%") % {"low": f"{start * 100:.0f}%"}


def question_block(found: Distribution) -> dict[str, Any]:
    """One question with its options."""
    question = found.question
    shares = found.shares
    if question.kind == "multiple":
        shares = sorted(shares, key=lambda one: -one.times)
    return {
        "text": question.text,
        "kind": question.get_kind_display(),
        "state": found.state,
        "n": found.n,
        "note": _("可多选，合计可能超过100%%") % {} if question.kind == "multiple" else "",
        "options": [
            {
                "label": one.label,
                "times": one.times,
                "share": one.share,
                "bar": {"text": percent(one.share), "percent": round(one.share * 100, 1)},
            }
            for one in shares
        ],
    }


def need_line(need: Need) -> dict[str, Any]:
    """One format wanted in one circle."""
    status, word = MISSING_WORDS[need.missing]
    return {
        "format": need.label,
        "circle": need.circle.name,
        "url": reverse("portal:circle", args=[need.circle.code]),
        "street": need.circle.lead_street.name,
        "mentions": need.mentions,
        "n": need.n,
        "share": need.share,
        "bar": {"text": percent(need.share), "percent": round(need.share * 100, 1)},
        "status": status,
        "word": str(word),
    }
