"""The path of a grade: 拟评 → 报审 ↩ → 审定 → 公布."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.models import Grade
from core.workflow import Machine, Move

State = Grade.State
PROPOSE, APPROVE = "assessments.propose_grades", "assessments.approve_grade"
PUBLISH = "assessments.publish_grade"


def _submitters(grade: Any) -> list[str]:
    return list(grade.submitted_by_ids)


GRADE = Machine(
    "assessments.grade",
    (
        Move(
            word="submit",
            label=_("报审"),
            sources=frozenset({State.PROPOSED}),
            target=State.SUBMITTED,
            action=PROPOSE,
        ),
        Move(
            word="return",
            label=_("退回修改"),
            sources=frozenset({State.SUBMITTED}),
            target=State.PROPOSED,
            action=APPROVE,
            comment=True,
            apart=True,
        ),
        Move(
            word="approve",
            label=_("审定"),
            sources=frozenset({State.SUBMITTED}),
            target=State.APPROVED,
            action=APPROVE,
            apart=True,
        ),
        Move(
            word="publish",
            label=_("公布"),
            sources=frozenset({State.APPROVED}),
            target=State.PUBLISHED,
            action=PUBLISH,
        ),
    ),
    submitters=_submitters,
)
