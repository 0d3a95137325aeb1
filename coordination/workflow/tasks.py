"""The path of a task: 已下达 → 办理中 → 已反馈 ↩ → 办结, or 已撤销."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from coordination.models import Task
from core.workflow import Machine, Move

State = Task.State


def _reporters(task: Any) -> list[str]:
    return list(task.reported_by_ids)


TASK = Machine(
    "coordination.task",
    (
        Move(
            word="start",
            label=_("签收办理"),
            sources=frozenset({State.ISSUED}),
            target=State.UNDER_WAY,
            action="coordination.report_task",
        ),
        Move(
            word="report",
            label=_("反馈"),
            # A small task may be answered without having been started first.
            sources=frozenset({State.ISSUED, State.UNDER_WAY}),
            target=State.REPORTED,
            action="coordination.report_task",
        ),
        Move(
            word="close",
            label=_("办结"),
            sources=frozenset({State.REPORTED}),
            target=State.CLOSED,
            action="coordination.close_tasks",
            apart=True,
        ),
        Move(
            word="return",
            label=_("退回"),
            sources=frozenset({State.REPORTED}),
            target=State.UNDER_WAY,
            action="coordination.close_tasks",
            comment=True,
            apart=True,
        ),
        Move(
            word="withdraw",
            label=_("撤销"),
            sources=frozenset({State.ISSUED, State.UNDER_WAY, State.REPORTED}),
            target=State.WITHDRAWN,
            action="coordination.manage_tasks",
            comment=True,
        ),
    ),
    submitters=_reporters,
)
