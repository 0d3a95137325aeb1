"""`/evaluation/scoring/assign/`: cards for many circles and experts at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.manage_evaluations")
def assign(request: HttpRequest) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})
