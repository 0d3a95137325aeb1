"""How large a demo is, and the chance it is made with."""

import datetime as dt
import uuid
import zlib
from dataclasses import dataclass
from typing import SupportsInt

import numpy as np

from portal.demo.layout import UNITS

FULL_CIRCLES = sum(unit.circles for unit in UNITS)
FULL_COMPOUNDS = 3_000
FULL_OUTLETS = 14_000
FULL_RESIDENTS = sum(unit.residents for unit in UNITS)


@dataclass(frozen=True)
class Plan:
    """What decides a demo: the same plan makes the same rows, ids included."""

    scale: float
    seed: int
    day: dt.date
    """The day the demo's dates count back from: its “today”."""

    def __post_init__(self) -> None:
        if not 0.02 <= self.scale <= 1:
            raise ValueError("the scale of a demo lies between 0.02 and 1")

    @property
    def circles(self) -> int:
        """Six at least, so that every kind of circle occurs."""
        return max(6, round(FULL_CIRCLES * self.scale))

    @property
    def compounds(self) -> int:
        return round(FULL_COMPOUNDS * self.scale)

    @property
    def outlets(self) -> int:
        """The whole register, 区外网点 included."""
        return round(FULL_OUTLETS * self.scale)

    @property
    def residents(self) -> int:
        return round(FULL_RESIDENTS * self.scale)

    def chance(self, subject: str) -> np.random.Generator:
        """A generator of its own for each subject, so that one leaves the others' draws alone."""
        return np.random.default_rng([self.seed, zlib.crc32(subject.encode())])

    def ids(self, subject: str, count: int) -> list[uuid.UUID]:
        """`count` ascending ids in the shape of UUIDv7 with one fixed moment in them."""
        noise = self.chance(f"ids of {subject}").bytes(8 * count)
        return [_id(number, noise[8 * number : 8 * number + 8]) for number in range(count)]

    def ago(self, days: SupportsInt) -> dt.date:
        """So many days before the demo's today."""
        return self.day - dt.timedelta(days=int(days))


_MOMENT_MS = 1_767_225_600_000  # 2026-01-01 00:00 UTC


def _id(number: int, noise: bytes) -> uuid.UUID:
    """48 bits of time, version 7, and `number` above 42 random bits, so that ids ascend."""
    time, low = _MOMENT_MS + (number >> 12), number & 0xFFF
    random = int.from_bytes(noise, "big") & ((1 << 62) - 1)
    return uuid.UUID(int=time << 80 | 0x7 << 76 | low << 64 | 0b10 << 62 | random)
