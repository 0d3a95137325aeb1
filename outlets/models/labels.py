"""标识: titles an outlet carries (特色小店, 老字号 …), with what they rest on."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import History
from core.ids import new_id
from outlets.models.outlet import Outlet


class Label(models.Model):
    """A kind of title, as documents name it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(_("标识编码"), unique=True)
    name = models.CharField(_("标识名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    aliases: Any = models.JSONField(_("别名"), default=list, blank=True)
    source = models.CharField(_("依据"), max_length=200, blank=True)
    sort = models.PositiveSmallIntegerField(_("排序"), default=0)
    is_official = models.BooleanField(_("官方目录"), default=True)

    class Meta:
        verbose_name = _("标识")
        verbose_name_plural = _("标识")

    def __str__(self) -> str:
        return self.name


class OutletLabel(models.Model):
    """That an outlet carries a title: by which document, since which year, until when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    outlet = models.ForeignKey(
        Outlet, models.CASCADE, related_name="labels", verbose_name=_("网点")
    )
    label = models.ForeignKey(Label, models.PROTECT, verbose_name=_("标识"))
    year = models.PositiveSmallIntegerField(_("认定年份"))
    basis = models.CharField(_("依据"), max_length=200)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    withdrawn_on = models.DateField(_("取消日期"), null=True, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    history = History()

    class Meta:
        verbose_name = _("网点标识")
        verbose_name_plural = _("网点标识")
        constraints = [
            models.UniqueConstraint(fields=["outlet", "label", "year"], name="label_once_a_year"),
            models.CheckConstraint(
                condition=Q(year__gte=1949, year__lte=2100), name="label_year_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.year}"

    @property
    def district_id(self) -> Any:
        """That of the outlet: the gate asks where a row lies."""
        return self.outlet.district_id

    @property
    def street_id(self) -> Any:
        """That of the outlet."""
        return self.outlet.street_id
