"""`/evaluation/<uuid>/scoring/`: the cards of one circle beside each other."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.scorecards")
def circle_scoring(request: HttpRequest, pk: Any) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})


@page("assessments.manage_scoring")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})
