"""Standards as data: what a level asks for, what is looked for, what is scored (S5 五(三))."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.models.questionnaires import Questionnaire
from assessments.querysets import OfDistrict
from circles.models.circle import Level
from core.ids import new_id
from core.models import Clause
from outlets.models import BusinessFormat
from territory.models import District


class Standard(models.Model):
    """One version of an evaluation standard; a published one is frozen, a change is a new one."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        RETIRED = "retired", _("已停用")

    class Aggregation(models.TextChoices):
        MEAN = "mean", _("算术平均")
        MEDIAN = "median", _("中位数")
        # With fewer than three experts the mean of all.
        TRIMMED = "trimmed", _("去掉最高、最低分后平均")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    code = models.SlugField(_("编码"))
    number = models.PositiveSmallIntegerField(_("版次"), default=1)
    name = models.CharField(_("名称"), max_length=100)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)
    # What it was taken from, in words; the clause that asks for it beside.
    source = models.CharField(_("来源"), max_length=300)
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("依据")
    )
    note = models.TextField(_("说明"), blank=True)
    is_official = models.BooleanField(_("官方标准"), default=False)
    questionnaire = models.ForeignKey(
        Questionnaire,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="standards",
        verbose_name=_("满意度调查表"),
    )
    experts = models.PositiveSmallIntegerField(_("每个生活圈评审专家数"), default=3)
    aggregation = models.CharField(
        _("专家评分汇总"), max_length=8, choices=Aggregation, default=Aggregation.MEAN
    )
    # Between the highest and the lowest card's judged points.
    divergence = models.DecimalField(
        _("分歧上限（分）"), max_digits=5, decimal_places=2, default=15
    )
    review_share = models.DecimalField(
        _("年度复核抽样比例"), max_digits=4, decimal_places=3, default="0.2"
    )
    # Fewer valid answers in a circle do not carry its satisfaction gate.
    min_answers = models.PositiveSmallIntegerField(_("每个生活圈有效问卷下限"), default=100)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("评价标准")
        verbose_name_plural = _("评价标准")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "code", "number"], name="standard_number_once"
            ),
            models.UniqueConstraint(
                fields=["district", "code"],
                condition=Q(state="published"),
                name="standard_published_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="standard_period_forward",
            ),
            models.CheckConstraint(
                condition=Q(review_share__gte=0, review_share__lte=1), name="standard_review_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StandardLevel(models.Model):
    """What a level asks for: every gate that is not empty must be met."""

    id = models.BigAutoField(primary_key=True)
    standard = models.ForeignKey(
        Standard, models.CASCADE, related_name="levels", verbose_name=_("评价标准")
    )
    level = models.CharField(_("等级"), max_length=10, choices=Level)
    min_basic = models.PositiveSmallIntegerField(_("基本保障类最少种类数"), default=0)
    min_quality = models.PositiveSmallIntegerField(_("品质提升类最少种类数"), default=0)
    # Groups of checklist items by key; of a group one must be there: [["wet", "fresh"], …].
    required: Any = models.JSONField(_("必备业态"), default=list, blank=True)
    min_score = models.DecimalField(
        _("评价得分下限"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    # Fractions: 0.9 = 90 %.
    min_satisfaction = models.DecimalField(
        _("居民综合满意度下限"), max_digits=4, decimal_places=3, null=True, blank=True
    )
    min_basic_satisfaction = models.DecimalField(
        _("居民基本满意度下限"), max_digits=4, decimal_places=3, null=True, blank=True
    )

    class Meta:
        verbose_name = _("等级条件")
        verbose_name_plural = _("等级条件")
        constraints = [
            models.UniqueConstraint(fields=["standard", "level"], name="standard_level_once")
        ]

    def __str__(self) -> str:
        return str(self.get_level_display())


class ChecklistItem(models.Model):
    """One kind that is looked for (业态“有没有”), and what in the registers counts as it.

    An outlet counts when its main format is one of `formats` (独立网点), or an add-on service of it
    is accepted for one of them or is one of `services` (叠加服务); `facility_form` narrows that. A
    public facility counts by its kind. An item with none of these is looked up by people.
    """

    id = models.BigAutoField(primary_key=True)
    standard = models.ForeignKey(
        Standard, models.CASCADE, related_name="checklist_items", verbose_name=_("评价标准")
    )
    key = models.SlugField(_("编码"), max_length=40)
    label = models.CharField(_("业态（设施）"), max_length=60)
    category = models.CharField(_("类别"), max_length=8, choices=BusinessFormat.Category)
    # Codes of business formats and of add-on services; kinds of facilities.
    formats: Any = models.JSONField(_("对应业态"), default=list, blank=True)
    services: Any = models.JSONField(_("对应叠加服务"), default=list, blank=True)
    facility_form = models.CharField(_("限设施形态"), max_length=10, blank=True)
    facility_kinds: Any = models.JSONField(_("对应公共服务设施"), default=list, blank=True)
    source = models.CharField(_("来源"), max_length=200, blank=True)
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("分型表项目")
        verbose_name_plural = _("分型表项目")
        ordering = ["sort", "id"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "key"], name="checklist_item_key_once")
        ]

    def __str__(self) -> str:
        return self.label


class Dimension(models.Model):
    """A dimension of the scorecard (服务“好不好”)."""

    id = models.BigAutoField(primary_key=True)
    standard = models.ForeignKey(
        Standard, models.CASCADE, related_name="dimensions", verbose_name=_("评价标准")
    )
    key = models.SlugField(_("编码"), max_length=40)
    name = models.CharField(_("维度"), max_length=40)
    points = models.DecimalField(_("分值"), max_digits=5, decimal_places=2)
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("评价维度")
        verbose_name_plural = _("评价维度")
        ordering = ["sort", "id"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "key"], name="dimension_key_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="dimension_has_points"),
        ]

    def __str__(self) -> str:
        return self.name


class ScoreItem(models.Model):
    """One item of the scorecard: computed from a figure along a curve, or judged by experts."""

    class Kind(models.TextChoices):
        COMPUTED = "computed", _("自动计分")
        JUDGED = "judged", _("专家评分")

    class Source(models.TextChoices):
        NONE = "", _("专家现场评定")
        INDICATOR = "indicator", _("定稿指标")
        CHECKLIST = "checklist", _("分型表")
        SURVEY = "survey", _("满意度调查")

    class Curve(models.TextChoices):
        LINEAR = "linear", _("分段线性")
        STEPS = "steps", _("分档")

    id = models.BigAutoField(primary_key=True)
    dimension = models.ForeignKey(
        Dimension, models.CASCADE, related_name="items", verbose_name=_("评价维度")
    )
    key = models.SlugField(_("编码"), max_length=40)
    name = models.CharField(_("项目"), max_length=80)
    points = models.DecimalField(_("满分"), max_digits=5, decimal_places=2)
    kind = models.CharField(_("计分方式"), max_length=8, choices=Kind)
    # Of judged ones: what to look at, in which steps, by which grades [{"label", "points"}].
    guide = models.CharField(_("评分说明"), max_length=400, blank=True)
    evidence = models.CharField(_("所需佐证"), max_length=200, blank=True)
    photo_required = models.BooleanField(_("须附照片"), default=False)
    step = models.DecimalField(_("评分步长"), max_digits=4, decimal_places=2, default="0.5")
    scale: Any = models.JSONField(_("评分档次"), default=list, blank=True)
    # Of computed ones: which figure (code, and the part of it), and the share of the full marks
    # that it earns: [[x, share], …] with x rising; clamped at both ends.
    source = models.CharField(
        _("数据来源"), max_length=10, choices=Source, default=Source.NONE, blank=True
    )
    source_code = models.CharField(_("来源指标"), max_length=60, blank=True)
    source_part = models.CharField(_("分项"), max_length=40, blank=True)
    curve = models.CharField(_("计分曲线"), max_length=6, choices=Curve, default=Curve.LINEAR)
    curve_points: Any = models.JSONField(_("曲线节点"), default=list, blank=True)
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("评价项目")
        verbose_name_plural = _("评价项目")
        ordering = ["sort", "id"]
        constraints = [
            models.UniqueConstraint(fields=["dimension", "key"], name="score_item_key_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="score_item_has_points"),
            models.CheckConstraint(condition=Q(step__gt=0), name="score_item_step"),
            models.CheckConstraint(
                condition=Q(kind="judged", source="") | (Q(kind="computed") & ~Q(source="")),
                name="score_item_source_fits",
            ),
        ]

    def __str__(self) -> str:
        return self.name
