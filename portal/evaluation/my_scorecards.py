"""`/evaluation/my-scorecards/`: where an expert starts."""

from typing import Any

from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Scorecard, ScoreItem
from core.workdays import calendar
from portal.coordination.words import left_text
from portal.evaluation.score_sheet import STATE_STATUS, returned_for, with_evaluation
from portal.views.common import page, scope_of

State = Scorecard.State


@page("assessments.score")
def my_scorecards(request: HttpRequest) -> HttpResponse:
    """What waits, soonest due first; below it what was handed in."""
    rows = with_evaluation(Scorecard.objects.visible_to(scope_of(request)))
    rows = rows.annotate(scored=Count("scores", filter=Q(scores__points__isnull=False)))
    cards = list(
        rows.order_by(
            F("evaluation__due_on").asc(nulls_last=True), "evaluation__circle__code", "id"
        )
    )
    asked = items_of({card.evaluation.standard_id for card in cards})
    today, days = timezone.localdate(), calendar()
    lines = [_line(card, asked, today, days) for card in cards]
    context = {
        "crumbs": [{"label": _("我的评分表")}],
        "waiting": [one for one in lines if one["card"].state == State.DRAFT],
        "done": [one for one in lines if one["card"].state != State.DRAFT],
    }
    return render(request, "evaluation/my_scorecards.html", context)


def items_of(standards: set[Any]) -> dict[Any, int]:
    """How many items experts score under each standard."""
    rows = ScoreItem.objects.filter(
        dimension__standard__in=standards, kind=ScoreItem.Kind.JUDGED
    ).values_list("dimension__standard")
    return dict(rows.annotate(n=Count("pk")).order_by())


def _line(card: Any, asked: dict[Any, int], today: Any, days: Any) -> dict[str, Any]:
    due_on = card.evaluation.due_on
    left, word = ("none", "")
    if due_on and card.state == State.DRAFT:
        left, word = left_text(due_on, today, days)
    if card.state == State.DRAFT and card.declared_at is None:
        standing = _("待确认无利益关系")
    elif card.state == State.DRAFT:
        standing = _("已评 %(done)d / %(items)d 项") % {
            "done": card.scored,
            "items": asked.get(card.evaluation.standard_id, 0),
        }
    else:
        standing = card.get_state_display()
    return {
        "card": card,
        "evaluation": card.evaluation,
        "circle": card.evaluation.circle,
        "status": STATE_STATUS[card.state],
        "standing": standing,
        "done": card.scored,
        "items": asked.get(card.evaluation.standard_id, 0),
        "left": left,
        "left_word": word,
        "returned": returned_for(card),
    }
