"""拟支持名单 made public, taken back, and decided on (审定)."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor
from core.db import locked
from core.scope import Scope
from core.workflow import moving
from subsidies.models import Application, Round
from subsidies.publicity import last_day, period_of
from subsidies.round_rules import lacking_to_announce, lacking_to_approve, submitters
from subsidies.services.round_notices import tell_decided
from subsidies.workflow.applications import APPLICATION
from subsidies.workflow.rounds import ROUND

Case = Application.State


def announce_round(
    *,
    round_: Round,
    public_from: dt.date | None = None,
    public_place: str | None = None,
    objection_contact: str | None = None,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Round:
    """发布公示 of the 拟支持名单; ValidationError names all that is lacking.

    public_from   the day of publication, today unless told; not before the meeting, not to come
    public_until  is `public_days` full working days after the day of publication
    """
    with moving(
        ROUND, round_, "announce", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        # The list must not change while it is looked at.
        cases = list(locked(Application.objects.filter(round=now).exclude(state=Case.DRAFT)))
        if told := lacking_to_announce(now, cases):
            raise ValidationError(told)
        since = public_from or timezone.localdate()
        _require_day(now, since)
        if public_place is not None:
            now.public_place = public_place.strip()[:200]
        if objection_contact is not None:
            now.objection_contact = objection_contact.strip()[:200]
        if not now.objection_contact:
            raise ValidationError({"objection_contact": _("请写明异议受理方式。")})
        now.public_from, now.public_until = since, last_day(since, now.public_days)
        now.submitted_by_ids = submitters(now, by)
        listed = [case for case in cases if case.state == Case.PROPOSED]
        this.changes = {
            "public_from": now.public_from,
            "public_until": now.public_until,
            "list": {case.number: case.amount for case in listed},
        }
    return now


def return_round(
    *, round_: Round, comment: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Round:
    """撤回公示: the list may change again; its money stays reserved until something leaves it."""
    with moving(
        ROUND, round_, "return", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        this.changes = {"public_from": now.public_from, "public_until": now.public_until}
        now.public_from = now.public_until = None
    return now


def approve_round(
    *,
    round_: Round,
    approved_on: dt.date | None,
    number: str,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Round:
    """审定: every 拟支持 becomes 已审定, in one transaction; the streets hear of it.

    After the period of publication alone, with no objection waiting, and by a person who neither
    submitted the round nor filed or reviewed any of its applications (PermissionDenied).
    number  of the deciding document (审定文号)
    """
    with moving(
        ROUND, round_, "approve", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        _require_apart(now, scope)
        period = period_of(now, timezone.localdate())
        if told := lacking_to_approve(now, period):
            raise ValidationError(told)
        _require_decision(now, approved_on, number)
        listed = list(locked(Application.objects.filter(round=now, state=Case.PROPOSED)))
        if not listed:
            raise ValidationError(_("拟支持名单为空，无可审定；请撤回公示。"))
        now.approved_on, now.approval_number = approved_on, number.strip()[:80]
        for case in listed:
            with moving(APPLICATION, case, "approve", by=by, scope=scope) as (one, that):
                that.changes = {"number": one.number, "amount": one.amount}
        this.changes = {
            "approved_on": approved_on,
            "number": now.approval_number,
            "public_until": period.until if period else None,
            "list": {case.number: case.amount for case in listed},
        }
        tell_decided(now, str(this.id))
    return now


def _require_day(now: Round, since: dt.date) -> None:
    if since > timezone.localdate():
        raise ValidationError({"public_from": _("公示开始日不能晚于今天，请在发布当天办理。")})
    if now.meeting_on and since < now.meeting_on:
        raise ValidationError({"public_from": _("公示开始日不能早于集体审议日期。")})


def _require_decision(now: Round, approved_on: dt.date | None, number: str) -> None:
    told: dict[str, Any] = {}
    if approved_on is None or approved_on > timezone.localdate():
        told["approved_on"] = _("请填写审定日期，不能晚于今天。")
    elif now.public_until and approved_on <= now.public_until:
        told["approved_on"] = _("审定日期须在公示期满以后。")
    if not number.strip():
        told["number"] = _("请填写审定文号。")
    if told:
        raise ValidationError(told)


def _require_apart(now: Round, scope: Scope) -> None:
    """PermissionDenied to whoever filed or reviewed an application of the round."""
    own = {str(person) for person in scope.persons}
    rows = Application.objects.filter(round=now).values_list("submitted_by_ids", "reviewed_by_ids")
    for filed, reviewed in rows:
        if not own.isdisjoint([*filed, *reviewed]):
            raise PermissionDenied(
                _("审定须由未经手的人员办理：您（或您代办的人）申报或审核过本批次的项目。")
            )
