"""Photos of a score: added, shown, taken off."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.score")
def add(request: HttpRequest, pk: Any) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})


@page("assessments.scorecards")
def photo(request: HttpRequest, pk: Any, file: Any) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})


@page("assessments.score")
def remove(request: HttpRequest, pk: Any, file: Any) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})
