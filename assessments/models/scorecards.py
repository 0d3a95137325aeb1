"""Experts' scorecards (服务“好不好”)."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assessments.models.evaluations import Evaluation
from assessments.models.standards import ScoreItem
from assessments.querysets import ScorecardQuerySet
from core.ids import new_id


class Scorecard(models.Model):
    """One expert's card for one circle: 草稿 → 已提交 → 已确认 → 已公布; or 回避."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("已提交")
        CONFIRMED = "confirmed", _("已确认")
        PUBLISHED = "published", _("已公布")
        RECUSED = "recused", _("已回避")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="scorecards", verbose_name=_("生活圈评价")
    )
    expert = models.ForeignKey(
        User, models.PROTECT, related_name="scorecards", verbose_name=_("评审专家")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    # When the expert declared to have no interest in it; no scoring before.
    declared_at = models.DateTimeField(_("利益冲突承诺时间"), null=True, blank=True)
    # Why one more expert was asked, or the card came back.
    comment = models.CharField(_("说明"), max_length=500, blank=True)
    opinion = models.TextField(_("总体评价"), blank=True)
    # The judged points, at submission; Σ of the scores.
    total = models.DecimalField(_("专家评分"), max_digits=6, decimal_places=2, null=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    assigned_at = models.DateTimeField(_("分派时间"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        verbose_name = _("评分表")
        verbose_name_plural = _("评分表")
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "expert"], name="scorecard_once"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "recused"]) | Q(total__isnull=False),
                name="scorecard_sent_has_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation} {self.expert}"


class Score(models.Model):
    """One item as one expert scored it; a row of its own, so that two savings do not undo another.

    Photos are attachments of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scorecard = models.ForeignKey(
        Scorecard, models.CASCADE, related_name="scores", verbose_name=_("评分表")
    )
    item = models.ForeignKey(ScoreItem, models.PROTECT, verbose_name=_("评价项目"))
    points: Any = models.DecimalField(
        _("得分"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("评分")
        verbose_name_plural = _("评分")
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "item"], name="score_once"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0), name="score_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scorecard_id} {self.item_id} {self.points}"
