"""工作信息: what a unit has done, in one minute from a phone; adopted ones go into the 工作通报."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from circles.models import Circle
from core.ids import new_id
from core.models import Clause
from core.money import MoneyField
from reports.querysets import OfficeRows
from territory.models import District, Street


class WorkItem(models.Model):
    """One piece of news of a unit; its numbers are reported by the unit, not derived."""

    class Category(models.TextChoices):
        EVENT = "event", _("促消费活动")
        EMPLOYMENT = "employment", _("就业创业")
        TRAINING = "training", _("从业培训")
        VOLUNTEERING = "volunteering", _("志愿服务")
        CO_GOVERNANCE = "co_governance", _("共商共管")
        PUBLICITY = "publicity", _("宣传交流")
        PRACTICE = "practice", _("典型做法")

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("已报送")
        ADOPTED = "adopted", _("已采用")
        DECLINED = "declined", _("未采用")
        WITHDRAWN = "withdrawn", _("已撤回")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    office = models.ForeignKey(Office, models.PROTECT, verbose_name=_("报送单位"))
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, verbose_name=_("街道（镇）")
    )
    circle = models.ForeignKey(
        Circle, models.PROTECT, null=True, blank=True, verbose_name=_("生活圈")
    )
    category = models.CharField(_("类别"), max_length=14, choices=Category)
    title = models.CharField(_("标题"), max_length=100)
    text = models.TextField(_("正文"), blank=True)
    happened_on = models.DateField(_("日期"))
    # Null = not stated, never 0.
    sessions = models.PositiveIntegerField(_("场次"), null=True, blank=True)
    attendees = models.PositiveIntegerField(_("人次"), null=True, blank=True)
    sales: Any = MoneyField(_("带动消费额（元）"), null=True, blank=True)
    jobs = models.PositiveIntegerField(_("岗位数"), null=True, blank=True)
    care_posts = models.PositiveIntegerField(_("其中爱心岗位"), null=True, blank=True)
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("对应条款")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.SUBMITTED)
    # Shown on the leader's page as 亮点.
    highlight = models.BooleanField(_("亮点"), default=False)
    decided_at = models.DateTimeField(_("采用时间"), null=True, blank=True)
    decided_by_label = models.CharField(_("采用人"), max_length=120, blank=True)
    remark = models.CharField(_("采用意见"), max_length=300, blank=True)
    at = models.DateTimeField(_("报送时间"), default=timezone.now)
    by_id = models.UUIDField(_("报送人编号"), null=True, editable=False)
    # Ids of the sender and of those they acted for: none of them may decide.
    submitted_by_ids: Any = models.JSONField(
        _("报送人及委托人编号"), default=list, blank=True, editable=False
    )
    by_label = models.CharField(_("报送人"), max_length=120, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = OfficeRows.as_manager()

    class Meta:
        verbose_name = _("工作信息")
        verbose_name_plural = _("工作信息")
        indexes = [models.Index(fields=["district", "-happened_on"], name="work_item_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(care_posts__isnull=True)
                | Q(jobs__isnull=True)
                | Q(care_posts__lte=models.F("jobs")),
                name="work_item_care_posts_among_jobs",
            )
        ]

    def __str__(self) -> str:
        return self.title
