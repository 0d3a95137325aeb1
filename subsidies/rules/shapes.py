"""How a rule is read from its JSON: cleaned field by field, then every key resolved."""

from typing import Any

from django.utils.translation import gettext as _

from subsidies.rules.fields import Faults, clean_row
from subsidies.rules.forms import COMMON, RULE
from subsidies.rules.linking import Reader
from subsidies.rules.parts import (
    Bonus,
    Cap,
    Condition,
    EvidenceLine,
    Example,
    Input,
    Instalment,
    Lookup,
    Option,
    Row,
    Rule,
    Step,
)

__all__ = [
    "Bonus",
    "Cap",
    "Condition",
    "EvidenceLine",
    "Example",
    "Input",
    "Instalment",
    "Lookup",
    "Option",
    "Row",
    "Rule",
    "Step",
    "clean_common",
    "clean_rule",
    "read_rule",
    "undetermined",
]

_FIRST = frozenset({"take", "fixed"})


def clean_rule(data: Any) -> dict[str, Any]:
    """The JSON of a rule with every field, numbers as texts: what is stored.

    ValidationError by place: {"steps.2.value": […]}, rows counted from 1. That keys name what
    exists is asked by `read_rule`.
    """
    faults = Faults()
    cleaned = clean_row(RULE, data, "", faults)
    faults.stop()
    return cleaned


def clean_common(data: Any) -> dict[str, Any]:
    """The same of what is common to a policy's items: inputs, conditions, caps, evidence."""
    faults = Faults()
    cleaned = clean_row(COMMON, data or {}, "", faults)
    faults.stop()
    return cleaned


def read_rule(data: Any, common: Any = None) -> Rule:
    """The rule of an item. ValidationError whose dict names each place: {"steps.2.value": […]}.

    Rows count from 1; places in `common` begin with "common.". Common inputs, conditions and
    evidence come first, common caps last; of two inputs of one key the item's own holds.
    """
    faults = Faults()
    own = clean_row(RULE, data, "", faults)
    shared = clean_row(COMMON, common or {}, "common", faults)
    faults.stop()
    read = Reader(faults)
    read.rows("common.inputs", shared["inputs"], read.input)
    read.rows("inputs", own["inputs"], read.input)
    rule = Rule(
        inputs=tuple(read.inputs.values()),
        conditions=(
            *read.rows("common.conditions", shared["conditions"], read.condition),
            *read.rows("conditions", own["conditions"], read.condition),
        ),
        steps=read.rows("steps", own["steps"], read.step),
        caps=(
            *read.rows("caps", own["caps"], read.cap),
            *read.rows("common.caps", shared["caps"], read.common_cap),
        ),
        instalments=read.rows("instalments", own["instalments"], read.instalment),
        evidence=tuple(EvidenceLine(**row) for row in [*shared["evidence"], *own["evidence"]]),
        examples=read.rows("examples", own["examples"], read.example),
    )
    _check_whole(rule, faults)
    faults.stop()
    return rule


def _check_whole(rule: Rule, faults: Faults) -> None:
    for number, step in enumerate(rule.steps, start=1):
        if (step.kind in _FIRST) != (number == 1):
            faults.add(f"steps.{number}.kind", _("第一步须取数或定额，其余各步在前一步上计算"))
    if rule.instalments and sum(one.share for one in rule.instalments) != 1:
        faults.add("instalments", _("各期比例之和须为 100%"))
    for name, rows in (("conditions", rule.conditions), ("evidence", rule.evidence)):
        keys = [row.key for row in rows]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            faults.add(name, _("“%(key)s”重复") % {"key": key})


def undetermined(rule: Rule) -> list[str]:
    """The labels of what is 标准待定 in conditions, steps and caps, each once."""
    labels = [one.label for one in rule.conditions if one.is_open]
    labels += [step.label for step in rule.steps if _open_step(step)]
    labels += [
        cap.label or cap.per for cap in rule.caps if cap.amount is None and cap.count is None
    ]
    return list(dict.fromkeys(labels))


def _open_step(step: Step) -> bool:
    looks = [step.limit] if step.limit else []
    if step.kind in ("fixed", "rate", "cap"):
        looks.append(step.amount)
    values = [row.value for look in looks for row in look.table]
    values += [look.value for look in looks if look.by is None]
    return None in [*values, *(bonus.value for bonus in step.bonus)]
