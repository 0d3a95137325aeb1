"""Signing in and out, in the audit log: connected to the libraries' signals by `accounts.apps`."""

import time
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from accounts.models import User
from core import audit
from core.audit import Actor

# In the session: when it began, in seconds, for its absolute limit.
SIGNED_IN_AT = "signed_in_at"
LONGEST_NAME = 150


def connect() -> None:
    """Listen to the signals of Django and of django-axes."""
    from axes.signals import user_locked_out

    user_logged_in.connect(_signed_in, dispatch_uid="accounts.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="accounts.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="accounts.sign_in_failed")
    user_locked_out.connect(_locked, dispatch_uid="accounts.locked_out")


def actor_of(user: User) -> Actor:
    """A person as the audit log keeps them, within the running request."""
    office = user.office.code if user.office else ""
    return Actor(user.pk, str(user), office, audit.current_actor().request_id)


def address_of(request: HttpRequest | None) -> str:
    """Where a request came from."""
    return str(request.META.get("REMOTE_ADDR", "")) if request else ""


def _signed_in(sender: Any, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    request.session[SIGNED_IN_AT] = int(time.time())
    audit.note("accounts.sign_in", by=actor_of(user), address=address_of(request))


def _signed_out(sender: Any, request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    if user is not None:
        audit.note("accounts.sign_out", by=actor_of(user), address=address_of(request))


def _failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any
) -> None:
    name = str(credentials.get("username", ""))[:LONGEST_NAME]
    audit.note("accounts.sign_in_failed", username=name, address=address_of(request))


def _locked(sender: Any, request: HttpRequest, username: str, **_kwargs: Any) -> None:
    name = (username or "")[:LONGEST_NAME]
    audit.note("accounts.locked_out", username=name, address=address_of(request))
