"""The path of a proposal: 收到 → 已交办 → 起草 → 会签 ↩ → 已答复 → 委员已反馈 (S2)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from coordination.models import Proposal, ProposalOffice
from core.workflow import Machine, Move

State, Opinion, Role = Proposal.State, ProposalOffice.Opinion, ProposalOffice.Role
MANAGE, SIGN = "coordination.manage_proposals", "coordination.sign_reply"
HELP = "coordination.help_with_proposal"
OPEN = frozenset({State.ASSIGNED, State.DRAFTING, State.COUNTERSIGNING})
CALLED = frozenset({State.COUNTERSIGNING})


def _drafters(proposal: Any) -> list[str]:
    return list(proposal.drafted_by_ids)


def helpers_by_opinion(proposal: Proposal, opinion: str) -> list[str]:
    """Names of the 会办 units whose opinion on the draft this is."""
    links = proposal.offices.filter(role=Role.HELP, opinion=opinion).select_related("office")
    return [link.office.name for link in links.order_by("id")]


def _written(proposal: Any) -> None:
    if not proposal.reply.strip():
        raise ValidationError(_t("答复尚未起草，请先填写答复正文。"))


def _countersigned(proposal: Any) -> None:
    """Units that help have read what is signed; what they object to is for the approver."""
    _written(proposal)
    if silent := helpers_by_opinion(proposal, Opinion.NONE):
        raise ValidationError(_t("会办单位尚未会签：%(units)s。") % {"units": "、".join(silent)})


PROPOSAL = Machine(
    "coordination.proposal",
    (
        Move(
            word="assign",
            label=_("交办"),
            sources=frozenset({State.RECEIVED, State.ASSIGNED}),
            target=State.ASSIGNED,
            action=MANAGE,
        ),
        Move(
            word="start",
            label=_("起草答复"),
            sources=frozenset({State.ASSIGNED, State.DRAFTING, State.COUNTERSIGNING}),
            target=State.DRAFTING,
            action=MANAGE,
        ),
        Move(
            word="send",
            label=_("送审"),
            sources=frozenset({State.DRAFTING}),
            target=State.COUNTERSIGNING,
            action=MANAGE,
            guard=_written,
        ),
        Move(
            word="confirm",
            label=_("同意"),
            sources=CALLED,
            target=State.COUNTERSIGNING,
            action=HELP,
        ),
        Move(
            word="object",
            label=_("不同意"),
            sources=CALLED,
            target=State.COUNTERSIGNING,
            action=HELP,
            comment=True,
        ),
        Move(
            word="return",
            label=_("退回修改"),
            sources=CALLED,
            target=State.DRAFTING,
            action=SIGN,
            comment=True,
            apart=True,
        ),
        Move(
            word="reply",
            label=_("签发答复"),
            sources=CALLED,
            target=State.REPLIED,
            action=SIGN,
            apart=True,
            guard=_countersigned,
        ),
        Move(
            word="close",
            label=_("登记委员反馈"),
            sources=frozenset({State.REPLIED}),
            target=State.CLOSED,
            action=MANAGE,
        ),
    ),
    submitters=_drafters,
)
