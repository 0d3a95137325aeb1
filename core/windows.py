"""Counting in the cache, minute by minute: how often an address has done something.

A cache that does not answer counts nothing: limits protect, they must not shut.
"""

import logging
import time

from django.core.cache import cache

logger = logging.getLogger(__name__)
SECONDS = 60


def count(key: str) -> int:
    """Count one more in this minute; how often it was."""
    timed = _in_this_minute(key)
    try:
        try:
            return int(cache.incr(timed))
        except ValueError:  # the first of its minute
            return 1 if cache.add(timed, 1, SECONDS + 1) else int(cache.incr(timed))
    except Exception:
        logger.warning("the cache does not answer, nothing is counted", exc_info=True)
        return 0


def _in_this_minute(key: str) -> str:
    return f"{key}:{int(time.time()) // SECONDS}"
