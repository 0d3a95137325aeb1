"""The path of a checklist: 草稿 → 已确认 ↩."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.models import Checklist
from core.workflow import Machine, Move

State = Checklist.State
CONFIRM = "assessments.confirm_checklist"


def _overriders(checklist: Any) -> list[str]:
    """Who found otherwise than the figures may not confirm it."""
    lines = checklist.lines.exclude(override="")
    return [str(person) for person in lines.values_list("override_by_id", flat=True).distinct()]


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
