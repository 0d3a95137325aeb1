"""Waves of a survey: whom, how many, by whom; tokens, answers, what an agency brought."""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from assessments.models.questionnaires import Questionnaire
from assessments.querysets import OfSurveyQuerySet, SurveyQuerySet
from circles.models import Circle
from core.ids import new_id
from territory.models import District


class Channel(models.TextChoices):
    """How an answer came."""

    QR = "qr", _("扫码")
    LINK = "link", _("链接")
    PHONE = "phone", _("电话")
    DOOR = "door", _("入户")


class AgeBand(models.TextChoices):
    """All that is asked about a person."""

    UNDER_18 = "under_18", _("18岁以下")
    FROM_18 = "18_34", _("18—34岁")
    FROM_35 = "35_59", _("35—59岁")
    FROM_60 = "60_plus", _("60岁及以上")


class Survey(models.Model):
    """调查批次: one wave of a questionnaire."""

    class State(models.TextChoices):
        PREPARING = "preparing", _("筹备")
        OPEN = "open", _("进行中")
        CLOSED = "closed", _("已结束")
        PUBLISHED = "published", _("结果已公布")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, related_name="surveys", verbose_name=_("调查问卷")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    wave = models.PositiveSmallIntegerField(_("批次"), default=1)
    name = models.CharField(_("名称"), max_length=100)
    agency = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, verbose_name=_("第三方调查机构")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PREPARING)
    opens_on = models.DateField(_("开始日期"))
    # The last day, included.
    closes_on = models.DateField(_("截止日期"))
    # What is flagged: faster than so many seconds; the same answer to so many scale questions.
    min_seconds = models.PositiveSmallIntegerField(_("作答时间下限（秒）"), default=20)
    straight_items = models.PositiveSmallIntegerField(_("全同答案认定题数"), default=5)
    drop_flagged = models.BooleanField(_("标记问卷不计入结果"), default=True)
    # Cells of fewer answers are not shown.
    smallest_cell = models.PositiveSmallIntegerField(_("公布的最小样本数"), default=10)
    # Thrown away when the wave closes: then no token can be made or printed, no address told.
    token_secret = models.CharField(max_length=64, blank=True, editable=False)
    address_key = models.CharField(max_length=64, blank=True, editable=False)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("调查批次")
        verbose_name_plural = _("调查批次")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "questionnaire", "year", "wave"], name="survey_wave_once"
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="survey_days_forward"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["preparing", "open"]) | Q(token_secret="", address_key=""),
                name="survey_closed_forgets_keys",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SurveyCircle(models.Model):
    """A circle of a wave, how many answers are wanted there, how many tokens were made for it."""

    id = models.BigAutoField(primary_key=True)
    survey = models.ForeignKey(
        Survey, models.CASCADE, related_name="circles", verbose_name=_("调查批次")
    )
    circle = models.ForeignKey(
        Circle, models.PROTECT, related_name="survey_links", verbose_name=_("生活圈")
    )
    quota = models.PositiveSmallIntegerField(_("样本配额"), default=100)
    tokens = models.PositiveIntegerField(_("已生成问卷码"), default=0)

    class Meta:
        verbose_name = _("调查范围")
        verbose_name_plural = _("调查范围")
        constraints = [
            models.UniqueConstraint(fields=["survey", "circle"], name="survey_circle_once")
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.circle_id}"


class SurveyToken(models.Model):
    """One answer's admission: the token itself is not kept, nor which answer it admitted."""

    id = models.BigAutoField(primary_key=True)
    survey = models.ForeignKey(
        Survey, models.CASCADE, related_name="tokens", verbose_name=_("调查批次")
    )
    circle = models.ForeignKey(Circle, models.PROTECT, verbose_name=_("生活圈"))
    serial = models.PositiveIntegerField(_("序号"))
    channel = models.CharField(_("渠道"), max_length=5, choices=Channel, default=Channel.QR)
    digest = models.CharField(_("摘要"), max_length=64, unique=True)
    used = models.BooleanField(_("已作答"), default=False)

    class Meta:
        verbose_name = _("问卷码")
        verbose_name_plural = _("问卷码")
        constraints = [
            models.UniqueConstraint(fields=["survey", "serial"], name="survey_token_serial_once")
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.serial}"


class SurveyImport(models.Model):
    """A file of an agency's answers, taken in whole or not at all; may be taken out again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    survey = models.ForeignKey(
        Survey, models.CASCADE, related_name="imports", verbose_name=_("调查批次")
    )
    name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    rows = models.PositiveIntegerField(_("行数"))
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_label = models.CharField(_("导入人"), max_length=120, blank=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    objects = OfSurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("调查结果导入")
        verbose_name_plural = _("调查结果导入")
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "sha256"],
                condition=Q(undone_at__isnull=True),
                name="survey_file_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SurveyAnswer(models.Model):
    """One questionnaire filled in. Nothing in it tells who: no token, no hour, no address."""

    # Bits of `flags`.
    SPEEDER, STRAIGHT_LINER = 1, 2

    # By chance: an id that sorts by time (`new_id`) would tell the hour of an anonymous answer.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(
        Survey, models.CASCADE, related_name="answers", verbose_name=_("调查批次")
    )
    circle = models.ForeignKey(Circle, models.PROTECT, verbose_name=_("生活圈"))
    channel = models.CharField(_("渠道"), max_length=5, choices=Channel)
    age_band = models.CharField(_("年龄段"), max_length=8, choices=AgeBand, blank=True)
    # {question key: value, or list of values, or text}
    answers: Any = models.JSONField(_("答案"), default=dict)
    # The value of the question that measures the satisfaction; empty = not answered.
    overall = models.CharField(_("综合满意度答案"), max_length=20, blank=True)
    answered_on = models.DateField(_("作答日期"))
    seconds = models.PositiveIntegerField(_("作答时长（秒）"), null=True)
    flags = models.PositiveSmallIntegerField(_("标记"), default=0)
    # Keyed hash of a household's address (入户); the key goes when the wave closes.
    address_hash = models.CharField(max_length=64, blank=True, editable=False)
    brought_by = models.ForeignKey(
        SurveyImport,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name=_("导入文件"),
    )

    objects = OfSurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("问卷答卷")
        verbose_name_plural = _("问卷答卷")
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "address_hash"],
                condition=~Q(address_hash=""),
                name="survey_household_once",
            )
        ]
        indexes = [models.Index(fields=["survey", "circle", "overall"], name="answer_by_circle")]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.answered_on}"
