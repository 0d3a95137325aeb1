"""Living circles: boundary, streets and compounds served, state and level."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from circles.models.compound import Compound
from circles.models.programme import PilotBatch
from circles.querysets import CircleQuerySet
from core.history import History
from core.ids import new_id
from territory.models import District, Neighbourhood, Street


class State(models.TextChoices):
    """Where a circle stands (programme.md, the paths)."""

    NURTURED = "nurtured", _("培育")
    BUILDING = "building", _("在建")
    BUILT = "built", _("建成")
    ACCEPTED = "accepted", _("已验收评价")
    WITHDRAWN = "withdrawn", _("退出")


class Level(models.TextChoices):
    """分级分类 (三年行动计划 五(三))."""

    BASIC = "basic", _("基础型")
    IMPROVED = "improved", _("提升型")
    QUALITY = "quality", _("品质型")


class CircleState(models.Model):
    """What of a circle is dated: state, level, boundary."""

    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.NURTURED)
    level = models.CharField(_("审定等级"), max_length=10, choices=Level, blank=True, default="")
    # GeoJSON, WGS 84 degrees, valid; null = not drawn yet.
    boundary: Any = models.JSONField(_("边界"), null=True, blank=True)

    class Meta:
        abstract = True


class Circle(CircleState):
    """一刻钟便民生活圈."""

    class Layout(models.TextChoices):
        CLUSTER = "cluster", _("集聚式")
        STREET = "street", _("街区式")
        SCATTERED = "scattered", _("分散式")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    code = models.CharField(_("生活圈编码"), max_length=32)
    name = models.CharField(_("名称"), max_length=100)
    lead_street = models.ForeignKey(
        Street, models.PROTECT, related_name="led_circles", verbose_name=_("主报街镇")
    )
    streets = models.ManyToManyField(Street, through="CircleStreet", verbose_name=_("所在街镇"))
    compounds = models.ManyToManyField(
        Compound, through="CircleCompound", verbose_name=_("覆盖小区")
    )
    neighbourhoods = models.ManyToManyField(
        Neighbourhood, through="CircleNeighbourhood", verbose_name=_("覆盖社区")
    )
    layout = models.CharField(_("布局类型"), max_length=10, choices=Layout, blank=True, default="")
    level_year = models.PositiveSmallIntegerField(_("评价年度"), null=True, blank=True)
    theme = models.CharField(_("特色主题"), max_length=60, blank=True)
    batch = models.ForeignKey(
        PilotBatch, models.PROTECT, null=True, blank=True, verbose_name=_("试点批次")
    )
    started_on = models.DateField(_("启动日期"), null=True, blank=True)
    built_on = models.DateField(_("建成日期"), null=True, blank=True)
    accepted_on = models.DateField(_("验收日期"), null=True, blank=True)
    responsible = models.CharField(_("街镇责任人"), max_length=60, blank=True)
    planner = models.CharField(_("社区规划师"), max_length=60, blank=True)
    operator = models.CharField(_("运营主体"), max_length=100, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = CircleQuerySet.as_manager()
    history = History()

    class Meta:
        verbose_name = _("便民生活圈")
        verbose_name_plural = _("便民生活圈")
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="circle_code_once"),
        ]

    def __str__(self) -> str:
        return self.name


class CircleStreet(models.Model):
    """A street that a circle lies in: 主报 or 协同."""

    class Role(models.TextChoices):
        LEAD = "lead", _("主报街镇")
        PARTNER = "partner", _("协同街镇")

    id = models.BigAutoField(primary_key=True)
    circle = models.ForeignKey(Circle, models.CASCADE, related_name="street_links")
    street = models.ForeignKey(Street, models.PROTECT, related_name="circle_links")
    role = models.CharField(_("角色"), max_length=8, choices=Role, default=Role.LEAD)

    class Meta:
        verbose_name = _("生活圈所在街镇")
        verbose_name_plural = _("生活圈所在街镇")
        constraints = [
            models.UniqueConstraint(fields=["circle", "street"], name="circle_street_once"),
            models.UniqueConstraint(
                fields=["circle"], condition=Q(role="lead"), name="circle_one_lead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.circle_id} {self.street_id} {self.role}"


class CircleCompound(models.Model):
    """A compound that a circle serves."""

    id = models.BigAutoField(primary_key=True)
    circle = models.ForeignKey(Circle, models.CASCADE, related_name="compound_links")
    compound = models.ForeignKey(Compound, models.CASCADE, related_name="circle_links")

    class Meta:
        verbose_name = _("生活圈覆盖小区")
        verbose_name_plural = _("生活圈覆盖小区")
        constraints = [
            models.UniqueConstraint(fields=["circle", "compound"], name="circle_compound_once")
        ]

    def __str__(self) -> str:
        return f"{self.circle_id} {self.compound_id}"


class CircleNeighbourhood(models.Model):
    """A neighbourhood that a circle declares to serve (prefilled from its compounds)."""

    id = models.BigAutoField(primary_key=True)
    circle = models.ForeignKey(Circle, models.CASCADE, related_name="neighbourhood_links")
    neighbourhood = models.ForeignKey(Neighbourhood, models.PROTECT, related_name="circle_links")

    class Meta:
        verbose_name = _("生活圈覆盖社区")
        verbose_name_plural = _("生活圈覆盖社区")
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "neighbourhood"], name="circle_neighbourhood_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.circle_id} {self.neighbourhood_id}"


class CircleFacts(CircleState):
    """State, level, boundary and what was served in [valid_from, valid_to)."""

    id = models.BigAutoField(primary_key=True)
    circle = models.ForeignKey(
        Circle, models.CASCADE, related_name="facts", verbose_name=_("生活圈")
    )
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)
    # Ids as text: what was served then, also after a unit is gone.
    street_ids: Any = models.JSONField(_("所在街镇"), default=list)
    compound_ids: Any = models.JSONField(_("覆盖小区"), default=list)
    neighbourhood_ids: Any = models.JSONField(_("覆盖社区"), default=list)
    act = models.UUIDField(_("操作编号"), null=True, editable=False)

    class Meta:
        verbose_name = _("生活圈时点事实")
        verbose_name_plural = _("生活圈时点事实")
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "valid_from"], name="circle_facts_once_per_day"
            ),
            models.UniqueConstraint(
                fields=["circle"],
                condition=Q(valid_to__isnull=True),
                name="circle_facts_one_current",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="circle_facts_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.circle_id} {self.valid_from}"
