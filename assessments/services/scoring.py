"""Experts' scorecards: declared, scored item by item, submitted, or declined.

Who scores what is decided in `assigning`; what the commission does then, in `confirming`. Writing
locks the card; every saved score and photo raises the card's version, so that a submission pins
what its summary showed.
"""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Score, Scorecard, ScoreItem
from assessments.services.assigning import assign_experts
from assessments.services.confirming import (
    confirm_card,
    confirm_cards,
    publish_card,
    publish_cards,
    return_card,
    urge_experts,
)
from assessments.services.scoring_notices import tell_officers
from assessments.services.scoring_rules import lacking_of, opinion_of, points_of, reason_of
from assessments.workflow.scorecards import SCORE, SCORECARD
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from core.workflow import moving

__all__ = [
    "ScoreConflictError",
    "assign_experts",
    "confirm_card",
    "confirm_cards",
    "declare_no_conflict",
    "decline_card",
    "open_card",
    "publish_card",
    "publish_cards",
    "return_card",
    "save_score",
    "score_row",
    "submit_card",
    "touch",
    "urge_experts",
]

State = Scorecard.State


class ScoreConflictError(Exception):
    """The score has changed since the caller saw it, and says something else; nothing was written.

    current  the score as it stands
    """

    def __init__(self, current: Score) -> None:
        self.current = current
        super().__init__(
            _("“%(item)s”已在另一设备上评过分，您刚才填写的尚未保存；请对照后再保存。")
            % {"item": current.item.name}
        )


def declare_no_conflict(
    *, card: Scorecard, by: Actor, scope: Scope, seen_version: int | None = None
) -> Scorecard:
    """The expert says to have no interest in the circle; without it nothing is scored."""
    with act("assessments.declare_no_conflict", by=by) as this:
        now = _locked_card(card)
        require_version(now, seen_version)
        policy.require(scope, SCORE, now)
        _require_draft(now)
        this.obj = now
        if now.declared_at is None:
            now.declared_at = timezone.now()
            now.version += 1
            now.save(update_fields=["declared_at", "version"])
    return now


def save_score(
    *,
    card: Scorecard,
    item: ScoreItem,
    points: Any,
    reason: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int,
) -> Score:
    """Save one score: `points` a Decimal or as typed, None or "" = not scored yet.

    `seen_version` is the version of the score that was seen, 0 where there was none. Equal content
    is no conflict and writes nothing. The score's `scorecard` is the card as it stands now.
    PermissionDenied, ScoreConflictError, ValidationError (`points`, `reason`; code `state` when the
    card is not open to its expert).
    """
    with act("assessments.save_score", by=by) as this:
        now = open_card(card, scope)
        score = _score_of(now, item)
        given = (points_of(item, points), reason_of(reason))
        if (score.points, score.reason) != given:
            if score.version != seen_version:
                raise ScoreConflictError(score)
            before = score.points
            score.points, score.reason = given
            score.at, score.version = timezone.now(), score.version + 1
            score.save()
            touch(now)
            this.changes = {"item": item.key, "points": [before, score.points]}
        this.obj = now
        score.scorecard = now
    return score


def submit_card(
    *,
    card: Scorecard,
    opinion: str | None = None,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Scorecard:
    """Hand the card in, complete. ValidationError by item key says what is lacking.

    opinion  the expert's words on the whole; None leaves what stands
    """
    with moving(SCORECARD, card, "submit", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        if lacking := lacking_of(now):
            raise ValidationError({str(key): texts for key, texts in lacking.items()})
        if opinion is not None:
            now.opinion = opinion_of(opinion)
        now.total = sum((one.points for one in now.scores.all()), Decimal(0))
        now.submitted_at, now.comment = timezone.now(), ""
        this.changes = {"total": now.total}
        _tell_submitted(now)
    return now


def decline_card(
    *, card: Scorecard, comment: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Scorecard:
    """回避: the expert has an interest and says which; the circle is not theirs again that year."""
    with moving(
        SCORECARD, card, "decline", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _this):
        now.comment = reason_of(comment)
        tell_officers(
            now.evaluation,
            key=f"scorecard:{now.pk}:declined",
            title=gettext_lazy("%(expert)s申请回避：%(circle)s"),
            text=gettext_lazy("原因：%(reason)s。请另行分派专家。"),
            expert=now.expert,
            circle=now.evaluation.circle.name,
            reason=now.comment,
        )
    return now


def open_card(card: Scorecard, scope: Scope) -> Scorecard:
    """The locked card, if the caller may score on it now."""
    now = _locked_card(card)
    policy.require(scope, SCORE, now)
    _require_draft(now)
    if now.declared_at is None:
        raise PermissionDenied(_("请先确认与评审对象没有利益关系，再开始评分。"))
    return now


def score_row(card: Scorecard, item: ScoreItem) -> Score:
    """The item's score on a locked card, made empty (version 0) where there is none."""
    score = _score_of(card, item)
    if score._state.adding:
        score.save(force_insert=True)
    return score


def touch(card: Scorecard) -> None:
    """Something on the locked card has changed."""
    card.version += 1
    card.save(update_fields=["version"])


def _locked_card(card: Scorecard) -> Scorecard:
    rows = Scorecard.objects.filter(pk=card.pk)
    return locked(rows.select_related("evaluation__circle", "evaluation__district")).get()


def _require_draft(card: Scorecard) -> None:
    if card.state != State.DRAFT:
        raise ValidationError(
            _("评分表现为“%(state)s”，不能修改；需要修改的，请联系区商务委退回。")
            % {"state": card.get_state_display()},
            code="state",
        )


def _score_of(card: Scorecard, item: ScoreItem) -> Score:
    """The item's score, or a new one (version 0); ValidationError when it asks for no such item."""
    of_standard = item.dimension.standard_id == card.evaluation.standard_id
    if not of_standard or item.kind != ScoreItem.Kind.JUDGED:
        raise ValidationError(_("评分表没有这一项，或该项由系统自动计分。"), code="unknown")
    found = Score.objects.filter(scorecard=card, item=item).select_related("item").first()
    return found or Score(scorecard=card, item=item, version=0)


def _tell_submitted(card: Scorecard) -> None:
    tell_officers(
        card.evaluation,
        key=f"scorecard:{card.pk}:submitted:{card.version}",
        title=gettext_lazy("%(expert)s已提交评分：%(circle)s"),
        expert=card.expert,
        circle=card.evaluation.circle.name,
    )
