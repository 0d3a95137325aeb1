"""What caps and stacking groups leave of amounts that were computed one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from subsidies.rules.computing import Computation, Line
from subsidies.rules.shapes import Cap


@dataclass(frozen=True)
class Case:
    """One application to be settled.

    key        its own, e.g. the primary key as text
    number     受理编号: caps serve cases in this order (then by key); none = last
    applicant  the enterprise; outlet: "" if it is about none (then the applicant stands for it)
    item       key of the policy's item; group: its stacking group, "" = none
    year       the budget year
    caps       `rule.caps`
    """

    key: str
    number: str
    applicant: str
    outlet: str
    item: str
    year: int
    computation: Computation
    caps: tuple[Cap, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Given:
    """Support given (or held) before, under the same policy; yuan."""

    applicant: str
    outlet: str
    item: str
    year: int
    amount: Decimal
    group: str = ""


@dataclass(frozen=True)
class Spent:
    """What was given before: `Spent.of(givens)`; empty = nothing."""

    tallies: dict[tuple[str, ...], tuple[Decimal, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Iterable[Given]) -> "Spent":
        """Added up by everything that a cap may count by."""
        raise NotImplementedError


@dataclass(frozen=True)
class Settled:
    """What caps and stacking add to the computation's lines, and what is left (None = unknown)."""

    lines: tuple[Line, ...]
    amount: Decimal | None
    missing: tuple[str, ...] = ()


def settle(cases: Sequence[Case], spent: Spent) -> dict[str, Settled]:
    """By case key. The order of the sequence does not matter.

    1. 就高不重复: of one stacking group only the highest is paid for one outlet and year; what
       was given before counts (only the difference is left).
    2. Caps, case by case in the order of the numbers, each in the order of the rule.
    A case whose amount is not known stays so and takes nothing.
    """
    raise NotImplementedError
