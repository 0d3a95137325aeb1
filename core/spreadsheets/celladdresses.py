"""The addresses of all cells in a run of worksheet XML, told at once.

Holds for the style in which Excel, WPS and most libraries write; anything else is for a slower
reader. Every cell is looked at, since one stray address decides how much memory a sheet takes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_LESS_THAN = ord("<")
_GREATER_THAN = ord(">")
_SLASH = ord("/")
_QUOTE = ord('"')
_ZERO = np.uint8(ord("0"))
_ADDRESS_START = b' r="'
_MOST_LETTERS = 3
_MOST_DIGITS = 7
# Longer than the longest start of a cell, so that looking ahead never leaves the block.
_MARGIN = b" " * (2 + len(_ADDRESS_START) + _MOST_LETTERS + _MOST_DIGITS + 1)

Positions = NDArray[np.intp]
Octets = NDArray[np.uint8]


class CellAddresses(NamedTuple):
    """Rows count from 1, columns from 0; all are 0 for a block without (used) cells.

    `first_row` and `last_row` are of all cells, `used_rows` and `used_columns` bound those that
    hold anything.
    """

    first_row: int
    last_row: int
    used_rows: int
    used_columns: int
    has_formulas: bool


_NOTHING = CellAddresses(0, 0, 0, 0, False)


def cell_addresses(block: bytes) -> CellAddresses | None:
    """Where the cells of whole rows stand; None when the block is not in the common style."""
    octets = np.frombuffer(block + _MARGIN, np.uint8)
    tags = np.flatnonzero(octets == _LESS_THAN)
    initials = octets[tags + 1]
    if (initials == ord("!")).any():
        return None
    cells = np.flatnonzero(initials == ord("c"))
    has_formulas = bool((initials == ord("f")).any())
    if not len(cells):
        return None if has_formulas else _NOTHING
    if cells[-1] + 1 == len(tags):
        return None
    found = _parsed(octets, tags[cells])
    used = _filled(octets, tags, initials, cells)
    if found is None or used is None:
        return None
    rows, columns = found
    return CellAddresses(
        int(rows.min()),
        int(rows.max()),
        int(rows[used].max(initial=0)),
        int(columns[used].max(initial=0)),
        has_formulas,
    )


def _parsed(octets: Octets, starts: Positions) -> tuple[Positions, Positions] | None:
    """Rows and columns (both from 1) of the cells that start there; None unless all have them."""
    for offset, expected in enumerate(_ADDRESS_START, 2):
        if not (octets[starts + offset] == expected).all():
            return None
    at = starts + 2 + len(_ADDRESS_START)
    columns = np.zeros(len(starts), np.intp)
    rows = np.zeros(len(starts), np.intp)
    for _letter in range(_MOST_LETTERS):
        value = octets[at] - np.uint8(ord("A") - 1)
        is_letter = (value >= 1) & (value <= 26)
        columns = np.where(is_letter, columns * 26 + value, columns)
        at = at + is_letter
    for _digit in range(_MOST_DIGITS):
        value = octets[at] - _ZERO
        is_digit = value < 10
        rows = np.where(is_digit, rows * 10 + value, rows)
        at = at + is_digit
    complete = (octets[at] == _QUOTE).all() and columns.all() and rows.all()
    return (rows, columns) if complete else None


def _filled(
    octets: Octets, tags: Positions, initials: Octets, cells: Positions
) -> NDArray[np.bool_] | None:
    """Which cells have anything between their tags; None when blanks keep that from being told."""
    following = tags[cells + 1]
    if not (octets[following - 1] == _GREATER_THAN).all():
        return None
    return (octets[following - 2] != _SLASH) & (initials[cells + 1] != _SLASH)
