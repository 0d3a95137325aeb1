"""The arithmetic of a survey against scipy's interval and the plain definitions."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from assessments.statistics import Satisfaction, options_of, wilson
from tests.assessments.making import SATISFACTION

OPTIONS = options_of(SATISFACTION)
POINTS = {"5": 100, "4": 80, "3": 60, "2": 30, "1": 0}


def test_nobody_has_no_interval_and_more_than_all_is_refused() -> None:
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


@given(st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_scipys(told: tuple[int, int]) -> None:
    satisfied, n = told
    interval = wilson(satisfied, n)
    assert interval is not None
    expected = binomtest(satisfied, n).proportion_ci(method="wilson")
    assert interval == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= interval[0] <= satisfied / n <= interval[1] <= 1


TALLIES = st.dictionaries(
    st.sampled_from(["5", "4", "3", "2", "1", "0", "", "gone"]), st.integers(0, 400)
)


@given(TALLIES)
def test_shares_and_score_are_those_of_the_definitions(tally: dict[str, int]) -> None:
    found = Satisfaction.of(tally, OPTIONS)
    answers = [value for value, times in tally.items() for _ in range(times)]
    valid = [value for value in answers if value in POINTS]
    assert found.n == len(valid)
    assert found.excluded == answers.count("0")
    assert found.refused == len(answers) - len(valid) - found.excluded
    if not valid:
        told = found.share, found.basic_share, found.margin, found.basic_margin, found.score
        assert told == (None,) * 5
        return
    assert found.share == sum(value in "54" for value in valid) / len(valid)
    assert found.basic_share == sum(value in "543" for value in valid) / len(valid)
    mean = Fraction(sum(POINTS[value] for value in valid), len(valid))
    exact = Decimal(mean.numerator) / Decimal(mean.denominator)
    assert found.score == exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
    ends = binomtest(found.basic, found.n).proportion_ci(method="wilson")
    assert found.basic_margin == pytest.approx((ends.high - ends.low) / 2, abs=1e-12)
    assert found.margin is not None
    assert found.margin <= 0.5
