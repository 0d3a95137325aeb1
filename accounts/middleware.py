"""Gives every request its scope, and holds sessions to their limits."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from accounts.policy import scope_of
from accounts.signins import SIGNED_IN_AT
from core import audit
from core.paths import without_secret

Responder = Callable[[HttpRequest], HttpResponse]


class SessionLimitMiddleware:
    """Ends sessions `SESSION_HOURS` after signing in, however busy (the cookie ends idle ones)."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            since = request.session.setdefault(SIGNED_IN_AT, int(time.time()))
            if time.time() - since > settings.SESSION_HOURS * 3600:
                logout(request)
        return self.get_response(request)


class ScopeMiddleware:
    """Sets `request.scope` from the signed-in person, once per request."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = scope_of(request.user)  # type: ignore[attr-defined]
        return self.get_response(request)


class BreakGlassMiddleware:
    """Writes each request of a superuser into the audit log, before it is answered."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request.user, "is_superuser", False):
            path = without_secret(request.get_full_path())
            audit.note("accounts.break_glass", method=request.method, path=path[:500])
        return self.get_response(request)
