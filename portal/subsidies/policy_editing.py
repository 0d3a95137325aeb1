"""The parts of a policy's draft in their editors."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.views.common import page

CHANGE = "subsidies.change_policies"


@page(CHANGE)
def part(request: HttpRequest, pk: Any, part: str) -> HttpResponse:
    """What the version says of itself and for all its items."""
    return HttpResponse()


@page(CHANGE)
def item_part(request: HttpRequest, pk: Any, key: str, part: str) -> HttpResponse:
    """A part of one item's rule."""
    return HttpResponse()
