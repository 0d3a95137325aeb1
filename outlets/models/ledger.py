"""Where register rows came from, and what a street has confirmed as complete."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from outlets.models.formats import BusinessFormat
from territory.models import District, Street


class Import(models.Model):
    """One ledger taken in: the file's digest, who, when, and what came of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, verbose_name=_("街道（镇）")
    )
    subject = models.CharField(_("内容"), max_length=20)
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    mapping: Any = models.JSONField(_("列对应"), default=dict)
    counts: Any = models.JSONField(_("计数"), default=dict)
    act = models.UUIDField(_("操作编号"), null=True)
    by_label = models.CharField(_("导入人"), max_length=120, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("台账导入")
        verbose_name_plural = _("台账导入")

    def __str__(self) -> str:
        return f"{self.file_name} {self.at:%Y-%m-%d %H:%M}"


class LedgerCompleteness(models.Model):
    """A street's word that its ledger holds every outlet of a format: then absent is absent."""

    id = models.BigAutoField(primary_key=True)
    street = models.ForeignKey(Street, models.CASCADE, verbose_name=_("街道（镇）"))
    format = models.ForeignKey(BusinessFormat, models.CASCADE, verbose_name=_("业态"))
    on = models.DateField(_("确认日期"))
    by_label = models.CharField(_("确认人"), max_length=120, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        verbose_name = _("台账完整性确认")
        verbose_name_plural = _("台账完整性确认")
        constraints = [
            models.UniqueConstraint(
                fields=["street", "format", "on"], name="completeness_once_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.street} {self.format} {self.on}"
