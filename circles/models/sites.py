"""Places beside outlets: public facilities (圈圈融合) and spaces that can be used (盘活空间)."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from circles.querysets import FacilityQuerySet, SpaceQuerySet
from core.history import History
from core.ids import new_id
from outlets.models.outlet import PlaceState
from territory.models import District, Neighbourhood, Street


class Site(models.Model):
    """A named place in a street of the district, with its point and the system it came in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    street = models.ForeignKey(Street, models.PROTECT, verbose_name=_("街道（镇）"))
    neighbourhood = models.ForeignKey(
        Neighbourhood, models.PROTECT, null=True, blank=True, verbose_name=_("居（村）委会")
    )
    code = models.CharField(_("编码"), max_length=32)
    name = models.CharField(_("名称"), max_length=100)
    # Normalised, for finding what people write.
    name_key = models.CharField(max_length=160, editable=False, default="")
    address = models.CharField(_("地址"), max_length=200, blank=True)
    # WGS 84 degrees; null = not located.
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    # The degrees as they were given, and the system they were given in.
    x_in = models.FloatField(_("原始经度"), null=True, blank=True)
    y_in = models.FloatField(_("原始纬度"), null=True, blank=True)
    crs_in = models.CharField(_("坐标系"), max_length=10, blank=True)
    place_state = models.CharField(
        _("位置核实"), max_length=10, choices=PlaceState, default=PlaceState.UNVERIFIED
    )
    void = models.BooleanField(_("作废"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["street", "id"], name="%(class)s_street")]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "code"], condition=Q(void=False), name="%(class)s_code_once"
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__isnull=False, lat__isnull=False),
                name="%(class)s_place_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Facility(Site):
    """公共服务设施: reached like outlets, never counted among them."""

    class Kind(models.TextChoices):
        ELDERLY = "elderly", _("养老")
        CHILDCARE = "childcare", _("托育")
        HEALTH = "health", _("卫生／护理站")
        MEALS = "meals", _("助餐")
        CULTURE = "culture", _("文化")
        SPORTS = "sports", _("体育")
        PARK = "park", _("公园")
        FINANCE = "finance", _("金融")
        PARCEL = "parcel", _("快递")
        SCHOOL = "school", _("学校")

    kind = models.CharField(_("设施类型"), max_length=10, choices=Kind)
    authority = models.CharField(_("主管部门"), max_length=60, blank=True)
    # Beds, seats or children, as the kind of facility counts; null = not stated.
    capacity = models.PositiveIntegerField(_("服务容量"), null=True, blank=True)
    hours = models.CharField(_("开放时间"), max_length=60, blank=True)
    opened_on = models.DateField(_("启用日期"), null=True, blank=True)
    closed_on = models.DateField(_("停用日期"), null=True, blank=True)

    objects = FacilityQuerySet.as_manager()
    history = History()

    class Meta(Site.Meta):
        verbose_name = _("公共服务设施")
        verbose_name_plural = _("公共服务设施")
        constraints = [
            *Site.Meta.constraints,
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(closed_on__gte=F("opened_on")),
                name="facility_closed_after_opened",
            ),
        ]


class Space(Site):
    """可利用空间: rooms and ground that stand idle, the candidates of siting."""

    class Kind(models.TextChoices):
        HOUSE = "house", _("闲置房屋")
        PLANT = "plant", _("旧厂房")
        WAREHOUSE = "warehouse", _("仓库")
        LAND = "land", _("闲置土地")
        CLEARED = "cleared", _("拆后空地")
        TEST_BOOTH = "test_booth", _("原核酸检测亭")
        MALL_UNIT = "mall_unit", _("商场空铺")

    class State(models.TextChoices):
        AVAILABLE = "available", _("可用")
        NEGOTIATING = "negotiating", _("洽谈")
        IN_USE = "in_use", _("已启用")

    kind = models.CharField(_("空间类型"), max_length=10, choices=Kind)
    area = models.DecimalField(
        _("面积（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    owner = models.CharField(_("产权单位"), max_length=100, blank=True)
    use_mode = models.CharField(_("可用方式"), max_length=60, blank=True)
    available_from = models.DateField(_("可用起始日期"), null=True, blank=True)
    # The first day on which it can no longer be had; null = not limited.
    available_until = models.DateField(_("可用截止日期"), null=True, blank=True)
    # A rate: yuan for a square metre and day; 0 = free of rent, null = not stated.
    rent = models.DecimalField(
        _("租金（元/㎡·天）"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    # Codes of business formats.
    wanted_formats: Any = models.JSONField(_("拟引入业态"), default=list, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.AVAILABLE)

    objects = SpaceQuerySet.as_manager()
    history = History()

    class Meta(Site.Meta):
        verbose_name = _("可利用空间")
        verbose_name_plural = _("可利用空间")
        constraints = [
            *Site.Meta.constraints,
            models.CheckConstraint(
                condition=Q(area__isnull=True) | Q(area__gt=0), name="space_area_positive"
            ),
            models.CheckConstraint(
                condition=Q(rent__isnull=True) | Q(rent__gte=0), name="space_rent_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(available_until__isnull=True)
                | Q(available_from__isnull=True)
                | Q(available_until__gte=F("available_from")),
                name="space_period_forward",
            ),
        ]
