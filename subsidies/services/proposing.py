"""拟支持名单: applications put on it in batch (money is reserved), taken off it, or cancelled."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import policy
from core.audit import Actor
from core.batches import all_or_told
from core.db import locked
from core.scope import Scope
from core.versions import StaleVersionError
from core.workflow import moving
from subsidies.models import Application, Objection, Round
from subsidies.round_rules import line_of, share_of_year, submitters
from subsidies.services.assessing import require_headroom
from subsidies.services.reserving import release, reserve, stop
from subsidies.services.round_notices import tell_cancelled, tell_stopped
from subsidies.workflow.applications import APPLICATION, HANDLE

# An application and the version that was looked at.
Seen = tuple[Application, int | None]
# While a list may be made: before it is public.
LISTING = frozenset({Round.State.OPEN, Round.State.REVIEW})


def propose_applications(
    *, applications: Sequence[Seen], by: Actor, scope: Scope
) -> list[Application]:
    """列入拟支持名单, all of them or none: reviewed, with an amount, within caps and budget.

    The rounds are locked first, then the applications in key order, then the budget line. Money is
    reserved in the order of the numbers; ValidationError says of each that is refused why, of those
    that do not fit the budget how much is short.
    """
    _require_some(applications, scope)
    with transaction.atomic():
        rounds = _lock(applications)
        for round_ in rounds:
            if round_.state not in LISTING:
                raise _not_listing(round_)
        done, refused, unfit = [], [], []
        for row, seen in _in_order(applications):
            try:
                done.append(_propose(row, by, scope, seen))
            except ValidationError as error:
                if getattr(error, "code", "") == "budget":
                    unfit.append(row)
                else:
                    refused.append(f"{row}：{'；'.join(error.messages)}")
            except (PermissionDenied, StaleVersionError) as error:
                refused.append(f"{row}：{error}")
        if unfit:
            refused += _short(unfit)
        if refused:
            raise ValidationError(refused, code="budget" if unfit else "invalid")
        for round_ in rounds:
            # Who makes the list does not decide on it.
            round_.submitted_by_ids = submitters(round_, by)
            round_.save(update_fields=["submitted_by_ids"])
    return done


def unpropose_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """移出拟支持名单, before it is public; its money is released."""
    with transaction.atomic():
        (round_,) = _lock([(application, None)])
        with moving(
            APPLICATION,
            application,
            "unpropose",
            by=by,
            scope=scope,
            comment=comment,
            seen_version=seen_version,
        ) as (now, this):
            if round_.state not in LISTING:
                raise _not_listing(round_)
            this.changes = {"number": now.number, "amount": now.amount}
            release(application=now, this=this)
    return now


def cancel_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """取消支持: an objection was upheld, or the enterprise gave it up. Its money is released."""
    with transaction.atomic():
        _lock([(application, None)])
        with moving(
            APPLICATION,
            application,
            "cancel",
            by=by,
            scope=scope,
            comment=comment,
            seen_version=seen_version,
        ) as (now, this):
            this.changes = {"number": now.number, "amount": now.amount}
            now.decision_note = comment.strip()[:500]
            release(application=now, this=this)
            tell_cancelled(now, comment.strip(), str(this.id))
    return now


def stop_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """终止剩余拨付: later instalments are not paid any more; what is reserved is released."""
    with transaction.atomic():
        _lock([(application, None)])
        with moving(
            APPLICATION,
            application,
            "stop",
            by=by,
            scope=scope,
            comment=comment,
            seen_version=seen_version,
        ) as (now, this):
            stopped = stop(application=now, this=this)
            this.changes = {"number": now.number, "stopped": sum(one.amount for one in stopped)}
            now.decision_note = comment.strip()[:500]
            tell_stopped(now, comment.strip(), str(this.id))
    return now


def unpropose_applications(
    *, applications: Sequence[Seen], comment: str, by: Actor, scope: Scope
) -> list[Application]:
    """移出拟支持名单, all of them or none."""
    return _all(unpropose_application, applications, comment, by, scope)


def cancel_applications(
    *, applications: Sequence[Seen], comment: str, by: Actor, scope: Scope
) -> list[Application]:
    """取消支持, all of them or none."""
    return _all(cancel_application, applications, comment, by, scope)


def _all(
    act: Callable[..., Application],
    applications: Sequence[Seen],
    comment: str,
    by: Actor,
    scope: Scope,
) -> list[Application]:
    _require_some(applications, scope)
    with transaction.atomic():
        _lock(applications)
        return all_or_told(
            _in_order(applications),
            lambda row, seen: act(
                application=row, comment=comment, by=by, scope=scope, seen_version=seen
            ),
        )


def _require_some(applications: Sequence[Seen], scope: Scope) -> None:
    """Something is ticked, and all of it is the caller's to handle."""
    policy.require(scope, HANDLE)
    for row, _seen in applications:
        policy.require(scope, HANDLE, row)
    if not applications:
        raise ValidationError(_("请先勾选要办理的申报。"))


def _propose(row: Application, by: Actor, scope: Scope, seen: int | None) -> Application:
    with moving(APPLICATION, row, "propose", by=by, scope=scope, seen_version=seen) as (now, this):
        if now.amount is None or now.amount <= 0:
            raise ValidationError(_("没有核定的支持金额，请先审核。"))
        if now.objections.filter(outcome=Objection.Outcome.UPHELD).exists():
            raise ValidationError(_("公示异议成立，不能再列入；请办理不予支持。"))
        require_headroom(now)
        reserve(application=now, this=this)
        this.changes = {"number": now.number, "amount": now.amount, "attempt": now.attempt}
    return now


def _lock(applications: Sequence[Seen]) -> list[Round]:
    """Lock their rounds, then themselves, each in key order; the rounds."""
    keys = {row.round_id for row, _seen in applications}
    rounds = list(locked(Round.objects.filter(pk__in=keys)))
    list(locked(Application.objects.filter(pk__in=[row.pk for row, _seen in applications])))
    return rounds


def _in_order(applications: Sequence[Seen]) -> list[Seen]:
    """By number, as caps are served."""
    return sorted(applications, key=lambda pair: (pair[0].number, str(pair[0].pk)))


def _not_listing(round_: Round) -> ValidationError:
    told = {"round": round_, "state": round_.get_state_display()}
    text = _("“%(round)s”现为“%(state)s”，不能调整拟支持名单；已公示的请先撤回公示。") % told
    return ValidationError(text, code="state")


# --- What does not fit ----------------------------------------------------------------------------
def _short(unfit: Sequence[Application]) -> list[str]:
    """Which applications the budget has no room for, each with what it lacks; then all together.

    What is free is what the others of the batch would have left.
    """
    told = []
    by_round: dict[Any, list[Application]] = {}
    for row in unfit:
        by_round.setdefault(row.round_id, []).append(row)
    for rows in by_round.values():
        round_ = Round.objects.select_related("policy__fund").get(pk=rows[0].round_id)
        line = line_of(round_)
        if line is None:
            said = {"fund": round_.policy.fund or "—", "year": round_.year}
            told.append(_("%(fund)s%(year)d年度预算指标尚未下达，不能列入拟支持名单。") % said)
            continue
        wanted = {row.pk: share_of_year(row.amount, row.item, round_) for row in rows}
        for row in rows:
            amounts = {"case": row, "wanted": _yuan(wanted[row.pk]), "free": _yuan(line.free)}
            amounts["short"] = _yuan(wanted[row.pk] - line.free)
            told.append(
                _("%(case)s：需 %(wanted)s 元，可用余额 %(free)s 元，差 %(short)s 元") % amounts
            )
        every = sum(wanted.values(), Decimal(0))
        amounts = {"line": line, "n": len(rows), "short": _yuan(every - line.free)}
        told.append(
            _("以上 %(n)d 项合计差 %(short)s 元（%(line)s年度）；请减少勾选或先办理预算调剂。")
            % amounts
        )
    return told


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"
