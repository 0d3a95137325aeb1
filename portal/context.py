"""What the frame of every page shows."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Whether this is a demo, and on which database."""
    return {
        "is_demo": settings.DEMO,
        "is_demo_database": connection.vendor == "sqlite",
    }
