"""Answers by phone and at the door."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.surveys")
def enter(request: HttpRequest, pk: Any = None, **more: Any) -> HttpResponse:
    """In the making."""
    return render(request, "evaluation/frame.html")
