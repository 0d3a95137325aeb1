"""A rule tried on facts that are typed: nothing is stored, nothing is promised."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from subsidies.rules.computing import Line, compute
from subsidies.rules.eligibility import UNMET, About, Verdict, judge
from subsidies.rules.facts import clean_facts
from subsidies.rules.parts import Rule
from subsidies.rules.settling import Case, Spent, settle
from subsidies.rules.splitting import Part, split


@dataclass(frozen=True)
class Trial:
    """What came out. amount: yuan, None = not known (`missing` says why).

    eligible  False = a condition is unmet; None = some are not known
    """

    facts: dict[str, str]
    verdicts: tuple[Verdict, ...]
    eligible: bool | None
    lines: tuple[Line, ...]
    amount: Decimal | None
    missing: tuple[str, ...]
    parts: tuple[Part, ...]


def try_rule(
    rule: Rule, given: Mapping[str, Any], *, on: dt.date, spent: Mapping[str, Decimal] | None = None
) -> Trial:
    """Judge, compute, apply the caps and split. Facts that are left out stay unknown.

    spent  what was given before, as in `rules.parts.Example`
    ValidationError: input key → messages.
    """
    facts = clean_facts(rule.inputs, given, partial=True)
    verdicts = tuple(judge(rule.conditions, facts, About(on=on)))
    computed = compute(rule, facts)
    case = Case("", "", "", "", "", on.year, computed, rule.caps)
    settled = settle([case], Spent.told(case, spent or {}))[case.key]
    states = {one.state for one in verdicts}
    eligible = False if UNMET in states else (None if len(states - {"met"}) else True)
    return Trial(
        facts,
        verdicts,
        eligible,
        (*computed.lines, *settled.lines),
        settled.amount,
        settled.missing,
        () if settled.amount is None else tuple(split(settled.amount, rule.instalments, on.year)),
    )
