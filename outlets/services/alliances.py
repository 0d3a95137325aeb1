"""Who belongs to the 企业联盟, since when and until when; and how many stores a brand declares."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.db import locked
from outlets.models import AllianceMember, Brand, BrandStoreCount, Enterprise


def join_alliance(
    *,
    enterprise: Enterprise,
    alliance: str,
    joined_on: dt.date,
    duty: str = "",
    by: Actor,
    reason: str = "",
    is_sample: bool = False,
) -> AllianceMember:
    """Enter a membership. ValidationError while the enterprise is a member of it already."""
    with act("outlets.join_alliance", by=by, comment=reason) as this:
        locked(Enterprise.objects.filter(pk=enterprise.pk)).get()
        alliance = alliance.strip()
        if joined_on > timezone.localdate():
            raise ValidationError({"joined_on": _("加入日期不能晚于今天")})
        earlier = AllianceMember.objects.filter(enterprise=enterprise, alliance=alliance)
        if earlier.filter(left_on__isnull=True).exists():
            raise ValidationError({"alliance": _("该企业已是“%(name)s”成员") % {"name": alliance}})
        if earlier.filter(left_on__gt=joined_on).exists():
            raise ValidationError({"joined_on": _("加入日期早于上一次退出日期")})
        row = AllianceMember(
            district_id=enterprise.district_id,
            enterprise=enterprise,
            alliance=alliance,
            duty=duty.strip(),
            joined_on=joined_on,
            is_sample=is_sample,
        )
        row.full_clean()
        row.save()
        this.obj, this.changes = row, {"alliance": alliance, "joined_on": joined_on}
    return row


def leave_alliance(
    *, member: AllianceMember, on: dt.date, by: Actor, reason: str = ""
) -> AllianceMember:
    """End a membership on a day after it began."""
    with act("outlets.leave_alliance", by=by, comment=reason) as this:
        row = locked(AllianceMember.objects.filter(pk=member.pk)).get()
        if row.left_on is not None:
            raise ValidationError({"on": _("已于 %(day)s 退出") % {"day": row.left_on}})
        if on > timezone.localdate():
            raise ValidationError({"on": _("退出日期不能晚于今天")})
        if on <= row.joined_on:
            raise ValidationError(
                {"on": _("退出日期须晚于加入日期（%(day)s）") % {"day": row.joined_on}}
            )
        row.left_on = on
        row.save()
        this.obj, this.changes = row, {"alliance": row.alliance, "left_on": on}
    return row


def declare_stores(
    *, brand: Brand, on: dt.date, stores: int, source: str, by: Actor, reason: str = ""
) -> BrandStoreCount:
    """Record how many stores a brand declares nationally on a day; said again, it is corrected."""
    with act("outlets.declare_stores", by=by, comment=reason) as this:
        locked(Brand.objects.filter(pk=brand.pk)).get()
        if on > timezone.localdate():
            raise ValidationError({"on": _("日期不能晚于今天")})
        row = BrandStoreCount.objects.filter(brand=brand, on=on).first()
        before = row.stores if row else None
        row = row or BrandStoreCount(brand=brand, on=on)
        row.stores, row.source = stores, source.strip()
        row.full_clean()
        row.save()
        this.obj, this.changes = brand, {"on": on, "stores": [before, stores], "source": row.source}
    return row
