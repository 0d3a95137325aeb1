"""The path of a checklist: 草稿 → 已确认 ↩."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.models import Checklist, ChecklistLine
from core.workflow import Machine, Move

State = Checklist.State
CONFIRM = "assessments.confirm_checklist"


def _overriders(checklist: Any) -> list[str]:
    """Who found otherwise than the figures may not confirm it.

    Lists of checklists prefetch the lines in question as `overridden`.
    """
    lines = getattr(checklist, "overridden", None)
    if lines is None:
        lines = overridden(checklist.lines.all())
    return list({str(line.override_by_id) for line in lines})


def overridden(lines: "QuerySet[ChecklistLine]") -> "QuerySet[ChecklistLine]":
    """Lines on which people found otherwise than the figures, with whom."""
    return lines.exclude(override="").only("checklist_id", "override_by_id")


CHECKLIST = Machine(
    "assessments.checklist",
    (
        Move(
            word="confirm",
            label=_("确认"),
            sources=frozenset({State.DRAFT}),
            target=State.CONFIRMED,
            action=CONFIRM,
            apart=True,
        ),
        Move(
            word="reopen",
            label=_("重新打开"),
            sources=frozenset({State.CONFIRMED}),
            target=State.DRAFT,
            action=CONFIRM,
            comment=True,
        ),
    ),
    submitters=_overriders,
)
