"""Titles (标识) of outlets: given by a document, valid for a time, withdrawn."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.db import locked
from core.versions import require_version
from outlets.models import Label, Outlet, OutletLabel


def carried_on(day: dt.date) -> Q:
    """Titles that hold on `day`: neither withdrawn by then nor run out before."""
    return (Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=day)) & (
        Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    )


def give_label(
    *,
    outlet: Outlet,
    label: Label,
    year: int,
    basis: str,
    by: Actor,
    reason: str = "",
    valid_until: dt.date | None = None,
    seen_version: int | None = None,
) -> OutletLabel:
    """Note that an outlet was given a title in `year` by the document `basis`.

    One withdrawn before is given again. The outlet's version is raised. ValidationError by field;
    StaleVersionError when the outlet is no longer `seen_version`.
    """
    with act("outlets.give_label", by=by, comment=reason) as this:
        row = _locked(outlet, seen_version)
        if row.void or row.merged_into_id:
            raise ValidationError(_("该网点已并入或作废，不能再登记标识"))
        _check(year, basis, valid_until)
        given = OutletLabel.objects.filter(outlet=row, label=label, year=year).first()
        if given is None:
            given = OutletLabel(outlet=row, label=label, year=year, is_sample=row.is_sample)
        elif given.withdrawn_on is None:
            raise ValidationError(
                {"label": _("已登记过 %(year)d 年的“%(label)s”") % {"year": year, "label": label}}
            )
        given.basis, given.valid_until, given.withdrawn_on = basis.strip(), valid_until, None
        given.full_clean(exclude=["outlet", "label"])
        given.save()
        _raise_version(row, reason or basis)
        this.obj = row
        this.changes = {
            "label": label.code,
            "year": year,
            "basis": given.basis,
            "valid_until": valid_until,
        }
    return given


def withdraw_label(*, given: OutletLabel, on: dt.date, by: Actor, reason: str) -> OutletLabel:
    """Note that a title holds no more from day `on`; what it was until then stays known."""
    with act("outlets.withdraw_label", by=by, comment=reason) as this:
        row = _locked(given.outlet, None)
        held = locked(OutletLabel.objects.filter(pk=given.pk)).get()
        if held.withdrawn_on is not None:
            raise ValidationError(
                _("该标识已自 %(day)s 起取消") % {"day": held.withdrawn_on.isoformat()}
            )
        if not reason.strip():
            raise ValidationError({"reason": _("取消标识须填写原因")})
        if on > timezone.localdate():
            raise ValidationError({"on": _("取消日期（%(day)s）不能晚于今天") % {"day": on}})
        if on.year < held.year:
            raise ValidationError(
                {"on": _("取消日期早于认定年份（%(year)d 年）") % {"year": held.year}}
            )
        held.withdrawn_on = on
        held.save()
        _raise_version(row, reason)
        this.obj = row
        this.changes = {"label": held.label.code, "year": held.year, "withdrawn_on": on}
    return held


def _locked(outlet: Outlet, seen_version: int | None) -> Outlet:
    row: Outlet = locked(Outlet.objects.filter(pk=outlet.pk)).get()
    require_version(row, seen_version)
    return row


def _check(year: int, basis: str, valid_until: dt.date | None) -> None:
    errors: dict[str, str] = {}
    this_year = timezone.localdate().year
    if not 1949 <= year <= this_year:
        errors["year"] = _("认定年份应在 1949 至 %(year)d 之间") % {"year": this_year}
    if not basis.strip():
        errors["basis"] = _("请填写认定文件的名称或文号")
    if valid_until is not None and valid_until.year < year:
        errors["valid_until"] = _("有效期早于认定年份，请核对")
    if errors:
        raise ValidationError(errors)


def _raise_version(outlet: Outlet, reason: str) -> None:
    """A title is part of what the register says of the outlet."""
    outlet.version += 1
    outlet._change_reason = reason[:100]  # type: ignore[attr-defined]
    outlet.save()
