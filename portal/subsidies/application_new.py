"""`/subsidies/applications/new/`: whom, for which item of which round."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("subsidies.file_application")
def new(request: HttpRequest) -> HttpResponse:
    """Choose, then go on with the draft."""
    return render(request, "subsidies/frame.html")
