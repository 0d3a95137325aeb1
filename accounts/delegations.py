"""授权代办: one person lets another of the same office act with their roles, for some days.

programme.md "The people": every role has it, from–to, by whom, logged. It is not passed on: a
delegate gets the roles that the principal was given, never those the principal merely holds.
"""

import datetime as dt
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Delegation, User
from accounts.people import recipient
from accounts.querysets import delegations_open
from accounts.roles import separation_breach
from core.audit import Actor, act
from core.db import locked
from core.notices import notify

MOST_DAYS: Final = 90


def delegate(
    *,
    principal: User,
    delegate: User,
    valid_from: dt.date,
    valid_until: dt.date,
    reason: str,
    by: Actor,
) -> Delegation:
    """Let `delegate` act for `principal` from the first day to the last, both included.

    `by` is the principal, or an administrator in their place; never the delegate, nor somebody
    who acts for the principal themselves. ValidationError for people of two offices or who have
    left, for days gone by or more than 90, and when two of the three separated administrations
    (等保 2.0) would meet in one hand on some day.
    """
    if delegate.pk in by.persons and delegate.pk != principal.pk:
        raise PermissionDenied(_("不能授权给自己，请由委托人本人或另一名管理员办理。"))
    if principal.pk in by.acting_for:
        raise PermissionDenied(_("代办的权限不得转授他人，请由委托人本人办理。"))
    _require_days(valid_from, valid_until)
    with act("accounts.delegate", by=by, comment=reason) as this:
        # Both rows, always in the same order, as `set_roles` locks them: roles do not change now.
        people = {
            row.pk: row for row in locked(User.objects.filter(pk__in=[principal.pk, delegate.pk]))
        }
        giver, taker = people[principal.pk], people[delegate.pk]
        _require_fit(giver, taker)
        _require_free(giver, taker, valid_from, valid_until)
        _require_separation(giver, taker, valid_from, valid_until)
        row = Delegation.objects.create(
            principal=giver,
            delegate=taker,
            valid_from=valid_from,
            valid_until=valid_until,
            reason=_reason(reason),
            by_label=by.label,
        )
        this.obj = row
        this.changes = {
            "principal": str(giver),
            "delegate": str(taker),
            "from": valid_from,
            "until": valid_until,
        }
        _tell(row, by)
    return row


def revoke(*, delegation: Delegation, by: Actor, reason: str = "") -> Delegation:
    """End a delegation at once; ending it again changes nothing."""
    with act("accounts.revoke_delegation", by=by, obj=delegation, comment=reason) as this:
        row = locked(Delegation.objects.filter(pk=delegation.pk)).get()
        if row.revoked_at is None:
            row.revoked_at = timezone.now()
            row.save(update_fields=["revoked_at"])
            this.changes = {"principal": str(row.principal), "delegate": str(row.delegate)}
    return row


def _tell(row: Delegation, by: Actor) -> None:
    """The delegate, and the principal when somebody else gave it in their place."""
    people = [row.delegate] if by.id == row.principal_id else [row.delegate, row.principal]
    notify(
        key=f"delegation:{row.pk}",
        people=[recipient(person) for person in people],
        title=format_lazy(
            gettext_lazy("授权代办：{first} 至 {last}，由{delegate}代{principal}办理"),
            first=row.valid_from,
            last=row.valid_until,
            delegate=str(row.delegate),
            principal=str(row.principal),
        ),
        text=row.reason,
        path="/accounts/delegations/",
    )


def _reason(text: str) -> str:
    if not text.strip():
        raise ValidationError({"reason": _("请写明事由，如“出差”“休假”。")})
    return text.strip()


def _require_days(first: dt.date, last: dt.date) -> None:
    if last < first:
        raise ValidationError({"valid_until": _("截止日期不能早于开始日期。")})
    if first < timezone.localdate():
        raise ValidationError({"valid_from": _("开始日期不能早于今天。")})
    if (last - first).days >= MOST_DAYS:
        raise ValidationError(
            {
                "valid_until": _("一次授权最长 %(days)d 天，请改短或到期后再授权。")
                % {"days": MOST_DAYS}
            }
        )


def _require_fit(giver: User, taker: User) -> None:
    if giver.pk == taker.pk:
        raise ValidationError({"delegate": _("不能授权给本人，请选择本单位的其他人员。")})
    if giver.office_id is None or giver.office_id != taker.office_id:
        raise ValidationError({"delegate": _("只能授权给同一单位的人员。")})
    for person in (giver, taker):
        if not person.is_active or person.is_superuser:
            raise ValidationError(
                {"delegate": _("“%(person)s”的账号不可用，不能授权代办。") % {"person": person}}
            )


def _require_free(giver: User, taker: User, first: dt.date, last: dt.date) -> None:
    same = _overlapping(taker, first, last)
    if any(one.principal_id == giver.pk for one in same):
        raise ValidationError(
            {
                "delegate": _("“%(taker)s”在此期间已代“%(giver)s”办理，请先终止原授权。")
                % {"taker": taker, "giver": giver}
            }
        )


def _require_separation(giver: User, taker: User, first: dt.date, last: dt.date) -> None:
    """On no day may the roles that meet in the delegate's hand breach the separation."""
    others = [one.principal for one in _overlapping(taker, first, last)]
    roles = User.groups.through._default_manager.filter(user__in=[giver, taker, *others])
    if separation_breach(frozenset(roles.values_list("group__name", flat=True))):
        raise ValidationError(
            {
                "delegate": _(
                    "系统管理员、安全管理员、审计管理员不得由同一人兼任，也不得由其代办，请另选代办人。"
                )
            }
        )


def _overlapping(taker: User, first: dt.date, last: dt.date) -> list[Delegation]:
    rows = delegations_open(first).filter(delegate=taker, valid_from__lte=last)
    return list(rows.select_related("principal").order_by("valid_from", "id"))
