"""Facts as people give them, cleaned into canonical texts."""

from collections.abc import Iterable, Mapping
from typing import Any

from subsidies.rules.shapes import Input


def clean_facts(
    inputs: Iterable[Input], given: Mapping[str, Any], *, partial: bool = False
) -> dict[str, str]:
    """Input key → text: money and number the shortest decimal, date ISO, flag "true"/"false".

    What is empty is left out; without `partial` a required one that is left out is a fault.
    ValidationError with a dict: input key → messages.
    """
    raise NotImplementedError


def show_fact(one: Input, value: str | None) -> str:
    """A canonical fact as people read it: “860,000.00 元”, “是”, “2025年3月1日”; none: “—”."""
    raise NotImplementedError
