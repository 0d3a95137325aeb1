"""How often one caller may ask: a counter in the cache for each token, person or address."""

import logging
import time
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from core.api.callers import scope_of

logger = logging.getLogger(__name__)


class Quota(NamedTuple):
    """What is left to a caller in the running window (seconds)."""

    limit: int
    remaining: int
    reset: int
    window: int


class CallerThrottle(SimpleRateThrottle):
    """A fixed window per caller; every answer tells what is left of it.

    A cache that does not answer lets everyone through: the limit protects, it must not shut.
    """

    scope = "caller"

    def get_rate(self) -> str:
        """The rate in force now, e.g. `1200/minute`."""
        rates: Any = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
        return str(rates[self.scope])

    def get_cache_key(self, request: Request, view: Any) -> str:
        """One key per token or person; strangers share their address's."""
        caller = scope_of(request).user_id or getattr(request.user, "pk", None)
        return f"throttle:{caller or self.get_ident(request)}"

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; the quota is left on it for the response's headers."""
        limit, window = (int(part or 0) for part in self.parse_rate(self.get_rate()))
        now = int(time.time())
        reset = window - now % window
        used = _count(f"{self.get_cache_key(request, view)}:{now // window}", window)
        self._reset = reset
        quota = Quota(limit, max(0, limit - used), reset, window)
        request._request.quota = quota  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        """Seconds until the next window."""
        return float(self._reset)


def quota_headers(request: Request) -> dict[str, str]:
    """`RateLimit-*` headers of a counted request."""
    quota: Quota | None = getattr(request, "quota", None)
    if quota is None:
        return {}
    return {
        "RateLimit-Limit": str(quota.limit),
        "RateLimit-Remaining": str(quota.remaining),
        "RateLimit-Reset": str(quota.reset),
        "RateLimit-Policy": f"{quota.limit};w={quota.window}",
    }


def _count(key: str, window: int) -> int:
    try:
        if cache.add(key, 1, window + 1):
            return 1
        return cache.incr(key)
    except ValueError:  # it expired in between
        return 1
    except Exception:
        logger.warning("the cache does not answer, requests are not counted", exc_info=True)
        return 0
