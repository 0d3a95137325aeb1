"""Progress reports: one for each office that owes one in a period, answer by answer."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.history import History
from core.ids import new_id
from metrics.models import Release
from reports.models.periods import Period
from reports.querysets import ReportQuerySet
from territory.models import District, Street


class ProgressReport(models.Model):
    """What one office reports for one period; it stands from the day the period opens."""

    class State(models.TextChoices):
        TODO = "todo", _("未开始")
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("已报送")
        RETURNED = "returned", _("退回修改")
        ACCEPTED = "accepted", _("审核通过")
        FINAL = "final", _("已定稿")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    period = models.ForeignKey(
        Period, models.PROTECT, related_name="reports", verbose_name=_("报告期")
    )
    office = models.ForeignKey(Office, models.PROTECT, verbose_name=_("报送单位"))
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, verbose_name=_("街道（镇）")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.TODO)
    no_change = models.BooleanField(_("无变化报送"), default=False)
    # The period's due day; a return sets a new one, which does not make a late report timely.
    due_on = models.DateField(_("报送截止"))
    # Raised when a passed report is opened again for a correction.
    revision = models.PositiveSmallIntegerField(_("修订"), default=1)
    returned_times = models.PositiveSmallIntegerField(_("退回次数"), default=0)
    first_submitted_at = models.DateTimeField(_("首次报送"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("最近报送"), null=True, blank=True)
    submitted_by_label = models.CharField(_("报送人"), max_length=120, blank=True)
    # Ids of the person who submitted and of those they acted for: none of them may decide.
    submitted_by_ids: Any = models.JSONField(_("报送人编号"), default=list, editable=False)
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    decided_by_label = models.CharField(_("审核人"), max_length=120, blank=True)
    # Who works on it in the office; moved by 工作交接.
    handler_id = models.UUIDField(_("经办人编号"), null=True, blank=True, editable=False)
    handler_label = models.CharField(_("经办人"), max_length=120, blank=True)
    # The 定稿 that prefilled figures were read from.
    release = models.ForeignKey(
        Release, models.PROTECT, null=True, blank=True, verbose_name=_("定稿")
    )
    prefilled_at = models.DateTimeField(_("预填时间"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("进展报送")
        verbose_name_plural = _("进展报送")
        indexes = [
            models.Index(fields=["office", "state"], name="report_office_state"),
            models.Index(fields=["state", "due_on"], name="report_state_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["period", "office"], name="report_once_a_period"),
            models.CheckConstraint(
                condition=Q(state__in=["todo", "draft"]) | Q(first_submitted_at__isnull=False),
                name="report_sent_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.period.code} {self.period.type.name}"


class ReportAnswer(models.Model):
    """One answer: what stands, what was prefilled and from where, and why it was changed.

    Each answer has its own version, so that two people filling in one report never overwrite each
    other unseen. An unknown number is null, never 0.
    """

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(
        ProgressReport, models.CASCADE, related_name="answers", verbose_name=_("报告")
    )
    key = models.SlugField(_("项目编码"), max_length=40)
    number = models.DecimalField(_("数值"), max_digits=20, decimal_places=4, null=True, blank=True)
    text = models.TextField(_("文字"), blank=True)
    prefilled_number = models.DecimalField(
        _("预填数值"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    prefilled_text = models.TextField(_("预填文字"), blank=True)
    # {"source", "label", "day", "run", "release", "items": [...]}: empty = never prefilled.
    origin: Any = models.JSONField(_("预填来源"), default=dict, blank=True)
    reason = models.CharField(_("修改原因"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    by_id = models.UUIDField(_("填写人编号"), null=True, editable=False)
    by_label = models.CharField(_("填写人"), max_length=120, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    history = History()

    class Meta:
        verbose_name = _("填报内容")
        verbose_name_plural = _("填报内容")
        constraints = [models.UniqueConstraint(fields=["report", "key"], name="report_answer_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.key}"


class ReportComment(models.Model):
    """What the checker wrote at a field, or of the whole report (key empty)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report = models.ForeignKey(
        ProgressReport, models.CASCADE, related_name="comments", verbose_name=_("报告")
    )
    key = models.SlugField(_("项目编码"), max_length=40, blank=True)
    text = models.CharField(_("意见"), max_length=500)
    # The submission that was looked at.
    submission = models.PositiveSmallIntegerField(_("报送次数"), default=0)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_label = models.CharField(_("审核人"), max_length=120, blank=True)
    settled_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("审核意见")
        verbose_name_plural = _("审核意见")

    def __str__(self) -> str:
        return self.text


class ReportSubmission(models.Model):
    """A report as it was sent, for good; differences are told between two of them.

    content  {"no_change", "revision", "answers": {key: {number, text, origin, reason}}}
    """

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(
        ProgressReport, models.CASCADE, related_name="submissions", verbose_name=_("报告")
    )
    number = models.PositiveSmallIntegerField(_("报送次数"))
    revision = models.PositiveSmallIntegerField(_("修订"), default=1)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_label = models.CharField(_("报送人"), max_length=120, blank=True)
    comment = models.CharField(_("说明"), max_length=500, blank=True)
    content: Any = models.JSONField(_("内容"), default=dict)
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("报送记录")
        verbose_name_plural = _("报送记录")
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_submission_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.number}"


class ReportUrge(models.Model):
    """催报: a person of the commission asked for a report that is owed."""

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(
        ProgressReport, models.CASCADE, related_name="urges", verbose_name=_("报告")
    )
    text = models.CharField(_("内容"), max_length=300, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_label = models.CharField(_("催报人"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("催报")
        verbose_name_plural = _("催报")

    def __str__(self) -> str:
        return f"{self.report_id} {timezone.localtime(self.at):%Y-%m-%d}"


__all__ = [
    "ProgressReport",
    "ReportAnswer",
    "ReportComment",
    "ReportSubmission",
    "ReportUrge",
]
