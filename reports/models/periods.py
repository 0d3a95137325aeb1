"""Periods of reporting, and the district's own report over one."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.querysets import DistrictQuerySet
from reports.models.forms import ReportType
from territory.models import District


class Period(models.Model):
    """One month, quarter or year of a form, with the days it opens, is due and closes."""

    class State(models.TextChoices):
        OPEN = "open", _("填报中")
        CLOSED = "closed", _("已关闭")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    type = models.ForeignKey(
        ReportType, models.PROTECT, related_name="periods", verbose_name=_("报表")
    )
    type_code = models.SlugField(_("报表编码"))
    # 2026-11, 2026-Q4, 2026.
    code = models.CharField(_("报告期"), max_length=8)
    starts_on = models.DateField(_("期初"))
    # The last day, included.
    ends_on = models.DateField(_("期末"))
    opens_on = models.DateField(_("开放填报"))
    due_on = models.DateField(_("报送截止"))
    closes_on = models.DateField(_("关闭"))
    state = models.CharField(_("状态"), max_length=6, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("报告期")
        verbose_name_plural = _("报告期")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "type_code", "code"], name="period_code_once"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on"), closes_on__gte=F("due_on")),
                name="period_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type.name} {self.code}"


class Consolidation(models.Model):
    """The district's report over a period: sums and passages, each traceable to its reports.

    content  {"items": [{key, label, unit, total, known, expected, parts}], "texts": [{key, label,
             text, parts}], "offices": …}; parts name the reports: [{report, office, value}]
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        FINAL = "final", _("已定稿")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    period = models.ForeignKey(
        Period, models.PROTECT, related_name="consolidations", verbose_name=_("报告期")
    )
    revision = models.PositiveSmallIntegerField(_("修订"), default=1)
    state = models.CharField(_("状态"), max_length=6, choices=State, default=State.DRAFT)
    content: Any = models.JSONField(_("内容"), default=dict)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_label = models.CharField(_("经办人"), max_length=120, blank=True)
    final_at = models.DateTimeField(_("定稿时间"), null=True, blank=True)
    final_by_label = models.CharField(_("定稿人"), max_length=120, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("全区汇总报告")
        verbose_name_plural = _("全区汇总报告")
        constraints = [
            models.UniqueConstraint(
                fields=["period", "revision"], name="consolidation_revision_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.period} {_('全区汇总')}"
