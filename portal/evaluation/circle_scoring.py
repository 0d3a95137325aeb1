"""`/evaluation/<uuid>/scoring/`: a circle's cards beside each other, confirmed and published."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from assessments.judging import Judged, aggregate, judged_of
from assessments.models import Evaluation, Score, Scorecard, ScoreItem
from assessments.services.assigning import with_circles
from assessments.services.scoring import confirm_cards, publish_cards
from assessments.services.scoring_rules import plain
from core import policy
from core.audit import current_actor
from portal.coordination.acting import run_here, seen_in
from portal.evaluation.score_sheet import STATE_STATUS
from portal.evaluation.scoring_rows import lines_of
from portal.views.common import page, scope_of

State = Scorecard.State
IN = (State.SUBMITTED, State.CONFIRMED, State.PUBLISHED)
COUNTED = (State.CONFIRMED, State.PUBLISHED)
MOVES: dict[str, tuple[Any, Any]] = {
    "confirm": (confirm_cards, gettext_lazy("已确认全部评分表。")),
    "publish": (publish_cards, gettext_lazy("已公布全部评分表。")),
}


@page("assessments.scorecards")
def circle_scoring(request: HttpRequest, pk: Any) -> HttpResponse:
    """Item by item: each expert's points and what they come to together."""
    scope = scope_of(request)
    evaluation = _find(request, pk)
    (line,) = lines_of([evaluation])
    cards = list(
        evaluation.scorecards.select_related("expert__office").order_by(
            "expert__display_name", "id"
        )
    )
    sent = [card for card in cards if card.state in IN]
    judged = judged_of([evaluation])[evaluation.pk]
    context = {
        "crumbs": [
            {"label": _("专家评分"), "url": reverse("evaluation:scoring")},
            {"label": evaluation.circle.name},
        ],
        "evaluation": evaluation,
        "circle": evaluation.circle,
        "line": line,
        "judged": judged,
        "cards": [
            {"card": card, "status": STATE_STATUS[State(card.state)], "total": plain(card.total)}
            for card in cards
        ],
        "sent": sent,
        "totals": [plain(card.total) for card in sent],
        "dimensions": _table(evaluation, sent, judged),
        "counted": any(card.state in COUNTED for card in cards),
        "may_manage": policy.may(scope, "assessments.manage_evaluations", evaluation),
        "to_confirm": [card for card in cards if card.state == State.SUBMITTED],
        "to_publish": [card for card in cards if card.state == State.CONFIRMED],
        "how": evaluation.standard.get_aggregation_display(),
    }
    return render(request, "evaluation/circle_scoring.html", context)


@require_POST
@page("assessments.manage_scoring")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """Confirm or publish all of the circle's cards at once, as they were seen."""
    evaluation = _find(request, pk)
    if word not in MOVES:
        raise Http404(_("没有这项办理。"))
    policy.require(scope_of(request), "assessments.manage_evaluations", evaluation)
    run, done = MOVES[word]
    here = reverse("evaluation:circle_scoring", args=[evaluation.pk])
    return run_here(
        request,
        here,
        done,
        lambda: run(
            evaluation=evaluation,
            seen=_seen(request, evaluation),
            by=current_actor(),
            scope=scope_of(request),
        ),
        again=lambda _refusal: redirect(here),
    )


def _find(request: HttpRequest, pk: Any) -> Evaluation:
    """The evaluation whose cards the caller may see: all of a circle's are the commission's."""
    scope = scope_of(request)
    rows = Evaluation.objects.visible_to(scope)
    return get_object_or_404(with_circles(rows if scope.all_streets else rows.none()), pk=pk)


def _seen(request: HttpRequest, evaluation: Evaluation) -> dict[Any, int]:
    """The versions that the page showed; -1 of what it did not show: that is refused."""
    found = {}
    for pk in evaluation.scorecards.values_list("pk", flat=True):
        seen = seen_in(request, f"version-{pk}")
        found[pk] = -1 if seen is None else seen
    return found


def _table(evaluation: Evaluation, cards: list[Scorecard], judged: Judged) -> list[dict[str, Any]]:
    """By dimension: a row an item, a cell a card, what they come to together."""
    given: dict[tuple[Any, int], Score] = {
        (score.scorecard_id, score.item_id): score
        for score in Score.objects.filter(scorecard__in=cards)
    }
    items = ScoreItem.objects.filter(
        dimension__standard=evaluation.standard_id, kind=ScoreItem.Kind.JUDGED
    ).select_related("dimension")
    parts: dict[int, dict[str, Any]] = {}
    for item in items.order_by("dimension__sort", "dimension_id", "sort", "id"):
        cells = [given.get((card.pk, item.pk)) for card in cards]
        points = [cell.points for cell in cells if cell and cell.points is not None]
        # Before anything counts, what it would come to.
        preview = aggregate(points, evaluation.standard.aggregation) if points else None
        together = judged.points.get(item.key, preview)
        part = parts.setdefault(
            item.dimension_id, {"dimension": item.dimension, "rows": [], "sum": Decimal(0)}
        )
        part["sum"] += together or 0
        part["rows"].append(
            {
                "item": item,
                "full": plain(item.points),
                "cells": [
                    {"points": plain(cell.points), "reason": cell.reason} if cell else {}
                    for cell in cells
                ],
                "together": plain(together) if together is not None else "—",
            }
        )
    for part in parts.values():
        part["sum"] = plain(part["sum"])
        part["full"] = plain(sum((row["item"].points for row in part["rows"]), Decimal(0)))
    return list(parts.values())
