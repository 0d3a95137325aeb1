"""What the commission does with scorecards: returned, confirmed, published, urged."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.judging import standing_of
from assessments.models import Evaluation, Scorecard
from assessments.services.scoring_notices import card_path, tell_expert
from assessments.services.scoring_rules import reason_of, require_complete
from assessments.workflow.scorecards import SCORECARD
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.workflow import moving

State = Scorecard.State
MANAGE = "assessments.manage_scoring"
_Seen = Mapping[uuid.UUID, int] | None


def return_card(
    *, card: Scorecard, comment: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Scorecard:
    """退回修改, saying why; the expert is told."""
    with (
        _locked_evaluation(card.evaluation_id),
        moving(
            SCORECARD,
            card,
            "return",
            by=by,
            scope=scope,
            comment=comment,
            seen_version=seen_version,
        ) as (now, _this),
    ):
        now.comment = reason_of(comment)
        # When it was handed in stays: that tells a returned card from a new one.
        now.total = None
        tell_expert(
            now.expert_id,
            key=f"scorecard:{now.pk}:returned:{now.version}",
            title=gettext_lazy("评分表退回修改：%(circle)s"),
            text=gettext_lazy("%(comment)s"),
            path=card_path(now),
            circle=now.evaluation.circle.name,
            comment=now.comment,
        )
    return now


def confirm_card(
    *,
    card: Scorecard,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Scorecard:
    """Confirm a card. Refused (codes `divergence`, `incomplete`) while the circle needs more."""
    common: dict[str, Any] = {"by": by, "scope": scope, "comment": comment}
    with (
        _locked_evaluation(card.evaluation_id) as evaluation,
        moving(SCORECARD, card, "confirm", seen_version=seen_version, **common) as (now, this),
    ):
        require_complete(standing_of([evaluation])[evaluation.pk])
        this.changes = {"total": now.total}
    return now


def publish_card(
    *,
    card: Scorecard,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Scorecard:
    """Publish a confirmed card."""
    common: dict[str, Any] = {"by": by, "scope": scope, "comment": comment}
    with moving(SCORECARD, card, "publish", seen_version=seen_version, **common) as (now, _this):
        pass
    return now


def confirm_cards(
    *,
    evaluation: Evaluation,
    by: Actor,
    scope: Scope,
    seen: _Seen = None,
) -> list[Scorecard]:
    """Confirm all cards of a circle that are in, or none; `seen` are their versions by id."""
    return _all(evaluation, State.SUBMITTED, confirm_card, by=by, scope=scope, seen=seen)


def publish_cards(
    *,
    evaluation: Evaluation,
    by: Actor,
    scope: Scope,
    seen: _Seen = None,
) -> list[Scorecard]:
    """Publish all confirmed cards of a circle, or none; refused while one waits to be confirmed."""
    if evaluation.scorecards.filter(state=State.SUBMITTED).exists():
        raise ValidationError(_("还有已提交、未确认的评分表，请先确认或退回。"), code="incomplete")
    return _all(evaluation, State.CONFIRMED, publish_card, by=by, scope=scope, seen=seen)


def urge_experts(*, cards: Iterable[Scorecard], text: str = "", by: Actor, scope: Scope) -> int:
    """催办: tell each expert, once a day, what they have not scored; how many were told."""
    waiting: dict[uuid.UUID, list[Scorecard]] = defaultdict(list)
    for card in cards:
        policy.require(scope, MANAGE, card)
        if card.state == State.DRAFT:
            waiting[card.expert_id].append(card)
    said, today = reason_of(text), timezone.localdate()
    with act("assessments.urge_experts", by=by, comment=said) as this:
        this.changes = {"cards": [str(one.pk) for mine in waiting.values() for one in mine]}
        return sum(
            tell_expert(
                expert,
                key=f"scorecards:{expert}:urged:{today}",
                title=gettext_lazy("催办：还有 %(n)d 个便民生活圈待评分"),
                text=gettext_lazy("%(circles)s。%(said)s"),
                n=len(mine),
                circles="、".join(one.evaluation.circle.name for one in mine[:10]),
                said=said,
            )
            for expert, mine in waiting.items()
        )


def _all(
    evaluation: Evaluation,
    state: str,
    move: Callable[..., Scorecard],
    *,
    by: Actor,
    scope: Scope,
    seen: _Seen,
) -> list[Scorecard]:
    with _locked_evaluation(evaluation.pk):
        cards = list(evaluation.scorecards.filter(state=state).order_by("pk"))
        if not cards:
            raise ValidationError(_("没有可办理的评分表，请刷新页面后再看。"), code="state")
        return [
            move(
                card=card, by=by, scope=scope, seen_version=None if seen is None else seen[card.pk]
            )
            for card in cards
        ]


@contextmanager
def _locked_evaluation(pk: Any) -> Iterator[Evaluation]:
    """Cards of one circle are returned and confirmed one after another: each sees the others."""
    with transaction.atomic():
        yield locked(Evaluation.objects.filter(pk=pk)).get()
