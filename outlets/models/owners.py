"""Who stands behind an outlet: the legal person and the brand."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.credit_code import check_credit_code
from core.ids import new_id
from core.querysets import DistrictQuerySet
from outlets.querysets import EnterpriseQuerySet
from territory.models import District


def validate_credit_code(code: str) -> None:
    """Refuse a code that GB 32100 would not issue."""
    if problem := check_credit_code(code):
        raise ValidationError(problem)


class ChainKind(models.TextChoices):
    """How an outlet belongs to its chain; blank = not stated."""

    DIRECT = "direct", _("直营连锁")
    FRANCHISE = "franchise", _("特许加盟")
    VOLUNTARY = "voluntary", _("自愿连锁")
    NONE = "none", _("非连锁")


class Enterprise(models.Model):
    """A legal person; it may own many outlets, and small traders may have no code."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    name = models.CharField(_("企业名称"), max_length=120)
    # Null, not "": unique only where there is one.
    credit_code = models.CharField(  # noqa: DJ001
        _("统一社会信用代码"),
        max_length=18,
        null=True,
        blank=True,
        validators=[validate_credit_code],
    )
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("企业")
        verbose_name_plural = _("企业")
        constraints = [
            models.UniqueConstraint(fields=["district", "credit_code"], name="credit_code_once")
        ]

    def __str__(self) -> str:
        return self.name


class Brand(models.Model):
    """A brand or trade name; chains are recognised by it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    name = models.CharField(_("品牌名称"), max_length=80)
    aliases: Any = models.JSONField(_("别名"), default=list, blank=True)
    chain_kind = models.CharField(
        _("连锁类型"), max_length=10, choices=ChainKind, blank=True, default=""
    )
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("品牌")
        verbose_name_plural = _("品牌")
        constraints = [
            models.UniqueConstraint(fields=["district", "name"], name="brand_once_per_district")
        ]

    def __str__(self) -> str:
        return self.name


class BrandStoreCount(models.Model):
    """How many stores a brand declares nationally, on a day, by a source."""

    id = models.BigAutoField(primary_key=True)
    brand = models.ForeignKey(
        Brand, models.CASCADE, related_name="store_counts", verbose_name=_("品牌")
    )
    on = models.DateField(_("日期"))
    stores = models.PositiveIntegerField(_("门店数"))
    source = models.CharField(_("来源"), max_length=200)

    class Meta:
        verbose_name = _("品牌门店数")
        verbose_name_plural = _("品牌门店数")
        constraints = [
            models.UniqueConstraint(fields=["brand", "on"], name="store_count_once_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.on} {self.stores}"


class AllianceMember(models.Model):
    """An enterprise in the 企业联盟 of the district or of a street (七个一), from–until."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    enterprise = models.ForeignKey(
        Enterprise, models.CASCADE, related_name="alliances", verbose_name=_("企业")
    )
    alliance = models.CharField(_("企业联盟"), max_length=80)
    duty = models.CharField(_("联盟职务"), max_length=40, blank=True)
    joined_on = models.DateField(_("加入日期"))
    left_on = models.DateField(_("退出日期"), null=True, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("企业联盟成员")
        verbose_name_plural = _("企业联盟成员")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "alliance", "joined_on"], name="alliance_member_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gt=F("joined_on")),
                name="alliance_left_after_joined",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance} {self.enterprise}"


class CreditResult(models.Model):
    """A grade that somebody else gave an enterprise (市场监管、信用普陀): recorded, not judged."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    enterprise = models.ForeignKey(
        Enterprise, models.CASCADE, related_name="credit_results", verbose_name=_("企业")
    )
    source = models.CharField(_("来源"), max_length=60)
    grade = models.CharField(_("信用等级"), max_length=20)
    on = models.DateField(_("评价日期"))
    # Named in the list of untrustworthy subjects.
    blacklisted = models.BooleanField(_("失信名单"), default=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("信用评价结果")
        verbose_name_plural = _("信用评价结果")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "source", "on"], name="credit_result_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.grade} {self.on}"
