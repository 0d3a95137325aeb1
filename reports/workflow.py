"""The path of a progress report: 未开始 → 草稿 → 已报送 ↩ 退回修改 → 审核通过 → 已定稿."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.workflow import Machine, Move
from reports.models import ProgressReport

State = ProgressReport.State


def _submitters(report: Any) -> list[str]:
    return list(report.submitted_by_ids)


REPORT = Machine(
    "reports.report",
    (
        Move(
            word="submit",
            label=_("报送"),
            # From 未开始 only without changes (无变化报送): the service sees to that.
            sources=frozenset({State.TODO, State.DRAFT, State.RETURNED}),
            target=State.SUBMITTED,
            action="reports.fill",
        ),
        Move(
            word="withdraw",
            label=_("撤回"),
            sources=frozenset({State.SUBMITTED}),
            target=State.DRAFT,
            action="reports.fill",
        ),
        Move(
            word="accept",
            label=_("审核通过"),
            sources=frozenset({State.SUBMITTED}),
            target=State.ACCEPTED,
            action="reports.check",
            apart=True,
        ),
        Move(
            word="return",
            label=_("退回修改"),
            sources=frozenset({State.SUBMITTED, State.ACCEPTED}),
            target=State.RETURNED,
            action="reports.check",
            comment=True,
            apart=True,
        ),
        Move(
            word="sign_off",
            label=_("定稿"),
            sources=frozenset({State.ACCEPTED}),
            target=State.FINAL,
            action="reports.finalise",
            apart=True,
        ),
        Move(
            word="reopen",
            label=_("重新开放"),
            sources=frozenset({State.ACCEPTED, State.FINAL}),
            target=State.RETURNED,
            action="reports.check",
            comment=True,
            apart=True,
        ),
    ),
    submitters=_submitters,
)
