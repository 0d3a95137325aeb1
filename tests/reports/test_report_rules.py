"""What stands in the way of sending, against a reckoning of its own in fractions."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from reports.models import ReportAnswer, ReportItem, ReportRule
from reports.progress.rules import judge

KEYS = ("a", "b", "c")
ITEMS = [ReportItem(key=key, section="一", label=f"项{key}", kind="number") for key in KEYS]
numbers = st.none() | st.decimals(-5, 5, places=1)
some_keys = st.lists(st.sampled_from(KEYS), unique=True, max_size=3)


def answer(key: str, number: Any = None, **columns: Any) -> ReportAnswer:
    return ReportAnswer(key=key, number=number, **columns)


def total(keys: list[str], figures: dict[str, Any]) -> Fraction | None:
    """The sum, None as soon as one part is unknown or there is none."""
    if not keys or any(figures.get(key) is None for key in keys):
        return None
    return sum((Fraction(figures[key]) for key in keys), Fraction(0))


def holds(rule: ReportRule, this: dict[str, Any], last: dict[str, Any]) -> bool:
    """Whether there is nothing to say, by the words of the model's own comments."""
    left = total(rule.left, this)
    right = total(rule.right, this) if rule.right else None
    limit = None if rule.constant is None else Fraction(rule.constant)
    if rule.operator == "jump":
        before = total(rule.left, last)
        if left is None or limit is None or not before:
            return True
        return abs((left - before) / before) * 100 <= limit
    bound = right if rule.right else limit
    if left is None or bound is None:
        return True
    return {"<=": left <= bound, ">=": left >= bound, "=": left == bound}[rule.operator]


@given(
    left=some_keys.filter(bool),
    right=some_keys,
    operator=st.sampled_from(["<=", ">=", "=", "jump"]),
    constant=st.none() | st.decimals(0, 100, places=1),
    this=st.fixed_dictionaries(dict.fromkeys(KEYS, numbers)),
    last=st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, numbers)),
)
@example(["a"], [], "jump", Decimal(50), {"a": Decimal(3), "b": None, "c": None}, {"a": Decimal(2)})
@example(["a"], [], "jump", Decimal(50), {"a": Decimal(3), "b": None, "c": None}, {"a": Decimal(0)})
def test_a_rule_speaks_exactly_when_known_numbers_break_it(
    left: Any, right: Any, operator: str, constant: Any, this: Any, last: Any
) -> None:
    rule = ReportRule(
        code="r", left=left, operator=operator, right=right, constant=constant, message="请核对"
    )
    answers = {key: answer(key, number) for key, number in this.items()}
    found = judge(items=ITEMS, rules=[rule], answers=answers, last=last)
    assert [(one.rule, one.key, one.severity) for one in found] == (
        [] if holds(rule, this, last) else [("r", left[0], "warn")]
    )
    for one in found:
        assert f"项{left[0]}" in one.message


def test_what_every_form_asks_stands_in_the_form_s_order() -> None:
    """Required, too long, changed without a reason; each names the place and the remedy."""
    items = [
        ReportItem(key="n", section="一、进展", label="场次", kind="number", required=True),
        ReportItem(key="t", section="二、做法", label="做法", kind="text", most_words=3),
        ReportItem(key="m", section="二、做法", label="投资", kind="money"),
        ReportItem(key="w", section="三、问题", label="问题", kind="text", required=True),
    ]
    answers = {
        "t": answer("t", text="超过三字"),
        "m": answer("m", Decimal(7), prefilled_number=Decimal(5)),
        "w": answer("w", text=" \n"),
    }
    rule = ReportRule(
        code="r", left=["m"], operator="<=", constant=Decimal(6), severity="warn", message="偏大"
    )
    found = judge(items=items, rules=[rule], answers=answers, last={})
    assert [(one.key, one.severity) for one in found] == [
        ("n", "block"),
        ("t", "block"),
        ("m", "block"),
        ("m", "warn"),
        ("w", "block"),
    ]
    assert [one.message for one in found] == [
        "“一、进展 · 场次”为必填：请填写；确实没有的填 0。",
        "“二、做法 · 做法”现有 4 字，上限 3 字，请删减 1 字。",
        "“二、做法 · 投资”与预填数值 5 不同，请写明修改原因。",
        "偏大（投资：现为 7，应 ≤ 6，请核对）",
        "“三、问题 · 问题”为必填：请填写。",
    ]
    good = {
        "n": answer("n", Decimal(0)),
        "t": answer("t", text="三个字"),
        "m": answer("m", Decimal(6), prefilled_number=Decimal(5), reason="补登一笔"),
        "w": answer("w", text="无"),
    }
    assert judge(items=items, rules=[rule], answers=good, last={}) == []
