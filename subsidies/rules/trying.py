"""Worked examples: does the rule give what was worked out by hand?"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from subsidies.rules.computing import Line, compute
from subsidies.rules.eligibility import MET, UNMET, About, Verdict, judge
from subsidies.rules.facts import clean_facts
from subsidies.rules.parts import Example, Rule
from subsidies.rules.settling import Case, Spent, settle
from subsidies.rules.words import yuan

# Where an example does not say when.
_SOME_DAY = "2026-01-01"


@dataclass(frozen=True)
class Tried:
    """An example's outcome; `reason` says in words why it failed ("" = it passed)."""

    example: Example
    passed: bool
    reason: str
    amount: Decimal | None
    lines: tuple[Line, ...]
    verdicts: tuple[Verdict, ...]
    missing: tuple[str, ...]


def try_examples(rule: Rule) -> list[Tried]:
    """Each example of the rule: its conditions, its calculation, its caps."""
    return [_tried(rule, example) for example in rule.examples]


def _tried(rule: Rule, example: Example) -> Tried:
    try:
        facts = clean_facts(rule.inputs, example.given, partial=True)
    except ValidationError as error:
        return Tried(example, False, "；".join(error.messages), None, (), (), ())
    about = _about(example)
    verdicts = tuple(judge(rule.conditions, facts, about))
    computed = compute(rule, facts)
    case = Case("", "", "", "", "", about.on.year, computed, rule.caps)
    settled = settle([case], Spent.told(case, example.spent))[case.key]
    reason = _reason(example, rule, verdicts, settled.amount)
    lines = (*computed.lines, *settled.lines)
    return Tried(example, not reason, reason, settled.amount, lines, verdicts, settled.missing)


def _reason(
    example: Example, rule: Rule, verdicts: Sequence[Verdict], amount: Decimal | None
) -> str:
    """Why the example fails; "" if it does not. A condition that is 标准待定 is left aside."""
    unmet = [one.text for one in verdicts if one.state == UNMET]
    if example.ineligible:
        return "" if unmet else _("应不符合条件，却都符合")
    if unmet:
        return _("应符合条件，却不符合：%(why)s") % {"why": "；".join(unmet)}
    if amount != example.expected:
        words = {"expected": _shown(example.expected), "amount": _shown(amount)}
        return _("应为 %(expected)s，算出 %(amount)s") % words
    asked = zip(rule.conditions, verdicts, strict=True)
    unclear = [told.text for one, told in asked if told.state != MET and not one.is_open]
    if unclear and amount is not None:
        return _("条件尚不能判定：%(why)s") % {"why": "；".join(unclear)}
    return ""


def _shown(amount: Decimal | None) -> str:
    return _("不能测算") if amount is None else yuan(amount)


def _about(example: Example) -> About:
    """As the example tells it; what it leaves out is in order."""
    told = example.about
    return About(
        on=dt.date.fromisoformat(told.get("on") or _SOME_DAY),
        blacklisted=told.get("blacklisted", False),
        funded_on=tuple(map(dt.date.fromisoformat, told.get("funded_on", ()))),
        item_on=tuple(map(dt.date.fromisoformat, told.get("item_on", ()))),
    )
