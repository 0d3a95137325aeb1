"""Scoring: who may ask, write and open what."""

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.roles import COMMISSION_ADMIN, EXPERT, PROGRAMME_OFFICER
from core.attachments import attach
from core.audit import SYSTEM
from tests.assessments.making import make_evaluation, make_expert, make_scorecard, make_standard
from tests.outlets.pictures import jpeg
from tests.permissions.callers import COMMISSION_PEOPLE, FOREIGN_OFFICER
from tests.permissions.entries import (
    DISTRICT_WIDE,
    NOBODY,
    ONLY_FOREIGN,
    WRITERS,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_row,
)

OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
# The own place's card is the expert's own; the other's is another expert's.
EXPERTS: Who = frozenset({EXPERT})

LISTS: dict[str, ListEntry] = {
    "scorecards": ListEntry(
        ask=DISTRICT_WIDE | EXPERTS | {FOREIGN_OFFICER},
        own=DISTRICT_WIDE | EXPERTS,
        other=DISTRICT_WIDE,
        foreign=ONLY_FOREIGN,
        by={"circle": lambda row: row.evaluation.circle.code, "expert": lambda row: row.expert_id},
    )
}


def _move(word: str, rows: str, own: Who, other: Who, foreign: Who) -> WriteEntry:
    return WriteEntry(
        "post",
        f"api:v1:scorecards-{word}",
        own,
        other,
        lambda world, place: {"comment": "试验说明"},
        rows=rows,
        foreign=foreign,
    )


WRITES: tuple[WriteEntry, ...] = (
    _move("submit", "scorecards", EXPERTS, NOBODY, NOBODY),
    _move("decline", "scorecards", EXPERTS, NOBODY, NOBODY),
    _move("return", "sent_scorecards", WRITERS, WRITERS, ONLY_FOREIGN),
    _move("confirm", "sent_scorecards", WRITERS, WRITERS, ONLY_FOREIGN),
    _move("publish", "confirmed_scorecards", WRITERS, WRITERS, ONLY_FOREIGN),
)


def _mine(rows: str = "scorecards", method: str = "get", **parts: str) -> PageEntry:
    """A page about a card that only its own expert opens."""
    return PageEntry(EXPERTS, of_row(rows, **(parts or {"pk": "pk"})), NOBODY, NOBODY, method)


def _seen(rows: str = "scorecards", **parts: str) -> PageEntry:
    """A page about a card that its expert and the commission open."""
    about = of_row(rows, **(parts or {"pk": "pk"}))
    return PageEntry(EXPERTS | COMMISSION_PEOPLE, about, COMMISSION_PEOPLE, ONLY_FOREIGN)


def _moved(rows: str, word: str, allowed: Who, other: Who, foreign: Who) -> PageEntry:
    def about(world: Any, place: str) -> dict[str, Any]:
        return {"pk": world.rows[rows][place].pk, "word": word}

    return PageEntry(allowed, about, other, foreign, "post")


def _photo(world: Any, place: str) -> dict[str, Any]:
    card, photo = world.rows["scorecards"][place], world.rows["score_photos"][place]
    return {"pk": card.pk, "file": photo.pk}


PAGES: dict[str, PageEntry] = {
    "evaluation:scoring": PageEntry(OFFICERS | ONLY_FOREIGN),
    "evaluation:scoring_urge": PageEntry(OFFICERS | ONLY_FOREIGN, method="post"),
    "evaluation:assign": PageEntry(OFFICERS | ONLY_FOREIGN),
    "evaluation:circle_scoring": PageEntry(
        COMMISSION_PEOPLE, of_row("scored_evaluations", pk="pk"), COMMISSION_PEOPLE, ONLY_FOREIGN
    ),
    "evaluation:circle_scoring_move": _moved(
        "scored_evaluations", "confirm", OFFICERS, OFFICERS, ONLY_FOREIGN
    ),
    "evaluation:my_scorecards": PageEntry(EXPERTS),
    "evaluation:score_signed_in": PageEntry(EXPERTS),
    "evaluation:scorecard": _seen(),
    "evaluation:scorecard_summary": _mine(),
    "evaluation:scorecard_move": _moved("scorecards", "decline", EXPERTS, NOBODY, NOBODY),
    "evaluation:score_save": _mine(),
    "evaluation:score_photo_add": _mine(method="post"),
    "evaluation:score_photo": PageEntry(
        EXPERTS | COMMISSION_PEOPLE, _photo, COMMISSION_PEOPLE, ONLY_FOREIGN
    ),
    "evaluation:score_photo_remove": PageEntry(EXPERTS, _photo, NOBODY, NOBODY, "post"),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A complete draft with a photo, a sent and a confirmed card of the place's own expert."""
    own = world.callers.people[EXPERT] if place == "own" else make_expert(street.district)
    for name, state in (
        ("scorecards", "draft"),
        ("sent_scorecards", "submitted"),
        ("confirmed_scorecards", "confirmed"),
    ):
        # One expert is enough here, so that a card can be confirmed.
        standard = make_standard(street.district, f"scored-{state}-{place}", experts=1)
        evaluation = make_evaluation(world.rows["circles"][place], standard)
        total = None if state == "draft" else 50
        card = make_scorecard(
            evaluation, expert=own, state=state, total=total, declared_at=timezone.now()
        )
        for dimension in standard.dimensions.all():
            for item in dimension.items.filter(kind="judged"):
                score = card.scores.create(item=item, points=item.points)
        world.add(name, place, card)
        if state == "draft":
            photo = attach(score, ContentFile(jpeg(), "1.jpg"), SYSTEM)
            world.add("score_photos", place, photo)
        if state == "submitted":
            world.add("scored_evaluations", place, evaluation)
