"""Review: what was found instead of what was declared, checks by others, and the decision."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.attachments import attach
from core.audit import Act, Actor, act
from core.batches import all_or_told
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from core.workflow import moving
from subsidies.models import Application, Check, Evidence, Round
from subsidies.rules.eligibility import MET, UNMET
from subsidies.rules.facts import clean_facts
from subsidies.services.application_notices import tell_refused
from subsidies.services.assessing import Assessment, assess, inputs_of
from subsidies.workflow.applications import APPLICATION, HANDLE

State = Application.State
# An application, the version and the digest of the assessment that were looked at.
Seen = tuple[Application, int | None, str]
# While others may still find something.
CHECKING = frozenset({State.SUBMITTED, State.ACCEPTED, State.REVIEWED, State.PROPOSED})
REVIEWING = frozenset({Round.State.OPEN, Round.State.REVIEW})


def correct_facts(
    *,
    application: Application,
    checked: Mapping[str, Any],
    reason: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """审定数据, all of them: input key → value found; what is empty stays as it was declared.

    Works the application out anew. ValidationError by input, or by `reason`.
    """
    reason = reason.strip()[:500]
    with _handling(
        "subsidies.correct_facts",
        application,
        frozenset({State.ACCEPTED}),
        comment=reason,
        by=by,
        scope=scope,
        seen_version=seen_version,
    ) as (now, this):
        found = _found(now, checked)
        keys = sorted({*found, *now.checked})
        changes = {
            key: [now.checked.get(key), found.get(key)]
            for key in keys
            if now.checked.get(key) != found.get(key)
        }
        if not changes:
            raise ValidationError(_("审定数据没有变化。"))
        if not reason:
            raise ValidationError({"reason": _("审定数据与申报数据不同的，须写明理由。")})
        now.checked = found
        now.save(update_fields=["checked"])
        assessment = assess([now])[now.pk]
        _keep(now, assessment)
        this.changes = {"checked": changes, "computed": assessment.computed}
    return now


def record_check(
    *,
    application: Application,
    kind: str,
    unit: str,
    on: dt.date,
    outcome: str,
    document_number: str = "",
    note: str = "",
    files: Iterable[File] = (),
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Check:
    """第三方审计、信用核查、联审、现场核验: what others found, with their papers."""
    told = {
        "kind": kind,
        "unit": unit.strip(),
        "on": on,
        "outcome": outcome,
        "document_number": document_number.strip(),
        "note": note.strip(),
    }
    with _handling(
        "subsidies.record_check",
        application,
        CHECKING,
        by=by,
        scope=scope,
        seen_version=seen_version,
    ) as (now, this):
        made = Check(application=now, by_label=by.label[:120], **told)
        made.full_clean(exclude=["application"])
        if on > timezone.localdate():
            raise ValidationError({"on": _("核查日期不能晚于今天。")})
        if outcome != Check.Outcome.PASSED and not made.note:
            raise ValidationError({"note": _("有意见或不通过的，须写明意见。")})
        made.save()
        for file in files:
            attach(made, file, by)
        this.changes = {"check": made.pk, **told}
    return made


def review_application(
    *,
    application: Application,
    amount: Decimal | None = None,
    reason: str = "",
    note: str = "",
    seen_digest: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """审核通过: keeps eligibility and computation as they are now, whatever rules come later.

    amount       None = as computed; lower with a `reason`; never higher
    seen_digest  `Assessment.sha256` that was looked at; "" = not pinned
    ValidationError where a condition is unmet or unknown, a check failed, the amount is not known
    or nothing, or what was seen is no more what comes out.
    """
    reason, note = reason.strip()[:300], note.strip()[:500]
    with moving(
        APPLICATION, application, "review", by=by, scope=scope, comment=note or reason,
        seen_version=seen_version,
    ) as (now, this):  # fmt: skip
        _require_open(now)
        assessment = assess([now])[now.pk]
        if seen_digest and assessment.sha256 != seen_digest:
            raise ValidationError(
                _("看过之后测算结果有变化（现为 %(now)s），请核对后再审核。")
                % {"now": _money(assessment.computed)},
                code="stale",
            )
        faults = [*_unmet(assessment), *_failed(now)]
        if faults:
            raise ValidationError(faults)
        _keep(now, assessment)
        now.amount = _decided(assessment, amount, reason)
        now.lowered_reason = reason if now.amount != now.computed else ""
        now.decision_note = note
        now.reviewed_by_ids = sorted(str(person) for person in by.persons)
        now.reviewed_on = timezone.localdate()
        this.payload_sha256 = assessment.sha256
        this.changes = _told(now)
    return now


def return_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """退回审核: 已审核 → 已受理, to be worked out anew; what was decided stays in the audit log."""
    with moving(
        APPLICATION, application, "return", by=by, scope=scope, comment=comment,
        seen_version=seen_version,
    ) as (now, this):  # fmt: skip
        this.changes = _told(now)
        now.amount, now.lowered_reason, now.decision_note = None, "", ""
        now.reviewed_by_ids, now.reviewed_on = [], None
        now.computation, now.eligibility, now.computed = {}, [], None
    return now


def refuse_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """不予支持, with the reason; keeps what it came to. Tells who had filed it."""
    with moving(
        APPLICATION, application, "refuse", by=by, scope=scope, comment=comment,
        seen_version=seen_version,
    ) as (now, this):  # fmt: skip
        this.changes = _told(now)
        if this.from_state == State.ACCEPTED:
            _keep(now, assess([now])[now.pk])
        now.amount, now.lowered_reason = None, ""
        now.decision_note = comment.strip()[:500]
        tell_refused(now, this)
    return now


def review_applications(
    *, applications: Sequence[Seen], note: str = "", by: Actor, scope: Scope
) -> list[Application]:
    """审核通过 as computed, all of them or none; ValidationError says of each why not."""
    policy.require(scope, HANDLE)
    if not applications:
        raise ValidationError(_("请先勾选要审核的申报。"))
    with transaction.atomic():
        keys = [row.pk for row, _version, _digest in applications]
        list(locked(Application.objects.filter(pk__in=keys)))
        return all_or_told(
            sorted(applications, key=lambda one: _order(one[0])),
            lambda row, version, digest: review_application(
                application=row,
                note=note,
                seen_digest=digest,
                by=by,
                scope=scope,
                seen_version=version,
            ),
        )


# --- What all acts share --------------------------------------------------------------------------
@contextmanager
def _handling(
    name: str,
    application: Application,
    states: frozenset[Application.State],
    *,
    by: Actor,
    scope: Scope,
    seen_version: int | None,
    comment: str = "",
) -> Iterator[tuple[Application, Act]]:
    """An act that is no move: the row locked, the caller let in and not among who filed it."""
    with act(name, by=by, comment=comment) as this:
        now = locked(Application.objects.filter(pk=application.pk)).get()
        require_version(now, seen_version)
        policy.require(scope, HANDLE, now)
        if not {str(person) for person in scope.persons}.isdisjoint(now.submitted_by_ids):
            raise PermissionDenied(_("申报和审核须由不同人员经手：您（或您代办的人）已经手申报。"))
        if now.state not in states:
            told = {"row": now, "state": now.get_state_display()}
            raise ValidationError(
                _("“%(row)s”现为“%(state)s”，不能办理；请刷新页面后再看。") % told, code="state"
            )
        this.obj = now
        yield now, this
        now.version += 1
        now.save()


def _keep(now: Application, assessment: Assessment) -> None:
    now.eligibility = assessment.eligibility
    now.computation = assessment.computation
    now.computed = assessment.computed


def _order(row: Application) -> tuple[str, str]:
    return row.number, str(row.pk)


def _told(now: Application) -> dict[str, Any]:
    """What of the decision the audit log keeps."""
    return {
        "number": now.number,
        "computed": now.computed,
        "amount": now.amount,
        "lowered_reason": now.lowered_reason,
        "computation_sha256": now.computation.get("sha256", ""),
    }


def _found(now: Application, checked: Mapping[str, Any]) -> dict[str, str]:
    """What was found where it is not what was declared."""
    inputs = inputs_of(now)
    labels = {one.key: one.label for one in inputs}
    try:
        found = clean_facts(inputs, checked, partial=True)
    except ValidationError as error:
        told = error.message_dict.items()
        named = {key: [f"{labels.get(key, key)}：{one}" for one in texts] for key, texts in told}
        raise ValidationError(named) from error
    return {key: value for key, value in found.items() if now.facts.get(key) != value}


# --- May it pass ----------------------------------------------------------------------------------
def _require_open(now: Application) -> None:
    if now.round.state not in REVIEWING:
        told = {"round": now.round, "state": now.round.get_state_display()}
        raise ValidationError(_("“%(round)s”现为“%(state)s”，不能再审核。") % told, code="state")


def _unmet(assessment: Assessment) -> list[str]:
    """Why it cannot pass: conditions that are unmet or unknown, an amount that is not known."""
    told = []
    for one in assessment.eligibility:
        words = {"label": one["label"], "text": one["text"]}
        if one["state"] == UNMET:
            told.append(_("“%(label)s”不符合：%(text)s") % words)
        elif one["state"] != MET:
            told.append(_("“%(label)s”情况不明：%(text)s；请填写审定数据或登记核查记录") % words)
    if assessment.computed is None:
        missing = "、".join(assessment.computation["missing"])
        told.append(_("无法测算支持金额：%(missing)s") % {"missing": missing or "—"})
    elif assessment.computed <= 0:
        told.append(_("测算金额为 0 元，不能审核通过；确无可支持金额的，请办理不予支持"))
    return told


def _failed(now: Application) -> list[str]:
    """No paper that is to be completed; the last check of each kind must not have failed."""
    last = {one.kind: one for one in now.checks.order_by("on", "created_at", "id")}
    lacking = now.evidence.filter(state=Evidence.State.LACKING).values_list("label", flat=True)
    return [_("材料“%(line)s”须补正") % {"line": label} for label in lacking] + [
        _("%(kind)s结论为“不通过”（%(unit)s，%(on)s）")
        % {"kind": one.get_kind_display(), "unit": one.unit, "on": one.on}
        for one in last.values()
        if one.outcome == Check.Outcome.FAILED
    ]


def _decided(assessment: Assessment, amount: Decimal | None, reason: str) -> Decimal:
    computed = assessment.computed or Decimal(0)
    if amount is None or amount == computed:
        return computed
    if amount > computed:
        told = {"computed": _money(computed)}
        raise ValidationError({"amount": _("支持金额不能高于测算金额 %(computed)s。") % told})
    if amount <= 0:
        raise ValidationError({"amount": _("支持金额须大于 0；不予支持的请另行办理。")})
    if not reason:
        raise ValidationError({"reason": _("支持金额低于测算金额的，须写明核减理由。")})
    return amount


def _money(amount: Decimal | None) -> str:
    return _("情况不明") if amount is None else _("%(n)s 元") % {"n": f"{amount:,.2f}"}
