"""试算: an item's rule tried on figures that are typed, nothing stored."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.views.common import page


@page("subsidies.policies")
def try_item(request: HttpRequest, pk: Any, key: str) -> HttpResponse:
    """The form, and what comes out."""
    return HttpResponse()
