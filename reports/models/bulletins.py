"""工作通报: the monthly circular, built from passed reports, adopted 工作信息 and 短板."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.querysets import DistrictQuerySet
from territory.models import District


class Bulletin(models.Model):
    """One issue; the officer edits the sections of the draft and issues it.

    content  {"sections": [{"title", "text", "sources": [...]}], "table": […]}
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ISSUED = "issued", _("已印发")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    # The first day of the month it is about.
    month = models.DateField(_("月份"))
    issue = models.PositiveSmallIntegerField(_("期号"))
    title = models.CharField(_("标题"), max_length=120)
    number = models.CharField(_("文号"), max_length=80, blank=True)
    state = models.CharField(_("状态"), max_length=6, choices=State, default=State.DRAFT)
    content: Any = models.JSONField(_("内容"), default=dict)
    issued_on = models.DateField(_("印发日期"), null=True, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_label = models.CharField(_("经办人"), max_length=120, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("工作通报")
        verbose_name_plural = _("工作通报")
        constraints = [
            models.UniqueConstraint(fields=["district", "month"], name="bulletin_once_a_month")
        ]

    def __str__(self) -> str:
        return self.title
