"""The indicator dictionary: importing this package declares every figure of the platform."""

from metrics.indicators import access, outlets, presence, programme
from metrics.registry import (
    Basis,
    Figures,
    Indicator,
    Part,
    Unit,
    all_indicators,
    by_number,
    get,
)

__all__ = [
    "Basis",
    "Figures",
    "Indicator",
    "Part",
    "Unit",
    "access",
    "all_indicators",
    "by_number",
    "get",
    "outlets",
    "presence",
    "programme",
]
