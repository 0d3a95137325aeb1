"""The path of a standard's or a questionnaire's version: 草稿 → 已发布 → 已停用."""

from django.utils.translation import gettext_lazy as _

from assessments.models import Standard
from core.workflow import Machine, Move

State = Standard.State
CHANGE = "assessments.change_standards"
MOVES = (
    Move(
        word="publish",
        label=_("发布"),
        sources=frozenset({State.DRAFT}),
        target=State.PUBLISHED,
        action=CHANGE,
    ),
    Move(
        word="close",
        label=_("停用"),
        sources=frozenset({State.PUBLISHED}),
        target=State.RETIRED,
        action=CHANGE,
        comment=True,
    ),
)
STANDARD = Machine("assessments.standard", MOVES)
QUESTIONNAIRE = Machine("assessments.questionnaire", MOVES)
