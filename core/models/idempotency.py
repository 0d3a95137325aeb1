"""Requests that must happen once, however often they are sent."""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """A caller's key for one POST and what was answered; written with the effect itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    caller = models.UUIDField(_("调用方编号"))
    key = models.CharField(_("幂等键"), max_length=200)
    # SHA-256 of method, path and body: the same key must mean the same request.
    request_digest = models.CharField(_("请求摘要"), max_length=64)
    status = models.PositiveSmallIntegerField(_("状态码"), null=True)
    headers: Any = models.JSONField(_("响应头"), default=dict)
    body: Any = models.JSONField(_("响应内容"), null=True)
    created_at = models.DateTimeField(_("创建"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("幂等键")
        verbose_name_plural = _("幂等键")
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return self.key
