"""Looking at outlets on the spot: visits, and the check sheets of neighbourhood committees."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.querysets import DistrictQuerySet
from core.scope import Scope
from outlets.models.outlet import Outlet
from territory.models import District, Neighbourhood, Street


class StreetRows(DistrictQuerySet):
    """Rows with a district and a street of their own."""

    def visible_to(self, scope: Scope) -> "StreetRows":
        """Of the caller's districts and streets."""
        rows = self.filter(district__in=scope.district_ids)
        return rows if scope.all_streets else rows.filter(street__in=scope.street_ids)


class Finding(models.TextChoices):
    """What somebody on the spot found."""

    SAME = "same", _("在营，信息无误")
    CHANGED = "changed", _("在营，信息有变")
    SUSPENDED = "suspended", _("停业")
    CLOSED = "closed", _("已关闭")
    MOVED = "moved", _("已迁出")
    ABSENT = "absent", _("查无此店")
    NEW = "new", _("新开网点")


class Visit(models.Model):
    """One look at one outlet, on the spot, with the place where the visitor stood."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, verbose_name=_("街道（镇）")
    )
    outlet = models.ForeignKey(
        Outlet, models.CASCADE, related_name="visits", verbose_name=_("网点")
    )
    finding = models.CharField(_("核查情况"), max_length=9, choices=Finding)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    # Where the phone was, WGS 84 degrees, and how sure it was, in metres; null = not given.
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    accuracy = models.FloatField(_("定位精度（米）"), null=True, blank=True)
    # Metres between that place and the outlet's point as it was then.
    away = models.FloatField(_("距网点（米）"), null=True, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_id = models.UUIDField(_("核查人编号"), null=True, editable=False)
    by_label = models.CharField(_("核查人"), max_length=120)
    # The act that brought the outlet in step with the finding; null = nothing to change.
    act = models.UUIDField(_("操作编号"), null=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = StreetRows.as_manager()

    class Meta:
        verbose_name = _("现场核查")
        verbose_name_plural = _("现场核查")
        indexes = [models.Index(fields=["outlet", "-at"], name="visit_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__isnull=False, lat__isnull=False),
                name="visit_place_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outlet} {self.at:%Y-%m-%d}"


class VisitPhoto(models.Model):
    """A photograph taken at a visit; stored without what the camera wrote into it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(
        Visit, models.CASCADE, related_name="photos", verbose_name=_("现场核查")
    )
    image = models.FileField(_("照片"), upload_to="visits/%Y/%m", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("核查照片")
        verbose_name_plural = _("核查照片")

    def __str__(self) -> str:
        return str(self.id)


class CheckRound(models.Model):
    """A street's round of checking: one sheet for each of its neighbourhood committees."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    street = models.ForeignKey(Street, models.PROTECT, verbose_name=_("街道（镇）"))
    title = models.CharField(_("名称"), max_length=80)
    issued_on = models.DateField(_("下发日期"))
    due_on = models.DateField(_("截止日期"))
    by_label = models.CharField(_("下发人"), max_length=120, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = StreetRows.as_manager()

    class Meta:
        verbose_name = _("核对批次")
        verbose_name_plural = _("核对批次")
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=models.F("issued_on")), name="round_due")
        ]

    def __str__(self) -> str:
        return self.title


class CheckSheet(models.Model):
    """What one neighbourhood committee checks, behind a link that holds for seven days."""

    class State(models.TextChoices):
        OPEN = "open", _("待核对")
        RETURNED = "returned", _("已交回")
        MERGED = "merged", _("已并入台账")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(
        CheckRound, models.CASCADE, related_name="sheets", verbose_name=_("核对批次")
    )
    neighbourhood = models.ForeignKey(Neighbourhood, models.PROTECT, verbose_name=_("居（村）委会"))
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.OPEN)
    # SHA-256 of the link's secret: whoever reads the database cannot open the link.
    secret_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    valid_until = models.DateTimeField(_("链接有效期至"))
    opened_at = models.DateTimeField(_("首次打开"), null=True, blank=True)
    returned_at = models.DateTimeField(_("交回时间"), null=True, blank=True)
    returned_by = models.CharField(_("核对人"), max_length=40, blank=True)
    merged_at = models.DateTimeField(_("并入时间"), null=True, blank=True)
    merged_by_label = models.CharField(_("并入人"), max_length=120, blank=True)
    act = models.UUIDField(_("操作编号"), null=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    class Meta:
        verbose_name = _("核对表")
        verbose_name_plural = _("核对表")
        constraints = [
            models.UniqueConstraint(fields=["round", "neighbourhood"], name="sheet_once_a_round")
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.neighbourhood}"


class CheckLine(models.Model):
    """One line of a check sheet: an outlet with the answer given, or one that was missing."""

    id = models.BigAutoField(primary_key=True)
    sheet = models.ForeignKey(
        CheckSheet, models.CASCADE, related_name="lines", verbose_name=_("核对表")
    )
    # Null = an outlet that the sheet did not have.
    outlet = models.ForeignKey(
        Outlet, models.CASCADE, null=True, blank=True, verbose_name=_("网点")
    )
    seen_version = models.PositiveIntegerField(_("下发时版本"), null=True)
    finding = models.CharField(_("核对情况"), max_length=9, choices=Finding, blank=True, default="")
    # Column → text as written on the sheet.
    stated: Any = models.JSONField(_("更正内容"), default=dict, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("填写时间"), null=True, blank=True)
    # What merging made of it; empty = not merged yet.
    outcome = models.CharField(_("并入结果"), max_length=200, blank=True, default="")
    merged = models.BooleanField(_("已并入"), default=False)

    class Meta:
        verbose_name = _("核对行")
        verbose_name_plural = _("核对行")
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "outlet"],
                condition=Q(outlet__isnull=False),
                name="line_once_a_sheet",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.outlet_id}"


class Suspicion(models.Model):
    """疑似变化: something that makes a register row doubtful, until somebody has looked."""

    class Kind(models.TextChoices):
        LICENCE_NEW = "licence_new", _("新设证照")
        LICENCE_CHANGED = "licence_changed", _("证照变更")
        LICENCE_GONE = "licence_gone", _("证照注销吊销")
        MAP_CORRECTION = "map", _("地图纠错")
        STALE = "stale", _("久未核实")

    class State(models.TextChoices):
        OPEN = "open", _("待核实")
        CONFIRMED = "confirmed", _("属实，已处理")
        DISMISSED = "dismissed", _("不属实")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, verbose_name=_("街道（镇）")
    )
    # Null = nothing in the register that it could mean (a new licence).
    outlet = models.ForeignKey(
        Outlet,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="suspicions",
        verbose_name=_("网点"),
    )
    kind = models.CharField(_("类型"), max_length=15, choices=Kind)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.OPEN)
    # The first day of the month on whose list it stands.
    month = models.DateField(_("月份"))
    source = models.CharField(_("来源"), max_length=60)
    # The source's own number for it: the same notice pushed twice is one.
    external_id = models.CharField(_("来源编号"), max_length=80)
    content: Any = models.JSONField(_("内容"), default=dict)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by_label = models.CharField(_("处理人"), max_length=120, blank=True)
    comment = models.CharField(_("处理说明"), max_length=300, blank=True)
    act = models.UUIDField(_("操作编号"), null=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = StreetRows.as_manager()

    class Meta:
        verbose_name = _("疑似变化")
        verbose_name_plural = _("疑似变化")
        indexes = [
            models.Index(fields=["district", "state", "month"], name="suspicion_open"),
            models.Index(fields=["street", "state"], name="suspicion_street"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "source", "external_id"], name="suspicion_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.external_id}"
