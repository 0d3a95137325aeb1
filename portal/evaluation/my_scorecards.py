"""`/evaluation/my-scorecards/`: where an expert starts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("assessments.score")
def my_scorecards(request: HttpRequest) -> HttpResponse:
    """To come."""
    return render(request, "evaluation/frame.html", {})
