"""An item of a policy as people read it: its rule in words, what is to be handed in, examples."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from subsidies.celltexts import texts_of
from subsidies.contents import inputs_of
from subsidies.models import Policy, PolicyItem
from subsidies.parts import INPUTS, PARTS, flat
from subsidies.rules.eligibility import UNMET
from subsidies.rules.facts import clean_facts, show_fact
from subsidies.rules.parts import Rule
from subsidies.rules.shapes import read_rule, undetermined
from subsidies.rules.trying import Tried, try_examples
from subsidies.rules.wording import rule_text


def item_document(item: PolicyItem, policy: Policy) -> dict[str, Any]:
    """What `subsidies/policy_item_body.html` shows."""
    try:
        rule = read_rule(item.rule, policy.common)
    except ValidationError as error:
        return {"item": item, "faults": error.messages, "parts": _parts(item)}
    return {
        "item": item,
        "lines": rule_text(rule),
        "open": undetermined(rule),
        "inputs": _inputs(item, policy),
        "evidence": rule.evidence,
        "examples": [_example(rule, one) for one in try_examples(rule)],
        "has_steps": bool(rule.steps),
        "parts": _parts(item),
    }


def _parts(item: PolicyItem) -> list[dict[str, Any]]:
    """The parts of its rule, with how many rows each has."""
    return [
        {"name": part.name, "label": part.label, "count": len(item.rule.get(part.name) or ())}
        for part in PARTS
    ]


def _inputs(item: PolicyItem, policy: Policy) -> Sequence[dict[str, Any]]:
    rows = inputs_of(item.rule, policy.common)
    return [
        {
            **texts_of(INPUTS, flat(INPUTS, row), rows),
            "choices": "、".join(str(one["label"]) for one in row.get("options") or ()),
        }
        for row in rows
    ]


def _example(rule: Rule, tried: Tried) -> dict[str, Any]:
    one = tried.example
    try:
        facts = clean_facts(rule.inputs, one.given, partial=True)
    except ValidationError:
        facts = {}
    return {
        "tried": tried,
        "name": one.name,
        "note": one.note,
        "given": [
            {"label": known.label, "text": show_fact(known, facts[known.key])}
            for known in rule.inputs
            if known.key in facts
        ],
        "expected": one.expected,
        "ineligible": one.ineligible,
        "unmet": any(verdict.state == UNMET for verdict in tried.verdicts),
    }


def common_lines(policy: Policy) -> list[str]:
    """What holds for all items, in words; conditions on an item's own inputs by their name."""
    try:
        rule = read_rule({}, policy.common)
    except ValidationError:
        return [str(row["label"]) for row in policy.common.get("conditions") or ()]
    return [
        *rule_text(rule),
        *(_("申报材料：%(label)s") % {"label": one.label} for one in rule.evidence),
    ]
