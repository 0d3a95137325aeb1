"""`/evaluation/grades/compare/`: one circle and year under two standards side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.grades")
def compare(request: HttpRequest) -> HttpResponse:
    """Two standards."""
    return render(request, "evaluation/grade_compare.html", {})
