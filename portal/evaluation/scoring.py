"""`/evaluation/scoring/`: who has not scored what, by expert and by circle."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.manage_evaluations")
def scoring(request: HttpRequest) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})


@page("assessments.manage_evaluations")
def urge(request: HttpRequest) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})
