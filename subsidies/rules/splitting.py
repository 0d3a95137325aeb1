"""An amount in instalments."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import round_half_up_fen
from subsidies.rules.parts import Instalment


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
    shares = instalments or (Instalment(share=Decimal(1)),)
    parts: list[Part] = []
    rest = amount
    for number, one in enumerate(shares, start=1):
        part = rest if number == len(shares) else min(round_half_up_fen(amount * one.share), rest)
        parts.append(Part(number, year + one.year_offset, part, one.condition, one.months))
        rest -= part
    return [part for part in parts if part.amount]
