"""What the circle page says of evaluation: the last decision, its dimensions, what comes next."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.grading import missing_text
from assessments.models import Grade
from circles.models import Circle
from core import policy
from core.scope import Scope
from portal.evaluation.explained import radar

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
        "chart": _radar(grades),
        "url": reverse("evaluation:grade", args=[last.pk]) if known else "",
    }


def _radar(grades: list[Grade]) -> dict[str, Any] | None:
    """The latest evaluation's dimensions, beside those of earlier years that had the same."""
    keys = _dimensions(grades[0])
    same = {str(one.year): one.explanation for one in grades if keys and _dimensions(one) == keys}
    chart = radar("evaluation-radar", same) if same else None
    if chart and any(grade.is_sample for grade in grades):
        chart["tags"] = ["demo"]
    return chart


def _dimensions(grade: Grade) -> list[tuple[str, str]]:
    told = grade.explanation.get("score", {}).get("dimensions", [])
    return [(one["key"], one["name"]) for one in told]
