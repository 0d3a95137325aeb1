"""The district's own working days, where they differ from the national calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """A day that is a working day, or a day off, whatever the national calendar says."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(_("日期"), unique=True)
    working = models.BooleanField(_("工作日"), default=False)
    name = models.CharField(_("名称"), max_length=60, blank=True)
    source = models.CharField(_("依据"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("工作日历")
        verbose_name_plural = _("工作日历")

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {_('上班') if self.working else _('休息')}"
