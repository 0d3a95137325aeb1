"""下达、收回、调剂、结转."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.views.common import page


@page("subsidies.budgets")
def orders(request: HttpRequest) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()


@page("subsidies.budgets")
def new(request: HttpRequest) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()


@page("subsidies.budgets")
def order(request: HttpRequest, pk: Any) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()


@page("subsidies.budgets")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()


@page("subsidies.budgets")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()
