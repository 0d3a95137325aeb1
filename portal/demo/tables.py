"""Rows on their way to the database, column by column.

Keys of reference rows are codes (street, committee, format, batch, brand); `writing.py` turns them
into ids. Keys of demo rows are ids already.
"""

from collections.abc import Iterable
from typing import Any

Table = dict[str, list[Any]]


def length(table: Table) -> int:
    """How many rows; ValueError when columns differ."""
    lengths = {len(column) for column in table.values()}
    if len(lengths) != 1:
        raise ValueError(f"columns of different length: {sorted(lengths)}")
    return lengths.pop()


def take(table: Table, rows: Iterable[int]) -> Table:
    """The given rows, in that order."""
    order = list(rows)
    return {name: [column[row] for row in order] for name, column in table.items()}
