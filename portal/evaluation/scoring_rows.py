"""How far the scoring of circles is, as rows of the commission's pages; constant queries."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.judging import Standing, standing_of
from assessments.models import Evaluation, Scorecard
from assessments.services.assigning import ACTIVE, with_circles
from assessments.services.scoring_rules import plain
from core.scope import Scope
from core.workdays import Workdays, calendar
from portal.coordination.words import left_text

State = Scorecard.State
# word → status and label; in the order in which they want attention.
STEPS: dict[str, tuple[str, Any]] = {
    "divergent": ("bad", gettext_lazy("分歧超限，须增派专家")),
    "unassigned": ("warn", gettext_lazy("专家未派足")),
    "waiting": ("warn", gettext_lazy("待评分")),
    "to_confirm": ("warn", gettext_lazy("待确认")),
    "confirmed": ("good", gettext_lazy("已确认")),
    "published": ("good", gettext_lazy("已公布")),
}
OPEN_STEPS = ("divergent", "unassigned", "waiting", "to_confirm")


def scored_in_full(scope: Scope, district: Any) -> "QuerySet[Evaluation]":
    """Evaluations that experts score, of the caller's."""
    rows = Evaluation.objects.visible_to(scope).filter(district=district)
    rows = rows.exclude(kind=Evaluation.Kind.REVIEW, sampled=False)
    return with_circles(rows).order_by("circle__lead_street__sort", "circle__code", "id")


def lines_of(evaluations: Iterable[Evaluation]) -> list[dict[str, Any]]:
    """One line a circle: its step, its cards, who has not scored, days left."""
    rows = list(evaluations)
    standing = standing_of(rows)
    cards: dict[Any, list[Scorecard]] = defaultdict(list)
    found = Scorecard.objects.filter(evaluation__in=rows).select_related("expert__office")
    for card in found.order_by("expert__display_name", "id"):
        cards[card.evaluation_id].append(card)
    today, days = timezone.localdate(), calendar()
    return [_line(row, standing[row.pk], cards[row.pk], today, days) for row in rows]


def step_of(standing: Standing, cards: Iterable[Scorecard]) -> str:
    """Where the scoring of a circle stands: a key of STEPS."""
    states = Counter(card.state for card in cards)
    active = sum(states[state] for state in ACTIVE)
    if standing.needs_one_more and active < standing.wanted:
        return "divergent"
    if active < standing.wanted:
        return "unassigned"
    if not standing.is_complete:
        return "waiting"
    if states[State.SUBMITTED]:
        return "to_confirm"
    return "confirmed" if states[State.CONFIRMED] else "published"


def _line(
    row: Evaluation, standing: Standing, cards: list[Scorecard], today: dt.date, days: Workdays
) -> dict[str, Any]:
    step = step_of(standing, cards)
    waiting = [card for card in cards if card.state == State.DRAFT]
    owed = bool(waiting) or step in ("unassigned", "divergent")
    left, left_word = left_text(row.due_on, today, days) if row.due_on and owed else ("none", "")
    active = sum(card.state in ACTIVE for card in cards)
    return {
        "evaluation": row,
        "circle": row.circle,
        "street": row.circle.lead_street,
        "step": step,
        "status": STEPS[step][0],
        "word": STEPS[step][1],
        "sent": standing.sent,
        "wanted": standing.wanted,
        "active": active,
        "missing": max(standing.wanted - active, 0),
        "spread": plain(standing.spread) if standing.spread is not None else "—",
        "is_divergent": standing.is_divergent,
        "limit": plain(standing.limit),
        "waiting": waiting,
        "recused": [card for card in cards if card.state == State.RECUSED],
        "late": bool(waiting) and row.due_on is not None and row.due_on < today,
        "left": left,
        "left_word": left_word,
    }


def by_expert(
    lines: Iterable[dict[str, Any]], cards: "QuerySet[Scorecard]"
) -> list[dict[str, Any]]:
    """One line an expert: what they have and what they have not scored, the busiest first."""
    today, days = timezone.localdate(), calendar()
    circles = {line["evaluation"].pk: line for line in lines}
    mine: dict[Any, list[Scorecard]] = defaultdict(list)
    rows = cards.filter(evaluation__in=list(circles), state__in=ACTIVE)
    for card in rows.select_related("expert__office").order_by("evaluation__circle__code", "id"):
        mine[card.expert_id].append(card)
    found = []
    for given in mine.values():
        waiting = [card for card in given if card.state == State.DRAFT]
        due = [circles[card.evaluation_id]["evaluation"].due_on for card in waiting]
        first = min((day for day in due if day), default=None)
        left, word = left_text(first, today, days) if first else ("none", "")
        found.append(
            {
                "expert": given[0].expert,
                "assigned": len(given),
                "scored": len(given) - len(waiting),
                "waiting": [
                    {"card": card, "circle": circles[card.evaluation_id]["circle"]}
                    for card in waiting
                ],
                "late": sum(bool(day and day < today) for day in due),
                "due_on": first,
                "left": left,
                "left_word": word,
            }
        )
    return sorted(found, key=lambda one: (-len(one["waiting"]), str(one["expert"])))


def names_of(cards: Iterable[Scorecard]) -> str:
    """Who, in one cell."""
    return "、".join(str(card.expert) for card in cards)


def recused_text(cards: Iterable[Scorecard]) -> str:
    """Who recused themselves, and why."""
    return "；".join(
        _("%(who)s回避：%(why)s") % {"who": card.expert, "why": card.comment} for card in cards
    )
