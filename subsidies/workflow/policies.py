"""The path of a policy's version: 草稿 → 已发布 → 已停用."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Machine, Move
from subsidies.models import Policy

State = Policy.State
CHANGE = "subsidies.change_policies"

POLICY = Machine(
    "subsidies.policy",
    (
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
            sources=frozenset({State.DRAFT, State.PUBLISHED}),
            target=State.RETIRED,
            action=CHANGE,
            comment=True,
        ),
    ),
)
