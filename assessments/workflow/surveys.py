"""The path of a wave: 筹备 → 进行中 → 已结束 → 结果已公布."""

from django.utils.translation import gettext_lazy as _

from assessments.models import Survey
from core.workflow import Machine, Move

State = Survey.State
MANAGE = "assessments.manage_surveys"

SURVEY = Machine(
    "assessments.survey",
    (
        Move(
            word="start",
            label=_("开始调查"),
            sources=frozenset({State.PREPARING}),
            target=State.OPEN,
            action=MANAGE,
        ),
        Move(
            word="close",
            label=_("结束调查"),
            sources=frozenset({State.OPEN}),
            target=State.CLOSED,
            action=MANAGE,
        ),
        Move(
            word="publish",
            label=_("公布结果"),
            sources=frozenset({State.CLOSED}),
            target=State.PUBLISHED,
            action=MANAGE,
        ),
    ),
)
