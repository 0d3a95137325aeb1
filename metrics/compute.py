"""From inputs to values: every declared indicator, in one pass, without the database."""

import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from metrics.context import Context
from metrics.indicators import Indicator, all_indicators
from metrics.inputs.arrays import Inputs
from metrics.reach import Network, ReachTable


class Flag:
    """Bits of `Value.flags`."""

    PARTIAL = 1  # 数据不全，仅供参考: coverage below the rule's floor
    STRAIGHT = 2  # by straight line, no street network loaded
    UNOFFICIAL = 4  # made with rules that await the commission (待区商务委确认)


@dataclass(frozen=True, slots=True)
class Computed:
    """One value before it has a run."""

    indicator: int
    scope: str
    scope_id: uuid.UUID
    part: int
    num: float
    den: float | None
    value: float | None
    coverage: float
    flags: int


def compute(
    inputs: Inputs, network: Network | None, table: ReachTable | None = None
) -> list[Computed]:
    """Every value of the district: circles, streets, district, each indicator and part.

    The same inputs give the same values on any machine, in any order of rows.
    """
    if bool(inputs.network_digest) != (network is not None):
        raise ValueError("the network given is not the one the inputs name")
    return list(values_of(Context(inputs, network, table)))


def values_of(context: Context) -> Iterator[Computed]:
    """The values of a prepared context."""
    areas = _areas(context)
    for indicator in all_indicators():
        wanted = [(row, scope, id) for row, scope, id in areas if scope in indicator.scopes]
        for figures in indicator.compute(context):
            for row, scope, id in wanted:
                yield Computed(
                    indicator.number,
                    scope,
                    id,
                    figures.part,
                    float(figures.num[row]),
                    None if figures.den is None else float(figures.den[row]),
                    _number(figures.value[row]),
                    float(figures.coverage[row]),
                    _flags(indicator, context, float(figures.coverage[row])),
                )


def _areas(context: Context) -> list[tuple[int, str, uuid.UUID]]:
    i = context.inputs
    ids = [
        *(("C", id) for id in i.circle_id),
        *(("S", id) for id in i.street_id),
        ("D", i.meta["district_id"]),
    ]
    return [(row, scope, uuid.UUID(str(id))) for row, (scope, id) in enumerate(ids)]


def _flags(indicator: Indicator, context: Context, coverage: float) -> int:
    meta = context.inputs.meta
    flags = Flag.PARTIAL if coverage < meta["coverage_floor"] else 0
    if indicator.by_reach:
        flags |= 0 if context.network else Flag.STRAIGHT
    if indicator.by_rules and not meta["rules_official"]:
        flags |= Flag.UNOFFICIAL
    return flags


def _number(value: Any) -> float | None:
    number = float(value)
    return None if math.isnan(number) else number
