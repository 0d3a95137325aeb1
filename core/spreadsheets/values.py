"""Python values as the cells of a file: the inverse of parsing, safe whatever people typed."""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core.spreadsheets.columns import Column, Kind

Row = Mapping[str, Any] | Sequence[Any]
OutValue = str | int | float | Decimal | datetime.date | None

FLAG_LABELS = ("是", "否")
_ZONE = ZoneInfo("Asia/Shanghai")
LONGEST_TEXT = 32_767
# What XML 1.0 cannot hold, and the carriage return, which it does not keep.
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel reads _xHHHH_ in text as a character; the underscore is escaped so that it stays text.
_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def safe_text(value: object) -> str:
    """Text that any .xlsx can hold: no control characters, not longer than a cell."""
    text = str(value)
    if _ILLEGAL.search(text):
        text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def escaped_text(value: object) -> str:
    """`safe_text` for a writer that does not itself escape _xHHHH_ (openpyxl)."""
    return _ESCAPE_LOOKALIKE.sub("_x005F_", safe_text(value))


def row_values(columns: Sequence[Column], row: Row) -> list[Any]:
    """The row's values in the order of the columns; a row is a mapping by key or a sequence."""
    if isinstance(row, Mapping):
        return [row.get(column.key) for column in columns]
    if len(row) != len(columns):
        raise ValueError(f"a row of {len(row)} values for {len(columns)} columns")
    return list(row)


def outward(column: Column) -> Callable[[Any], OutValue]:
    """The function that turns a value of `column` into what its cell holds (None for blank)."""
    labels = {choice.code: str(choice.label) for choice in column.choices}
    numeric = column.kind in (Kind.INTEGER, Kind.DECIMAL)

    def convert(value: Any) -> OutValue:
        if isinstance(value, bool):
            return FLAG_LABELS[0] if value else FLAG_LABELS[1]
        if isinstance(value, datetime.datetime):
            local = _local(value)
            return local.date() if column.kind is Kind.DATE else f"{local:%Y-%m-%d %H:%M}"
        if isinstance(value, datetime.date):
            return value
        if numeric and isinstance(value, int | float | Decimal):
            return value
        if isinstance(value, list | tuple | set | frozenset):
            return "、".join(labels.get(str(entry), str(entry)) for entry in value) or None
        return None if value is None else labels.get(str(value), str(value)) or None

    return convert


def _local(value: datetime.datetime) -> datetime.datetime:
    return value.astimezone(_ZONE) if value.tzinfo else value
