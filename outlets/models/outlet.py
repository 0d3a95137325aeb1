"""The outlet: what the ledger says of a shop today, and the dated facts that figures rest on."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.history import History
from core.ids import new_id
from outlets.models.formats import BusinessFormat
from outlets.models.owners import Brand, ChainKind, Enterprise
from outlets.querysets import OutletQuerySet
from territory.models import District, Neighbourhood, Street


class Status(models.TextChoices):
    """Whether an outlet trades."""

    OPEN = "open", _("营业")
    PREPARING = "preparing", _("筹建")
    SUSPENDED = "suspended", _("停业")
    CLOSED = "closed", _("关闭")
    MOVED = "moved", _("迁出")


class PlaceState(models.TextChoices):
    """How far the outlet's position can be trusted."""

    UNVERIFIED = "unverified", _("待核实")
    VERIFIED = "verified", _("已核实")
    FAILED = "failed", _("无法定位")


class FacilityForm(models.TextChoices):
    """设施形态."""

    SHOP = "shop", _("固定门店")
    MOBILE = "mobile", _("可移动设施")
    SMART = "smart", _("智能设施")
    STALL = "stall", _("市场摊位")


class BreakfastKind(models.TextChoices):
    """早餐供应方式 (普陀 四(四))."""

    SHOP = "shop", _("早餐店")
    CONVENIENCE = "convenience", _("便利店供应")
    RESTAURANT = "restaurant", _("特色餐饮供应")
    ELDERLY = "elderly", _("老年配餐中心")
    MOBILE = "mobile", _("箱式移动餐车")


class Ownership(models.TextChoices):
    """产权."""

    STATE = "state", _("国资")
    PRIVATE = "private", _("私有")
    COLLECTIVE = "collective", _("集体")


class Facts(models.Model):
    """The facts that figures are made of; on the outlet as of now, in `OutletFacts` dated."""

    street = models.ForeignKey(
        Street,
        models.PROTECT,
        verbose_name=_("街道（镇）"),
        null=True,
        blank=True,
        related_name="+",
    )
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.OPEN)
    main_format = models.ForeignKey(
        BusinessFormat, models.PROTECT, verbose_name=_("业态"), related_name="+"
    )
    # Bit n is set when the outlet offers the service with bit n.
    services = models.BigIntegerField(_("一店多能服务"), default=0)
    brand = models.ForeignKey(
        Brand, models.PROTECT, null=True, blank=True, verbose_name=_("品牌"), related_name="+"
    )
    chain_kind = models.CharField(
        _("连锁类型"), max_length=10, choices=ChainKind, blank=True, default=""
    )
    facility_form = models.CharField(
        _("设施形态"), max_length=8, choices=FacilityForm, default=FacilityForm.SHOP
    )
    # WGS 84 degrees; null = not located.
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    place_state = models.CharField(
        _("位置核实"), max_length=10, choices=PlaceState, default=PlaceState.UNVERIFIED
    )
    employees = models.PositiveIntegerField(_("从业人数"), null=True, blank=True)
    business_area = models.DecimalField(
        _("营业面积（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    # Null = not stated, which is not “no”.
    open_24h = models.BooleanField(_("24小时营业"), null=True, blank=True)
    elderly_friendly = models.BooleanField(_("适老／无障碍"), null=True, blank=True)
    cash_accepted = models.BooleanField(_("现金支付"), null=True, blank=True)
    supply = models.BooleanField(_("应急保供"), null=True, blank=True)

    class Meta:
        abstract = True


FACT_FIELDS = tuple(field.name for field in Facts._meta.local_fields)


class Outlet(Facts):
    """One row of the register. Never deleted: closed, merged or void."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    code = models.CharField(_("网点编码"), max_length=32)
    name = models.CharField(_("网点名称"), max_length=120)
    name_key = models.CharField(max_length=160, editable=False, db_index=True, default="")
    pinyin = models.CharField(max_length=300, editable=False, default="")
    licence_name = models.CharField(_("营业执照名称"), max_length=120, blank=True)
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, verbose_name=_("企业")
    )
    industry_code = models.CharField(_("行业代码"), max_length=5, blank=True)
    neighbourhood = models.ForeignKey(
        Neighbourhood, models.PROTECT, null=True, blank=True, verbose_name=_("居（村）委会")
    )
    # Codes of circles the ledger row names; used where the outlet is not located.
    declared_circles: Any = models.JSONField(_("所属生活圈"), default=list, blank=True)
    address = models.CharField(_("详细地址"), max_length=200, blank=True)
    floor_room = models.CharField(_("楼层／室"), max_length=60, blank=True)
    crs_in = models.CharField(_("坐标系"), max_length=10, blank=True)
    x_in = models.FloatField(_("原经度"), null=True, blank=True)
    y_in = models.FloatField(_("原纬度"), null=True, blank=True)
    outside = models.BooleanField(_("区外网点"), default=False)
    building_area = models.DecimalField(
        _("建筑面积（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    opened_on = models.DateField(_("开业日期"), null=True, blank=True)
    closed_on = models.DateField(_("关闭日期"), null=True, blank=True)
    hours = models.CharField(_("营业时间"), max_length=100, blank=True)
    mother_infant = models.BooleanField(_("母婴设施"), null=True, blank=True)
    delivery = models.BooleanField(_("外卖／即时零售"), null=True, blank=True)
    dark_store = models.BooleanField(_("前置仓功能"), null=True, blank=True)
    rent_subsidy = models.BooleanField(_("租金补贴"), null=True, blank=True)
    breakfast_kind = models.CharField(
        _("早餐供应方式"), max_length=12, choices=BreakfastKind, blank=True, default=""
    )
    ownership = models.CharField(
        _("产权"), max_length=10, choices=Ownership, blank=True, default=""
    )
    licences = models.CharField(_("许可证"), max_length=200, blank=True)
    licence_until = models.DateField(_("许可证到期"), null=True, blank=True)
    credit_grade = models.CharField(_("信用等级"), max_length=20, blank=True)
    contact = models.CharField(_("联系人"), max_length=40, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    data_source = models.CharField(_("数据来源"), max_length=80, blank=True)
    collected_by = models.CharField(_("采集人"), max_length=40, blank=True)
    collected_on = models.DateField(_("采集日期"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("并入")
    )
    void = models.BooleanField(_("作废"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True, db_index=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = OutletQuerySet.as_manager()
    history = History()

    class Meta:
        verbose_name = _("商业网点")
        verbose_name_plural = _("商业网点")
        indexes = [
            models.Index(fields=["street", "id"], name="outlet_street"),
            models.Index(fields=["lon", "lat"], name="outlet_place"),
            models.Index(fields=["district", "main_format"], name="outlet_format"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "code"], condition=Q(void=False), name="outlet_code_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(closed_on__gte=F("opened_on")),
                name="outlet_closed_after_opened",
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__isnull=False, lat__isnull=False),
                name="outlet_place_whole",
            ),
            models.CheckConstraint(
                condition=Q(outside=True) | Q(street__isnull=False), name="outlet_inside_has_street"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def located(self) -> bool:
        """Whether the outlet has a verified position."""
        return self.lon is not None and self.place_state == PlaceState.VERIFIED


class OutletFacts(Facts):
    """What was true of an outlet in [valid_from, valid_to)."""

    id = models.BigAutoField(primary_key=True)
    outlet = models.ForeignKey(Outlet, models.CASCADE, related_name="facts", verbose_name=_("网点"))
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)
    act = models.UUIDField(_("操作编号"), null=True, editable=False)
    source = models.CharField(_("来源"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("网点时点事实")
        verbose_name_plural = _("网点时点事实")
        constraints = [
            models.UniqueConstraint(fields=["outlet", "valid_from"], name="facts_once_per_day"),
            models.UniqueConstraint(
                fields=["outlet"], condition=Q(valid_to__isnull=True), name="facts_one_current"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="facts_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outlet_id} {self.valid_from}"
