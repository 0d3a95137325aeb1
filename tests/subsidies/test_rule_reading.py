"""Rules read from JSON, faults named by place; conditions judged with their reasons."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from subsidies.rules.eligibility import About, judge
from subsidies.rules.shapes import clean_rule, read_rule, undetermined
from subsidies.rules.trying import try_examples
from tests.subsidies.making import FACILITY, OPENING
from tests.subsidies.ruling import INPUTS, number, zone


def places(told: dict[str, Any], common: Any = None) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        read_rule(told, common)
    return set(refused.value.message_dict)


def test_what_is_wrong_is_named_by_its_place() -> None:
    take = {"key": "a", "label": "a", "kind": "take", "input": "basis"}
    rate = {"key": "b", "label": "b", "kind": "rate", "value": "30"}
    tiers = [{"from": "0", "to": "10", "value": "1"}, {"from": "9", "to": None, "value": "2"}]
    fixed = {"key": "c", "label": "c", "kind": "fixed", "by": "size", "table": tiers}
    base = {"inputs": INPUTS}
    assert places({"steps": [{"kind": "guess"}], "more": 1}) == {
        "more",
        "steps.1.key",
        "steps.1.label",
        "steps.1.kind",
    }
    assert places(base | {"steps": [take, rate]}) == {"steps.2.value"}
    assert places(base | {"steps": [rate | {"value": 0.3}]}) == {"steps.1.value"}
    assert places(base | {"steps": [rate | {"value": "0.3"}, take]}) == {
        "steps.1.kind",
        "steps.2.kind",
    }
    assert places(base | {"steps": [take | {"input": "none", "most": "3"}]}) == {
        "steps.1.input",
        "steps.1.most",
    }
    assert places(base | {"steps": [fixed]}) == {"steps.1.table"}
    assert places(base | {"steps": [fixed | {"table": [], "value": "0.001", "by": ""}]}) == {
        "steps.1.value"
    }
    assert places(base | {"instalments": [{"share": "0.5"}, {"share": "0.4"}]}) == {"instalments"}
    lost = {"conditions": [{"key": "x", "label": "x", "kind": "compare", "input": "nowhere"}]}
    assert places(base, lost) == {"common.conditions.1.input"}


def test_the_canonical_form_is_its_own_and_reads_the_same() -> None:
    for told in (FACILITY, OPENING, {"inputs": INPUTS}):
        once = clean_rule(told)
        assert clean_rule(once) == once
        assert read_rule(once) == read_rule(told)


def test_an_open_standard_is_named_and_leaves_the_amount_unknown() -> None:
    told = FACILITY | {"steps": [*FACILITY["steps"][:2], FACILITY["steps"][2] | {"value": None}]}
    rule = read_rule(told)
    assert undetermined(rule) == ["最高支持金额"]
    (tried,) = try_examples(rule)
    assert (tried.passed, tried.amount) == (False, None)
    assert tried.missing == ("“最高支持金额”标准待定",)
    assert "不能测算" in tried.reason


TODAY = dt.date(2026, 3, 1)
CONDITIONS = [
    {"key": "carried_out", "label": "投资完成", "kind": "ratio", "input": "spent", "op": ">=",
     "value": "0.7", "other": "planned"},
    {"key": "since", "label": "开业时间", "kind": "compare", "input": "opened", "op": ">=",
     "value": "2024-01-01"},
    {"key": "trade", "label": "业态", "kind": "compare", "input": "zone", "op": "in",
     "value": ["core", "urban"]},
    {"key": "credit", "label": "信用良好", "kind": "not_blacklisted"},
    {"key": "funded", "label": "三年内未获支持", "kind": "not_funded", "years": 3},
    {"key": "first", "label": "首次申报", "kind": "first_time"},
]  # fmt: skip
ASKED = [
    number("spent", "money", label="实际投资"),
    number("planned", "money", label="计划投资"),
    number("opened", "date", label="开业日期"),
    zone(),
]


@pytest.mark.parametrize(
    ("key", "facts", "about", "state", "text"),
    [
        ("carried_out", {"spent": "65", "planned": "100"}, {}, "unmet",
         "实际投资为计划投资的 65%，不足 70%"),
        ("carried_out", {"spent": "70", "planned": "100"}, {}, "met",
         "实际投资为计划投资的 70%，不低于 70%"),
        ("carried_out", {"spent": "69.9999", "planned": "100"}, {}, "unmet",
         "实际投资为计划投资的 69.99%，不足 70%"),
        ("carried_out", {"spent": "70", "planned": "0"}, {}, "unknown",
         "“计划投资”为0，无法比较"),
        ("carried_out", {"planned": "100"}, {}, "unknown", "缺少“实际投资”"),
        ("since", {"opened": "2023-12-31"}, {}, "unmet",
         "开业日期 2023年12月31日，早于 2024年1月1日"),
        ("since", {"opened": "2024-01-01"}, {}, "met",
         "开业日期 2024年1月1日，不早于 2024年1月1日"),
        ("trade", {"zone": "other"}, {}, "unmet", "zone：区域other，应为区域core、区域urban"),
        ("credit", {}, {"blacklisted": True}, "unmet", "列入失信名单"),
        ("credit", {}, {}, "unknown", "尚未核查信用记录"),
        ("funded", {}, {"funded_on": (dt.date(2023, 3, 2),)}, "unmet",
         "3年内已获支持（2023年3月2日）"),
        ("funded", {}, {"funded_on": (dt.date(2023, 3, 1),)}, "met", "3年内未获支持"),
        ("first", {}, {"item_on": (dt.date(2020, 5, 1),)}, "unmet",
         "本事项已获支持（2020年5月1日）"),
        ("first", {}, {"item_on": ()}, "met", "本事项首次申报"),
        ("first", {}, {}, "unknown", "尚未核查以往支持情况"),
    ],
)  # fmt: skip
def test_conditions_say_why(
    key: str, facts: dict[str, str], about: dict[str, Any], state: str, text: str
) -> None:
    rule = read_rule({"inputs": ASKED, "conditions": CONDITIONS})
    verdicts = judge(rule.conditions, facts, About(on=TODAY, **about))
    (found,) = (one for one in verdicts if one.key == key)
    assert (found.state, found.text) == (state, text)
