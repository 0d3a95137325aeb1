"""Acts on a round, its applications in batch, and objections."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from portal.views.common import page


@require_POST
@page("subsidies.rounds")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """A move; being built."""
    return HttpResponse("")


@require_POST
@page("subsidies.manage_rounds")
def applications(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """Chosen applications; being built."""
    return HttpResponse("")


@require_POST
@page("subsidies.manage_rounds")
def objection_new(request: HttpRequest, pk: Any) -> HttpResponse:
    """An objection; being built."""
    return HttpResponse("")


@require_POST
@page("subsidies.manage_rounds")
def objection(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """An objection handled; being built."""
    return HttpResponse("")
