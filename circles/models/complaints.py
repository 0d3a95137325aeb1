"""Complaints that hotlines counted per circle and month: imported, never worked on here."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from circles.models.circle import Circle
from circles.querysets import OfCircleQuerySet
from core.ids import new_id
from territory.models import District


def validate_first_of_month(day: object) -> None:
    """A month is kept as its first day."""
    if getattr(day, "day", 1) != 1:
        raise ValidationError(_("月份以当月第一天登记"))


class ComplaintCount(models.Model):
    """What a hotline counted for a circle in a month."""

    class Source(models.TextChoices):
        CITIZENS = "12345", _("12345市民热线")
        CONSUMERS = "12315", _("12315消费者热线")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    circle = models.ForeignKey(
        Circle, models.CASCADE, related_name="complaints", verbose_name=_("生活圈")
    )
    # The first day of the month.
    month = models.DateField(_("月份"), validators=[validate_first_of_month])
    source = models.CharField(_("来源"), max_length=5, choices=Source)
    count = models.PositiveIntegerField(_("投诉件数"))
    closed = models.PositiveIntegerField(_("办结件数"))
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = OfCircleQuerySet.as_manager()

    class Meta:
        verbose_name = _("投诉统计")
        verbose_name_plural = _("投诉统计")
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "month", "source"], name="complaint_count_once_a_month"
            ),
            models.CheckConstraint(
                condition=Q(closed__lte=F("count")), name="complaints_closed_within_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.circle} {self.month:%Y-%m} {self.source}"
