"""Drafting a reply: its text with figures of a 定稿, and what helping units think of it."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from coordination.models import Proposal, ProposalFigure, ProposalOffice
from coordination.services import figures as cited
from coordination.services.proposals import UNSIGNED, helping_link
from coordination.services.telling import (
    proposal_path,
    tell_approvers,
    tell_commission,
    tell_offices,
)
from coordination.workflow.proposals import MANAGE, PROPOSAL, helpers_by_opinion
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from core.workflow import moving

State, Opinion, Role = Proposal.State, ProposalOffice.Opinion, ProposalOffice.Role


def save_draft(
    *,
    proposal: Proposal,
    reply: str,
    figures: Sequence[ProposalFigure] = (),
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Proposal:
    """Write the reply, with the figures newly put into it; a changed text is countersigned anew.

    Nothing is written when nothing differs.
    """
    if not reply.strip():
        raise ValidationError({"reply": _("请填写答复正文。")})
    text = reply.replace("\r\n", "\n").strip()
    if proposal.reply == text and not figures and proposal.state != State.ASSIGNED:
        require_version(proposal, seen_version)
        return proposal
    with moving(PROPOSAL, proposal, "start", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        if now.reply != text:
            now.offices.exclude(opinion=Opinion.NONE).update(
                opinion=Opinion.NONE, comment="", at=None
            )
        now.reply = text
        _drafted(now, scope)
        for figure in figures:
            figure.proposal = now
            if figure.shown not in text:
                told = {"shown": figure.shown}
                raise ValidationError({"reply": _("文中没有所引数字 %(shown)s。") % told})
            figure.save(force_insert=True)
        this.changes = {"figures": [figure.shown for figure in figures]}
    return now


def drop_figure(*, figure: ProposalFigure, by: Actor, scope: Scope) -> None:
    """No longer follow a figure: the text has been written otherwise."""
    with act("coordination.drop_figure", by=by) as this:
        now = locked(Proposal.objects.filter(pk=figure.proposal_id)).get()
        policy.require(scope, MANAGE, now)
        if now.state not in UNSIGNED:
            raise ValidationError(_("答复已签发，引用的数字不能再改动。"), code="state")
        this.obj, this.changes = now, {"indicator": figure.indicator, "shown": figure.shown}
        figure.delete()


def refresh_figures(
    *, proposal: Proposal, by: Actor, scope: Scope, seen_version: int | None = None
) -> Proposal:
    """Put the last 定稿's numbers in place of those that have changed; countersigned anew."""
    with moving(PROPOSAL, proposal, "start", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        checked = cited.check_figures(now)
        now.reply, before = cited.replaced(now, checked), now.reply
        if now.reply == before:
            raise ValidationError(_("没有可以替换的数字。"))
        cited.keep_replaced(checked)
        now.offices.exclude(opinion=Opinion.NONE).update(opinion=Opinion.NONE, comment="", at=None)
        _drafted(now, scope)
        this.changes = {"figures": cited.changes_told(checked)}
    return now


def _drafted(proposal: Proposal, scope: Scope) -> None:
    # Those for whom the drafter acts have drafted, too.
    drafters = {*proposal.drafted_by_ids, *map(str, scope.persons)}
    proposal.drafted_by_ids = sorted(drafters)


def send_draft(
    *, proposal: Proposal, by: Actor, scope: Scope, seen_version: int | None = None
) -> Proposal:
    """送审: to the helping units for 会签, and to who signs."""
    with moving(PROPOSAL, proposal, "send", by=by, scope=scope, seen_version=seen_version) as (
        now,
        _this,
    ):
        links = now.offices.filter(role=Role.HELP, opinion=Opinion.NONE).select_related("office")
        waiting = [link.office for link in links]
        tell_offices(
            waiting,
            key=f"proposal:{now.pk}:countersign:{now.version}",
            title=lazy("请会签答复：%(proposal)s"),
            path=proposal_path(now),
            proposal=now.title,
        )
        if not waiting:
            _tell_ready(now)
    return now


def _tell_ready(proposal: Proposal) -> None:
    tell_approvers(
        proposal.district,
        key=f"proposal:{proposal.pk}:ready:{proposal.version}",
        title=lazy("待签发答复：%(proposal)s"),
        text=lazy("答复期限 %(day)s。"),
        path=proposal_path(proposal),
        proposal=proposal.title,
        day=proposal.due_on,
    )


def countersign_reply(
    *,
    proposal: Proposal,
    agrees: bool,
    by: Actor,
    scope: Scope,
    comment: str = "",
    seen_reply: str | None = None,
    seen_version: int | None = None,
) -> ProposalOffice:
    """A helping unit's opinion on the draft that it has read (`seen_reply`)."""
    word = "confirm" if agrees else "object"
    with moving(
        PROPOSAL, proposal, word, by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        if seen_reply is not None and seen_reply != now.reply:
            raise ValidationError(_("答复稿已有修改，请看过新稿后再会签。"), code="edition")
        link = helping_link(now, scope)
        link.opinion = Opinion.AGREED if agrees else Opinion.OBJECTED
        link.comment, link.at = comment.strip()[:500], timezone.now()
        link.by_label = by.label[:120]
        link.save()
        this.changes = {"office": link.office.code, "opinion": link.opinion}
        if not helpers_by_opinion(now, Opinion.NONE):
            _tell_ready(now)
    return link


def return_draft(
    *, proposal: Proposal, comment: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Proposal:
    """退回修改 by who signs, saying why."""
    with moving(
        PROPOSAL, proposal, "return", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _this):
        tell_commission(
            now.district,
            key=f"proposal:{now.pk}:returned:{now.version}",
            title=lazy("答复稿被退回修改：%(proposal)s"),
            text="%(said)s",
            path=proposal_path(now),
            proposal=now.title,
            said=comment,
        )
    return now
