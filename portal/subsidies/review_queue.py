"""`/subsidies/applications/review/`: accepted applications that wait for review."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from portal.views.common import page


@page("subsidies.handle_application")
def queue(request: HttpRequest) -> HttpResponse:
    """The list."""
    return render(request, "subsidies/review_queue.html", {})


@require_POST
@page("subsidies.handle_application")
def pass_chosen(request: HttpRequest) -> HttpResponse:
    """审核通过 as computed, all ticked or none."""
    raise Http404
