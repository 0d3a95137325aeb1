"""The street network that walking distances are measured along."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.querysets import DistrictQuerySet
from territory.models import District


class StreetNetwork(models.Model):
    """One imported network; its arrays lie in a file named by their digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    name = models.CharField(_("名称"), max_length=120)
    source = models.CharField(_("来源"), max_length=200, blank=True)
    digest = models.CharField(_("摘要"), max_length=64)
    report: Any = models.JSONField(_("导入报告"), default=dict)
    current = models.BooleanField(_("使用中"), default=True)
    imported_at = models.DateTimeField(_("导入时间"), default=timezone.now)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("步行路网")
        verbose_name_plural = _("步行路网")
        constraints = [
            models.UniqueConstraint(
                fields=["district"], condition=Q(current=True), name="network_one_current"
            )
        ]

    def __str__(self) -> str:
        return self.name
