"""Residential compounds (小区): where the residents are."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from circles.querysets import CompoundQuerySet
from core.history import History
from core.ids import new_id
from territory.models import District, Neighbourhood, Street


class People(models.Model):
    """Residents of a compound; null = unknown, which is not zero."""

    population = models.PositiveIntegerField(_("居民数"), null=True, blank=True)
    population_0_3 = models.PositiveIntegerField(_("0–3岁"), null=True, blank=True)
    population_0_6 = models.PositiveIntegerField(_("0–6岁"), null=True, blank=True)
    population_18_35 = models.PositiveIntegerField(_("18–35岁"), null=True, blank=True)
    population_60 = models.PositiveIntegerField(_("60岁及以上"), null=True, blank=True)

    class Meta:
        abstract = True


PEOPLE_FIELDS = tuple(field.name for field in People._meta.local_fields)


class Compound(People):
    """A residential compound with its place and residents."""

    class Kind(models.TextChoices):
        OLD = "old", _("老旧小区")
        NEW = "new", _("新建居住区")
        AFFORDABLE = "affordable", _("大型保障房")
        COMMODITY = "commodity", _("商品房")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    street = models.ForeignKey(Street, models.PROTECT, verbose_name=_("街道（镇）"))
    neighbourhood = models.ForeignKey(
        Neighbourhood, models.PROTECT, null=True, blank=True, verbose_name=_("居（村）委会")
    )
    code = models.CharField(_("小区编码"), max_length=32)
    name = models.CharField(_("小区名称"), max_length=100)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind, blank=True, default="")
    address = models.CharField(_("地址"), max_length=200, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    crs_in = models.CharField(_("坐标系"), max_length=10, blank=True)
    households = models.PositiveIntegerField(_("户数"), null=True, blank=True)
    # 四同步 (普陀 七(二)) and the floor areas of the 10 % rule, of new estates only.
    planned_on = models.DateField(_("同步规划"), null=True, blank=True)
    built_on = models.DateField(_("同步建设"), null=True, blank=True)
    accepted_on = models.DateField(_("同步验收"), null=True, blank=True)
    delivered_on = models.DateField(_("同步交付"), null=True, blank=True)
    floor_area = models.DecimalField(
        _("总建筑面积（㎡）"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    commercial_area = models.DecimalField(
        _("商业和综合服务设施面积（㎡）"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = CompoundQuerySet.as_manager()
    history = History()

    class Meta:
        verbose_name = _("小区")
        verbose_name_plural = _("小区")
        indexes = [models.Index(fields=["street", "id"], name="compound_street")]
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="compound_code_once"),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__isnull=False, lat__isnull=False),
                name="compound_place_whole",
            ),
            models.CheckConstraint(
                condition=Q(population__isnull=True)
                | Q(population_60__isnull=True)
                | Q(population_60__lte=F("population")),
                name="compound_elderly_within_all",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CompoundFacts(People):
    """The residents of a compound in [valid_from, valid_to)."""

    id = models.BigAutoField(primary_key=True)
    compound = models.ForeignKey(
        Compound, models.CASCADE, related_name="facts", verbose_name=_("小区")
    )
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)
    act = models.UUIDField(_("操作编号"), null=True, editable=False)

    class Meta:
        verbose_name = _("小区时点人口")
        verbose_name_plural = _("小区时点人口")
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "valid_from"], name="compound_facts_once_per_day"
            ),
            models.UniqueConstraint(
                fields=["compound"],
                condition=Q(valid_to__isnull=True),
                name="compound_facts_one_current",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="compound_facts_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.compound_id} {self.valid_from}"
