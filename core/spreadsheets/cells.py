"""Cells and their addresses as people see them: row numbers from 1, columns as letters."""

import datetime
import re
from dataclasses import dataclass
from functools import cache

CellValue = (
    str | float | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta
)
Rows = list[list[CellValue]]
BLANK = ""
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


@cache
def column_letter(index: int) -> str:
    """The letters of a column counted from 0: 0 → A, 26 → AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@cache
def column_index(letters: str) -> int:
    """The inverse of `column_letter`."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def cell_name(row: int, column: int) -> str:
    """`row` counted from 1, `column` from 0: (12, 2) → C12."""
    return f"{column_letter(column)}{row}"


def is_filled(value: CellValue) -> bool:
    """Whether a cell holds anything but blanks."""
    return bool(value.strip()) if isinstance(value, str) else True


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, both ends included; rows counted from 1, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def parse(cls, reference: str) -> "Area | None":
        """`A1` or `A1:B2`; None when it is neither."""
        ends = [_REFERENCE.fullmatch(end) for end in reference.split(":")]
        if not 1 <= len(ends) <= 2 or not all(ends):
            return None
        corners = [(int(end[2]), column_index(end[1])) for end in ends if end]
        rows, columns = zip(*corners, strict=True)
        return cls(min(rows), min(columns), max(rows), max(columns))

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    @property
    def name(self) -> str:
        return f"{cell_name(self.top, self.left)}:{cell_name(self.bottom, self.right)}"
