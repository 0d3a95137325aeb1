"""`/evaluation/grades/`: the register of a year's grades."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.grades")
def grades(request: HttpRequest) -> HttpResponse:
    """The register of a year."""
    return render(request, "evaluation/grades.html", {})
