"""What differs between two submissions of a report."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.models import ReportItem, ReportSubmission


@dataclass(frozen=True)
class Side:
    """What an item said: a number (None = unknown) or a passage."""

    number: Decimal | None = None
    text: str = ""


@dataclass(frozen=True)
class Difference:
    """One item that says something else now.

    why  the reason given for leaving the prefilled number, "" = none
    """

    item: ReportItem
    old: Side
    new: Side
    why: str = ""


def differences(older: ReportSubmission, newer: ReportSubmission) -> list[Difference]:
    """The items that differ, in the form's order; a 无变化报送 says nothing of any item."""
    items = older.report.period.type.items.all()
    return [one for item in items for one in _of_item(item, older.content, newer.content)]


def _of_item(item: ReportItem, older: Any, newer: Any) -> Iterator[Difference]:
    old, new = _side(older, item.key), _side(newer, item.key)
    if old != new:
        why = newer["answers"].get(item.key, {}).get("reason", "")
        yield Difference(item, old, new, why)


def _side(content: Any, key: str) -> Side:
    said = content["answers"].get(key, {})
    number = said.get("number")
    return Side(None if number is None else Decimal(number), said.get("text", ""))
