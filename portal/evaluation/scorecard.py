"""`/evaluation/scorecards/<uuid>/`: one card: declared, scored on the spot, summed up, read.

With scripts every item is a screen of its own and saves itself (static/js/score-form.js); without,
the form holds all items and saves them at once.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assessments.models import Score, Scorecard
from assessments.services import score_photos, scoring
from assessments.services.scoring import ScoreConflictError
from assessments.services.scoring_rules import judged_items
from assessments.workflow.scorecards import SCORECARD
from core import policy
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from core.workdays import calendar
from core.workflow import open_moves
from portal.coordination.acting import common_of, run_here, seen_in
from portal.coordination.words import left_text
from portal.desk.words import clock_text
from portal.evaluation.score_sheet import (
    STATE_STATUS,
    answer_told,
    find_card,
    returned_for,
    sheet_of,
)
from portal.ledger.lists import errors_of
from portal.views.common import page, scope_of

State = Scorecard.State
SCORE = "assessments.score"
DONE = {
    "declare": gettext_lazy("已确认无利益关系，请开始评分。"),
    "decline": gettext_lazy("已申请回避，并通知区商务委另行分派。"),
    "return": gettext_lazy("已退回修改，并通知专家。"),
    "confirm": gettext_lazy("已确认评分表。"),
    "publish": gettext_lazy("已公布评分表。"),
}


@dataclass
class Unsaved:
    """What a plain form sent and the services did not take, by item key."""

    given: dict[str, tuple[str, str]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    conflicts: dict[str, Score] = field(default_factory=dict)


@never_cache
@page("assessments.scorecards")
def scorecard(request: HttpRequest, pk: Any) -> HttpResponse:
    """The card: its expert's to declare and score while it is a draft, else to be read."""
    card = find_card(request, pk)
    own = policy.may(scope_of(request), SCORE, card)
    if request.method == "POST":
        policy.require(scope_of(request), SCORE, card)
        return _save(request, card)
    context = _frame(request, card)
    if own and card.state == State.DRAFT and card.declared_at is None:
        return render(request, "evaluation/scorecard_declare.html", context)
    context["sheet"] = sheet_of(card)
    if own and card.state == State.DRAFT:
        return render(request, "evaluation/scorecard_form.html", context)
    # A draft is its expert's own until it is handed in.
    context["hidden"] = not own and card.state == State.DRAFT
    return render(request, "evaluation/scorecard_read.html", context)


@never_cache
@page(SCORE)
def summary(request: HttpRequest, pk: Any) -> HttpResponse:
    """What is about to be handed in, by dimension; handed in from here."""
    card = find_card(request, pk)
    policy.require(scope_of(request), SCORE, card)
    if card.state != State.DRAFT or card.declared_at is None:
        return redirect("evaluation:scorecard", pk=card.pk)
    opinion, errors = card.opinion, []
    if request.method == "POST":
        opinion = request.POST.get("opinion", "")
        try:
            with refusals():
                scoring.submit_card(
                    card=card, opinion=opinion, **common_of(request, seen_in(request))
                )
        except RefusedError as refusal:
            errors = [text for texts in errors_of(refusal.errors).values() for text in texts]
            card.refresh_from_db()
        else:
            messages.success(request, _("已提交评分，感谢您的评审。"))
            return redirect("evaluation:scorecard", pk=card.pk)
    context = _frame(request, card) | {
        "sheet": sheet_of(card, figures=False),
        "opinion": opinion,
        "errors": errors,
    }
    return render(request, "evaluation/scorecard_summary.html", context, status=_status(errors))


@require_POST
@page("assessments.scorecards")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """One step with the card: the expert's declare and decline, the commission's others."""
    card = find_card(request, pk)
    common = common_of(request, seen_in(request)) | {"card": card}
    comment = request.POST.get("comment", "")
    runs = {
        "declare": lambda: scoring.declare_no_conflict(**common),
        "decline": lambda: scoring.decline_card(comment=comment, **common),
        "return": lambda: scoring.return_card(comment=comment, **common),
        "confirm": lambda: scoring.confirm_card(comment=comment, **common),
        "publish": lambda: scoring.publish_card(comment=comment, **common),
    }
    if word not in runs:
        raise Http404(_("没有这项办理。"))
    if word == "declare" and not request.POST.get("declared"):
        messages.error(request, _("请先勾选确认。"))
        return redirect("evaluation:scorecard", pk=card.pk)
    here = reverse("evaluation:scorecard", args=[card.pk])
    back = reverse("evaluation:my_scorecards") if word == "decline" else here
    return run_here(request, back, DONE[word], runs[word], again=lambda _refusal: redirect(here))


@page(SCORE)
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where signing in again leads while a card waits in another tab."""
    back = {"back": reverse("evaluation:my_scorecards"), "back_label": _("回到我的评分表")}
    return render(request, "desk/signed_in.html", back)


def _frame(request: HttpRequest, card: Scorecard) -> dict[str, Any]:
    """What every page of a card shows around its items."""
    scope = scope_of(request)
    own = policy.may(scope, SCORE, card)
    evaluation = card.evaluation
    if own:
        above = {"label": _("我的评分表"), "url": reverse("evaluation:my_scorecards")}
    else:
        url = reverse("evaluation:circle_scoring", args=[evaluation.pk])
        above = {"label": _("专家评分"), "url": url}
    left = ("none", "")
    if evaluation.due_on and card.state == State.DRAFT:
        left = left_text(evaluation.due_on, timezone.localdate(), calendar())
    return {
        "card": card,
        "evaluation": evaluation,
        "circle": evaluation.circle,
        "own": own,
        "crumbs": [above, {"label": evaluation.circle.name}],
        "status": STATE_STATUS[State(card.state)],
        "left": left[0],
        "left_word": left[1],
        "returned": returned_for(card),
        "moves": {one.word for one in open_moves(SCORECARD, card, scope)},
        "person": str(scope.user_id or ""),
    }


# --- The plain form ------------------------------------------------------------------------------
def _save(request: HttpRequest, card: Scorecard) -> HttpResponse:
    """Save whatever can be saved; the rest is shown again with why."""
    unsaved = Unsaved()
    for item in judged_items(card):
        try:
            _save_item(request, card, item, unsaved)
        except PermissionDenied as error:
            # Not declared, or not theirs any more.
            messages.error(request, str(error))
            return redirect("evaluation:scorecard", pk=card.pk)
    card = find_card(request, card.pk)
    if not unsaved.given and not unsaved.errors:
        if request.POST.get("next") == "summary":
            return redirect("evaluation:scorecard_summary", pk=card.pk)
        messages.success(request, _("已保存 %(time)s") % {"time": clock_text(timezone.now())})
        return redirect("evaluation:scorecard", pk=card.pk)
    context = _frame(request, card) | {"sheet": _with_unsaved(card, unsaved)}
    name = "form" if card.state == State.DRAFT else "read"
    return render(request, f"evaluation/scorecard_{name}.html", context, status=409)


def _save_item(request: HttpRequest, card: Scorecard, item: Any, unsaved: Unsaved) -> None:
    key, scope, by = item.key, scope_of(request), current_actor()
    points, reason = request.POST.get(f"points-{key}"), request.POST.get(f"reason-{key}", "")
    try:
        if points is not None:
            scoring.save_score(
                card=card,
                item=item,
                points=points,
                reason=reason,
                seen_version=seen_in(request, f"version-{key}") or 0,
                by=by,
                scope=scope,
            )
    except ScoreConflictError as error:
        unsaved.given[key], unsaved.conflicts[key] = (points or "", reason), error.current
    except ValidationError as error:
        unsaved.given[key], unsaved.errors[key] = (points or "", reason), error.messages
    try:
        for file in request.POST.getlist(f"drop-{key}"):
            score_photos.remove_photo(card=card, file=uuid.UUID(file), by=by, scope=scope)
        for photo in request.FILES.getlist(f"photos-{key}"):
            score_photos.add_photo(card=card, item=item, file=photo, by=by, scope=scope)
    except (ValidationError, ValueError, Http404) as error:
        told = error.messages if isinstance(error, ValidationError) else [str(error)]
        unsaved.errors.setdefault(key, []).extend(told)


def _with_unsaved(card: Scorecard, unsaved: Unsaved) -> dict[str, Any]:
    """The sheet with what was typed in its fields, and beside it what stands instead."""
    sheet = sheet_of(card)
    for row in sheet["rows"]:
        row["errors"] = unsaved.errors.get(row["key"], [])
        if row["key"] not in unsaved.given:
            continue
        if current := unsaved.conflicts.get(row["key"]):
            row["conflict"] = answer_told(card, current)
            # Saved again after this, it is what was typed that stands.
            row["version"] = current.version
        row["points"], row["reason"] = unsaved.given[row["key"]]
    return sheet


def _status(errors: list[str]) -> int:
    return 422 if errors else 200
