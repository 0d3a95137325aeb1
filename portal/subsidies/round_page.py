"""`/subsidies/rounds/<id>/`: one round: where it stands, what comes next, its applications."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.views.common import page


@page("subsidies.rounds")
def round_(request: HttpRequest, pk: Any) -> HttpResponse:
    """The page; being built."""
    return HttpResponse("")
