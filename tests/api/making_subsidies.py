"""Rows of subsidies, as many as asked (`tests/api/making.py`)."""

from collections.abc import Callable
from typing import Any

from tests.subsidies.making import make_fund, make_line


def _budget(setting: Any) -> None:
    """One of a fund of its own."""
    make_line(setting.district, fund=make_fund(setting.district, f"fund-{setting.number()}"))


ONE_MORE: dict[str, Callable[[Any], None]] = {
    "subsidies.budgetline": _budget,
}
