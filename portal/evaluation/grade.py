"""`/evaluation/grades/<id>/`: one grade, what led there, and the decision on it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from assessments.models import Grade
from portal.views.common import page, scope_of


@page("assessments.grades")
def grade(request: HttpRequest, pk: Any) -> HttpResponse:
    """One grade."""
    row = get_object_or_404(Grade.objects.visible_to(scope_of(request)), pk=pk)
    return render(request, "evaluation/grade.html", {"grade": row})
