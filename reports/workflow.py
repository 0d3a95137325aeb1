"""The paths of progress reports and of 工作信息.

A report: 未开始 → 草稿 → 已报送 ↩ 退回修改 → 审核通过 → 已定稿.
An item: 已报送 → 已采用 / 未采用 / 已撤回.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.workflow import Machine, Move
from reports.models import ProgressReport, WorkItem

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
            sources=frozenset({State.SUBMITTED}),
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


def _sender(item: Any) -> list[str]:
    own = [str(item.by_id)] if item.by_id else []
    return [*own, *item.submitted_by_ids]


WORK_ITEM = Machine(
    "reports.work_item",
    (
        Move(
            word="accept",
            label=_("采用"),
            # Who declined may think again.
            sources=frozenset({WorkItem.State.SUBMITTED, WorkItem.State.DECLINED}),
            target=WorkItem.State.ADOPTED,
            action="reports.adopt_work_item",
            apart=True,
        ),
        Move(
            word="decline",
            label=_("不予采用"),
            sources=frozenset({WorkItem.State.SUBMITTED, WorkItem.State.ADOPTED}),
            target=WorkItem.State.DECLINED,
            action="reports.adopt_work_item",
            comment=True,
            apart=True,
        ),
        Move(
            word="withdraw",
            label=_("撤回"),
            sources=frozenset({WorkItem.State.SUBMITTED}),
            target=WorkItem.State.WITHDRAWN,
            action="reports.add_work_item",
        ),
    ),
    submitters=_sender,
)
