"""扶持总览: what waits for the caller, and the money at a glance."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("subsidies.rounds")
def home(request: HttpRequest) -> HttpResponse:
    """The overview."""
    return render(request, "subsidies/home.html")
