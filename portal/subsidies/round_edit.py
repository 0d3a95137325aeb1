"""`/subsidies/rounds/new/`, `…/edit/`: the form of a round."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.views.common import page


@page("subsidies.manage_rounds")
def new(request: HttpRequest) -> HttpResponse:
    """A new round; being built."""
    return HttpResponse("")


@page("subsidies.manage_rounds")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """A draft changed; being built."""
    return HttpResponse("")
