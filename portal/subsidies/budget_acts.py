"""What is done with 预算指标."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.views.common import page


@page("subsidies.budgets")
def open_line(request: HttpRequest) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()


@page("subsidies.budgets")
def check(request: HttpRequest) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()


@page("subsidies.budgets")
def reserve(request: HttpRequest, pk: Any) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()


@page("subsidies.budgets")
def year_end(request: HttpRequest, pk: Any) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()
