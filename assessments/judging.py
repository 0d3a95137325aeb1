"""What experts' cards add up to: aggregated item by item, compared with each other, carried over.

The rule of aggregation, how many experts score a circle and how far they may be apart are the
standard's data. Aggregation is per item, so that the items add up to their dimensions; divergence
is between whole cards.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q

from assessments.models import Evaluation, Score, Scorecard, Standard

Aggregation = Standard.Aggregation
CENT = Decimal("0.01")
# Of fewer cards none is taken out: nothing would be left of two.
FEWEST_TRIMMED = 3


@dataclass(frozen=True)
class Judged:
    """What the experts give a circle.

    points          by item key, of the cards that count; an item without is unknown, never 0
    cards           how many cards count (confirmed or published)
    spread          between the highest and the lowest of them; None below two
    wanted          how many cards the standard asks for, one more where they are too far apart
    needs_one_more  whether the cards are too far apart and the additional one is not in yet
    carried_from    年度复核 that was not drawn: the year whose points these are
    """

    points: Mapping[str, Decimal] = field(default_factory=dict)
    cards: int = 0
    spread: Decimal | None = None
    wanted: int = 0
    needs_one_more: bool = False
    carried_from: int | None = None


@dataclass(frozen=True)
class Standing:
    """How far the scoring of a circle is: the cards that are in, whether confirmed or not."""

    totals: tuple[Decimal, ...]
    spread: Decimal | None
    limit: Decimal
    wanted: int

    @property
    def sent(self) -> int:
        """How many cards are in."""
        return len(self.totals)

    @property
    def is_divergent(self) -> bool:
        """Whether the cards are further apart than the standard lets them."""
        return self.spread is not None and self.spread > self.limit

    @property
    def needs_one_more(self) -> bool:
        """Whether one more expert must score because the others are too far apart."""
        return self.is_divergent and self.sent < self.wanted

    @property
    def is_complete(self) -> bool:
        """Whether as many cards are in as are wanted."""
        return self.sent >= self.wanted


def aggregate(points: Sequence[Decimal], how: str) -> Decimal:
    """One figure of several experts' points by `Standard.Aggregation`, half up to 0.01.

    `trimmed` leaves out one highest and one lowest; of fewer than three it is the mean of all.
    ValueError without any.
    """
    if not points:
        raise ValueError("no points to aggregate")
    ordered = sorted(points)
    match Aggregation(how):
        case Aggregation.MEAN:
            kept = ordered
        case Aggregation.MEDIAN:
            middle = len(ordered) // 2
            kept = ordered[middle : middle + 1] if len(ordered) % 2 else _pair(ordered, middle)
        case Aggregation.TRIMMED:
            kept = ordered[1:-1] if len(ordered) >= FEWEST_TRIMMED else ordered
    return (sum(kept, Decimal(0)) / len(kept)).quantize(CENT, ROUND_HALF_UP)


def spread(totals: Sequence[Decimal]) -> Decimal | None:
    """Between the highest and the lowest; None of fewer than two."""
    return max(totals) - min(totals) if len(totals) > 1 else None


def standing_of(evaluations: Iterable[Evaluation]) -> dict[uuid.UUID, Standing]:
    """How far the scoring of each is; two queries."""
    rows = list(evaluations)
    standards = Standard.objects.in_bulk({row.standard_id for row in rows})
    totals: dict[uuid.UUID, list[Decimal]] = defaultdict(list)
    sent = Scorecard.objects.filter(evaluation__in=rows, state__in=SENT)
    for evaluation, total in sent.values_list("evaluation", "total").order_by("submitted_at", "id"):
        if total is not None:
            totals[evaluation].append(total)
    return {row.pk: _standing(totals[row.pk], standards[row.standard_id]) for row in rows}


def judged_of(evaluations: Iterable[Evaluation]) -> dict[uuid.UUID, Judged]:
    """What the experts give each circle; a fixed number of queries.

    年度复核 that was not drawn carries over what experts last gave the circle, under the same
    standard's earlier versions rather than another one: items by key, where the full marks are
    still the same, else unknown.
    """
    rows = list(evaluations)
    full = [row for row in rows if row.scored_in_full]
    sources = _sources([row for row in rows if not row.scored_in_full])
    scored = {row.pk: row for row in [*full, *sources.values()]}
    judged = _judged(list(scored.values()))
    found = {row.pk: judged[row.pk] for row in full}
    marks = _full_marks({row.standard_id for row in [*rows, *sources.values()]} if sources else ())
    for row in rows:
        if row.scored_in_full:
            continue
        source = sources.get(row.pk)
        found[row.pk] = _carried(row, source, judged[source.pk], marks) if source else Judged()
    return found


State = Scorecard.State
SENT = (State.SUBMITTED, State.CONFIRMED, State.PUBLISHED)
_ByStandard = Mapping[uuid.UUID, Mapping[str, Decimal]]


def _pair(ordered: list[Decimal], middle: int) -> list[Decimal]:
    return ordered[middle - 1 : middle + 1]


def _standing(totals: Sequence[Decimal], standard: Standard) -> Standing:
    apart = spread(totals)
    too_far = apart is not None and apart > standard.divergence
    return Standing(tuple(totals), apart, standard.divergence, standard.experts + int(too_far))


def _judged(evaluations: list[Evaluation]) -> dict[uuid.UUID, Judged]:
    standards = Standard.objects.in_bulk({row.standard_id for row in evaluations})
    cards = Scorecard.objects.counted().filter(evaluation__in=evaluations)
    totals: dict[uuid.UUID, list[Decimal]] = defaultdict(list)
    for evaluation, total in cards.values_list("evaluation", "total"):
        if total is not None:
            totals[evaluation].append(total)
    given: dict[uuid.UUID, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    scores = Score.objects.filter(scorecard__in=cards, points__isnull=False)
    for evaluation, key, points in scores.values_list(
        "scorecard__evaluation", "item__key", "points"
    ):
        if points is not None:
            given[evaluation][key].append(points)
    found = {}
    for row in evaluations:
        standard = standards[row.standard_id]
        standing = _standing(totals[row.pk], standard)
        found[row.pk] = Judged(
            points={
                key: aggregate(points, standard.aggregation)
                for key, points in sorted(given[row.pk].items())
            },
            cards=standing.sent,
            spread=standing.spread,
            wanted=standing.wanted,
            needs_one_more=standing.needs_one_more,
        )
    return found


def _sources(reviews: list[Evaluation]) -> dict[uuid.UUID, Evaluation]:
    """By review, the earlier evaluation of its circle whose points it carries over."""
    if not reviews:
        return {}
    scored = Scorecard.objects.counted().values("evaluation")
    earlier: dict[Any, list[Evaluation]] = defaultdict(list)
    rows = Evaluation.objects.filter(
        Q(kind__in=[Evaluation.Kind.FIRST, Evaluation.Kind.UPGRADE]) | Q(sampled=True),
        circle__in={row.circle_id for row in reviews},
        pk__in=scored,
    )
    for row in rows.select_related("standard").order_by("year", "standard__number", "id"):
        earlier[row.circle_id].append(row)
    codes = dict(
        Standard.objects.filter(pk__in={row.standard_id for row in reviews}).values_list(
            "pk", "code"
        )
    )
    found = {}
    for review in reviews:
        before = [row for row in earlier[review.circle_id] if row.year < review.year]
        same = [row for row in before if row.standard.code == codes[review.standard_id]]
        if before:
            found[review.pk] = (same or before)[-1]
    return found


def _full_marks(standards: Iterable[uuid.UUID]) -> _ByStandard:
    """Full marks by standard and item key."""
    found: dict[uuid.UUID, dict[str, Decimal]] = defaultdict(dict)
    rows = Standard.objects.filter(pk__in=set(standards), dimensions__items__isnull=False)
    for standard, key, points in rows.values_list(
        "pk", "dimensions__items__key", "dimensions__items__points"
    ):
        found[standard][key] = points
    return found


def _carried(review: Evaluation, source: Evaluation, judged: Judged, marks: _ByStandard) -> Judged:
    now, then = marks.get(review.standard_id, {}), marks.get(source.standard_id, {})
    points = {
        key: given for key, given in judged.points.items() if key in now and now[key] == then[key]
    }
    return Judged(points=points, cards=judged.cards, carried_from=source.year)
