"""Runs, the values they made, and what was signed off."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from circles.models import Circle, Compound
from core.ids import new_id
from core.querysets import DistrictQuerySet
from metrics.models.network import StreetNetwork
from metrics.models.rules import RuleSet
from metrics.models.visibility import RunQuerySet, ValueQuerySet
from outlets.models import Outlet
from territory.models import District


class Run(models.Model):
    """测算批次: one computation of every indicator for a day."""

    class Kind(models.TextChoices):
        LIVE = "live", _("实时测算")
        SNAPSHOT = "snapshot", _("快照")

    class State(models.TextChoices):
        BUILDING = "building", _("测算中")
        READY = "ready", _("已完成")
        RELEASED = "released", _("已定稿")
        FAILED = "failed", _("失败")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    kind = models.CharField(_("类型"), max_length=8, choices=Kind)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.BUILDING)
    as_of = models.DateField(_("统计截止日"))
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, verbose_name=_("测算规则"))
    network = models.ForeignKey(
        StreetNetwork, models.PROTECT, null=True, blank=True, verbose_name=_("步行路网")
    )
    formula_version = models.CharField(_("公式版本"), max_length=20)
    input_digest = models.CharField(_("输入摘要"), max_length=64, blank=True)
    input_file = models.CharField(_("输入文件"), max_length=200, blank=True)
    # {"formats": numbers, "limits_dm": …, "walking_speed": …}: how CompoundReach is laid out.
    reach_layout: Any = models.JSONField(_("可达数组说明"), default=dict)
    # Who asked for it; blank = made by the clock.
    by_label = models.CharField(_("发起人"), max_length=120, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)
    started_at = models.DateTimeField(_("开始"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成"), null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("测算批次")
        verbose_name_plural = _("测算批次")
        constraints = [
            models.UniqueConstraint(
                fields=["district"], condition=Q(kind="live"), name="run_one_live"
            ),
            models.CheckConstraint(
                condition=Q(kind="live") | Q(state="building") | ~Q(input_digest=""),
                name="run_snapshot_has_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.as_of}"


class Release(models.Model):
    """定稿: a snapshot signed off for a purpose."""

    class Purpose(models.TextChoices):
        MONTH = "month", _("月度")
        QUARTER = "quarter", _("季度")
        YEAR = "year", _("年度")
        PUBLIC = "public", _("对外")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    run = models.ForeignKey(Run, models.PROTECT, related_name="releases", verbose_name=_("批次"))
    purpose = models.CharField(_("用途"), max_length=8, choices=Purpose)
    cutoff = models.DateField(_("统计截止日"))
    by_id = models.UUIDField(_("定稿人编号"), null=True)
    by_label = models.CharField(_("定稿人"), max_length=120)
    at = models.DateTimeField(_("定稿时间"), default=timezone.now)
    comment = models.TextField(_("说明"), blank=True)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("定稿")
        verbose_name_plural = _("定稿")
        constraints = [
            models.UniqueConstraint(fields=["run", "purpose"], name="release_once_per_purpose")
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.cutoff}"


class Value(models.Model):
    """One figure of a run, kept with its numerator and denominator."""

    class ScopeKind(models.TextChoices):
        CIRCLE = "C", _("生活圈")
        STREET = "S", _("街道（镇）")
        DISTRICT = "D", _("区")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, models.CASCADE, related_name="values")
    indicator = models.SmallIntegerField(_("指标"))
    scope = models.CharField(_("范围"), max_length=1, choices=ScopeKind)
    scope_id = models.UUIDField(_("范围编号"))
    # A format's number, a level, a quantile … as the indicator declares; 0 = the whole.
    part = models.SmallIntegerField(_("分项"), default=0)
    num = models.FloatField(_("分子"))
    den = models.FloatField(_("分母"), null=True)
    value = models.FloatField(_("数值"), null=True)
    coverage = models.FloatField(_("数据完整度"), default=1)
    flags = models.SmallIntegerField(_("标记"), default=0)

    objects = ValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("指标值")
        verbose_name_plural = _("指标值")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "indicator", "scope", "scope_id", "part"], name="value_once"
            )
        ]
        indexes = [
            models.Index(fields=["scope_id", "indicator", "part", "run"], name="value_by_place")
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.scope} {self.part} {self.value}"


class CompoundReach(models.Model):
    """Distances from one compound, packed: uint16 decimetres per format, then counts per limit."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, models.CASCADE, related_name="reach")
    compound = models.ForeignKey(Compound, models.CASCADE)
    nearest = models.BinaryField()
    counts = models.BinaryField()

    class Meta:
        verbose_name = _("小区可达性")
        verbose_name_plural = _("小区可达性")
        constraints = [models.UniqueConstraint(fields=["run", "compound"], name="reach_once")]

    def __str__(self) -> str:
        return f"{self.compound_id}"


class Membership(models.Model):
    """An outlet inside a circle: by the boundary if located, else as its ledger row declares."""

    # Made anew by each live run: it does not keep an import from being undone.
    is_derived = True

    class Basis(models.TextChoices):
        INSIDE = "inside", _("位于边界内")
        DECLARED = "declared", _("台账填报")

    id = models.BigAutoField(primary_key=True)
    circle = models.ForeignKey(Circle, models.CASCADE, related_name="memberships")
    outlet = models.ForeignKey(Outlet, models.CASCADE, related_name="memberships")
    basis = models.CharField(_("依据"), max_length=8, choices=Basis)
    distance_to_edge = models.FloatField(_("距边界（米）"), null=True)

    class Meta:
        verbose_name = _("网点归属")
        verbose_name_plural = _("网点归属")
        constraints = [models.UniqueConstraint(fields=["circle", "outlet"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.circle_id} {self.outlet_id}"
