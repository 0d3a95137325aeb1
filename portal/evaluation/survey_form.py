"""A new wave, and a wave that is being prepared."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.surveys")
def new(request: HttpRequest, pk: Any = None, **more: Any) -> HttpResponse:
    """In the making."""
    return render(request, "evaluation/frame.html")


@page("assessments.surveys")
def edit(request: HttpRequest, pk: Any = None, **more: Any) -> HttpResponse:
    """In the making."""
    return render(request, "evaluation/frame.html")
