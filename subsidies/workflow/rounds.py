"""The path of a round (资金批次): 申报 → 审核 → 公示 → 审定 → 拨付 → 办结."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.workflow import Machine, Move
from subsidies.models import Round

State = Round.State
MANAGE, APPROVE = "subsidies.manage_rounds", "subsidies.approve_round"


def _submitters(round_: Any) -> list[str]:
    return list(round_.submitted_by_ids)


ROUND = Machine(
    "subsidies.round",
    (
        Move(
            word="open",
            label=_("发布申报通知"),
            sources=frozenset({State.DRAFT}),
            target=State.OPEN,
            action=MANAGE,
        ),
        Move(
            word="close",
            label=_("截止申报"),
            sources=frozenset({State.OPEN}),
            target=State.REVIEW,
            action=MANAGE,
        ),
        Move(
            word="reopen",
            label=_("延长申报"),
            sources=frozenset({State.REVIEW}),
            target=State.OPEN,
            action=MANAGE,
            comment=True,
        ),
        Move(
            word="announce",
            label=_("发布公示"),
            sources=frozenset({State.REVIEW}),
            target=State.NOTICE,
            action=MANAGE,
        ),
        Move(
            word="return",
            label=_("撤回公示"),
            sources=frozenset({State.NOTICE}),
            target=State.REVIEW,
            action=MANAGE,
            comment=True,
        ),
        Move(
            word="approve",
            label=_("审定"),
            sources=frozenset({State.NOTICE}),
            target=State.APPROVED,
            action=APPROVE,
            apart=True,
        ),
        Move(
            word="pay",
            label=_("转入拨付"),
            sources=frozenset({State.APPROVED}),
            target=State.PAYING,
            action=MANAGE,
        ),
        Move(
            word="finish",
            label=_("办结"),
            sources=frozenset({State.APPROVED, State.PAYING}),
            target=State.CLOSED,
            action=MANAGE,
        ),
    ),
    submitters=_submitters,
)
