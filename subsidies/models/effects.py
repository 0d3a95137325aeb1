"""What the money bought: residents newly reached by a supported outlet's format."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from metrics.models import Release
from outlets.models import BusinessFormat
from subsidies.models.applications import Application
from subsidies.querysets import OfApplicationQuerySet


class Effect(models.Model):
    """Of one supported outlet, between the last 定稿 before its support and a later one.

    A compound is newly reached when no outlet of the format was within its walking time before,
    and this one is after. Null = it cannot be told (and why, in `note`), which is not 0.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(
        Application, models.CASCADE, related_name="effects", verbose_name=_("扶持申报")
    )
    before = models.ForeignKey(
        Release,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("扶持前定稿"),
    )
    after = models.ForeignKey(
        Release, models.PROTECT, related_name="+", verbose_name=_("扶持后定稿")
    )
    format = models.ForeignKey(
        BusinessFormat, models.PROTECT, null=True, blank=True, verbose_name=_("业态")
    )
    is_open = models.BooleanField(_("已开业"), null=True, blank=True)
    # The circle had no outlet of the format before (补齐业态).
    filled_format = models.BooleanField(_("补齐业态"), null=True, blank=True)
    residents = models.PositiveIntegerField(_("新增可达居民（人）"), null=True, blank=True)
    # [{"id", "residents": n or None}] newly reached, so that sums count nobody twice.
    compounds: Any = models.JSONField(_("新增可达小区"), default=list, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    measured_at = models.DateTimeField(_("测算时间"), default=timezone.now, editable=False)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("扶持成效")
        verbose_name_plural = _("扶持成效")
        constraints = [models.UniqueConstraint(fields=["application", "after"], name="effect_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.residents}"
