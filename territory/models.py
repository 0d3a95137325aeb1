"""Districts (the tenants), their streets and towns, and the neighbourhoods below them."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.querysets import DistrictQuerySet
from territory.querysets import DistrictsQuerySet


class Territory(models.Model):
    """What every territorial unit has: official code, name, outline."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    # GeoJSON Polygon or MultiPolygon, WGS 84 degrees, made valid on write.
    outline: Any = models.JSONField(_("边界"), null=True, blank=True)
    is_sample_outline = models.BooleanField(_("示意边界"), default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class District(Territory):
    """A district: the tenant whose programme this is."""

    code = models.CharField(_("区划代码"), max_length=6, unique=True)
    city = models.CharField(_("省（市）"), max_length=40)

    objects = DistrictsQuerySet.as_manager()

    class Meta:
        verbose_name = _("区")
        verbose_name_plural = _("区")


class Street(Territory):
    """A street (街道) or town (镇): the level that reports to the district."""

    class Kind(models.TextChoices):
        STREET = "street", _("街道")
        TOWN = "town", _("镇")

    district = models.ForeignKey(
        District, models.PROTECT, related_name="streets", verbose_name=_("区")
    )
    code = models.CharField(_("区划代码"), max_length=9, unique=True)
    kind = models.CharField(_("类型"), max_length=6, choices=Kind, default=Kind.STREET)
    aliases: Any = models.JSONField(_("别名"), default=list, blank=True)
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("街道（镇）")
        verbose_name_plural = _("街道（镇）")


class Neighbourhood(Territory):
    """A residents' or villagers' committee (居委会／村委会)."""

    street = models.ForeignKey(
        Street, models.PROTECT, related_name="neighbourhoods", verbose_name=_("街道（镇）")
    )
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    code = models.CharField(_("区划代码"), max_length=12, unique=True)
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("居（村）委会")
        verbose_name_plural = _("居（村）委会")
