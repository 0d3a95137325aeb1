"""Whether what the platform stands on is there: database, broker, worker, disk."""

import logging
import shutil
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from core import jobs
from core.heartbeat import LATE_SECONDS, seconds_since_beat

logger = logging.getLogger(__name__)
LEAST_FREE_BYTES = 500 * 1024 * 1024

Finding = dict[str, Any]


def report() -> tuple[bool, dict[str, Finding]]:
    """Whether all is well, and each part's finding ({ok, and what helps to mend it})."""
    findings = {name: _found(check) for name, check in CHECKS.items()}
    return all(finding["ok"] for finding in findings.values()), findings


def _found(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception:
        logger.exception("health check %s failed", check.__name__)
        return {"ok": False}


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    if connection.vendor == "sqlite":
        return {"ok": True, "note": _("演示数据库")}
    return {"ok": True}


def _broker() -> Finding:
    if not jobs.has_broker():
        return {"ok": True, "note": _("未配置消息队列，任务由 runjobs 执行")}
    import redis

    options: Any = {"socket_timeout": 2, "socket_connect_timeout": 2}
    with redis.Redis.from_url(settings.REDIS_URL, **options) as client:
        return {"ok": bool(client.ping())}


def _worker() -> Finding:
    seconds = seconds_since_beat()
    if seconds is None:
        return {"ok": False, "note": _("后台进程尚未报到")}
    return {"ok": seconds <= LATE_SECONDS, "seconds_since_beat": round(seconds, 1)}


def _disk() -> Finding:
    free = shutil.disk_usage(settings.DATA_DIR).free
    return {"ok": free >= LEAST_FREE_BYTES, "free_bytes": free}


CHECKS: dict[str, Callable[[], Finding]] = {
    "database": _database,
    "broker": _broker,
    "worker": _worker,
    "disk": _disk,
}
