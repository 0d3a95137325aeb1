"""Messages to people in the site and by mail, and which reminders have gone out."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id


class Notice(models.Model):
    """One message to one person; `key` makes sure that it is written once."""

    class Mail(models.TextChoices):
        NONE = "none", _("不发邮件")
        WAITING = "waiting", _("待发")
        SENDING = "sending", _("发送中")
        SENT = "sent", _("已发")
        FAILED = "failed", _("未能发出")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(_("对象"), max_length=200, unique=True)
    recipient_id = models.UUIDField(_("收件人编号"), db_index=True)
    recipient_label = models.CharField(_("收件人"), max_length=120, blank=True)
    title = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("正文"), blank=True)
    # Where in the site the matter is dealt with.
    path = models.CharField(_("办理地址"), max_length=300, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    read_at = models.DateTimeField(_("已读"), null=True, blank=True)
    email = models.CharField(_("邮箱"), max_length=254, blank=True)
    mail = models.CharField(_("邮件"), max_length=8, choices=Mail, default=Mail.NONE)
    mailed_at = models.DateTimeField(_("发出时间"), null=True, blank=True)
    mail_error = models.CharField(_("未发原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        indexes = [models.Index(fields=["recipient_id", "-at"], name="notice_newest")]

    def __str__(self) -> str:
        return self.title


class ReminderStage(models.Model):
    """When to remind whom of what is due: working days before (−) or after the due day."""

    class Subject(models.TextChoices):
        REPORT = "report", _("进展报送")
        TASK = "task", _("任务")
        PROPOSAL = "proposal", _("提案建议")
        SCORECARD = "scorecard", _("专家评分")
        SUPPLEMENT = "supplement", _("扶持申报补正")

    class Audience(models.TextChoices):
        OWNER = "owner", _("经办人")
        HEAD = "head", _("经办人和分管领导")
        COMMISSION = "commission", _("经办人、分管领导和区商务委科室")

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(_("事项"), max_length=10, choices=Subject)
    offset = models.SmallIntegerField(_("距截止工作日"), help_text=_("负数为截止前，正数为逾期后"))
    audience = models.CharField(_("提醒对象"), max_length=10, choices=Audience)
    is_official = models.BooleanField(_("正式口径"), default=False)

    class Meta:
        verbose_name = _("提醒规则")
        verbose_name_plural = _("提醒规则")
        constraints = [
            models.UniqueConstraint(fields=["subject", "offset"], name="reminder_stage_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.offset:+d}"


class Reminder(models.Model):
    """A reminder that has gone out: each once for a subject, its due day and the stage."""

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(_("事项"), max_length=10, choices=ReminderStage.Subject)
    subject_id = models.UUIDField(_("对象编号"))
    due_on = models.DateField(_("截止日期"))
    offset = models.SmallIntegerField(_("距截止工作日"))
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("已发提醒")
        verbose_name_plural = _("已发提醒")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "subject_id", "due_on", "offset"], name="reminder_once"
            ),
            models.CheckConstraint(
                condition=Q(offset__gte=-60, offset__lte=60), name="reminder_offset_near"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.due_on} {self.offset:+d}"
