"""Beginning evaluations, filling checklists, drawing the sample."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.evaluations")
def start(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be filled."""
    return render(request, "evaluation/frame.html", kwargs)


@page("assessments.evaluations")
def fill(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be filled."""
    return render(request, "evaluation/frame.html", kwargs)


@page("assessments.evaluations")
def draw(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be filled."""
    return render(request, "evaluation/frame.html", kwargs)
