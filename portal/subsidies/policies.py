"""`/subsidies/policies/`: versions of policies, one read, copied, published, closed, as files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from portal.views.common import page

READ, CHANGE = "subsidies.policies", "subsidies.change_policies"


@page(READ)
def policies(request: HttpRequest) -> HttpResponse:
    """All versions."""
    return HttpResponse()


@page(CHANGE)
def new(request: HttpRequest) -> HttpResponse:
    """A draft from nothing."""
    return HttpResponse()


@page(CHANGE)
def bring(request: HttpRequest) -> HttpResponse:
    """A draft from a workbook."""
    return HttpResponse()


@page(READ)
def policy(request: HttpRequest, pk: Any) -> HttpResponse:
    """One version."""
    return HttpResponse()


@page(READ)
def item(request: HttpRequest, pk: Any, key: str) -> HttpResponse:
    """One item of it."""
    return HttpResponse()


@require_POST
@page(CHANGE)
def copy(request: HttpRequest, pk: Any) -> HttpResponse:
    """A new draft like this version."""
    return HttpResponse()


@page(CHANGE)
def publish(request: HttpRequest, pk: Any) -> HttpResponse:
    """Freeze it."""
    return HttpResponse()


@page(CHANGE)
def close(request: HttpRequest, pk: Any) -> HttpResponse:
    """Out of use."""
    return HttpResponse()


@page(READ)
def compare(request: HttpRequest, pk: Any) -> HttpResponse:
    """Two versions side by side."""
    return HttpResponse()


@page(READ)
def export(request: HttpRequest, pk: Any) -> HttpResponse:
    """The version as a workbook."""
    return HttpResponse()
