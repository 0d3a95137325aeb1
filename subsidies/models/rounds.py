"""资金批次: one call for applications, from the notice to 办结."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from subsidies.models.policies import Policy
from subsidies.querysets import RoundQuerySet
from territory.models import District


class Round(models.Model):
    """草稿 → 申报中 → 审核中 → 公示中 → 已审定 → 拨付中 → 办结.

    The state is the round's; each application has its own, and may end earlier.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        OPEN = "open", _("申报中")
        REVIEW = "review", _("审核中")
        NOTICE = "notice", _("公示中")
        APPROVED = "approved", _("已审定")
        PAYING = "paying", _("拨付中")
        CLOSED = "closed", _("已办结")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    policy = models.ForeignKey(
        Policy, models.PROTECT, related_name="rounds", verbose_name=_("扶持政策")
    )
    # The budget year that its money comes from.
    year = models.PositiveSmallIntegerField(_("年度"))
    name = models.CharField(_("资金批次"), max_length=100)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    # Keys of the policy's items that are called for; empty = all.
    item_keys: Any = models.JSONField(_("申报事项"), default=list, blank=True)
    # 申报通知.
    notice_number = models.CharField(_("申报通知文号"), max_length=80, blank=True)
    notice_text = models.TextField(_("申报通知内容"), blank=True)
    opens_on = models.DateField(_("申报开始"))
    closes_on = models.DateField(_("申报截止"))
    contact = models.CharField(_("联系人及电话"), max_length=100, blank=True)
    # 补正期限, working days from the day of the notice.
    supplement_days = models.PositiveSmallIntegerField(_("补正期限（工作日）"), default=5)
    # 集体审议.
    meeting_on = models.DateField(_("集体审议日期"), null=True, blank=True)
    minutes_number = models.CharField(_("纪要号"), max_length=80, blank=True)
    meeting_note = models.TextField(_("审议意见"), blank=True)
    # 公示, counted in working days from the day after it begins.
    public_days = models.PositiveSmallIntegerField(_("公示期（工作日）"), default=5)
    public_from = models.DateField(_("公示开始"), null=True, blank=True)
    public_until = models.DateField(_("公示截止"), null=True, blank=True)
    public_place = models.CharField(_("公示渠道"), max_length=200, blank=True)
    objection_contact = models.CharField(_("异议受理方式"), max_length=200, blank=True)
    approved_on = models.DateField(_("审定日期"), null=True, blank=True)
    approval_number = models.CharField(_("审定文号"), max_length=80, blank=True)
    submitted_by_ids: Any = models.JSONField(_("提交人"), default=list, blank=True, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("创建"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("资金批次")
        verbose_name_plural = _("资金批次")
        constraints = [
            models.UniqueConstraint(fields=["district", "year", "name"], name="round_name_once"),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="round_dates_forward"
            ),
            models.CheckConstraint(condition=Q(public_days__gte=1), name="round_public_days"),
        ]

    def __str__(self) -> str:
        return self.name
