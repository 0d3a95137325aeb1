"""Cells merged downwards: each row gets what the spreadsheet shows beside it."""

from collections.abc import Iterable, Mapping, Sequence

from core.spreadsheets.cells import BLANK, Area, CellValue, Rows, is_filled
from core.spreadsheets.columns import Column, Kind

# One amount beside several rows may be theirs together: people must say.
_AMOUNTS = (Kind.INTEGER, Kind.DECIMAL)


class MergeFill:
    """Fills rows as they are read, in order; `refused` are the merges that people must undo.

    Only a merge within one column that is read and no amount is filled; of these, one whose value
    is in `distrusted` (a formula, an error) is not.
    """

    def __init__(
        self,
        merges: Iterable[Area],
        columns: Sequence[Column],
        places: Mapping[str, int],
        header_end: int,
        distrusted: Iterable[tuple[int, int]],
    ) -> None:
        kinds = {places[column.key]: column.kind for column in columns if column.key in places}
        doubtful = set(distrusted)
        self._known = sorted(kinds)
        self._waiting: list[Area] = []
        self.refused: list[Area] = []
        # Column → (first of the areas filled, how many rows took their value).
        self.filled: dict[int, tuple[Area, int]] = {}
        for area in merges:
            amount = kinds.get(area.left, Kind.INTEGER) in _AMOUNTS
            fillable = area.left == area.right and not amount and area.top > header_end
            if fillable and (area.top, area.left) not in doubtful:
                self._waiting.append(area)
            else:
                self.refused.append(area)
        self._waiting.sort(key=lambda area: -area.top)
        self._begun: list[tuple[Area, CellValue]] = []

    def fill(self, first: int, rows: Rows) -> None:
        """Put the values into `rows`, of which the first has the number `first`."""
        last = first + len(rows) - 1
        while self._waiting and self._waiting[-1].top <= last:
            area = self._waiting.pop()
            value = rows[area.top - first][area.left] if area.top >= first else BLANK
            if is_filled(value):
                self._begun.append((area, value))
        # Which rows hold data is asked before any value is put into them.
        hidden = [
            (area, rows[number - first], value)
            for area, value in self._begun
            for number in range(max(area.top + 1, first), min(area.bottom, last) + 1)
        ]
        data = {id(row) for _area, row, _value in hidden if self._holds_data(row)}
        for area, row, value in hidden:
            if id(row) in data:
                row[area.left] = value
                start, count = self.filled.get(area.left, (area, 0))
                self.filled[area.left] = start, count + 1
        self._begun = [(area, value) for area, value in self._begun if area.bottom > last]

    def _holds_data(self, row: Sequence[CellValue]) -> bool:
        return any(is_filled(row[at]) for at in self._known)
