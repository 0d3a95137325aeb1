"""How much: the steps of a rule, line by line as on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from subsidies.rules.shapes import Rule


@dataclass(frozen=True)
class Line:
    """One line of the paper. `amount` is what stands at its end; None = not known."""

    key: str
    label: str
    text: str
    clause: str
    amount: Decimal | None


@dataclass(frozen=True)
class Computation:
    """All lines, the amount at the end, and why it is not known (`missing`)."""

    lines: tuple[Line, ...]
    amount: Decimal | None
    missing: tuple[str, ...] = ()


def compute(rule: Rule, facts: Mapping[str, str]) -> Computation:
    """The steps one after another: facts are canonical (`clean_facts`).

    The running amount is rounded half up to the fen after each step, unless the step says
    `rounds: none`; at the end always.
    """
    raise NotImplementedError
