"""The evaluation of a circle in a year, and its checklist (业态“有没有”)."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.standards import ChecklistItem, Standard
from assessments.querysets import CardQuerySet, EvaluationQuerySet, SampleQuerySet
from circles.models import Circle
from core.ids import new_id
from metrics.models import Release
from territory.models import District


class Evaluation(models.Model):
    """One circle, one year, one version of a standard."""

    class Kind(models.TextChoices):
        FIRST = "first", _("首次验收")
        UPGRADE = "upgrade", _("申请升级")
        REVIEW = "review", _("年度复核")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    circle = models.ForeignKey(
        Circle, models.PROTECT, related_name="evaluations", verbose_name=_("生活圈")
    )
    year = models.PositiveSmallIntegerField(_("评价年度"))
    standard = models.ForeignKey(Standard, models.PROTECT, verbose_name=_("评价标准"))
    kind = models.CharField(_("评价类型"), max_length=8, choices=Kind)
    # 年度复核: whether the draw chose it for full scoring.
    sampled = models.BooleanField(_("抽中复核"), default=False)
    due_on = models.DateField(_("评分截止"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    at = models.DateTimeField(_("开始时间"), default=timezone.now, editable=False)
    by_label = models.CharField(_("经办人"), max_length=120, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("生活圈评价")
        verbose_name_plural = _("生活圈评价")
        constraints = [
            models.UniqueConstraint(fields=["circle", "year", "standard"], name="evaluation_once")
        ]

    def __str__(self) -> str:
        return f"{self.circle} {self.year}"

    @property
    def scored_in_full(self) -> bool:
        """Whether experts score it: 首次验收, 申请升级, and what the yearly draw chose."""
        return self.kind != self.Kind.REVIEW or self.sampled


class Sample(models.Model):
    """The draw of a year's 年度复核: anyone can draw it again from its seed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    year = models.PositiveSmallIntegerField(_("评价年度"))
    standard = models.ForeignKey(Standard, models.PROTECT, verbose_name=_("评价标准"))
    seed = models.CharField(_("随机种子"), max_length=40)
    # Codes, in the order drawn from and as drawn.
    drawn_from: Any = models.JSONField(_("抽样范围"), default=list)
    drawn: Any = models.JSONField(_("抽中"), default=list)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_label = models.CharField(_("抽样人"), max_length=120, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = SampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("复核抽样")
        verbose_name_plural = _("复核抽样")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "year", "standard"], name="review_sample_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.seed}"


class Checklist(models.Model):
    """What a circle has, by the figures of a 定稿 and by what people found."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        CONFIRMED = "confirmed", _("已确认")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    evaluation = models.OneToOneField(
        Evaluation, models.CASCADE, related_name="checklist", verbose_name=_("生活圈评价")
    )
    release = models.ForeignKey(Release, models.PROTECT, verbose_name=_("定稿"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    filled_at = models.DateTimeField(_("填列时间"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    confirmed_by_label = models.CharField(_("确认人"), max_length=120, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = _("业态分型表")
        verbose_name_plural = _("业态分型表")

    def __str__(self) -> str:
        return str(self.evaluation)


class Found(models.TextChoices):
    """Unknown is not absent: nobody has looked."""

    PRESENT = "present", _("有")
    ABSENT = "absent", _("无")
    UNKNOWN = "unknown", _("情况不明")


class ChecklistLine(models.Model):
    """One kind in one circle: what the figures say, the rows behind it, what people say instead."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    checklist = models.ForeignKey(
        Checklist, models.CASCADE, related_name="lines", verbose_name=_("业态分型表")
    )
    item = models.ForeignKey(ChecklistItem, models.PROTECT, verbose_name=_("业态（设施）"))
    found = models.CharField(_("数据结果"), max_length=8, choices=Found, default=Found.UNKNOWN)
    # Ids as text: 独立网点 and 叠加服务 apart.
    outlet_ids: Any = models.JSONField(_("独立网点"), default=list)
    addon_outlet_ids: Any = models.JSONField(_("叠加服务网点"), default=list)
    facility_ids: Any = models.JSONField(_("公共服务设施"), default=list)
    # Why it is absent or unknown, in words.
    basis = models.CharField(_("判定依据"), max_length=200, blank=True)
    override = models.CharField(_("人工认定"), max_length=8, choices=Found, blank=True)
    reason = models.CharField(_("认定理由"), max_length=300, blank=True)
    override_by_id = models.UUIDField(_("认定人编号"), null=True, editable=False)
    override_by_label = models.CharField(_("认定人"), max_length=120, blank=True)
    override_at = models.DateTimeField(_("认定时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("分型表明细")
        verbose_name_plural = _("分型表明细")
        constraints = [
            models.UniqueConstraint(fields=["checklist", "item"], name="checklist_line_once"),
            models.CheckConstraint(
                condition=models.Q(override="") | ~models.Q(reason=""),
                name="checklist_override_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.verdict}"

    @property
    def verdict(self) -> str:
        """What counts: people's finding before the figures'."""
        return self.override or self.found
