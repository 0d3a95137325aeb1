"""Shares, baskets and quantiles equal plain Python with fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from metrics.reach import NONE_DM, areas_from_pairs, basket, coverage, weighted_quantiles

FORMATS = 3
distances = st.one_of(st.integers(0, 12_000), st.just(NONE_DM), st.sampled_from([5999, 6000, 6001]))
populations = st.one_of(st.integers(0, 5000), st.sampled_from([-1.0, float("nan"), 0.0]))
shares = st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.0, 1.0])


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(nearest [H, F], population [H], memberships [A, H], known [H])"""
    h, a = draw(st.integers(1, 8)), draw(st.integers(1, 4))
    row = st.lists(distances, min_size=FORMATS, max_size=FORMATS)
    nearest = draw(st.lists(row, min_size=h, max_size=h))
    population = draw(st.lists(populations, min_size=h, max_size=h))
    member = st.lists(shares, min_size=h, max_size=h)
    areas = draw(st.lists(member, min_size=a, max_size=a))
    known = draw(st.lists(st.booleans(), min_size=h, max_size=h))
    return (
        np.array(nearest, dtype=np.uint16),
        np.array(population),
        np.array(areas),
        np.array(known),
    )


def residents(population: np.ndarray, known: np.ndarray, h: int) -> Fraction | None:
    value = float(population[h])
    return Fraction(value) if known[h] and value >= 0 else None


@given(cases(), st.lists(st.integers(0, 12_000), min_size=FORMATS, max_size=FORMATS))
def test_coverage_equals_plain_sums(case: tuple[np.ndarray, ...], within: list[int]) -> None:
    nearest, population, areas, known = case
    result = coverage(nearest, within, population, csr_array(areas), known=known)
    for a, row in enumerate(areas.tolist()):
        people = [(h, Fraction(w), residents(population, known, h)) for h, w in enumerate(row) if w]
        counted = [(h, w, p) for h, w, p in people if p is not None]
        assert result.members[a] == len(people)
        assert result.known[a] == len(counted)
        assert Fraction(result.denominator[a]) == sum(w * p for _, w, p in counted)
        for f in range(FORMATS):
            reached = sum(w * p for h, w, p in counted if int(nearest[h, f]) <= within[f])
            assert Fraction(result.numerator[a, f]) == reached


@given(
    cases(),
    st.lists(st.lists(st.integers(0, FORMATS - 1), min_size=1, max_size=2), min_size=1, max_size=3),
    st.one_of(st.none(), st.integers(1, 3)),
)
def test_basket_needs_one_of_every_group(
    case: tuple[np.ndarray, ...], groups: list[list[int]], at_least: int | None
) -> None:
    nearest, population, areas, known = case
    within = [3000, 6000, 9000]
    result = basket(
        nearest, within, groups, population, csr_array(areas), at_least=at_least, known=known
    )
    needed = len(groups) if at_least is None else at_least
    for a, row in enumerate(areas.tolist()):
        expected = Fraction(0)
        for h, w in enumerate(row):
            met = sum(any(int(nearest[h, f]) <= within[f] for f in group) for group in groups)
            if met >= needed:
                expected += Fraction(w) * (residents(population, known, h) or 0)
        assert Fraction(result.numerator[a]) == expected


@given(cases(), st.lists(st.integers(1, 100), min_size=1, max_size=4))
def test_quantiles_equal_their_definition(
    case: tuple[np.ndarray, ...], percents: list[int]
) -> None:
    nearest, population, areas, known = case
    result = weighted_quantiles(nearest, population, csr_array(areas), percents, known=known)
    assert result.dtype == np.uint16
    for a, row in enumerate(areas.tolist()):
        for f in range(FORMATS):
            pairs = sorted(
                (int(nearest[h, f]), Fraction(w) * (residents(population, known, h) or 0))
                for h, w in enumerate(row)
            )
            for i, percent in enumerate(percents):
                assert result[a, f, i] == naive_quantile(pairs, percent)


def naive_quantile(pairs: list[tuple[int, Fraction]], percent: int) -> int:
    total = sum((w for _, w in pairs), Fraction(0))
    if total == 0:
        return NONE_DM
    for value, _ in pairs:
        if sum(w for v, w in pairs if v <= value) >= total * Fraction(percent, 100):
            return value
    raise AssertionError("the largest value holds everyone")


def test_ninety_percent_of_ten_residents_is_nine() -> None:
    """0.9 x 10 in floating point must not ask for a tenth resident."""
    values = np.arange(1, 11, dtype=np.uint16)[:, None]
    areas = areas_from_pairs([0] * 10, range(10), 1, 10)
    for scale in (1, 3, 7, 11, 10_007):
        result = weighted_quantiles(values, np.full(10, scale), areas, [10, 50, 90, 100])
        assert result.tolist() == [[[1, 5, 9, 10]]]


def test_overlapping_areas_count_residents_once_in_each() -> None:
    areas = areas_from_pairs([0, 0, 1, 1, 0], [0, 1, 1, 2, 0], 2, 3)
    nearest = np.array([[100], [200], [NONE_DM]], dtype=np.uint16)
    result = coverage(nearest, 200, [10, 20, 40], areas)
    assert result.denominator.tolist() == [30, 60]
    assert result.numerator.tolist() == [[30], [20]]


def test_wrong_questions_are_refused() -> None:
    nearest = np.zeros((1, 2), dtype=np.uint16)
    areas = areas_from_pairs([0], [0], 1, 1)
    for groups in ([], [[0], []]):
        with pytest.raises(ValueError, match="basket"):
            basket(nearest, 100, groups, [1], areas)
    with pytest.raises(ValueError, match="limit"):
        coverage(nearest, NONE_DM, [1], areas)
    with pytest.raises(ValueError, match="percents"):
        weighted_quantiles(nearest, [1], areas, [0])
