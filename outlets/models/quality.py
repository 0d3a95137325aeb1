"""Data quality: the rules a register row should keep, the rows that do not, and the trend."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from outlets.models.fieldwork import StreetRows
from outlets.models.outlet import Outlet
from territory.models import District, Street


class QualityRule(models.Model):
    """One rule: how serious, with which numbers, whether it is in force."""

    class Severity(models.TextChoices):
        ERROR = "error", _("须更正")
        WARNING = "warning", _("请核实")

    code = models.SlugField(_("规则编码"), primary_key=True)
    name = models.CharField(_("规则名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    remedy = models.CharField(_("处理办法"), max_length=200)
    remedy_en = models.CharField(_("处理办法（英文）"), max_length=300, blank=True)
    severity = models.CharField(_("程度"), max_length=7, choices=Severity)
    # Numbers the rule works with, by name (metres, months).
    numbers: Any = models.JSONField(_("参数"), default=dict, blank=True)
    in_force = models.BooleanField(_("启用"), default=True)
    sort = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("数据质量规则")
        verbose_name_plural = _("数据质量规则")

    def __str__(self) -> str:
        return self.name


class QualityFinding(models.Model):
    """That a register row breaks a rule, since when; gone once it does no more."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, verbose_name=_("街道（镇）")
    )
    outlet = models.ForeignKey(
        Outlet, models.CASCADE, related_name="findings", verbose_name=_("网点")
    )
    rule = models.ForeignKey(QualityRule, models.CASCADE, verbose_name=_("规则"))
    # What exactly, in figures or names the words are made of.
    detail: Any = models.JSONField(_("详情"), default=dict, blank=True)
    since = models.DateField(_("发现日期"))
    # Somebody looked and says that it is right as it is; holds while `detail` stays.
    waived_at = models.DateTimeField(_("确认无误时间"), null=True, blank=True)
    waived_by_label = models.CharField(_("确认人"), max_length=120, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True)

    objects = StreetRows.as_manager()

    class Meta:
        verbose_name = _("数据质量问题")
        verbose_name_plural = _("数据质量问题")
        indexes = [models.Index(fields=["street", "rule"], name="finding_street")]
        constraints = [models.UniqueConstraint(fields=["outlet", "rule"], name="finding_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.outlet_id}"


class QualityCount(models.Model):
    """How many open findings a street had by a rule at the end of a day (street null = 区外)."""

    id = models.BigAutoField(primary_key=True)
    district = models.ForeignKey(District, models.CASCADE, verbose_name=_("区"))
    street = models.ForeignKey(
        Street, models.CASCADE, null=True, blank=True, verbose_name=_("街道（镇）")
    )
    rule = models.ForeignKey(QualityRule, models.CASCADE, verbose_name=_("规则"))
    on = models.DateField(_("日期"))
    open = models.PositiveIntegerField(_("待处理"))
    # Rows of the register then, so that a share can be told.
    outlets = models.PositiveIntegerField(_("网点数"))
    at = models.DateTimeField(_("时间"), default=timezone.now)

    objects = StreetRows.as_manager()

    class Meta:
        verbose_name = _("数据质量趋势")
        verbose_name_plural = _("数据质量趋势")
        constraints = [
            models.UniqueConstraint(
                fields=["street", "rule", "on"], name="quality_count_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["district", "rule", "on"],
                condition=Q(street__isnull=True),
                name="quality_count_outside_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.on} {self.open}"
