"""The durable job table: a job is written with the change that needs it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id


class Job(models.Model):
    """One piece of background work; `core.jobs` alone moves it between states."""

    class State(models.TextChoices):
        QUEUED = "queued", _("排队中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("种类"), max_length=60)
    key = models.CharField(_("对象"), max_length=200)
    payload = models.JSONField(_("参数"), default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(_("次数"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("最多次数"), default=3)
    run_after = models.DateTimeField(_("最早开始"), default=timezone.now)
    lease_until = models.DateTimeField(_("租约至"), null=True)
    worker = models.CharField(_("执行进程"), max_length=120, blank=True)
    error = models.TextField(_("错误"), blank=True)
    result: Any = models.JSONField(_("结果"), null=True)
    requested_by = models.UUIDField(_("申请人"), null=True)
    office_code = models.CharField(_("单位"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("创建"), default=timezone.now)
    started_at = models.DateTimeField(_("开始"), null=True)
    finished_at = models.DateTimeField(_("结束"), null=True)

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        indexes = [models.Index(fields=["state", "run_after"], name="job_state_run_after")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(state="queued"), name="job_once_in_queue"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.get_state_display()}"
