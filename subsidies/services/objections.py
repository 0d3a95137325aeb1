"""异议 to a list that is public: received, found right (the support ends) or not."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from subsidies.models import Application, Objection, Round
from subsidies.services.proposing import cancel_application
from subsidies.workflow.rounds import MANAGE

Outcome = Objection.Outcome


def receive_objection(
    *,
    application: Application,
    received_on: dt.date | None,
    text: str,
    raised_by: str = "",
    by: Actor,
    scope: Scope,
) -> Objection:
    """登记异议 to an application on the public list; 审定 waits until it is handled.

    One that comes in after the period may be registered, too, as long as nothing is decided.
    """
    with act("subsidies.receive_objection", by=by) as this:
        # 审定 holds this lock while it looks for objections.
        round_ = locked(Round.objects.filter(pk=application.round_id)).get()
        policy.require(scope, MANAGE, round_)
        now = Application.objects.get(pk=application.pk)
        if round_.state != Round.State.NOTICE or round_.public_from is None:
            raise ValidationError(_("“%(round)s”不在公示中。") % {"round": round_}, code="state")
        if now.state != Application.State.PROPOSED:
            raise ValidationError({"application": _("该申报不在拟支持名单中。")}, code="state")
        if received_on is None or not round_.public_from <= received_on <= timezone.localdate():
            why = _("请填写收到日期，应在公示开始以后，不晚于今天。")
            raise ValidationError({"received_on": why})
        if not text.strip():
            raise ValidationError({"text": _("请写明异议内容。")})
        made = Objection.objects.create(
            application=now,
            received_on=received_on,
            text=text.strip(),
            raised_by=raised_by.strip()[:100],
        )
        this.obj, this.to_state = made, made.outcome
        this.changes = {"application": now.number, "received_on": received_on}
    return made


def uphold_objection(
    *, objection: Objection, reason: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Objection:
    """异议成立: the application's support is cancelled and its money released."""
    return _handle("uphold", objection, Outcome.UPHELD, reason, by, scope, seen_version)


def dismiss_objection(
    *, objection: Objection, reason: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Objection:
    """异议不成立, with the reason."""
    return _handle("dismiss", objection, Outcome.DISMISSED, reason, by, scope, seen_version)


def _handle(
    word: str,
    objection: Objection,
    outcome: str,
    reason: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None,
) -> Objection:
    with transaction.atomic(), act(f"subsidies.{word}_objection", by=by, comment=reason) as this:
        # In the order of locks: round, objection, application, budget.
        case = Application.objects.get(pk=objection.application_id)
        round_ = locked(Round.objects.filter(pk=case.round_id)).get()
        policy.require(scope, MANAGE, round_)
        now = locked(Objection.objects.filter(pk=objection.pk)).get()
        require_version(now, seen_version)
        if now.outcome != Outcome.OPEN:
            told = {"outcome": now.get_outcome_display()}
            raise ValidationError(_("这件异议已处理：%(outcome)s。") % told, code="state")
        if not reason.strip():
            raise ValidationError({"reason": _("请写明处理意见。")})
        this.obj, this.from_state, this.to_state = now, now.outcome, outcome
        this.changes = {"application": case.number}
        now.outcome, now.reason = outcome, reason.strip()[:500]
        now.handled_on = timezone.localdate()
        now.version += 1
        now.save()
        if outcome == Outcome.UPHELD and case.state == Application.State.PROPOSED:
            said = _("异议成立：%(reason)s") % {"reason": now.reason}
            cancel_application(application=case, comment=said, by=by, scope=scope)
    return now
