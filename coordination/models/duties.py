"""任务分工落实: who answers for a clause, as the document says, and how far they are."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from coordination.querysets import OfDistrict, ResponsibilityQuerySet
from core.ids import new_id
from core.models import Clause
from territory.models import District


class Responsibility(models.Model):
    """An office that a clause names (or that the commission named for a collective one).

    The manner is the clause's; no lead unit is ever made up where the text names several.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    clause = models.ForeignKey(
        Clause, models.PROTECT, related_name="responsibilities", verbose_name=_("条款")
    )
    office = models.ForeignKey(Office, models.PROTECT, verbose_name=_("责任单位"))
    # How the document names it: 区建管委, or 各街道（镇）.
    printed_as = models.CharField(_("原文印法"), max_length=60, blank=True)

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("任务分工")
        verbose_name_plural = _("任务分工")
        constraints = [
            models.UniqueConstraint(fields=["clause", "office"], name="responsibility_once")
        ]

    def __str__(self) -> str:
        return f"{self.clause} {self.office}"


class ResponsibilityProgress(models.Model):
    """What an office has done about a clause; the newest is its standing."""

    class Standing(models.TextChoices):
        NOT_STARTED = "not_started", _("尚未启动")
        UNDER_WAY = "under_way", _("推进中")
        STANDING = "standing", _("长期坚持")
        DONE = "done", _("已完成")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    responsibility = models.ForeignKey(
        Responsibility, models.CASCADE, related_name="progress", verbose_name=_("任务分工")
    )
    standing = models.CharField(_("进度"), max_length=12, choices=Standing)
    text = models.TextField(_("落实情况"))
    evidence = models.CharField(_("佐证材料"), max_length=300, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_id = models.UUIDField(_("填报人编号"), null=True, editable=False)
    by_label = models.CharField(_("填报人"), max_length=120, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        verbose_name = _("落实情况")
        verbose_name_plural = _("落实情况")
        indexes = [models.Index(fields=["responsibility", "-at"], name="progress_newest")]

    def __str__(self) -> str:
        return self.text[:40]


class WorkLine(models.Model):
    """One of 24字方针 (eight lines) or of 七个一: the skeleton of the annual summary."""

    class Group(models.TextChoices):
        LINES = "lines", _("24字方针")
        ONES = "ones", _("七个一")

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(_("编码"), unique=True)
    group = models.CharField(_("组"), max_length=6, choices=Group)
    name = models.CharField(_("名称"), max_length=40)
    title = models.CharField(_("原文标题"), max_length=100, blank=True)
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("依据")
    )
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("工作主线")
        verbose_name_plural = _("工作主线")

    def __str__(self) -> str:
        return self.name


class WorkLineProgress(models.Model):
    """How far the district is with a line in a year."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    line = models.ForeignKey(
        WorkLine, models.PROTECT, related_name="progress", verbose_name=_("工作主线")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    text = models.TextField(_("落实情况"), blank=True)
    evidence = models.CharField(_("佐证材料"), max_length=300, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_label = models.CharField(_("填报人"), max_length=120, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("主线落实情况")
        verbose_name_plural = _("主线落实情况")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "line", "year"], name="work_line_once_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.year}"
