"""扶持成效: what the money bought."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("subsidies.effects")
def effects(request: HttpRequest) -> HttpResponse:
    """The page of effects."""
    return render(request, "subsidies/effects.html")
