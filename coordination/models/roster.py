"""组织机构名册: who sits where in a mechanism, from which day to which."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from coordination.querysets import OfDistrict
from core.ids import new_id
from core.models import Clause
from territory.models import District


class Mechanism(models.Model):
    """A working mechanism: 工作小组, 联席会议, a street's 工作专班; its words are data."""

    class Kind(models.TextChoices):
        WORKING_GROUP = "working_group", _("工作小组")
        JOINT_MEETING = "joint_meeting", _("联席会议")
        STREET_TEAM = "street_team", _("工作专班")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    code = models.SlugField(_("编码"))
    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("类型"), max_length=14, choices=Kind)
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("依据")
    )
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("工作机制")
        verbose_name_plural = _("工作机制")
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="mechanism_code_once")
        ]

    def __str__(self) -> str:
        return self.name


class RosterEntry(models.Model):
    """A person in a place of a mechanism; a successor is a new row, the old one ends."""

    class Place(models.TextChoices):
        HEAD = "head", _("组长")
        DEPUTY_HEAD = "deputy_head", _("副组长")
        CONVENER = "convener", _("召集人")
        DEPUTY_CONVENER = "deputy_convener", _("副召集人")
        MEMBER = "member", _("组员")
        OFFICE_HEAD = "office_head", _("办公室主任")
        LEADER = "leader", _("分管领导")
        LIAISON = "liaison", _("联络员")
        TEAM = "team", _("专班成员")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    mechanism = models.ForeignKey(
        Mechanism, models.PROTECT, related_name="entries", verbose_name=_("工作机制")
    )
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, verbose_name=_("单位")
    )
    place = models.CharField(_("职责"), max_length=16, choices=Place)
    # Empty = the seat exists (the document names the post), the person is not yet reported.
    person = models.CharField(_("姓名"), max_length=40, blank=True)
    post = models.CharField(_("职务"), max_length=60, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    valid_from = models.DateField(_("任职自"))
    # The first day on which the person holds it no more; null = still holds it.
    valid_to = models.DateField(_("任职至（不含）"), null=True, blank=True)
    filed_on = models.DateField(_("备案日期"), null=True, blank=True)
    succeeds = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, verbose_name=_("接替")
    )
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    at = models.DateTimeField(_("登记时间"), default=timezone.now)
    by_label = models.CharField(_("登记人"), max_length=120, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("名册")
        verbose_name_plural = _("名册")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="roster_forward",
            ),
            models.UniqueConstraint(
                fields=["succeeds"],
                condition=Q(succeeds__isnull=False),
                name="roster_one_successor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person or '—'} {self.get_place_display()}"
