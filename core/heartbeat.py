"""Whether something runs the jobs: whoever does leaves a mark in the cache every few seconds."""

import time

from django.core.cache import cache

KEY = "worker:beat"
# Beat and `runjobs` tick every 15 seconds; three missed ticks are no accident.
LATE_SECONDS = 60


def beat() -> None:
    """Leave the mark."""
    cache.set(KEY, time.time(), 24 * 3600)


def seconds_since_beat() -> float | None:
    """How long ago the last mark was left; None when there is none."""
    at = cache.get(KEY)
    return None if at is None else max(0.0, time.time() - at)
