"""Declaring an indicator: everything a reader must know beside the figure itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Basis(StrEnum):
    """Why the figure exists; 目标 and 统计 must cite a clause (system check)."""

    TARGET = "target"
    STATISTIC = "statistic"
    ANALYSIS = "analysis"


class Unit(StrEnum):
    """How a value reads; shares are stored as fractions."""

    SHARE = "share"
    COUNT = "count"
    PERSONS = "persons"
    METRES = "metres"
    RATE = "rate"
    SQUARE_METRES = "square_metres"
    TIMES = "times"
    POINTS = "points"


class Part(StrEnum):
    """What `Value.part` numbers; 0 is always the whole."""

    NONE = "none"
    FORMAT = "format"
    LEVEL = "level"


@dataclass(frozen=True, eq=False)
class Figures:
    """One indicator (one part) over every area [A]: circles, then streets, then the district.

    value   num / den for shares; NaN = no value (shown “—”), never 0
    coverage  how much of the input was known, 0–1
    outlets, among  [O] which outlets make the numerator and the denominator, to trace them
    """

    num: Array
    den: Array | None
    value: Array
    coverage: Array
    part: int = 0
    outlets: NDArray[np.bool_] | None = None
    among: NDArray[np.bool_] | None = None
    # Over the whole ledger (全域) rather than outlets in circles.
    whole: bool = False


@dataclass(frozen=True)
class Indicator:
    """One entry of the indicator dictionary."""

    code: str
    number: int
    name: Any
    unit: Unit
    scopes: str
    basis: Basis
    formula: Any
    compute: Callable[[Any], list[Figures]]
    # (document code, clause ref); required for 目标 and 统计.
    clause: tuple[str, str] | None = None
    higher_is_better: bool | None = True
    part: Part = Part.NONE
    # Figures by walking distance carry how they were measured.
    by_reach: bool = field(default=False)
    # Figures that depend on a rule's parameter: unconfirmed while the rules are.
    by_rules: bool = field(default=False)
    # Figures that read circles' grades may never be an input of a standard, or a grade would be
    # made of itself.
    reads_grades: bool = field(default=False)


_by_code: dict[str, Indicator] = {}
_by_number: dict[int, Indicator] = {}


def indicator(
    code: str,
    number: int,
    name: Any,
    *,
    unit: Unit,
    scopes: str,
    basis: Basis,
    formula: Any,
    clause: tuple[str, str] | None = None,
    higher_is_better: bool | None = True,
    part: Part = Part.NONE,
    by_reach: bool = False,
    by_rules: bool = False,
    reads_grades: bool = False,
) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Declare the function below as the indicator's computation.

    It takes a `Context` and returns one `Figures` or a list of them (one for each part).
    Codes and numbers are each unique and never reused.
    """

    def declare(compute: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def as_list(context: Any) -> list[Figures]:
            made = compute(context)
            return made if isinstance(made, list) else [made]

        if code in _by_code or number in _by_number:
            raise ValueError(f"indicator {code} ({number}) is declared twice")
        declared = Indicator(
            code,
            number,
            name,
            unit,
            scopes,
            basis,
            formula,
            as_list,
            clause,
            higher_is_better,
            part,
            by_reach,
            by_rules or by_reach,
            reads_grades,
        )
        _by_code[code] = _by_number[number] = declared
        return compute

    return declare


def all_indicators() -> list[Indicator]:
    """Every declared indicator, by number."""
    return [_by_number[number] for number in sorted(_by_number)]


def get(code: str) -> Indicator:
    """The indicator of that code; KeyError when there is none."""
    return _by_code[code]


def by_number(number: int) -> Indicator:
    """The indicator that values of `number` belong to."""
    return _by_number[number]
