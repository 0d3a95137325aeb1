"""The checklist of an evaluation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.evaluations")
def checklist(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be filled."""
    return render(request, "evaluation/frame.html", kwargs)


@page("assessments.evaluations")
def move(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be filled."""
    return render(request, "evaluation/frame.html", kwargs)


@page("assessments.evaluations")
def line(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be filled."""
    return render(request, "evaluation/frame.html", kwargs)


@page("assessments.evaluations")
def clear(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be filled."""
    return render(request, "evaluation/frame.html", kwargs)


@page("assessments.evaluations")
def file(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To be filled."""
    return render(request, "evaluation/frame.html", kwargs)
