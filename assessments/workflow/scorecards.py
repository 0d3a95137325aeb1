"""The path of a scorecard: 草稿 → 已提交 ↩ → 已确认 → 已公布; 回避."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.models import Scorecard
from core.workflow import Machine, Move

State = Scorecard.State
SCORE, MANAGE = "assessments.score", "assessments.manage_scoring"


def _expert(card: Any) -> list[str]:
    return [str(card.expert_id)]


SCORECARD = Machine(
    "assessments.scorecard",
    (
        Move(
            word="submit",
            label=_("提交评分"),
            sources=frozenset({State.DRAFT}),
            target=State.SUBMITTED,
            action=SCORE,
        ),
        Move(
            word="decline",
            label=_("申请回避"),
            sources=frozenset({State.DRAFT}),
            target=State.RECUSED,
            action=SCORE,
            comment=True,
        ),
        Move(
            word="return",
            label=_("退回修改"),
            sources=frozenset({State.SUBMITTED}),
            target=State.DRAFT,
            action=MANAGE,
            comment=True,
            apart=True,
        ),
        Move(
            word="confirm",
            label=_("确认"),
            sources=frozenset({State.SUBMITTED}),
            target=State.CONFIRMED,
            action=MANAGE,
            apart=True,
        ),
        Move(
            word="publish",
            label=_("公布"),
            sources=frozenset({State.CONFIRMED}),
            target=State.PUBLISHED,
            action=MANAGE,
            apart=True,
        ),
    ),
    submitters=_expert,
)
