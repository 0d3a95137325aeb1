"""The path of an application: 申报 → 受理 → 审核 → 拟支持 → 审定 → 拨付 → 办结."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.workflow import Machine, Move
from subsidies.models import Application

State = Application.State
FILE, HANDLE = "subsidies.file_application", "subsidies.handle_application"
APPROVE, PAY = "subsidies.approve_application", "subsidies.manage_payments"


def _submitters(application: Any) -> list[str]:
    return list(application.submitted_by_ids)


APPLICATION = Machine(
    "subsidies.application",
    (
        Move(
            word="submit",
            label=_("提交申报"),
            sources=frozenset({State.DRAFT, State.SUPPLEMENT}),
            target=State.SUBMITTED,
            action=FILE,
        ),
        Move(
            word="withdraw",
            label=_("撤回申报"),
            sources=frozenset({State.DRAFT, State.SUBMITTED, State.SUPPLEMENT, State.ACCEPTED}),
            target=State.WITHDRAWN,
            action=FILE,
            comment=True,
        ),
        Move(
            word="ask",
            label=_("一次性告知补正"),
            sources=frozenset({State.SUBMITTED}),
            target=State.SUPPLEMENT,
            action=HANDLE,
            comment=True,
            apart=True,
        ),
        Move(
            word="accept",
            label=_("受理"),
            sources=frozenset({State.SUBMITTED}),
            target=State.ACCEPTED,
            action=HANDLE,
            apart=True,
        ),
        Move(
            word="decline",
            label=_("不予受理"),
            sources=frozenset({State.SUBMITTED, State.SUPPLEMENT}),
            target=State.NOT_ACCEPTED,
            action=HANDLE,
            comment=True,
            apart=True,
        ),
        Move(
            word="review",
            label=_("审核通过"),
            sources=frozenset({State.ACCEPTED}),
            target=State.REVIEWED,
            action=HANDLE,
            apart=True,
        ),
        Move(
            word="return",
            label=_("退回审核"),
            sources=frozenset({State.REVIEWED}),
            target=State.ACCEPTED,
            action=HANDLE,
            comment=True,
        ),
        Move(
            word="refuse",
            label=_("不予支持"),
            sources=frozenset({State.ACCEPTED, State.REVIEWED}),
            target=State.REFUSED,
            action=HANDLE,
            comment=True,
            apart=True,
        ),
        # Reserves the money.
        Move(
            word="propose",
            label=_("列入拟支持名单"),
            sources=frozenset({State.REVIEWED}),
            target=State.PROPOSED,
            action=HANDLE,
            apart=True,
        ),
        # Releases it.
        Move(
            word="unpropose",
            label=_("移出拟支持名单"),
            sources=frozenset({State.PROPOSED}),
            target=State.REVIEWED,
            action=HANDLE,
            comment=True,
        ),
        Move(
            word="cancel",
            label=_("取消支持"),
            sources=frozenset({State.PROPOSED, State.APPROVED}),
            target=State.CANCELLED,
            action=HANDLE,
            comment=True,
            apart=True,
        ),
        Move(
            word="approve",
            label=_("审定"),
            sources=frozenset({State.PROPOSED}),
            target=State.APPROVED,
            action=APPROVE,
            apart=True,
        ),
        # What is not paid yet is released: the shop closed, a condition was never met.
        Move(
            word="stop",
            label=_("终止剩余拨付"),
            sources=frozenset({State.PAYING}),
            target=State.DONE,
            action=HANDLE,
            comment=True,
            apart=True,
        ),
        # By the payments alone: when its first instalment is paid, and its last.
        Move(
            word="pay",
            label=_("拨付"),
            sources=frozenset({State.APPROVED}),
            target=State.PAYING,
            action=PAY,
        ),
        Move(
            word="finish",
            label=_("办结"),
            sources=frozenset({State.APPROVED, State.PAYING}),
            target=State.DONE,
            action=PAY,
        ),
    ),
    submitters=_submitters,
)
# Moves that pages and the API offer; the others happen within acts on rounds and payments.
BY_HAND = frozenset(
    {"submit", "withdraw", "ask", "accept", "decline", "review", "return", "refuse", "propose",
     "unpropose", "cancel"}
)  # fmt: skip
