"""Papers of a round (Word, Excel) and the files of its meeting."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from portal.views.common import page


@page("subsidies.rounds")
def paper(request: HttpRequest, pk: Any, kind: str) -> HttpResponse:
    """A paper; being built."""
    return HttpResponse("")


@page("subsidies.rounds")
def workbook(request: HttpRequest, pk: Any) -> HttpResponse:
    """The round's applications; being built."""
    return HttpResponse("")


@require_POST
@page("subsidies.manage_rounds")
def add_file(request: HttpRequest, pk: Any) -> HttpResponse:
    """A file of the meeting; being built."""
    return HttpResponse("")
