"""Joint meetings (联席会议): called, held, minuted, countersigned, issued, filed."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from coordination.models.roster import Mechanism
from coordination.querysets import MeetingQuerySet
from core.ids import new_id
from territory.models import District


class Meeting(models.Model):
    """One meeting: 建议召开 → 已安排 → 已召开 → 会签 → 已印发 → 已报备."""

    class Kind(models.TextChoices):
        PLENARY = "plenary", _("全体会议")
        SPECIAL = "special", _("专题会议")
        LIAISON = "liaison", _("联络员会议")
        ON_SITE = "on_site", _("现场会")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("建议召开")
        PLANNED = "planned", _("已安排")
        HELD = "held", _("已召开")
        COUNTERSIGNING = "countersigning", _("会签")
        ISSUED = "issued", _("已印发")
        FILED = "filed", _("已报备")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    mechanism = models.ForeignKey(
        Mechanism, models.PROTECT, null=True, blank=True, verbose_name=_("工作机制")
    )
    kind = models.CharField(_("会议类型"), max_length=8, choices=Kind)
    title = models.CharField(_("会议名称"), max_length=120)
    state = models.CharField(_("状态"), max_length=14, choices=State, default=State.PLANNED)
    proposed_by = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposed_meetings",
        verbose_name=_("提议单位"),
    )
    proposal = models.TextField(_("提议事由"), blank=True)
    planned_on = models.DateField(_("计划日期"), null=True, blank=True)
    held_on = models.DateField(_("召开日期"), null=True, blank=True)
    place = models.CharField(_("地点"), max_length=100, blank=True)
    chair = models.CharField(_("主持人"), max_length=60, blank=True)
    guests = models.CharField(_("列席（专家等）"), max_length=200, blank=True)
    agenda = models.TextField(_("议题"), blank=True)
    minutes = models.TextField(_("纪要正文"), blank=True)
    # Raised whenever the minutes change: opinions belong to one edition of them.
    minutes_edition = models.PositiveSmallIntegerField(_("纪要稿次"), default=0)
    number = models.CharField(_("纪要文号"), max_length=80, blank=True)
    issued_on = models.DateField(_("印发日期"), null=True, blank=True)
    filed_on = models.DateField(_("报备日期"), null=True, blank=True)
    filed_with = models.CharField(_("报备单位"), max_length=60, blank=True)
    drafted_by_ids: Any = models.JSONField(_("起草人编号"), default=list, editable=False)
    by_label = models.CharField(_("经办人"), max_length=120, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("联席会议")
        verbose_name_plural = _("联席会议")

    def __str__(self) -> str:
        return self.title


class MeetingOffice(models.Model):
    """A unit called to a meeting, and who came for it."""

    id = models.BigAutoField(primary_key=True)
    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="offices", verbose_name=_("会议")
    )
    office = models.ForeignKey(Office, models.PROTECT, verbose_name=_("与会单位"))
    # Null = not yet known.
    attended = models.BooleanField(_("出席"), null=True, blank=True)
    person = models.CharField(_("出席人员"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("与会单位")
        verbose_name_plural = _("与会单位")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "office"], name="meeting_office_once")
        ]

    def __str__(self) -> str:
        return str(self.office)


class Countersignature(models.Model):
    """会签: a unit's opinion on one edition of the minutes."""

    class Opinion(models.TextChoices):
        AGREED = "agreed", _("同意")
        OBJECTED = "objected", _("不同意")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="countersignatures", verbose_name=_("会议")
    )
    office = models.ForeignKey(Office, models.PROTECT, verbose_name=_("会签单位"))
    edition = models.PositiveSmallIntegerField(_("纪要稿次"))
    opinion = models.CharField(_("会签意见"), max_length=8, choices=Opinion)
    comment = models.CharField(_("说明"), max_length=500, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_id = models.UUIDField(_("会签人编号"), null=True, editable=False)
    by_label = models.CharField(_("会签人"), max_length=120, blank=True)
    # An objection that the convener has settled, and how; it then does not bar the issue.
    settlement = models.CharField(_("协调决定"), max_length=500, blank=True)
    settled_by = models.CharField(_("决定人"), max_length=60, blank=True)
    settled_on = models.DateField(_("决定日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("会签意见")
        verbose_name_plural = _("会签意见")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "office", "edition"], name="countersigned_once_an_edition"
            )
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.get_opinion_display()}"


class Resolution(models.Model):
    """议定事项 of a meeting; 重大事项 go to the government for decision."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="resolutions", verbose_name=_("会议")
    )
    sort = models.PositiveSmallIntegerField(_("次序"))
    text = models.CharField(_("议定事项"), max_length=500)
    major = models.BooleanField(_("重大事项"), default=False)
    # For major matters: sent up, and what was decided.
    referred_on = models.DateField(_("报政府决定日期"), null=True, blank=True)
    decision = models.CharField(_("政府决定"), max_length=300, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("议定事项")
        verbose_name_plural = _("议定事项")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "sort"], name="resolution_sort_once")
        ]

    def __str__(self) -> str:
        return self.text[:60]
