"""`/evaluation/scorecards/<uuid>/scores/`: where the page saves each score by itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.score")
def scores(request: HttpRequest, pk: Any) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})
