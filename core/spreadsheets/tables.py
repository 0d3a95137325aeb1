"""A table as it was read: values in their cells, nothing interpreted yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.spreadsheets.cells import Area, CellValue, cell_name, column_letter


@dataclass(frozen=True, slots=True)
class UnknownColumn:
    """A column whose header belongs to no expected column; it is reported, never read."""

    letter: str
    title: str
    filled: int


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong with one cell: row as in the sheet, column by letter and title."""

    row: int
    column: int
    column_title: str
    message: str
    value: str = ""

    @property
    def column_letter(self) -> str:
        """The column's letters; empty when the column is not in the sheet."""
        return column_letter(self.column) if self.column >= 0 else ""

    @property
    def cell(self) -> str:
        """C12; only the row when the column is not in the sheet."""
        return cell_name(self.row, self.column) if self.column >= 0 else str(self.row)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows under a header, in the order of the sheet, blank rows left out.

    `headers`, and each of `rows`, have one entry per column of the sheet, from column A;
    `columns` maps the keys of the expected columns that are present to 0-based columns;
    `row_numbers` are the sheet's (1-based) numbers of `rows`. `formulas`, `errors` and `merged`
    name cells of the data rows whose values cannot be trusted. `notes` are remarks for people.
    """

    filename: str
    sheet: str
    headers: tuple[str, ...]
    columns: Mapping[str, int]
    rows: list[list[CellValue]]
    row_numbers: list[int]
    formulas: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[Area, ...] = ()
    unknown: tuple[UnknownColumn, ...] = ()
    notes: tuple[str, ...] = ()
    date1904: bool = False
    _index: dict[int, int] = field(default_factory=dict, repr=False, compare=False)

    def error(self, row: int, key: str, message: str, *, title: str = "") -> CellError:
        """An error of the caller's own finding at sheet row `row`, expected column `key`."""
        column = self.columns.get(key, -1)
        value = self.row(row)[column] if column >= 0 else ""
        return CellError(row, column, title or self.title(column), message, shown(value))

    def title(self, column: int) -> str:
        """The header of a column as the sheet has it."""
        return self.headers[column] if column >= 0 else ""

    def row(self, number: int) -> list[CellValue]:
        """The raw values of sheet row `number`. KeyError for a row that holds no data."""
        if not self._index:
            self._index.update((row, at) for at, row in enumerate(self.row_numbers))
        return self.rows[self._index[number]]


def shown(value: object, length: int = 60) -> str:
    """A raw value as an error message quotes it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = str(value)
    return text if len(text) <= length else f"{text[:length]}…"
