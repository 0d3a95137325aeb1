"""Curves and gates: never outside 0 … full marks, never a level on what nobody knows."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.formulas import exact, half_up, points_of, share_at, total_of
from assessments.gates import Opinion
from assessments.grading import DimensionPoints, Item, explain, missing_text

SHARES = st.integers(0, 100).map(lambda n: str(Decimal(n) / 100))
FIGURES = st.fractions(min_value=-3, max_value=3, max_denominator=1000)


@st.composite
def curves(draw: Any, *, rising: bool = False) -> list[list[str]]:
    xs = sorted(draw(st.sets(st.integers(-200, 200), min_size=1, max_size=6)))
    shares = [draw(SHARES) for _ in xs]
    if rising:
        shares.sort(key=Decimal)
    return [[str(Decimal(x) / 100), share] for x, share in zip(xs, shares, strict=True)]


def item(curve: str, points: list[list[str]], full: Decimal) -> Any:
    return SimpleNamespace(curve=curve, curve_points=points, points=full)


@given(curves(), st.sampled_from(["linear", "steps"]), FIGURES, st.integers(1, 4000))
def test_points_lie_between_nothing_and_full_marks_and_on_the_nodes(
    curve: list[list[str]], how: str, x: Fraction, cents: int
) -> None:
    full = Decimal(cents) / 100
    found = points_of(item(how, curve, full), x)
    assert found is not None
    assert 0 <= found <= full
    # Each in hundredths, and nearest to the share without rounding.
    assert found == found.quantize(Decimal("0.01"))
    low, high = (op(Decimal(share) for _x, share in curve) for op in (min, max))
    assert low - Decimal("1e-20") <= share_at(how, curve, x) <= high + Decimal("1e-20")
    for at, share in curve:
        assert points_of(item(how, curve, full), Decimal(at)) == half_up(Decimal(share) * full)
    below, above = Decimal(curve[0][0]) - 1, Decimal(curve[-1][0]) + 1
    assert share_at(how, curve, below) == Decimal(curve[0][1])
    assert share_at(how, curve, above) == Decimal(curve[-1][1])


@given(curves(rising=True), st.sampled_from(["linear", "steps"]), FIGURES, FIGURES)
def test_more_never_earns_less_where_the_curve_rises(
    curve: list[list[str]], how: str, a: Fraction, b: Fraction
) -> None:
    of = item(how, curve, Decimal("7.5"))
    less, more = points_of(of, min(a, b)), points_of(of, max(a, b))
    assert less is not None
    assert more is not None
    assert less <= more


def test_ties_go_up_and_no_figure_earns_nothing_known() -> None:
    thirds = item("linear", [["0", "0"], ["3", "1"]], Decimal("0.015"))
    # A third of 0.015 is 0.005 to the last digit.
    assert points_of(thirds, Decimal(1)) == Decimal("0.01")
    assert half_up(Decimal("2.345")) == Decimal("2.35") == half_up(Fraction(469, 200))
    assert exact(0.1) == Decimal("0.1")
    assert exact(float("nan")) is None
    assert points_of(thirds, None) is None
    assert points_of(item("linear", [], Decimal(5)), Decimal(1)) is None
    assert total_of([Decimal("1.10"), Decimal("2.20")]) == Decimal("3.30")
    assert total_of([Decimal(1), None]) is None


# --- Gates ----------------------------------------------------------------------------------------
def kinds(present: int, absent: int = 0, unknown: int = 0) -> Any:
    total = present + absent + unknown
    return SimpleNamespace(present=present, absent=absent, unknown=unknown, total=total)


@dataclass
class Case:
    """A circle that just reaches 提升型, and what is otherwise about it."""

    basic: Any = field(default_factory=lambda: kinds(18, 5))
    quality: Any = field(default_factory=lambda: kinds(12, 18))
    verdicts: dict[str, str] = field(default_factory=lambda: {"wet": "absent", "fresh": "present"})
    points: tuple[str | None, ...] = ("60", "20")
    opinion: Opinion | None = field(default_factory=lambda: Opinion(100, 90, 95, 100))
    checklist: bool = True

    def explain(self) -> dict[str, Any]:
        rules = [
            SimpleNamespace(
                level=level,
                min_basic=basic,
                min_quality=quality,
                required=[["wet", "fresh"]],
                min_score=Decimal(score),
                min_satisfaction=Decimal("0.9"),
                min_basic_satisfaction=None,
            )
            for level, basic, quality, score in (
                ("quality", 20, 20, 90),
                ("basic", 15, 0, 70),
                ("improved", 18, 12, 80),
            )
        ]
        presence = SimpleNamespace(basic=self.basic, quality=self.quality, verdicts=self.verdicts)
        items = [
            Item(
                key=str(n),
                name=f"项目{n}",
                kind="computed",
                full=Decimal(full),
                points=None if points is None else Decimal(points),
            )
            for n, (full, points) in enumerate(zip((75, 25), self.points, strict=True))
        ]
        return explain(
            levels=rules,
            presence=presence if self.checklist else None,
            labels={"wet": "菜市场", "fresh": "生鲜超市"},
            dimensions=[DimensionPoints("d", "维度", Decimal(100), items)],
            opinion=self.opinion,
            origin={},
        )


def states(found: dict[str, Any]) -> list[str]:
    return [level["state"] for level in found["levels"]]


def test_the_highest_level_up_to_which_every_gate_is_met() -> None:
    found = Case().explain()
    assert (found["proposed"], found["next"]) == ("improved", "quality")
    assert [level["level"] for level in found["levels"]] == ["basic", "improved", "quality"]
    assert [level["met"] for level in found["levels"]] == [True, True, False]
    lacking = "还差 2 类业态（基本保障类）、8 类业态（品质提升类）、10 分"
    assert missing_text(found) == lacking
    found = Case(opinion=Opinion(1000, 888, 950, 100)).explain()
    assert found["proposed"] == ""
    assert missing_text(found) == "还差 满意度 1.2 个百分点"


@pytest.mark.parametrize(
    ("case", "proposed", "told"),
    [
        # As many as are wanted may be there, but nobody has looked.
        (Case(basic=kinds(17, 3, 3)), "basic", ["3 类（基本保障类）"]),
        (Case(verdicts={"wet": "absent", "fresh": "unknown"}), "", ["必备业态“菜市场或生鲜超市”"]),
        (Case(points=("60", None)), "", ["还有 25 分的项目未计分"]),
        (Case(opinion=Opinion(99, 99, 99, 100)), "", ["满意度样本不足 99/100"]),
        (Case(opinion=None), "", ["满意度没有调查结果"]),
    ],
)
def test_what_nobody_knows_is_not_met_and_not_failed(
    case: Case, proposed: str, told: list[str]
) -> None:
    found = case.explain()
    assert found["proposed"] == proposed
    following = next(level for level in found["levels"] if level["level"] == found["next"])
    assert following["state"] == "unknown"
    assert "unmet" not in {gate["state"] for gate in following["gates"]}
    assert (found["missing"], found["unclear"]) == ([], told)


def test_what_is_certain_although_something_is_unknown() -> None:
    # Even if all three were there it would not be enough; even full marks would not do.
    found = Case(basic=kinds(14, 9, 0), points=("40", None)).explain()
    assert found["levels"][0]["state"] == "unmet"
    assert found["missing"] == ["1 类业态（基本保障类）", "至少 5 分"]
    assert found["score"] | {"dimensions": []} == {
        "total": None, "known": "40.00", "scored": "75.00", "full": "100.00",
        "dimensions": [], "open": ["项目1"],
    }  # fmt: skip
    # Without a checklist nothing is known of any kind.
    bare = Case(checklist=False).explain()
    assert states(bare)[0] == "unknown"
    assert bare["figures"]["basic"] is None


def test_a_higher_level_never_counts_over_a_lower_one() -> None:
    case = Case(quality=kinds(30), basic=kinds(23), points=("75", "25"))
    rules = case.explain()
    assert states(rules) == ["met", "met", "met"]
    assert (rules["proposed"], rules["next"], missing_text(rules)) == ("quality", "", "")
    odd = [
        SimpleNamespace(
            level=level,
            min_basic=basic,
            min_quality=0,
            required=[],
            min_score=None,
            min_satisfaction=None,
            min_basic_satisfaction=None,
        )
        for level, basic in (("basic", 5), ("improved", 23), ("quality", 10))
    ]
    presence = SimpleNamespace(basic=kinds(12, 11), quality=kinds(0), verdicts={})
    found = explain(
        levels=odd, presence=presence, labels={}, dimensions=[], opinion=None, origin={}
    )
    assert states(found) == ["met", "unmet", "blocked"]
    assert [level["met"] for level in found["levels"]] == [True, False, False]
    assert found["proposed"] == "basic"


def test_satisfaction_that_may_not_be_shown_tells_nothing() -> None:
    for satisfied in (91, 81):
        found = Case(opinion=Opinion(100, satisfied, 95, 100, withheld=True)).explain()
        (gate,) = [g for g in found["levels"][0]["gates"] if g["gate"] == "min_satisfaction"]
        assert (gate["state"], gate["is"]) == ("unknown", "数据不公布")
        assert str(satisfied) not in str(gate)
        assert found["figures"]["satisfaction"]["share"] is None
