"""An amount in instalments."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from subsidies.rules.shapes import Instalment


@dataclass(frozen=True)
class Part:
    """One instalment: numbered from 1, planned for a year, on what condition, after how long."""

    number: int
    year: int
    amount: Decimal
    condition: str
    months: int | None


def split(amount: Decimal, instalments: Sequence[Instalment], year: int) -> list[Part]:
    """Each share half up to the fen, the last takes the rest: the parts sum exactly.

    No instalments = one part, the whole. A part of nothing is left out; no amount, no parts.
    """
    raise NotImplementedError
