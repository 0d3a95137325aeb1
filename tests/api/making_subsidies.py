"""Rows of subsidies, as many as asked (`tests/api/making.py`)."""

from collections.abc import Callable
from typing import Any

ONE_MORE: dict[str, Callable[[Any], None]] = {}
