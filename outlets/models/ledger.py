"""What a street has confirmed as complete."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outlets.models.formats import BusinessFormat
from territory.models import Street


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
