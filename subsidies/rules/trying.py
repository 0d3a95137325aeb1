"""Worked examples: does the rule give what was worked out by hand?"""

from dataclasses import dataclass
from decimal import Decimal

from subsidies.rules.computing import Line
from subsidies.rules.eligibility import Verdict
from subsidies.rules.shapes import Example, Rule


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
    raise NotImplementedError
