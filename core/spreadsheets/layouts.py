"""How a file is to be read: which sheet, which rows are its header, which column is which."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Layout:
    """`sheet` is "" for a text file; `header` is the first header row (1-based), of `header_rows`
    (1 or 2); `columns` maps expected keys to 0-based columns."""

    sheet: str
    header: int
    header_rows: int
    columns: Mapping[str, int]

    @property
    def last_header_row(self) -> int:
        return self.header + self.header_rows - 1

    def as_json(self) -> dict[str, Any]:
        """Plain values that `from_json` takes back."""
        return {
            "sheet": self.sheet,
            "header": self.header,
            "header_rows": self.header_rows,
            "columns": dict(self.columns),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Layout":
        """ValueError when `data` is no layout."""
        try:
            layout = cls(data["sheet"], data["header"], data["header_rows"], dict(data["columns"]))
        except (KeyError, TypeError) as error:
            raise ValueError("no layout") from error
        numbers = (layout.header, layout.header_rows, *layout.columns.values())
        if (
            not isinstance(layout.sheet, str)
            or not all(isinstance(key, str) for key in layout.columns)
            or any(type(number) is not int for number in numbers)
            or layout.header < 1
            or layout.header_rows not in (1, 2)
            or any(at < 0 for at in layout.columns.values())
        ):
            raise ValueError("no layout")
        return layout
