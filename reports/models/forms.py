"""Report forms as data: what is asked, of whom, how often, by when, and what must hold."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.ids import new_id
from core.models import Clause
from core.querysets import DistrictQuerySet
from territory.models import District


class ReportType(models.Model):
    """One version of a report form (报表制度); a published one is frozen, a change is a new one."""

    class Cadence(models.TextChoices):
        MONTH = "month", _("月报")
        QUARTER = "quarter", _("季报")
        YEAR = "year", _("年报")

    class DueKind(models.TextChoices):
        CALENDAR_DAY = "calendar_day", _("期后第几日（遇休息日顺延）")
        WORKDAY = "workday", _("期后第几个工作日")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        RETIRED = "retired", _("已停用")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    code = models.SlugField(_("编码"))
    number = models.PositiveSmallIntegerField(_("版次"), default=1)
    name = models.CharField(_("名称"), max_length=80)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    cadence = models.CharField(_("报送周期"), max_length=8, choices=Cadence)
    # The due day counts from the first day after the period.
    due_kind = models.CharField(
        _("截止日算法"), max_length=12, choices=DueKind, default=DueKind.CALENDAR_DAY
    )
    due_number = models.PositiveSmallIntegerField(_("截止日"), default=5)
    opens_before_end = models.PositiveSmallIntegerField(_("期末前几日开放填报"), default=5)
    closes_after_due = models.PositiveSmallIntegerField(_("截止后几个工作日关闭"), default=10)
    # The code of the form whose reports of the same office this one is assembled from.
    assembled_from = models.SlugField(_("由下级周期汇总"), blank=True)
    valid_from = models.DateField(_("自何日起使用"))
    # What a statistical form must say of itself; empty = not stated by any document.
    table_number = models.CharField(_("表号"), max_length=40, blank=True)
    issuer = models.CharField(_("制定机关"), max_length=100, blank=True)
    approval_number = models.CharField(_("批准（备案）文号"), max_length=80, blank=True)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("依据")
    )
    note = models.CharField(_("填报说明"), max_length=500, blank=True)
    is_official = models.BooleanField(_("正式口径"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("报表")
        verbose_name_plural = _("报表")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "code", "number"], name="report_type_number_once"
            ),
            models.UniqueConstraint(
                fields=["district", "code"],
                condition=Q(state="published"),
                name="report_type_published_once",
            ),
            models.CheckConstraint(
                condition=Q(due_number__gte=1, due_number__lte=60), name="report_type_due_near"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReportDuty(models.Model):
    """Who owes a report: a sort of office, or one office, from a day on."""

    class Audience(models.TextChoices):
        PILOT_STREETS = "pilot_streets", _("有试点项目的街道（镇）")
        STREETS = "streets", _("各街道（镇）")
        DEPARTMENTS = "departments", _("区相关部门")
        OFFICE = "office", _("指定单位")

    id = models.BigAutoField(primary_key=True)
    type = models.ForeignKey(
        ReportType, models.CASCADE, related_name="duties", verbose_name=_("报表")
    )
    audience = models.CharField(_("报送单位"), max_length=14, choices=Audience)
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, verbose_name=_("指定单位")
    )
    valid_from = models.DateField(_("自"))
    # The first day on which it is owed no more; null = still owed.
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)

    class Meta:
        verbose_name = _("报送单位")
        verbose_name_plural = _("报送单位")
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="office", office__isnull=False)
                | (~Q(audience="office") & Q(office__isnull=True)),
                name="report_duty_names_office",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="report_duty_forward",
            ),
        ]

    def __str__(self) -> str:
        return str(self.office or self.get_audience_display())


class ReportItem(models.Model):
    """One thing that a form asks: a number or a passage, prefilled or free."""

    class Kind(models.TextChoices):
        NUMBER = "number", _("数值")
        MONEY = "money", _("金额（元）")
        PERCENT = "percent", _("百分比")
        TEXT = "text", _("文字")

    class Source(models.TextChoices):
        NONE = "", _("人工填写")
        INDICATOR = "indicator", _("自定稿指标")
        LEDGER = "ledger", _("自台账")
        WORK_ITEMS = "work_items", _("自工作信息")
        TASKS = "tasks", _("自任务")

    class Gather(models.TextChoices):
        NONE = "none", _("不汇总")
        SUM = "sum", _("合计")
        LAST = "last", _("取最后一期")
        JOIN = "join", _("文字汇编")

    id = models.BigAutoField(primary_key=True)
    type = models.ForeignKey(
        ReportType, models.CASCADE, related_name="items", verbose_name=_("报表")
    )
    key = models.SlugField(_("编码"), max_length=40)
    section = models.CharField(_("部分"), max_length=60)
    label = models.CharField(_("指标（事项）"), max_length=80)
    kind = models.CharField(_("类型"), max_length=8, choices=Kind)
    unit = models.CharField(_("单位"), max_length=12, blank=True)
    decimals = models.PositiveSmallIntegerField(_("小数位"), default=0)
    required = models.BooleanField(_("必填"), default=False)
    source = models.CharField(
        _("预填来源"), max_length=12, choices=Source, default=Source.NONE, blank=True
    )
    # The indicator's code, or the name of the count that the source knows.
    source_code = models.CharField(_("来源项目"), max_length=60, blank=True)
    # Over the months of a quarter, and over the offices of the district.
    over_time = models.CharField(_("跨期汇总"), max_length=5, choices=Gather, default=Gather.NONE)
    over_offices = models.CharField(
        _("全区汇总"), max_length=5, choices=Gather, default=Gather.NONE
    )
    most_words = models.PositiveSmallIntegerField(_("字数上限"), null=True, blank=True)
    help = models.CharField(_("填报说明"), max_length=300, blank=True)
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("依据")
    )
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("填报项目")
        verbose_name_plural = _("填报项目")
        ordering = ["sort", "id"]
        constraints = [models.UniqueConstraint(fields=["type", "key"], name="report_item_key_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def is_text(self) -> bool:
        """Whether it is written rather than counted."""
        return self.kind == self.Kind.TEXT


class ReportRule(models.Model):
    """What must hold between the numbers of a report, or against the last period's."""

    class Operator(models.TextChoices):
        AT_MOST = "<=", "≤"
        AT_LEAST = ">=", "≥"
        EQUAL = "=", "="
        # |this − last| ÷ last ≤ limit (per cent); nothing is said where the last is 0 or unknown.
        JUMP = "jump", _("较上期变动不超过（%）")

    class Severity(models.TextChoices):
        BLOCK = "block", _("不得报送")
        WARN = "warn", _("提示")

    id = models.BigAutoField(primary_key=True)
    type = models.ForeignKey(
        ReportType, models.CASCADE, related_name="rules", verbose_name=_("报表")
    )
    code = models.SlugField(_("编码"), max_length=40)
    # Sums of items by key: ["new_outlets", "closed_outlets"]; a side may also be a constant.
    left: Any = models.JSONField(_("左边项目"), default=list)
    operator = models.CharField(_("关系"), max_length=4, choices=Operator)
    right: Any = models.JSONField(_("右边项目"), default=list, blank=True)
    constant = models.DecimalField(
        _("常数（或变动上限%）"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    severity = models.CharField(_("处理"), max_length=5, choices=Severity, default=Severity.WARN)
    message = models.CharField(_("提示语"), max_length=200)

    class Meta:
        verbose_name = _("审核规则")
        verbose_name_plural = _("审核规则")
        constraints = [
            models.UniqueConstraint(fields=["type", "code"], name="report_rule_code_once")
        ]

    def __str__(self) -> str:
        return self.message
