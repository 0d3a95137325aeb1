"""What the circle page says of evaluation: the last decision, its dimensions, what comes next."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.grading import missing_text
from assessments.models import Grade
from circles.models import Circle
from core import policy
from core.scope import Scope

# Years beside each other in one radar.
MOST_YEARS = 3


def evaluation_of(row: Circle, scope: Scope) -> dict[str, Any] | None:
    """`evaluation` of portal/circle.html; None before anything the caller may know was decided.

    Published results are everyone's in the district; before that they are the commission's.
    """
    shown = ["published", "approved"] if scope.all_streets else ["published"]
    grades = list(Grade.objects.filter(circle=row, state__in=shown).order_by("-year")[:MOST_YEARS])
    if not grades:
        return None
    last = grades[0]
    known = policy.may(scope, "assessments.grades") and (
        Grade.objects.visible_to(scope).filter(pk=last.pk).exists()
    )
    return {
        "year": _("%(year)d年度") % {"year": last.year},
        "level_word": last.get_outcome_display(),
        "points_text": "" if last.score is None else _("评价得分 %(n)s 分") % {"n": last.score},
        "next_text": missing_text(last.explanation),
        "chart": radar_of(grades),
        "url": reverse("evaluation:grade", args=[last.pk]) if known else "",
    }


def radar_of(grades: list[Grade]) -> dict[str, Any] | None:
    """Dimensions of the latest evaluation, and of earlier ones with the same; by share of marks."""
    dimensions = grades[0].explanation.get("score", {}).get("dimensions", [])
    if len(dimensions) < 3:
        return None
    keys = [one["key"] for one in dimensions]
    series = []
    for grade in grades:
        own = grade.explanation.get("score", {}).get("dimensions", [])
        if [one["key"] for one in own] != keys:
            continue
        series.append(
            {
                "label": str(grade.year),
                "values": [_number(one["points"]) for one in own],
                "texts": [
                    _("缺数据")
                    if one["points"] is None
                    else _("%(n)s / %(full)s 分") % {"n": one["points"], "full": one["full"]}
                    for one in own
                ],
            }
        )
    return {
        "id": "evaluation-radar",
        "title": _("各维度得分"),
        "kind": "radar",
        "tags": ["demo"] if any(grade.is_sample for grade in grades) else [],
        "data": {
            "axes": [{"label": one["name"], "max": float(one["full"])} for one in dimensions],
            "series": series,
        },
    }


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)
