"""Tasks: what a meeting, a clause or a reply asks of offices, and what they answer."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from coordination.models.meetings import Resolution
from coordination.querysets import TaskQuerySet
from core.ids import new_id
from core.models import Clause
from territory.models import District


class Task(models.Model):
    """已下达 → 办理中 → 已反馈 ↩ → 办结."""

    class State(models.TextChoices):
        ISSUED = "issued", _("已下达")
        UNDER_WAY = "under_way", _("办理中")
        REPORTED = "reported", _("已反馈")
        CLOSED = "closed", _("办结")
        WITHDRAWN = "withdrawn", _("已撤销")

    class Supervision(models.TextChoices):
        NONE = "", _("—")
        URGED = "urged", _("催办")
        SUPERVISED = "supervised", _("督办")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    number = models.CharField(_("任务编号"), max_length=20)
    title = models.CharField(_("任务"), max_length=200)
    text = models.TextField(_("要求"), blank=True)
    resolution = models.ForeignKey(
        Resolution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("议定事项"),
    )
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("依据")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ISSUED)
    issued_on = models.DateField(_("下达日期"))
    due_on = models.DateField(_("办理时限"))
    supervision = models.CharField(
        _("催办督办"), max_length=10, choices=Supervision, default=Supervision.NONE, blank=True
    )
    returned_times = models.PositiveSmallIntegerField(_("退回次数"), default=0)
    # The day the lead unit first reported; on time = by the due day and closed in the end.
    first_reported_on = models.DateField(_("首次反馈"), null=True, blank=True)
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)
    reported_by_ids = models.JSONField(_("反馈人编号"), default=list, editable=False)
    handler_id = models.UUIDField(_("经办人编号"), null=True, blank=True, editable=False)
    handler_label = models.CharField(_("经办人"), max_length=120, blank=True)
    by_label = models.CharField(_("下达人"), max_length=120, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("任务")
        verbose_name_plural = _("任务")
        indexes = [models.Index(fields=["state", "due_on"], name="task_state_due")]
        constraints = [
            models.UniqueConstraint(fields=["district", "number"], name="task_number_once"),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_on__isnull=False),
                name="task_closed_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TaskOffice(models.Model):
    """An office that a task is given to: one leads (牵头), others help (配合)."""

    class Role(models.TextChoices):
        LEAD = "lead", _("牵头单位")
        HELP = "help", _("配合单位")

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, models.CASCADE, related_name="offices", verbose_name=_("任务"))
    office = models.ForeignKey(Office, models.PROTECT, verbose_name=_("单位"))
    role = models.CharField(_("分工"), max_length=4, choices=Role)

    class Meta:
        verbose_name = _("承办单位")
        verbose_name_plural = _("承办单位")
        constraints = [
            models.UniqueConstraint(fields=["task", "office"], name="task_office_once"),
            models.UniqueConstraint(
                fields=["task"], condition=Q(role="lead"), name="task_one_lead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.get_role_display()}"


class TaskFeedback(models.Model):
    """What an office says about a task, for good; the commission's returns stand among them."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", _("进展")
        RESULT = "result", _("反馈")
        RETURN = "return", _("退回")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="feedback", verbose_name=_("任务"))
    office = models.ForeignKey(Office, models.PROTECT, null=True, verbose_name=_("单位"))
    kind = models.CharField(_("类型"), max_length=8, choices=Kind)
    text = models.TextField(_("内容"))
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_id = models.UUIDField(_("填报人编号"), null=True, editable=False)
    by_label = models.CharField(_("填报人"), max_length=120, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        verbose_name = _("任务反馈")
        verbose_name_plural = _("任务反馈")

    def __str__(self) -> str:
        return self.text[:40]


class TaskUrge(models.Model):
    """催办 or 督办: somebody of the commission asked where the task stands."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, models.CASCADE, related_name="urges", verbose_name=_("任务"))
    kind = models.CharField(_("类型"), max_length=10, choices=Task.Supervision)
    text = models.CharField(_("内容"), max_length=300, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_label = models.CharField(_("经办人"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("催办督办")
        verbose_name_plural = _("催办督办")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {timezone.localtime(self.at):%Y-%m-%d}"
