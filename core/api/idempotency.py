"""`Idempotency-Key`: a POST that is sent again answers again, and acts once.

The key's row is written in the transaction of the effect: a second request with the same key waits
on the unique constraint until the first has committed (then it repeats the answer) or failed (then
it acts itself). Refused requests leave no key behind.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from core import jobs, schedule
from core.api.callers import scope_of
from core.api.errors import KeyReusedError
from core.db import locked
from core.models import IdempotencyKey, Job

KEPT = timedelta(hours=24)
FORGET = "core.forget_idempotency_keys"
_KEY = re.compile(r"[!-~]{1,200}")
_REPEATED_HEADERS = ("ETag", "Location")


def once(request: Request, act: Callable[[], Response]) -> Response:
    """Run `act` in one transaction, or repeat what it answered under the request's key."""
    key = request.headers.get("Idempotency-Key")
    with transaction.atomic():
        if key is None:
            return act()
        mine, kept = _claim(request, _checked(key))
        if kept.pk != mine.pk:
            return _repeated(mine, kept)
        response = act()
        kept.status = response.status_code
        kept.body = json.loads(json.dumps(response.data, cls=JSONEncoder))
        kept.headers = {
            name: response[name] for name in _REPEATED_HEADERS if response.has_header(name)
        }
        kept.save(update_fields=["status", "body", "headers"])
        return response


def _checked(key: str) -> str:
    if _KEY.fullmatch(key):
        return key
    raise ParseError(_("Idempotency-Key 须为 1 到 200 个可见的 ASCII 字符，例如一个 UUID。"))


def _claim(request: Request, key: str) -> tuple[IdempotencyKey, IdempotencyKey]:
    """The row we tried to write and the one that stands: the same one for the first request."""
    caller: Any = scope_of(request).user_id
    same = IdempotencyKey.objects.filter(caller=caller, key=key)
    same.filter(created_at__lt=timezone.now() - KEPT).delete()
    mine = IdempotencyKey(caller=caller, key=key, request_digest=_digest(request))
    IdempotencyKey.objects.bulk_create([mine], ignore_conflicts=True)
    return mine, locked(same).get()


def _repeated(mine: IdempotencyKey, kept: IdempotencyKey) -> Response:
    if mine.request_digest != kept.request_digest:
        raise KeyReusedError
    headers = {**kept.headers, "Idempotency-Replayed": "true"}
    return Response(kept.body, status=kept.status, headers=headers)


def _digest(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, ensure_ascii=True, default=_content_of)
    text = "\n".join((str(request.method), request.get_full_path(), body))
    return hashlib.sha256(text.encode()).hexdigest()


@jobs.handler(FORGET)
def forget(job: Job) -> jobs.Effect:
    """Delete the keys (and the answers with them) whose day is over."""

    def delete() -> dict[str, int]:
        old = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT)
        return {"deleted": old.delete()[0]}

    return delete


schedule.daily(FORGET, hour=3)


def _content_of(file: UploadedFile) -> str:
    """What stands for an uploaded file: its digest."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def header_parameter() -> dict[str, Any]:
    """How the schema speaks of the header."""
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": _("同一键在 24 小时内重发只办理一次，重发时返回首次的结果"),
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    }
