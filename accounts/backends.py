"""Signing in by name and password."""

from typing import Any

from django.conf import settings
from django.contrib.auth import backends


class ModelBackend(backends.ModelBackend):
    """Django's, which lets demo accounts in only where the demo is switched on (`DEMO=1`).

    Superusers are the reverse: break-glass in an emergency, and never in a demo. Sessions are
    checked as well: `get_user` asks the same question, so a session opened during a demo ends
    with it.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether this person may sign in or stay signed in."""
        if getattr(user, "is_demo", False) and not settings.DEMO:
            return False
        if getattr(user, "is_superuser", False) and settings.DEMO:
            return False
        return super().user_can_authenticate(user)
