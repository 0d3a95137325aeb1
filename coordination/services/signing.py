"""Signing a reply: every figure in it is looked up once more in the last 定稿."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.models import Proposal, ProposalOffice
from coordination.services import figures as cited
from coordination.workflow.proposals import PROPOSAL, helpers_by_opinion
from core.audit import Actor
from core.scope import Scope
from core.workflow import moving

Opinion = ProposalOffice.Opinion
ACCEPT, REPLACE = "accept", "replace"


def sign_reply(
    *,
    proposal: Proposal,
    number: str,
    result: str,
    publicity: str,
    replied_on: dt.date,
    by: Actor,
    scope: Scope,
    figures: str = "",
    figures_seen: str = "",
    comment: str = "",
    seen_version: int | None = None,
) -> Proposal:
    """签发: the reply goes out under its number; not by who drafted it.

    figures       what to do about figures that have changed since: ACCEPT keeps them as they
                  stand, REPLACE puts the last 定稿's in; without, changed figures stop the signing
    figures_seen  `changes_key` of what the signer was shown: anything else stops the signing
    comment       needed where a helping unit objects: how that was settled
    """
    with moving(
        PROPOSAL, proposal, "reply", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        _require_signable(now, number, replied_on, comment)
        checked = cited.check_figures(now)
        told = cited.changes_told(checked)
        if told:
            _decide_on_figures(now, checked, figures, figures_seen)
        now.reply_number, now.replied_on = number.strip()[:80], replied_on
        now.result, now.publicity = result, publicity
        now.full_clean(exclude=["drafted_by_ids"])
        if not result or not publicity:
            raise ValidationError({"result": _("请选择办理结果和公开属性。")})
        this.changes = {
            "number": now.reply_number,
            "result": result,
            "publicity": publicity,
            "figures_changed": told,
            "figures": figures if told else "",
        }
    return now


def _require_signable(proposal: Proposal, number: str, replied_on: dt.date, comment: str) -> None:
    if not number.strip():
        raise ValidationError({"number": _("请填写答复文号。")})
    taken = Proposal.objects.filter(district=proposal.district_id, reply_number=number.strip())
    if taken.exists():
        raise ValidationError({"number": _("这个文号已用于另一件答复。")})
    if not proposal.received_on <= replied_on <= timezone.localdate():
        raise ValidationError({"replied_on": _("答复日期应在收到日期至今天之间。")})
    objecting = helpers_by_opinion(proposal, Opinion.OBJECTED)
    if objecting and not comment.strip():
        raise ValidationError(
            {"comment": _("%(units)s不同意，请写明协调情况。") % {"units": "、".join(objecting)}}
        )


def _decide_on_figures(
    proposal: Proposal, checked: Sequence[cited.Checked], decision: str, seen: str
) -> None:
    told = cited.changes_told(checked)
    if decision not in (ACCEPT, REPLACE) or seen != cited.changes_key(checked):
        raise ValidationError(
            {
                "figures": [
                    _("这 %(n)d 个数字此后已变化，请选择替换为最新定稿或说明保留原数：")
                    % {"n": len(told)},
                    *told,
                ]
            },
        )
    if decision == REPLACE:
        proposal.reply = cited.replaced(proposal, checked)
        cited.keep_replaced(checked)
