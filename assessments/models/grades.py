"""拟评等级 and 审定等级 of a circle, with everything that led there."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models.evaluations import Evaluation
from assessments.models.surveys import Survey
from assessments.querysets import GradeQuerySet
from circles.models import Circle
from circles.models.circle import Level
from core.ids import new_id
from metrics.models import Release
from territory.models import District


class Grade(models.Model):
    """拟评 → 报审 → 审定 → 公布. What it was decided on stays with it, whatever changes later.

    explanation   {"standard": {...}, "release": {...}, "figures": {...}, "score": {...},
                   "levels": [{"level", "met", "gates": [{"gate", "wanted", "is", "state",
                   "text"}]}],
                   "missing": [text, …]}: as `assessments.grading` makes it
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("拟评")
        SUBMITTED = "submitted", _("报审")
        APPROVED = "approved", _("已审定")
        PUBLISHED = "published", _("已公布")

    class Outcome(models.TextChoices):
        BASIC = "basic", _("基础型")
        IMPROVED = "improved", _("提升型")
        QUALITY = "quality", _("品质型")
        NONE = "none", _("未达基础型")
        WITHDRAWN = "withdrawn", _("退出")

    class Adjustment(models.TextChoices):
        """动态调整, against the last approved level."""

        FIRST = "first", _("首次评价")
        RAISED = "raised", _("升级")
        KEPT = "kept", _("保持")
        LOWERED = "lowered", _("降级")
        WITHDRAWN = "withdrawn", _("退出")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    evaluation = models.OneToOneField(
        Evaluation, models.PROTECT, related_name="grade", verbose_name=_("生活圈评价")
    )
    # As in the evaluation; here for the constraint and for lists.
    circle = models.ForeignKey(
        Circle, models.PROTECT, related_name="grades", verbose_name=_("生活圈")
    )
    year = models.PositiveSmallIntegerField(_("评价年度"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PROPOSED)
    # Empty = not even 基础型.
    proposed_level = models.CharField(_("拟评等级"), max_length=10, choices=Level, blank=True)
    # Null = not all items have a figure or a score.
    score = models.DecimalField(_("评价得分"), max_digits=5, decimal_places=2, null=True)
    # Full marks of the items that do have one.
    scored_points = models.DecimalField(
        _("已计分项目满分"), max_digits=5, decimal_places=2, default=0
    )
    explanation: Any = models.JSONField(_("评定说明"), default=dict)
    release = models.ForeignKey(Release, models.PROTECT, null=True, verbose_name=_("定稿"))
    survey = models.ForeignKey(Survey, models.PROTECT, null=True, verbose_name=_("满意度调查"))
    previous_level = models.CharField(_("上次审定等级"), max_length=10, choices=Level, blank=True)
    adjustment = models.CharField(_("动态调整"), max_length=10, choices=Adjustment, blank=True)
    outcome = models.CharField(_("审定等级"), max_length=10, choices=Outcome, blank=True)
    # Why the decision differs from the proposal, or the circle is withdrawn.
    reason = models.CharField(_("审定说明"), max_length=500, blank=True)
    decided_on = models.DateField(_("审定日期"), null=True, blank=True)
    decided_by_label = models.CharField(_("审定人"), max_length=120, blank=True)
    submitted_by_ids: Any = models.JSONField(_("报审人编号"), default=list, editable=False)
    # Of the explanation as decided on.
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    made_at = models.DateTimeField(_("测评时间"), default=timezone.now)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = GradeQuerySet.as_manager()

    class Meta:
        verbose_name = _("评定结果")
        verbose_name_plural = _("评定结果")
        constraints = [
            # Under two standards a circle may be proposed two grades; one is decided on.
            models.UniqueConstraint(
                fields=["circle", "year"],
                condition=Q(state__in=["approved", "published"]),
                name="grade_decided_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "submitted"]) | ~Q(outcome=""),
                name="grade_decided_has_outcome",
            ),
        ]
        indexes = [models.Index(fields=["district", "year"], name="grade_by_year")]

    def __str__(self) -> str:
        return f"{self.circle} {self.year}"
