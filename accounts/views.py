"""Signing in and out, one's own password, and what a locked account sees."""

import math
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.forms import SignInForm
from accounts.models import User
from accounts.roles import NAMES
from core import audit


class SignIn(views.LoginView):
    """The one sign-in page."""

    form_class = SignInForm
    template_name = "registration/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The demo's accounts stand on the page, where there is a demo."""
        context = super().get_context_data(**kwargs)
        if settings.DEMO:
            context["demo_accounts"] = _demo_accounts()
        return context


@method_decorator([never_cache, require_POST], name="dispatch")
class SignOut(views.LogoutView):
    """Signs out and says so."""

    http_method_names = ["post"]
    template_name = "registration/logged_out.html"

    def get_default_redirect_url(self) -> str:
        """Stay here: the page itself says that one is signed out."""
        return self.request.path


class ChangePassword(views.PasswordChangeView):
    """One's own password."""

    template_name = "registration/password_change_form.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Noted in the audit log; other sessions of the person end."""
        response = super().form_valid(form)
        audit.note("accounts.change_password")
        return response


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Tell how long the account stays locked; the answer django-axes gives from then on."""
    seconds = _seconds_left((credentials or {}).get("username"), request)
    minutes = max(1, math.ceil(seconds / 60))
    context = {"wait_text": _("%(minutes)d 分钟") % {"minutes": minutes}}
    page = render(request, "registration/locked.html", context, status=429)
    page["Retry-After"] = str(max(1, math.ceil(seconds)))
    return page


def _seconds_left(username: str | None, request: HttpRequest) -> float:
    cool_off = get_cool_off(request)
    if cool_off is None:
        return 0
    last = (
        AccessAttempt.objects.filter(username=username, ip_address=request.META.get("REMOTE_ADDR"))
        .order_by("-attempt_time")
        .values_list("attempt_time", flat=True)
        .first()
    )
    return ((last or timezone.now()) + cool_off - timezone.now()).total_seconds()


def _demo_accounts() -> list[dict[str, str]]:
    """One account of each role: the streets' are all alike."""
    people = User.objects.filter(is_demo=True, is_active=True).prefetch_related("groups")
    first: dict[str, User] = {}
    for user in people.order_by("username"):
        for group in user.groups.all():
            first.setdefault(group.name, user)
    return [
        {"role": str(name), "username": first[role].username}
        for role, name in NAMES.items()
        if role in first
    ]
