"""Rounds (资金批次): called, opened, closed, deliberated on; paid and finished.

The list that is public, and what is decided on it, is `announcing`'s; its acts are named here, too.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.attachments import attach
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from core.workflow import moving
from subsidies.models import Policy, Round
from subsidies.round_rules import lacking_to_finish, lacking_to_open, submitters
from subsidies.services.announcing import announce_round, approve_round, return_round
from subsidies.services.round_notices import tell_opened
from subsidies.workflow.rounds import MANAGE, ROUND

__all__ = [
    "announce_round",
    "approve_round",
    "change_round",
    "close_round",
    "create_round",
    "finish_round",
    "open_round",
    "pay_round",
    "record_meeting",
    "reopen_round",
    "return_round",
]

State = Round.State
FIELDS = (
    "year",
    "name",
    "item_keys",
    "notice_number",
    "notice_text",
    "opens_on",
    "closes_on",
    "contact",
    "supplement_days",
    "public_days",
    "public_place",
    "objection_contact",
)
# What was announced stays; whom to ask, and where it will be public, may still change.
AFTER_OPENING = ("contact", "public_place", "objection_contact")
CHANGEABLE = frozenset({State.DRAFT, State.OPEN, State.REVIEW})


def create_round(*, rule: Policy, values: Mapping[str, Any], by: Actor, scope: Scope) -> Round:
    """A draft under a policy; `values` of `FIELDS`. ValidationError by field."""
    policy.require(scope, MANAGE, rule)
    with act("subsidies.create_round", by=by) as this:
        made = Round(district=rule.district, policy=rule, is_sample=rule.is_sample)
        this.changes = _set(made, values, FIELDS)
        made.save(force_insert=True)
        this.obj, this.to_state = made, made.state
    return made


def change_round(
    *,
    round_: Round,
    values: Mapping[str, Any],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Round:
    """A draft may change in everything but its policy; later only `AFTER_OPENING` may."""
    with act("subsidies.change_round", by=by) as this:
        now = _taken(round_, scope, seen_version)
        if now.state not in CHANGEABLE:
            raise _refusal(now, _("修改"))
        if now.state != State.DRAFT:
            frozen = [name for name in values if name not in AFTER_OPENING]
            if changed := [name for name in frozen if getattr(now, name) != values[name]]:
                text = _("申报通知发布后不能再改；确需延长申报的，截止后办理“延长申报”。")
                raise ValidationError(dict.fromkeys(changed, text))
        this.obj = now
        this.changes = _set(now, values, FIELDS)
        _bump(now)
    return now


def open_round(
    *, round_: Round, comment: str = "", by: Actor, scope: Scope, seen_version: int | None = None
) -> Round:
    """发布申报通知; the streets hear of it. ValidationError names all that is lacking.

    A missing budget line is no hindrance: the page warns of it, and nothing can be reserved.
    """
    with moving(
        ROUND, round_, "open", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        if told := lacking_to_open(now, timezone.localdate()):
            raise ValidationError(told)
        this.changes = {"policy": now.policy.code, "number": now.policy.number}
        tell_opened(now, str(now.closes_on))
    return now


def close_round(
    *, round_: Round, comment: str = "", by: Actor, scope: Scope, seen_version: int | None = None
) -> Round:
    """截止申报, when the closing day has passed; before that only with the reason."""
    with moving(
        ROUND, round_, "close", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        if now.closes_on >= timezone.localdate() and not comment.strip():
            told = {"day": now.closes_on.isoformat()}
            text = _("申报截止日为 %(day)s，提前截止须写明理由。") % told
            raise ValidationError({"comment": text})
        this.changes = {"closes_on": now.closes_on}
    return now


def reopen_round(
    *,
    round_: Round,
    closes_on: dt.date | None,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Round:
    """延长申报 up to a new closing day.

    A meeting that was recorded is dropped: it has not deliberated on what is filed from now on.
    """
    with moving(
        ROUND, round_, "reopen", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        if closes_on is None or closes_on < max(timezone.localdate(), now.opens_on):
            raise ValidationError({"closes_on": _("请填写新的申报截止日，不早于今天。")})
        this.changes = {"closes_on": [now.closes_on, closes_on]}
        if now.meeting_on:
            this.changes |= {"meeting_on": now.meeting_on, "minutes_number": now.minutes_number}
        now.closes_on = closes_on
        now.meeting_on, now.minutes_number, now.meeting_note = None, "", ""
        tell_opened(now, str(closes_on))
    return now


def record_meeting(
    *,
    round_: Round,
    meeting_on: dt.date | None,
    minutes_number: str,
    note: str = "",
    files: Iterable[Any] = (),
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Round:
    """登记集体审议, while the round is reviewed; again corrects it. Files hang on the round.

    Whoever records it counts among those who submit the round.
    """
    with act("subsidies.record_meeting", by=by) as this:
        now = _taken(round_, scope, seen_version)
        if now.state != State.REVIEW:
            raise _refusal(now, _("登记集体审议"))
        told: dict[str, Any] = {}
        if meeting_on is None or not now.opens_on <= meeting_on <= timezone.localdate():
            told["meeting_on"] = _("请填写集体审议日期，应在申报开始以后，不晚于今天。")
        if not minutes_number.strip():
            told["minutes_number"] = _("请填写纪要号。")
        if told:
            raise ValidationError(told)
        now.meeting_on, now.minutes_number = meeting_on, minutes_number.strip()[:80]
        now.meeting_note = note.strip()
        now.submitted_by_ids = submitters(now, by)
        for file in files:
            attach(now, file, by)
        this.obj = now
        this.changes = {"meeting_on": meeting_on, "minutes_number": now.minutes_number}
        _bump(now)
    return now


def pay_round(
    *, round_: Round, comment: str = "", by: Actor, scope: Scope, seen_version: int | None = None
) -> Round:
    """转入拨付."""
    with moving(
        ROUND, round_, "pay", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _this):
        pass
    return now


def finish_round(
    *, round_: Round, comment: str = "", by: Actor, scope: Scope, seen_version: int | None = None
) -> Round:
    """办结, once every application ended or was paid in full; else ValidationError lists them.

    Instalments of later years count: a round with commitments stays open until they are paid.
    """
    with moving(
        ROUND, round_, "finish", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _this):
        if told := lacking_to_finish(now):
            raise ValidationError(told)
    return now


# --- Shared ---------------------------------------------------------------------------------------
def _taken(round_: Round, scope: Scope, seen_version: int | None) -> Round:
    now = locked(Round.objects.filter(pk=round_.pk)).get()
    require_version(now, seen_version)
    policy.require(scope, MANAGE, now)
    return now


def _bump(now: Round) -> None:
    now.version += 1
    now.save()


def _refusal(now: Round, what: str) -> ValidationError:
    told = {"round": now, "state": now.get_state_display(), "what": what}
    return ValidationError(_("“%(round)s”现为“%(state)s”，不能%(what)s。") % told, code="state")


def _set(now: Round, values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Set what is told, and validate the whole; what changed, for the audit log."""
    changes: dict[str, Any] = {}
    for name in names:
        if name in values and getattr(now, name, None) != values[name]:
            changes[name] = values[name]
            setattr(now, name, values[name])
    now.name = (now.name or "").strip()
    known = set(now.policy.items.values_list("key", flat=True))
    if strange := sorted(set(now.item_keys) - known):
        told = {"keys": "、".join(strange)}
        raise ValidationError({"item_keys": _("政策中没有这些支持事项：%(keys)s。") % told})
    if now.opens_on and now.closes_on and now.closes_on < now.opens_on:
        raise ValidationError({"closes_on": _("申报截止日不能早于申报开始日。")})
    if now.public_days is not None and now.public_days < 1:
        raise ValidationError({"public_days": _("公示期至少1个工作日。")})
    taken = Round.objects.filter(district=now.district_id, year=now.year, name=now.name)
    if taken.exclude(pk=now.pk).exists():
        raise ValidationError({"name": _("本年度已有同名的资金批次。")})
    now.full_clean(exclude=["submitted_by_ids"])
    return changes
