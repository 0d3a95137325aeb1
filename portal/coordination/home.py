"""`/coordination/`: on to where the caller works."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.views.common import page


@page("coordination.tasks")
def home(request: HttpRequest) -> HttpResponse:
    """The tasks: what waits there waits for somebody."""
    return redirect("coordination:tasks")
