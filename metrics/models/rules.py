"""Coverage rules and targets: data, dated, with the clause they come from."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.models import Clause
from outlets.models import BusinessFormat
from territory.models import District


class RuleSet(models.Model):
    """One version of the rules that indicators are computed by."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(_("编码"), unique=True)
    name = models.CharField(_("名称"), max_length=100)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, verbose_name=_("区")
    )
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)
    walking_speed = models.PositiveSmallIntegerField(_("步行速度（米／分）"))
    elderly_speed = models.PositiveSmallIntegerField(_("老年人步行速度（米／分）"))
    detour = models.DecimalField(_("绕行系数（无路网时）"), max_digits=3, decimal_places=2)
    chain_min_stores = models.PositiveSmallIntegerField(_("连锁最少门店数"))
    quality_kinds = models.PositiveSmallIntegerField(_("品质提升类可达种类数"))
    check_months = models.PositiveSmallIntegerField(_("核查有效月数"))
    coverage_floor = models.DecimalField(_("数据完整度下限"), max_digits=3, decimal_places=2)
    is_official = models.BooleanField(_("官方口径"), default=False)
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = _("测算规则")
        verbose_name_plural = _("测算规则")

    def __str__(self) -> str:
        return self.name


class FormatRule(models.Model):
    """A format of the list in force: walking limit, and its place in the required basket."""

    id = models.BigAutoField(primary_key=True)
    rule_set = models.ForeignKey(
        RuleSet, models.CASCADE, related_name="formats", verbose_name=_("测算规则")
    )
    format = models.ForeignKey(BusinessFormat, models.PROTECT, verbose_name=_("业态"))
    minutes = models.PositiveSmallIntegerField(_("步行时限（分钟）"))
    # Formats of one group stand in for each other; null = not required.
    basket = models.PositiveSmallIntegerField(_("必备组"), null=True, blank=True)

    class Meta:
        verbose_name = _("业态规则")
        verbose_name_plural = _("业态规则")
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "format"], name="format_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.minutes}"


class Target(models.Model):
    """A target that a document sets for an indicator."""

    class Nature(models.TextChoices):
        BINDING = "binding", _("约束性")
        EXPECTED = "expected", _("预期性")

    id = models.BigAutoField(primary_key=True)
    indicator = models.CharField(_("指标"), max_length=60)
    part = models.CharField(_("分项"), max_length=40, blank=True)
    programme = models.CharField(_("方案"), max_length=80)
    scopes = models.CharField(_("范围"), max_length=4, default="D")
    value: Any = models.DecimalField(_("目标值"), max_digits=8, decimal_places=4)
    comparison = models.CharField(_("比较"), max_length=2, default=">=")
    year = models.PositiveSmallIntegerField(_("目标年度"), null=True, blank=True)
    nature = models.CharField(_("性质"), max_length=8, choices=Nature)
    clause = models.ForeignKey(Clause, models.PROTECT, verbose_name=_("依据"))
    applies = models.BooleanField(_("适用于本区"), default=True)

    class Meta:
        verbose_name = _("目标")
        verbose_name_plural = _("目标")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "part", "programme", "year"], name="target_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.comparison} {self.value}"
