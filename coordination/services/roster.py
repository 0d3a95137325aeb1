"""组织机构名册: who sits where, from which day; successors take over without a new document.

Source: 普陀实施方案 七(一)1–2; 联席会议制度 一2 (人事变动由继任者自然接任并报办公室备案).
A row is never overwritten by a successor: it ends, and the successor's row begins the same day and
points to it.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Office
from accounts.roles import COMMISSION
from coordination.models import Mechanism, RosterEntry
from core import policy
from core.audit import Act, Actor, act
from core.db import locked
from core.masking import MARK, mask_phone
from core.scope import Scope
from core.versions import require_version

CHANGE = "coordination.change_roster"
# What may be put right in a row without anybody succeeding anybody.
CORRECTABLE = frozenset({"person", "post", "phone", "filed_on", "valid_from"})


def as_of(rows: "QuerySet[RosterEntry]", day: dt.date) -> "QuerySet[RosterEntry]":
    """Who sits there on `day`; a row's last day is the one before its successor's first."""
    still = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    return rows.filter(still, valid_from__lte=day)


def phone_for(entry: RosterEntry, scope: Scope) -> str:
    """The telephone as the caller may see it: whole for the commission, else masked."""
    return entry.phone if scope.has_role(*COMMISSION) else mask_phone(entry.phone)


def appoint(
    *,
    mechanism: Mechanism,
    place: str,
    person: str,
    valid_from: dt.date,
    by: Actor,
    scope: Scope,
    office: Office | None = None,
    post: str = "",
    phone: str = "",
    filed_on: dt.date | None = None,
    is_sample: bool = False,
) -> RosterEntry:
    """A new seat with its person; without a person it is vacant (待报)."""
    _require(scope, mechanism)
    if place not in RosterEntry.Place.values:
        raise ValidationError({"place": _("请选择职责。")})
    if office is not None and office.district_id != mechanism.district_id:
        raise ValidationError({"office": _("“%(unit)s”不是本区单位。") % {"unit": office}})
    entry = RosterEntry(
        district=mechanism.district,
        mechanism=mechanism,
        office=office,
        place=place,
        valid_from=valid_from,
        is_sample=is_sample,
        by_label=by.label[:120],
        **_told(person, post, phone, filed_on, valid_from),
    )
    with act("coordination.appoint", by=by) as this:
        entry.save(force_insert=True)
        _note(this, entry)
    return entry


def succeed(
    *,
    entry: RosterEntry,
    person: str,
    on: dt.date,
    by: Actor,
    scope: Scope,
    post: str = "",
    phone: str = "",
    filed_on: dt.date | None = None,
    seen_version: int | None = None,
) -> RosterEntry:
    """`person` takes the seat from `on`; the row before ends that day. `""` leaves it vacant."""
    told = _told(person, post, phone, filed_on, on)
    with act("coordination.succeed" if person.strip() else "coordination.vacate", by=by) as this:
        now = _held(entry, scope, seen_version)
        _end(now, on)
        heir = RosterEntry(
            district=now.district,
            mechanism=now.mechanism,
            office=now.office,
            place=now.place,
            valid_from=on,
            succeeds=now,
            is_sample=now.is_sample,
            by_label=by.label[:120],
            **told,
        )
        heir.save(force_insert=True)
        _note(this, heir, before=now.person)
    return heir


def vacate(
    *,
    entry: RosterEntry,
    on: dt.date,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> RosterEntry:
    """The person leaves and nobody is reported yet: the seat is vacant (待报) from `on`."""
    return succeed(entry=entry, person="", on=on, by=by, scope=scope, seen_version=seen_version)


def end_seat(
    *,
    entry: RosterEntry,
    on: dt.date,
    reason: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> RosterEntry:
    """The seat itself is no more from `on`, for a reason."""
    if not reason.strip():
        raise ValidationError({"reason": _("请写明撤销该席位的原因。")})
    with act("coordination.end_seat", by=by, comment=reason) as this:
        now = _held(entry, scope, seen_version)
        _end(now, on)
        _note(this, now)
    return now


def correct(
    *,
    entry: RosterEntry,
    changes: dict[str, Any],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> RosterEntry:
    """Put right what was entered wrongly, or add what was not known (备案日期); old rows, too."""
    _require(scope, entry.mechanism)
    if strange := set(changes) - CORRECTABLE:
        raise ValueError(f"not for correction: {sorted(strange)}")
    with act("coordination.correct_roster", by=by) as this:
        now: RosterEntry = locked(RosterEntry.objects.filter(pk=entry.pk)).get()
        require_version(now, seen_version)
        before = {name: getattr(now, name) for name in changes}
        for name, value in changes.items():
            setattr(now, name, value)
        _told(now.person, now.post, now.phone, now.filed_on, now.valid_from)
        if now.valid_to is not None and now.valid_to <= now.valid_from:
            raise ValidationError({"valid_from": _("任职日期须早于离任日期。")})
        if "valid_from" in changes and now.succeeds_id:
            raise ValidationError({"valid_from": _("接任日期由接任手续确定，不能更正。")})
        now.version += 1
        now.save()
        this.obj = now
        # Telephones are personal: the log says that one was changed, not which.
        this.changes = {
            name: [str(value or ""), str(getattr(now, name) or "")]
            for name, value in before.items()
            if name != "phone"
        } | ({"phone": [MARK, MARK]} if "phone" in before else {})
    return now


def vacancies(rows: Iterable[RosterEntry]) -> int:
    """Seats whose person is not reported."""
    return sum(not row.person for row in rows)


def _require(scope: Scope, mechanism: Mechanism) -> None:
    policy.require(scope, CHANGE, mechanism)


def _held(entry: RosterEntry, scope: Scope, seen_version: int | None) -> RosterEntry:
    """The row locked, still in force."""
    _require(scope, entry.mechanism)
    now: RosterEntry = locked(RosterEntry.objects.filter(pk=entry.pk)).get()
    require_version(now, seen_version)
    if now.valid_to is not None:
        raise ValidationError(_("该席位已有接任或已撤销，请刷新页面后再看。"))
    return now


def _end(now: RosterEntry, on: dt.date) -> None:
    if on <= now.valid_from:
        told = {"day": now.valid_from.isoformat()}
        raise ValidationError({"on": _("日期须晚于现任职起日 %(day)s。") % told})
    now.valid_to = on
    now.version += 1
    now.save(update_fields=["valid_to", "version"])


def _told(
    person: str, post: str, phone: str, filed_on: dt.date | None, since: dt.date
) -> dict[str, Any]:
    """The person's columns, judged."""
    errors: dict[str, str] = {}
    if len(person.strip()) > 40:
        errors["person"] = _("姓名不超过 40 字。")
    if len(post.strip()) > 60:
        errors["post"] = _("职务不超过 60 字。")
    if MARK in phone:
        errors["phone"] = _("含有掩码“*”，请填写完整号码。")
    elif len(phone.strip()) > 40:
        errors["phone"] = _("电话不超过 40 个字符。")
    if filed_on is not None and filed_on < since:
        errors["filed_on"] = _("备案日期不得早于任职日期。")
    if errors:
        raise ValidationError(errors)
    return {
        "person": person.strip(),
        "post": post.strip(),
        "phone": phone.strip(),
        "filed_on": filed_on,
    }


def _note(this: Act, entry: RosterEntry, before: str = "") -> None:
    this.obj = entry
    this.changes = {
        "mechanism": entry.mechanism.code,
        "office": entry.office.code if entry.office else "",
        "place": entry.place,
        "person": [before, entry.person],
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
    }
