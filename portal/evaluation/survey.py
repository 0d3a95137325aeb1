"""`/evaluation/surveys/<id>/`: one wave."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.surveys")
def survey(request: HttpRequest, pk: Any = None, **more: Any) -> HttpResponse:
    """In the making."""
    return render(request, "evaluation/frame.html")


@page("assessments.surveys")
def preview(request: HttpRequest, pk: Any = None, **more: Any) -> HttpResponse:
    """In the making."""
    return render(request, "evaluation/frame.html")


@page("assessments.surveys")
def move(request: HttpRequest, pk: Any = None, **more: Any) -> HttpResponse:
    """In the making."""
    return render(request, "evaluation/frame.html")
