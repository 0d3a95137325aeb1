"""`/`: sends each person to where their work is."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from accounts.roles import (
    AUDITOR,
    COMMISSION,
    DEPARTMENT_LIAISON,
    EXPERT,
    LEADER,
    SECURITY_ADMIN,
    STREET,
    SURVEY_AGENCY,
)
from core.scope import Scope
from portal.console import address_of

# Roles → their start page; the first that is mounted and fits is taken.
START_PAGES: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    # Who also works on something starts there.
    (COMMISSION - {LEADER}, ("portal:dashboard", "admin:index")),
    (frozenset({LEADER}), ("briefing:home", "portal:dashboard")),
    (STREET | {DEPARTMENT_LIAISON}, ("portal:desk",)),
    (frozenset({EXPERT}), ("evaluation:my_scorecards",)),
    (frozenset({SURVEY_AGENCY}), ("evaluation:surveys",)),
    (frozenset({AUDITOR}), ("admin:core_auditevent_changelist",)),
    (frozenset({SECURITY_ADMIN}), ("admin:accounts_user_changelist",)),
)


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The start page of whoever asks; visitors are asked to sign in."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if not request.user.is_authenticated:
        return redirect(public_page()) if public_page() else redirect_to_login("/")
    if address := start_page(scope):
        return redirect(address)
    return render(request, "portal/no_duties.html", {"has_office": bool(scope.office_code)})


def public_page() -> str:
    """The public map, once there is one."""
    return address_of("public_map")


def start_page(scope: Scope) -> str:
    """The address of the caller's start page; empty when they have none."""
    for roles, names in START_PAGES:
        if scope.has_role(*roles):
            return next((address for name in names if (address := address_of(name))), "")
    return ""
