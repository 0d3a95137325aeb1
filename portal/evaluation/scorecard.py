"""`/evaluation/scorecards/<uuid>/`: one card, scored on the spot, read, moved on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.scorecards")
def scorecard(request: HttpRequest, pk: Any) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})


@page("assessments.score")
def summary(request: HttpRequest, pk: Any) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})


@page("assessments.scorecards")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})
