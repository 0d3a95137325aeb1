"""Middleware of the ground floor: the act's actor, anonymous pages, the stock admin's policy."""

import uuid
from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import audit

Responder = Callable[[HttpRequest], HttpResponse]


class StockAdminPolicyMiddleware:
    """Lets Unfold's stock pages (lists, forms, history) evaluate expressions, and no other page."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "is_stock_admin", False):
            response._csp_update = {  # type: ignore[attr-defined]
                "script-src": [SELF, UNSAFE_EVAL],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        return response


class NamelessMiddleware:
    """Takes the cookies off requests for anonymous pages (`NAMELESS_PATHS`), before any is read.

    Whoever fills in a questionnaire is nobody there, signed in or not: no session is looked up,
    none is prolonged, and no cookie is given.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(settings.NAMELESS_PATHS):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        request.COOKIES = {}
        response = self.get_response(request)
        # Of the pages of errors, which have the frame of all others.
        response.cookies.clear()
        return response


class OnlySentMiddleware:
    """A page instead of the bare 405 for who opens an address that takes sent forms alone.

    One stands on such an address after a refused form; reloading it asks for it.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


class ActMiddleware:
    """Attributes what a request does to its caller, under one request id."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scope = request.scope  # type: ignore[attr-defined]
        request_id = uuid.uuid4().hex
        actor = audit.Actor(
            scope.user_id, scope.label, scope.office_code, request_id, scope.acting_for
        )
        with audit.acting(actor):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
