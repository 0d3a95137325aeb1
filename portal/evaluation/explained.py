"""A grade's explanation as pages and papers show it."""

from typing import Any

from assessments.models import Grade
from core.scope import Scope


def explained(grade: Grade, scope: Scope) -> dict[str, Any]:
    """Context of evaluation/grade_explained.html."""
    return {"grade": grade}
