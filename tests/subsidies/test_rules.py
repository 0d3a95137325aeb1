"""The rule engine against fractions worked out apart from it, and what must hold of any rule."""

import random
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidies.rules.computing import Computation, compute, row_holds
from subsidies.rules.facts import clean_facts
from subsidies.rules.settling import Case, Given, Spent, settle
from subsidies.rules.shapes import Cap, Instalment, read_rule
from subsidies.rules.splitting import split
from subsidies.rules.wording import rule_text
from tests.subsidies.making import FACILITY, OPENING
from tests.subsidies.ruling import FACTS, INPUTS, by_hand, cents, looked_up, steps


def rule_of(told: list[dict[str, Any]]) -> Any:
    return read_rule({"inputs": INPUTS, "steps": told})


def worked(told: list[dict[str, Any]], facts: dict[str, str]) -> Decimal:
    rule = rule_of(told)
    amount = compute(rule, clean_facts(rule.inputs, facts)).amount
    assert amount is not None
    return amount


# --- computing -----------------------------------------------------------------------------------


@given(told=steps(), facts=FACTS)
def test_amounts_agree_with_fractions_by_hand(
    told: list[dict[str, Any]], facts: dict[str, str]
) -> None:
    amount = worked(told, facts)
    assert Fraction(amount) == by_hand(told, facts)
    assert amount >= 0
    assert amount.as_tuple().exponent == -2
    if told[-1]["kind"] == "cap":
        assert Fraction(amount) <= looked_up(told[-1], facts)


@given(told=steps(), facts=FACTS, more=cents(10**6))
def test_a_higher_basis_never_gives_less(
    told: list[dict[str, Any]], facts: dict[str, str], more: str
) -> None:
    raised = str(Decimal(facts["basis"]) + Decimal(more))
    assert worked(told, facts | {"basis": raised}) >= worked(told, facts)


@given(told=steps(), facts=FACTS)
def test_the_order_of_bonuses_does_not_matter(
    told: list[dict[str, Any]], facts: dict[str, str]
) -> None:
    turned = [one | {"bonus": one["bonus"][::-1]} if "bonus" in one else one for one in told]
    assert worked(turned, facts) == worked(told, facts)


@given(told=steps(), facts=FACTS, gone=st.sampled_from(["basis", "units", "zone", "size"]))
def test_what_is_not_known_is_never_nought(
    told: list[dict[str, Any]], facts: dict[str, str], gone: str
) -> None:
    rule = rule_of(told)
    known = clean_facts(rule.inputs, {k: v for k, v in facts.items() if k != gone}, partial=True)
    found = compute(rule, known)
    needed = any(f"'{gone}'" in str(one) for one in told)
    assert (found.amount is None) == needed
    assert found.missing == ((f"缺少“{gone}”",) if needed else ())
    assert len(found.lines) >= len(told)


@given(told=steps(), size=cents(5000))
def test_a_number_is_in_exactly_one_tier(told: list[dict[str, Any]], size: str) -> None:
    rule = rule_of(told)
    looks = [look for step in rule.steps for look in (step.amount, step.limit) if look]
    for look in looks:
        if look.by and look.by.key == "size":
            assert sum(row_holds(row, size) for row in look.table) == 1
            # A bound belongs to the tier above it.
            for before, after in zip(look.table, look.table[1:], strict=False):
                assert before.end == after.start
                assert not row_holds(before, str(before.end))
                assert row_holds(after, str(before.end))


@pytest.mark.parametrize(
    ("basis", "rate", "expected"),
    [
        ("0.01", "0.5", "0.01"),  # 0.005
        ("0.03", "0.5", "0.02"),  # 0.015
        ("0.01", "0.49", "0.00"),  # 0.0049
        ("333333.35", "0.3", "100000.01"),  # 100000.005
    ],
)
def test_half_a_fen_is_rounded_up(basis: str, rate: str, expected: str) -> None:
    told = [
        {"key": "a", "label": "a", "kind": "take", "input": "basis"},
        {"key": "b", "label": "b", "kind": "rate", "value": rate},
    ]
    rule = read_rule({"inputs": INPUTS[:1], "steps": told})
    assert compute(rule, {"basis": basis}).amount == Decimal(expected)
    exact = read_rule({"inputs": INPUTS[:1], "steps": [told[0], told[1] | {"rounds": "none"}]})
    assert compute(exact, {"basis": basis}).amount == Decimal(expected), "at the end always"


def test_rounding_at_each_step_is_not_rounding_at_the_end() -> None:
    """0.01 元 × 50% × 50% × 100: 1.00 step by step, 0.25 at the end."""
    halves = {"kind": "rate", "value": "0.5"}
    told = [
        {"kind": "take", "input": "basis"},
        halves | {"rounds": "fen"},
        halves | {"rounds": "fen"},
        {"kind": "times", "input": "units"},
    ]
    named = [one | {"key": f"s{at}", "label": f"s{at}"} for at, one in enumerate(told)]
    facts = {"basis": "0.01", "units": "100"}
    assert compute(rule_of(named), facts).amount == Decimal("1.00")
    exact = [one | {"rounds": "none"} for one in named]
    assert compute(rule_of(exact), facts).amount == Decimal("0.25")


def test_what_is_too_much_to_be_true_is_not_known() -> None:
    units = {"key": "units", "label": "数量", "kind": "number"}
    more = {"key": "times", "label": "数量", "kind": "times", "input": "units"}
    inputs = [*FACILITY["inputs"], units]
    rule = read_rule(FACILITY | {"inputs": inputs, "steps": [*FACILITY["steps"], more]})
    told = compute(rule, {"investment": "860000", "units": "9" * 12})
    assert told.amount is None
    assert "金额过大" in told.missing[0]


def test_lines_read_as_on_paper() -> None:
    rule = read_rule(FACILITY)
    facts = clean_facts(rule.inputs, {"investment": "８６0,000", "months": "14"})
    assert facts == {"investment": "860000", "months": "14"}
    assert [line.text for line in compute(rule, facts).lines] == [
        "审定投资额 860,000.00 元",
        "审定投资额 860,000.00 元 × 30% = 258,000.00 元",
        "最高支持金额 500,000.00 元，未超过",
    ]
    more = compute(rule, facts | {"investment": "2600000"})
    assert more.lines[-1].text == "最高支持金额 500,000.00 元，超过，按 500,000.00 元计"
    assert rule_text(rule) == [
        "条件：稳定经营满一年——稳定经营月数 不低于 12 个月",
        "依据：审定投资额",
        "支持比例 30%",
        "最高支持金额 500,000.00 元",
        "每家企业每年最高 800,000.00 元",
    ]


# --- settling ------------------------------------------------------------------------------------

KINDS = ["applicant", "applicant_year", "item_year", "clause_year", "outlet"]
CAPS = st.lists(
    st.builds(
        lambda per, amount, shared: Cap(per, amount=Decimal(amount), shared=shared),
        st.sampled_from(KINDS),
        cents(300),
        st.booleans(),
    )
    | st.builds(
        lambda per, count, shared: Cap(per, count=count, shared=shared),
        st.sampled_from(KINDS),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=3,
)


def case(key: int, amount: str | None, **more: Any) -> Case:
    told: dict[str, Any] = {
        "key": f"k{key}",
        "number": f"2026-01-{key:04d}",
        "applicant": "a",
        "outlet": "",
        "item": "x",
        "year": 2026,
    }
    computed = Computation((), None if amount is None else Decimal(amount), ())
    return Case(computation=computed, **(told | more))


@st.composite
def worlds(draw: Any) -> tuple[list[Case], list[Given]]:
    """Cases of a few applicants, outlets and items (each with its caps), and what was given."""
    items = {name: tuple(draw(CAPS)) for name in ("x", "y")}
    where = {
        "applicant": st.sampled_from(["a", "b"]),
        "outlet": st.sampled_from(["", "o", "p"]),
        "year": st.sampled_from([2026, 2027]),
        "group": st.sampled_from(["", "g"]),
    }
    cases = []
    for key in range(draw(st.integers(1, 6))):
        item = draw(st.sampled_from(["x", "y"]))
        told = {name: draw(one) for name, one in where.items()}
        amount = draw(st.none() | cents(200))
        cases.append(case(key, amount, item=item, caps=items[item], **told))
    givens = st.builds(
        Given, item=st.sampled_from(["x", "y"]), amount=cents(200).map(Decimal), **where
    )
    return cases, draw(st.lists(givens, max_size=3))


def in_reach(cap: Cap, of: Case, one: Any) -> bool:
    """Whether `one` counts under the cap of the case `of`; said once more, apart from the code."""
    subject = of.outlet or f"applicant {of.applicant}"
    same = {
        "applicant": one.applicant == of.applicant,
        "applicant_year": one.applicant == of.applicant and one.year == of.year,
        "item_year": (one.applicant, one.year, one.item) == (of.applicant, of.year, of.item),
        "clause_year": (one.year, one.item) == (of.year, of.item),
        "outlet": (one.outlet or f"applicant {one.applicant}") == subject,
    }
    return same[cap.per] and (cap.shared or one.item == of.item)


def rivals_of(one: Case, rows: Sequence[Any]) -> list[Any]:
    """Those of the same group, outlet and year."""
    place = (one.group, one.year, one.outlet or f"applicant {one.applicant}")
    return [
        each
        for each in rows
        if one.group
        and (each.group, each.year, each.outlet or f"applicant {each.applicant}") == place
    ]


def left_by_hand(one: Case, cases: list[Case], before: list[Given], settled: Any) -> Decimal:
    """What is left of a known amount: the group's highest less what it had, then each cap."""
    asked = one.computation.amount or Decimal(0)
    rivals = [each for each in rivals_of(one, cases) if each.computation.amount is not None]
    ranks = sorted(rivals, key=lambda each: (-(each.computation.amount or 0), each.number))
    if ranks and ranks[0] is not one:
        return Decimal(0)
    left = max(asked - sum(row.amount for row in rivals_of(one, before)), Decimal(0))
    for cap in one.caps:
        counted = [row.amount for row in before if in_reach(cap, one, row)]
        counted += [
            settled[each.key].amount or Decimal(0)
            for each in cases
            if each.number < one.number and in_reach(cap, one, each)
        ]
        if cap.amount is not None:
            left = min(left, max(cap.amount - sum(counted), Decimal(0)))
        elif sum(bool(amount) for amount in counted) >= (cap.count or 0):
            left = Decimal(0)
    return left


@settings(max_examples=200)
@given(world=worlds(), seed=st.integers(0, 10**6))
def test_caps_hold_whatever_the_order(world: tuple[list[Case], list[Given]], seed: int) -> None:
    cases, before = world
    settled = settle(cases, Spent.of(before))
    mixed = random.Random(seed).sample(cases, len(cases))
    turned = settle(mixed, Spent.of(random.Random(seed).sample(before, len(before))))
    assert turned == settled
    for one in cases:
        amount, asked = settled[one.key].amount, one.computation.amount
        if amount is None or asked is None:
            assert (amount, asked) == (None, None)
            continue
        assert amount == left_by_hand(one, cases, before, settled)
        assert 0 <= amount <= asked
        for cap in one.caps if amount else ():
            # With all that came before it, and those before it in order.
            paid = [row.amount for row in before if in_reach(cap, one, row)] + [
                settled[each.key].amount or Decimal(0)
                for each in cases
                if each.number <= one.number and in_reach(cap, one, each)
            ]
            assert cap.amount is None or sum(paid) <= cap.amount
            assert cap.count is None or sum(map(bool, paid)) <= cap.count
    for one in cases:
        assert sum(bool(settled[each.key].amount) for each in rivals_of(one, cases)) <= 1


def test_what_was_given_before_leaves_the_rest_and_says_so() -> None:
    cap = Cap("applicant_year", amount=Decimal("500000"), shared=True)
    before = Spent.of([Given("a", "", "y", 2026, Decimal("58000"))])
    first, second = case(1, "400000", caps=(cap,)), case(2, "258000", caps=(cap,))
    settled = settle([second, first], before)
    assert settled["k1"].lines[0].text == (
        "每家企业每年最高 500,000.00 元，本年度已获支持 58,000.00 元，"
        "尚可支持 442,000.00 元，未超过"
    )
    assert settled["k2"].amount == Decimal("42000.00")
    assert settled["k2"].lines[0].text == (
        "每家企业每年最高 500,000.00 元，本年度已获支持 458,000.00 元，"
        "尚可支持 42,000.00 元，超过，按 42,000.00 元计"
    )
    open_cap = Cap("outlet", label="每个网点")
    assert settle([case(1, "10", caps=(open_cap,))], Spent())["k1"].amount is None


def test_of_a_group_the_highest_is_paid_and_earlier_support_counts() -> None:
    low, high = case(1, "30", group="g", outlet="o"), case(2, "50", group="g", outlet="o")
    settled = settle([low, high], Spent.of([Given("b", "o", "z", 2026, Decimal(20), "g")]))
    assert (settled["k1"].amount, settled["k2"].amount) == (Decimal(0), Decimal(30))
    assert "2026-01-0002" in settled["k1"].lines[0].text
    assert "补足差额 30.00 元" in settled["k2"].lines[0].text


# --- splitting -----------------------------------------------------------------------------------


@given(
    fen=st.integers(0, 10**9),
    shares=st.lists(st.integers(1, 100), min_size=1, max_size=6),
)
def test_instalments_add_up_to_the_fen(fen: int, shares: list[int]) -> None:
    amount = Decimal(fen).scaleb(-2)
    told = [
        Instalment(Decimal(one) / Decimal(sum(shares)), year) for year, one in enumerate(shares)
    ]
    parts = split(amount, told, 2026)
    assert sum((part.amount for part in parts), Decimal(0)) == amount
    assert all(part.amount > 0 for part in parts)
    assert [part.number for part in parts] == sorted({part.number for part in parts})
    if fen > 10_000:
        for part in parts[:-1]:
            wanted = amount * told[part.number - 1].share
            assert abs(part.amount - wanted) <= Decimal("0.005")
            assert part.year == 2026 + part.number - 1


def test_opening_is_paid_in_three_years() -> None:
    rule = read_rule(OPENING)
    parts = split(Decimal("100000.01"), rule.instalments, 2026)
    assert [str(part.amount) for part in parts] == ["40000.00", "30000.00", "30000.01"]
    # 0.006 rounds up four times: what is left is never less than nothing.
    fifths = [Instalment(Decimal("0.2"))] * 5
    assert [str(part.amount) for part in split(Decimal("0.03"), fifths, 2026)] == ["0.01"] * 3
    (whole,) = split(Decimal("12.34"), (), 2026)
    assert (whole.number, whole.year, whole.amount) == (1, 2026, Decimal("12.34"))
