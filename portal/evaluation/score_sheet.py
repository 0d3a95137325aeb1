"""One scorecard as its pages show it: items by dimension, what was given, what the figures say."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.measures import Measured, measures_of
from assessments.models import Score, Scorecard, ScoreItem
from assessments.services.score_photos import photos_of
from assessments.services.scoring_rules import judged_items, lacking_of, plain
from core.models import Attachment
from portal.desk.words import moment_text
from portal.views.common import scope_of

State = Scorecard.State
STATE_STATUS = {
    State.DRAFT: "warn",
    State.SUBMITTED: "none",
    State.CONFIRMED: "good",
    State.PUBLISHED: "good",
    State.RECUSED: "unknown",
}


def find_card(request: HttpRequest, pk: Any) -> Scorecard:
    """The card, if the caller's scope holds it."""
    rows = with_evaluation(Scorecard.objects.visible_to(scope_of(request)))
    return get_object_or_404(rows, pk=pk)


def with_evaluation(rows: Any) -> Any:
    """Cards with what pages say of each."""
    return rows.select_related(
        "expert__office",
        "evaluation__circle__lead_street",
        "evaluation__standard",
        "evaluation__district",
    )


def returned_for(card: Scorecard) -> str:
    """Why the card came back; "" when it did not (why it was given out is not its expert's)."""
    return card.comment if card.state == State.DRAFT and card.submitted_at else ""


def sheet_of(card: Scorecard, *, figures: bool = True) -> dict[str, Any]:
    """`dimensions` with their rows, and how many items are done.

    A row: {item, key, points, reason, version, grades, figures, photos, lacking, by key of the
    page's fields}; a dimension: {dimension, rows, given, full, done}.
    """
    items = judged_items(card)
    scores = {one.item_id: one for one in card.scores.all()}
    photos = photos_of(list(scores.values()))
    lacking = lacking_of(card) if card.state == State.DRAFT else {}
    said = _figures(card) if figures else {}
    dimensions: dict[int, dict[str, Any]] = {}
    for number, item in enumerate(items, start=1):
        score = scores.get(item.pk)
        row = _row(card, item, score, photos[score.pk] if score else [])
        row |= {
            "number": number,
            "figures": said.get(item.dimension_id, []),
            "lacking": lacking.get(item.key, []),
        }
        part = dimensions.setdefault(
            item.dimension_id, {"dimension": item.dimension, "rows": [], "id": item.dimension.key}
        )
        part["rows"].append(row)
    for part in dimensions.values():
        part |= _sums(part["rows"])
    rows = [row for part in dimensions.values() for row in part["rows"]]
    return {
        "dimensions": list(dimensions.values()),
        "rows": rows,
        "items": len(rows),
        "done": sum(row["is_done"] for row in rows),
        "total": _sums(rows),
        "lacking": [text for texts in lacking.values() for text in texts],
    }


def answer_told(card: Scorecard, score: Score) -> dict[str, Any]:
    """A score as the page's script knows it."""
    return {
        "key": score.item.key,
        "value": plain(score.points),
        "reason": score.reason,
        "version": score.version,
        "by": _("另一设备"),
        # All of a card is its expert's.
        "by_id": str(card.expert_id),
        "at": moment_text(score.at),
    }


def photo_told(card: Scorecard, photo: Attachment) -> dict[str, str]:
    """A photo as the page and its script know it."""
    told = {"pk": card.pk, "file": photo.pk}
    return {
        "id": str(photo.pk),
        "url": reverse("evaluation:score_photo", kwargs=told),
        "remove_url": reverse("evaluation:score_photo_remove", kwargs=told),
    }


def _row(
    card: Scorecard, item: ScoreItem, score: Score | None, photos: Iterable[Attachment]
) -> dict[str, Any]:
    points = score.points if score else None
    return {
        "item": item,
        "key": item.key,
        "full": plain(item.points),
        "step": plain(item.step),
        "points": plain(points),
        "number_of_points": points,
        "is_done": points is not None,
        "reason": score.reason if score else "",
        "version": score.version if score else 0,
        "grades": [
            {"label": one["label"], "points": plain(Decimal(str(one["points"])))}
            for one in item.scale
        ],
        "photos": [photo_told(card, photo) for photo in photos],
    }


def _sums(rows: list[dict[str, Any]]) -> dict[str, Any]:
    given = [row["number_of_points"] for row in rows if row["is_done"]]
    return {
        "given": plain(sum(given, Decimal(0))) if given else "—",
        "full": plain(sum((row["item"].points for row in rows), Decimal(0))),
        "done": sum(row["is_done"] for row in rows),
    }


def _figures(card: Scorecard) -> dict[int, list[dict[str, str]]]:
    """By dimension what its computed items say: name, figure, points."""
    measured = measures_of([card.evaluation]).get(card.evaluation_id, {})
    rows = ScoreItem.objects.filter(
        dimension__standard=card.evaluation.standard_id, kind=ScoreItem.Kind.COMPUTED
    )
    found: dict[int, list[dict[str, str]]] = {}
    for item in rows.order_by("sort", "id"):
        found.setdefault(item.dimension_id, []).append(_figure(item, measured.get(item.key)))
    return found


def _figure(item: ScoreItem, measured: Measured | None) -> dict[str, str]:
    unknown = measured is None or measured.points is None
    return {
        "name": item.name,
        "text": measured.text if measured else _("情况不明"),
        "points": "" if unknown or measured is None else plain(measured.points),
        "full": plain(item.points),
    }
