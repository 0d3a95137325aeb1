"""What rooms above contribute to a run's inputs (`metrics.contributed` declares it)."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from territory.models import District


class Collected(NamedTuple):
    """One area's numbers: a count has no denominator; `known` is the share of the input known."""

    num: float
    den: float | None = None
    known: float = 1.0


# (scope "C", "S" or "D", the place's id) → its numbers.
ByArea = Mapping[tuple[str, uuid.UUID], Collected]
Collect = Callable[[District, dt.date], ByArea]

COLLECTORS: dict[str, Collect] = {}
# Where `Inputs.meta` keeps it.
META = "contributed"


def collect(district: District, as_of: dt.date) -> dict[str, list[list[Any]]]:
    """What every room contributes, as the inputs keep it: {code: [[scope, id, num, den, known]]}.

    In one order whatever the rooms' order, since the file is named by its digest.
    """
    return {
        code: sorted(
            [scope, str(area), *map(_plain, found)]
            for (scope, area), found in COLLECTORS[code](district, as_of).items()
        )
        for code in sorted(COLLECTORS)
    }


def _plain(number: float | None) -> float | None:
    return None if number is None else float(number)
