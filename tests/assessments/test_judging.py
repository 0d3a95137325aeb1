"""Experts' points: aggregated as the standard says, compared, carried over to later years."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assessments.judging import Judged, aggregate, judged_of, spread, standing_of
from assessments.models import Evaluation
from tests.assessments.making import YEAR, make_evaluation, make_scorecard, make_standard
from tests.factories import CircleFactory, StreetFactory

POINTS = st.decimals(min_value=0, max_value=100, places=2)
MANY = st.lists(POINTS, min_size=1, max_size=12)
CENT = Decimal("0.01")


def half_up(number: Fraction) -> Decimal:
    """An exact fraction, half up to 0.01."""
    cents = (number * 100 + Fraction(1, 2)).__floor__()
    return Decimal(cents) / 100


@given(MANY)
@settings(max_examples=150, derandomize=True)
def test_mean_and_median_are_numpys(points: list[Decimal]) -> None:
    exact = [Fraction(one) for one in points]
    mean = half_up(sum(exact, Fraction(0)) / len(exact))
    assert aggregate(points, "mean") == mean
    assert abs(float(mean) - numpy.mean([float(one) for one in points])) <= 0.005 + 1e-9
    # numpy keeps whole cents exact up to the half of two of them.
    doubled = round(2 * numpy.median([float(one * 100) for one in points]))
    assert aggregate(points, "median") == half_up(Fraction(doubled, 200))


@given(MANY)
@settings(max_examples=150, derandomize=True)
def test_the_trimmed_mean_is_scipys_with_one_taken_at_each_end(points: list[Decimal]) -> None:
    if len(points) < 3:
        assert aggregate(points, "trimmed") == aggregate(points, "mean")
        return
    cents = numpy.array([float(one * 100) for one in points])
    # A share that cuts exactly one at each end.
    theirs = stats.trim_mean(cents, 1.5 / len(points))
    total = round(theirs * (len(points) - 2))
    assert aggregate(points, "trimmed") == half_up(Fraction(total, 100 * (len(points) - 2)))


@given(MANY, st.sampled_from(["mean", "median", "trimmed"]))
@settings(max_examples=100, derandomize=True)
def test_no_rule_leaves_the_range_or_minds_the_order(points: list[Decimal], how: str) -> None:
    found = aggregate(points, how)
    assert min(points) <= found <= max(points)
    assert found == aggregate(points[::-1], how)
    assert found == found.quantize(CENT, ROUND_HALF_UP)


def test_halves_go_up_and_nothing_is_no_figure() -> None:
    assert aggregate([Decimal("1.00"), Decimal("1.01")], "mean") == Decimal("1.01")
    assert aggregate([Decimal("2.01"), Decimal("2.00")], "median") == Decimal("2.01")
    with pytest.raises(ValueError, match="no points"):
        aggregate([], "mean")
    assert spread([Decimal(7)]) is None
    assert spread([Decimal(7), Decimal(9), Decimal("3.5")]) == Decimal("5.5")


# --- from the tables -----------------------------------------------------------------------------
@pytest.fixture
def circle(db: None) -> Any:
    return CircleFactory(lead_street=StreetFactory())


def give(evaluation: Evaluation, elderly: str, signs: str, state: str = "confirmed") -> None:
    """A card with its two judged items scored."""
    total = Decimal(elderly) + Decimal(signs)
    card = make_scorecard(evaluation, state=state, total=total)
    items = {
        item.key: item
        for dimension in evaluation.standard.dimensions.all()
        for item in dimension.items.filter(kind="judged")
    }
    card.scores.create(item=items["elderly_friendly"], points=elderly)
    card.scores.create(item=items["signs"], points=signs)


def test_only_confirmed_cards_make_points_and_each_item_is_aggregated(circle: Any) -> None:
    standard = make_standard(circle.district, experts=3, aggregation="trimmed", divergence=20)
    evaluation = make_evaluation(circle, standard)
    for elderly, signs in (("10", "30"), ("16", "20"), ("13", "0")):
        give(evaluation, elderly, signs)
    give(evaluation, "0", "0", "submitted")
    give(evaluation, "1", "1", "draft")
    give(evaluation, "2", "2", "recused")
    assert judged_of([evaluation])[evaluation.pk] == Judged(
        points={"elderly_friendly": Decimal(13), "signs": Decimal(20)},
        cards=3,
        # 13 + 0 … 10 + 30: further apart than 20.
        spread=Decimal(27),
        wanted=4,
        needs_one_more=True,
    )
    # The one that is in, though not confirmed, is the additional one.
    standing = standing_of([evaluation])[evaluation.pk]
    assert (standing.sent, standing.wanted, standing.needs_one_more) == (4, 4, False)


def test_a_review_that_was_not_drawn_carries_the_last_points_over(
    circle: Any, django_assert_num_queries: Any
) -> None:
    standard = make_standard(circle.district)
    for year, points in ((YEAR - 2, "8"), (YEAR - 1, "12")):
        give(make_evaluation(circle, standard, year=year), points, "20")
    # Newer, but of another standard, and of a year whose cards were never confirmed.
    other = make_evaluation(circle, make_standard(circle.district, "other"), year=YEAR - 1)
    give(other, "1", "0")
    give(make_evaluation(circle, make_standard(circle.district, "third")), "2", "0", "submitted")
    changed = make_standard(circle.district, "trial", number=2, state="draft")
    changed.dimensions.get(key="order").items.update(points=40)
    review = make_evaluation(circle, changed, kind="review")
    stranger = make_evaluation(CircleFactory(lead_street=circle.lead_street), standard)
    drawn = make_evaluation(circle, standard, kind="review", sampled=True)
    judged_of([review])
    with django_assert_num_queries(6):
        found = judged_of([review, stranger, drawn])
    # The full marks of the other item are no longer the same: unknown.
    carried = found[review.pk]
    assert carried.points == {"elderly_friendly": Decimal(12)}
    assert (carried.carried_from, carried.cards, carried.wanted) == (YEAR - 1, 1, 0)
    for one in (stranger, drawn):
        assert (found[one.pk].points, found[one.pk].cards, found[one.pk].wanted) == ({}, 0, 2)
        assert found[one.pk].carried_from is None
