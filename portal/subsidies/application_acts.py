"""What is done with one application until it is accepted: files, moves, the paper form."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from portal.views.common import page


@require_POST
@page("subsidies.applications")
def handle(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """One of the moves."""
    raise Http404


@require_POST
@page("subsidies.file_application")
def provide(request: HttpRequest, pk: Any, line: Any) -> HttpResponse:
    """Files for a line of the evidence checklist."""
    raise Http404


@require_POST
@page("subsidies.handle_application")
def mark(request: HttpRequest, pk: Any, line: Any) -> HttpResponse:
    """核验通过 or 需补正."""
    raise Http404


@page("subsidies.applications")
def file(request: HttpRequest, pk: Any, line: Any, file: Any) -> HttpResponse:
    """A file of the evidence."""
    raise Http404


@require_POST
@page("subsidies.file_application")
def remove(request: HttpRequest, pk: Any, line: Any, file: Any) -> HttpResponse:
    """Take a file off its line."""
    raise Http404


@page("subsidies.applications")
def paper(request: HttpRequest, pk: Any) -> HttpResponse:
    """资金申请表, Word."""
    raise Http404
