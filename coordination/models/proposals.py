"""提案 and 建议: taken in, handed out, answered with figures that can be traced."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from coordination.querysets import ProposalQuerySet
from core.ids import new_id
from metrics.models import Release
from territory.models import District


class Proposal(models.Model):
    """收到 → 交办 → 起草 → 会签 → 已答复 → 委员已反馈."""

    class Kind(models.TextChoices):
        CPPCC = "cppcc", _("政协提案")
        CONGRESS = "congress", _("人大代表建议")

    class State(models.TextChoices):
        RECEIVED = "received", _("收到")
        ASSIGNED = "assigned", _("已交办")
        DRAFTING = "drafting", _("起草")
        COUNTERSIGNING = "countersigning", _("会签")
        REPLIED = "replied", _("已答复")
        CLOSED = "closed", _("委员已反馈")

    class Result(models.TextChoices):
        """办理结果, as printed in the reply by the unit that answers."""

        ADOPTED = "adopted", _("解决采纳")
        PLANNED = "planned", _("列入计划拟解决")
        REFERENCE = "reference", _("留作参考")
        EXPLAINED = "explained", _("解释说明")

    class Publicity(models.TextChoices):
        FULL = "full", _("主动公开 全文")
        SUMMARY = "summary", _("主动公开 摘要")
        ON_REQUEST = "on_request", _("依申请公开")
        NOT_PUBLIC = "not_public", _("不予公开")

    class Feedback(models.TextChoices):
        SATISFIED = "satisfied", _("满意")
        MOSTLY = "mostly", _("基本满意")
        DISSATISFIED = "dissatisfied", _("不满意")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    kind = models.CharField(_("类型"), max_length=8, choices=Kind)
    session = models.CharField(_("届次"), max_length=60)
    number = models.CharField(_("编号"), max_length=20)
    title = models.CharField(_("标题"), max_length=200)
    proposer = models.CharField(_("提出人"), max_length=60)
    text = models.TextField(_("内容"), blank=True)
    state = models.CharField(_("状态"), max_length=14, choices=State, default=State.RECEIVED)
    received_on = models.DateField(_("收到日期"))
    due_on = models.DateField(_("答复期限"))
    # Within the commission.
    section = models.CharField(_("承办科室"), max_length=60, blank=True)
    contact = models.CharField(_("联系人"), max_length=40, blank=True)
    phone = models.CharField(_("联系电话"), max_length=40, blank=True)
    reply = models.TextField(_("答复正文"), blank=True)
    reply_number = models.CharField(_("答复文号"), max_length=80, blank=True)
    result = models.CharField(_("办理结果"), max_length=10, choices=Result, blank=True)
    publicity = models.CharField(_("公开属性"), max_length=10, choices=Publicity, blank=True)
    replied_on = models.DateField(_("答复日期"), null=True, blank=True)
    feedback = models.CharField(_("委员反馈"), max_length=12, choices=Feedback, blank=True)
    feedback_text = models.CharField(_("反馈意见"), max_length=500, blank=True)
    feedback_on = models.DateField(_("反馈日期"), null=True, blank=True)
    drafted_by_ids: Any = models.JSONField(_("起草人编号"), default=list, editable=False)
    handler_id = models.UUIDField(_("经办人编号"), null=True, blank=True, editable=False)
    handler_label = models.CharField(_("经办人"), max_length=120, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("提案建议")
        verbose_name_plural = _("提案建议")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "session", "number"], name="proposal_number_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class ProposalOffice(models.Model):
    """The unit that answers (主办) and those that help (会办), with their opinion."""

    class Role(models.TextChoices):
        LEAD = "lead", _("主办")
        HELP = "help", _("会办")

    class Opinion(models.TextChoices):
        NONE = "", _("未会签")
        AGREED = "agreed", _("同意")
        OBJECTED = "objected", _("不同意")

    id = models.BigAutoField(primary_key=True)
    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="offices", verbose_name=_("提案建议")
    )
    office = models.ForeignKey(Office, models.PROTECT, verbose_name=_("单位"))
    role = models.CharField(_("分工"), max_length=4, choices=Role)
    # The helping unit's contribution to the reply, and its opinion on the draft.
    text = models.TextField(_("会办意见"), blank=True)
    opinion = models.CharField(
        _("会签"), max_length=8, choices=Opinion, default=Opinion.NONE, blank=True
    )
    comment = models.CharField(_("说明"), max_length=500, blank=True)
    at = models.DateTimeField(_("时间"), null=True, blank=True)
    by_label = models.CharField(_("会签人"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("承办单位")
        verbose_name_plural = _("承办单位")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "office"], name="proposal_office_once")
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.get_role_display()}"


class ProposalFigure(models.Model):
    """A figure inserted into a reply, as the 定稿 had it; looked at again at signing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="figures", verbose_name=_("提案建议")
    )
    release = models.ForeignKey(Release, models.PROTECT, verbose_name=_("定稿"))
    indicator = models.CharField(_("指标"), max_length=60)
    scope = models.CharField(_("范围"), max_length=1)
    scope_id = models.UUIDField(_("范围编号"))
    part = models.PositiveSmallIntegerField(_("分项"), default=0)
    # As it stands in the text.
    shown = models.CharField(_("文中数字"), max_length=40)
    value = models.FloatField(_("数值"), null=True)
    at = models.DateTimeField(_("插入时间"), default=timezone.now)

    class Meta:
        verbose_name = _("引用数字")
        verbose_name_plural = _("引用数字")

    def __str__(self) -> str:
        return f"{self.indicator} {self.shown}"
