"""提案 and 建议 (S2): registered, handed out to units, and what the member thinks of the reply."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Office
from coordination.models import Proposal, ProposalOffice
from coordination.services.telling import (
    proposal_path,
    tell_commission,
    tell_offices,
)
from coordination.workflow.proposals import MANAGE, PROPOSAL
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.text import normalise
from core.versions import require_version
from core.workdays import next_workday
from core.workflow import moving
from territory.models import District

State, Opinion, Role = Proposal.State, ProposalOffice.Opinion, ProposalOffice.Role
REGISTERED_FIELDS = (
    "kind", "session", "number", "title", "proposer", "text", "received_on", "due_on",
)  # fmt: skip
UNSIGNED = frozenset({State.ASSIGNED, State.DRAFTING, State.COUNTERSIGNING})


def register_proposal(
    *, district: District, values: Mapping[str, Any], by: Actor, scope: Scope
) -> Proposal:
    """收到: as the member wrote it; a due day on a holiday moves to the next working day."""
    policy.require(scope, MANAGE, Proposal(district=district))
    with act("coordination.register_proposal", by=by) as this:
        proposal = Proposal(district=district, handler_id=by.id, handler_label=by.label[:120])
        for name in REGISTERED_FIELDS:
            if name in values:
                setattr(proposal, name, _as_written(name, values[name]))
        if not proposal.received_on or not proposal.due_on:
            raise ValidationError({"due_on": _("请填写收到日期和答复期限。")})
        if proposal.received_on > timezone.localdate():
            raise ValidationError({"received_on": _("收到日期不能晚于今天。")})
        if proposal.due_on < proposal.received_on:
            raise ValidationError({"due_on": _("答复期限不能早于收到日期。")})
        proposal.due_on = next_workday(proposal.due_on)
        proposal.full_clean(exclude=["drafted_by_ids"])
        proposal.save(force_insert=True)
        this.obj, this.to_state = proposal, proposal.state
        this.changes = {"number": proposal.number, "due_on": proposal.due_on}
    return proposal


def _as_written(name: str, value: Any) -> Any:
    """Numbers in half width; titles keep their full-width marks, as they are printed."""
    if not isinstance(value, str):
        return value
    if name == "number":
        return normalise(value)
    return value.strip() if name == "text" else " ".join(value.split())


def assign(
    *,
    proposal: Proposal,
    lead: Office,
    helping: Iterable[Office],
    section: str,
    contact: str,
    phone: str = "",
    due_on: dt.date | None = None,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Proposal:
    """交办: 主办 and 会办 units, and who answers it within the commission."""
    if not section.strip() or not contact.strip():
        raise ValidationError({"section": _("请填写承办科室和联系人。")})
    with moving(PROPOSAL, proposal, "assign", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        offices = _roles(now, lead, helping)
        now.offices.exclude(office__in=[office for office, _role in offices]).delete()
        for office, role in offices:
            ProposalOffice.objects.update_or_create(
                proposal=now, office=office, defaults={"role": role}
            )
        now.section, now.contact = section.strip()[:60], contact.strip()[:40]
        now.phone = phone.strip()[:40]
        if due_on is not None:
            if due_on < now.received_on:
                raise ValidationError({"due_on": _("答复期限不能早于收到日期。")})
            now.due_on = next_workday(due_on)
        now.handler_id, now.handler_label = by.id, by.label[:120]
        helpers = [office for office, role in offices if role == Role.HELP]
        this.changes = {"lead": lead.code, "helping": [office.code for office in helpers]}
        tell_offices(
            helpers,
            key=f"proposal:{now.pk}:assigned",
            title=lazy("请会办：%(proposal)s"),
            text=lazy("答复期限 %(day)s，请提出会办意见。"),
            path=proposal_path(now),
            proposal=now.title,
            day=now.due_on,
        )
    return now


def _roles(proposal: Proposal, lead: Office, helping: Iterable[Office]) -> list[tuple[Office, str]]:
    helpers = {office.pk: office for office in helping if office.pk != lead.pk}
    for office in (lead, *helpers.values()):
        if office.district_id != proposal.district_id:
            raise ValidationError({"lead": _("“%(office)s”不是本区单位。") % {"office": office}})
    if outside := [o for o in helpers.values() if o.kind not in ("street", "department")]:
        told = {"office": outside[0]}
        raise ValidationError({"helping": _("“%(office)s”不能作会办单位。") % told})
    return [(lead, Role.LEAD), *((office, Role.HELP) for office in helpers.values())]


def contribute(
    *,
    proposal: Proposal,
    text: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> ProposalOffice:
    """会办意见: what a helping unit has to say, until the reply is signed."""
    with act("coordination.contribute_proposal", by=by) as this:
        now, link = _own_part(proposal, scope)
        require_version(now, seen_version)
        if now.state not in UNSIGNED:
            told = {"state": now.get_state_display()}
            raise ValidationError(_("现为“%(state)s”，不能再填会办意见。") % told, code="state")
        if not text.strip():
            raise ValidationError({"text": _("请填写会办意见。")})
        said = text.replace("\r\n", "\n").strip()
        this.obj = now
        this.changes = {"office": link.office.code, "text": [link.text, said]}
        link.text, link.by_label = said, by.label[:120]
        link.save(update_fields=["text", "by_label"])
        now.version += 1
        now.save(update_fields=["version", "updated_at"])
        tell_commission(
            now.district,
            key=f"proposal:{now.pk}:contributed:{this.id}",
            title=lazy("%(office)s已填会办意见：%(proposal)s"),
            path=proposal_path(now),
            office=link.office,
            proposal=now.title,
        )
    return link


def _own_part(proposal: Proposal, scope: Scope) -> tuple[Proposal, ProposalOffice]:
    now = locked(Proposal.objects.filter(pk=proposal.pk)).get()
    policy.require(scope, "coordination.help_with_proposal", now)
    return now, helping_link(now, scope)


def helping_link(proposal: Proposal, scope: Scope) -> ProposalOffice:
    """The caller's office as a helping unit of the proposal; PermissionDenied if it is none."""
    links = proposal.offices.filter(office__code=scope.office_code, role=Role.HELP)
    link = links.select_related("office").first()
    if link is None:
        raise PermissionDenied(_("您的单位不是这件提案建议的会办单位。"))
    return link


def record_feedback(
    *,
    proposal: Proposal,
    feedback: str,
    text: str,
    on: dt.date,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Proposal:
    """委员反馈: satisfied, mostly or not, in which words, on which day."""
    with moving(PROPOSAL, proposal, "close", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        if feedback not in Proposal.Feedback.values:
            raise ValidationError({"feedback": _("请选择满意、基本满意或不满意。")})
        if feedback == Proposal.Feedback.DISSATISFIED and not text.strip():
            raise ValidationError({"feedback_text": _("不满意的请记下委员的意见。")})
        if on > timezone.localdate() or (now.replied_on and on < now.replied_on):
            raise ValidationError({"feedback_on": _("反馈日期应在答复日期至今天之间。")})
        now.feedback, now.feedback_text, now.feedback_on = feedback, text.strip()[:500], on
        this.changes = {"feedback": feedback}
    return now
