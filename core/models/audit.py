"""The audit log: one insert-only row per act."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """Who did what to which object, from which state to which; survives the person and the row."""

    id = models.BigAutoField(primary_key=True)
    act = models.UUIDField(_("操作编号"), db_index=True)
    at = models.DateTimeField(_("时间"), default=timezone.now, db_index=True)
    action = models.CharField(_("操作"), max_length=60)
    actor_id = models.UUIDField(_("操作人编号"), null=True)
    actor_label = models.CharField(_("操作人"), max_length=120, blank=True)
    office_code = models.CharField(_("单位"), max_length=40, blank=True)
    request_id = models.CharField(_("请求编号"), max_length=40, blank=True)
    object_type = models.CharField(_("对象类型"), max_length=60, blank=True)
    object_id = models.CharField(_("对象编号"), max_length=60, blank=True)
    object_version = models.IntegerField(_("对象版本"), null=True)
    from_state = models.CharField(_("原状态"), max_length=30, blank=True)
    to_state = models.CharField(_("新状态"), max_length=30, blank=True)
    comment = models.TextField(_("说明"), blank=True)
    changes: Any = models.JSONField(_("变更"), default=dict)
    payload_sha256 = models.CharField(_("内容摘要"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("审计日志")
        verbose_name_plural = _("审计日志")
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_object")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.action}"
