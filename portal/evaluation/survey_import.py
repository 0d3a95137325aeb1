"""An agency's file of answers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.surveys")
def bring(request: HttpRequest, pk: Any = None, **more: Any) -> HttpResponse:
    """In the making."""
    return render(request, "evaluation/frame.html")


@page("assessments.surveys")
def template(request: HttpRequest, pk: Any = None, **more: Any) -> HttpResponse:
    """In the making."""
    return render(request, "evaluation/frame.html")


@page("assessments.surveys")
def undo(request: HttpRequest, pk: Any = None, **more: Any) -> HttpResponse:
    """In the making."""
    return render(request, "evaluation/frame.html")
