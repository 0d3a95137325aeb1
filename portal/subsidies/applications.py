"""`/subsidies/applications/`: the applications that the caller may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("subsidies.applications")
def applications(request: HttpRequest) -> HttpResponse:
    """The list, filtered; `?export=xlsx` gives exactly what is shown."""
    return render(request, "subsidies/frame.html")
