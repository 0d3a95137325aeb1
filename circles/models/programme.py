"""Pilot batches, designations, and what has been looked for on the ground."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.models import Clause
from core.querysets import DistrictQuerySet
from outlets.models import BusinessFormat
from territory.models import District, Street


class PilotBatch(models.Model):
    """试点批次 of the district's plan (普陀 六); which streets may be undecided (待定)."""

    class Stage(models.TextChoices):
        PREPARING = "preparing", _("筹备")
        APPLYING = "applying", _("组织申报")
        REVIEWING = "reviewing", _("评审")
        ANNOUNCED = "announced", _("公布")
        BUILDING = "building", _("建设")
        EVALUATING = "evaluating", _("评价总结")
        ENDED = "ended", _("结束")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    code = models.CharField(_("编码"), max_length=20)
    year = models.PositiveSmallIntegerField(_("年度"))
    name = models.CharField(_("名称"), max_length=80)
    stage = models.CharField(_("阶段"), max_length=12, choices=Stage, default=Stage.PREPARING)
    planned = models.CharField(_("计划内容"), max_length=200, blank=True)
    streets = models.ManyToManyField(Street, blank=True, verbose_name=_("街道（镇）"))
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("依据")
    )

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("试点批次")
        verbose_name_plural = _("试点批次")
        constraints = [models.UniqueConstraint(fields=["district", "code"], name="batch_code_once")]

    def __str__(self) -> str:
        return self.name


class Designation(models.Model):
    """A national or municipal designation; a separate thing from the district's batches."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    street = models.ForeignKey(Street, models.PROTECT, verbose_name=_("街道（镇）"))
    level = models.CharField(_("级别"), max_length=20)
    batch = models.CharField(_("批次"), max_length=40)
    year = models.PositiveSmallIntegerField(_("年度"))
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("依据")
    )

    class Meta:
        verbose_name = _("试点（示范）称号")
        verbose_name_plural = _("试点（示范）称号")
        constraints = [
            models.UniqueConstraint(fields=["street", "level", "year"], name="designation_once")
        ]

    def __str__(self) -> str:
        return f"{self.street} {self.level} {self.year}"


class FormatCheck(models.Model):
    """Someone looked for a format in a circle or street on a day, and found it or did not."""

    id = models.BigAutoField(primary_key=True)
    circle = models.ForeignKey(
        "circles.Circle", models.CASCADE, null=True, blank=True, verbose_name=_("生活圈")
    )
    street = models.ForeignKey(
        Street, models.CASCADE, null=True, blank=True, verbose_name=_("街道（镇）")
    )
    format = models.ForeignKey(BusinessFormat, models.CASCADE, verbose_name=_("业态"))
    checked_on = models.DateField(_("核查日期"))
    found = models.BooleanField(_("是否存在"))
    by_label = models.CharField(_("核查人"), max_length=120, blank=True)
    source = models.CharField(_("来源"), max_length=120, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        verbose_name = _("业态核查")
        verbose_name_plural = _("业态核查")
        constraints = [
            models.CheckConstraint(
                condition=Q(circle__isnull=True, street__isnull=False)
                | Q(circle__isnull=False, street__isnull=True),
                name="format_check_one_place",
            )
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.checked_on}"
