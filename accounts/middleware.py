"""Gives every request its scope."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.policy import scope_of


class ScopeMiddleware:
    """Sets `request.scope` from the signed-in person, once per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = scope_of(request.user)  # type: ignore[attr-defined]
        return self.get_response(request)
