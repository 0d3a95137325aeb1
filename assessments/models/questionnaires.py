"""Questionnaires as data: what is asked, which answers there are, who is asked what next."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.querysets import OfDistrict
from core.ids import new_id
from core.models import Clause
from territory.models import District


class Questionnaire(models.Model):
    """One version of a questionnaire; a published one is frozen, a change is a new one."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        RETIRED = "retired", _("已停用")

    class Purpose(models.TextChoices):
        SATISFACTION = "satisfaction", _("居民满意度")
        NEEDS = "needs", _("居民需求征集")
        BUSINESS = "business", _("企业意见征询")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    code = models.SlugField(_("编码"))
    number = models.PositiveSmallIntegerField(_("版次"), default=1)
    name = models.CharField(_("名称"), max_length=100)
    purpose = models.CharField(_("用途"), max_length=12, choices=Purpose)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    # Shown above the questions: who asks, what for, that it is anonymous.
    intro = models.TextField(_("卷首语"), blank=True)
    source = models.CharField(_("来源"), max_length=300, blank=True)
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("依据")
    )
    is_official = models.BooleanField(_("官方问卷"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("调查问卷")
        verbose_name_plural = _("调查问卷")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "code", "number"], name="questionnaire_number_once"
            ),
            models.UniqueConstraint(
                fields=["district", "code"],
                condition=Q(state="published"),
                name="questionnaire_published_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """One question.

    options    [{"value": "5", "label": "非常满意", "score": "100", "counts": "satisfied"}, …];
               score and counts only where it measures: counts is satisfied (both 满意度 and
               基本满意度), basic (基本满意度 only), none, or excluded (不清楚: in no denominator)
    shown_if   {"key": "q1", "in": ["1", "2"]}: asked only after one of these answers; {} = always
    measures   overall = its answer is the satisfaction; format = its options are business formats
               by code, which the summary of needs counts
    """

    class Kind(models.TextChoices):
        SINGLE = "single", _("单选")
        MULTIPLE = "multiple", _("多选")
        SCALE = "scale", _("量表")
        OPEN = "open", _("填空")

    class Measures(models.TextChoices):
        NOTHING = "", "—"
        OVERALL = "overall", _("综合满意度")
        FORMAT = "format", _("需求业态")

    id = models.BigAutoField(primary_key=True)
    questionnaire = models.ForeignKey(
        Questionnaire, models.CASCADE, related_name="questions", verbose_name=_("调查问卷")
    )
    key = models.SlugField(_("编码"), max_length=40)
    text = models.CharField(_("题目"), max_length=200)
    kind = models.CharField(_("题型"), max_length=8, choices=Kind)
    options: Any = models.JSONField(_("选项"), default=list, blank=True)
    required = models.BooleanField(_("必答"), default=True)
    most = models.PositiveSmallIntegerField(_("最多选几项／最多几字"), null=True, blank=True)
    shown_if: Any = models.JSONField(_("出现条件"), default=dict, blank=True)
    measures = models.CharField(
        _("用于统计"), max_length=8, choices=Measures, default=Measures.NOTHING, blank=True
    )
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("题目")
        verbose_name_plural = _("题目")
        ordering = ["sort", "id"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="question_key_once"),
            models.UniqueConstraint(
                fields=["questionnaire"],
                condition=Q(measures="overall"),
                name="question_one_overall",
            ),
        ]

    def __str__(self) -> str:
        return self.text
