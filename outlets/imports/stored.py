"""Values and cells as the staging table keeps them: JSON that comes back as what it was."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.db import models

from core.bulk import JsonText
from core.spreadsheets.cells import CellValue
from outlets.imports.drafts import NewName


def dumped(value: Any) -> JsonText:
    """JSON text of register values: days, amounts and ids as text, new names behind a plus."""
    if not value:
        return _EMPTY_LIST if isinstance(value, list) else _EMPTY_DICT
    return JsonText(_ENCODER.encode(value))


_EMPTY_DICT, _EMPTY_LIST = JsonText("{}"), JsonText("[]")


class _Encoder(json.JSONEncoder):
    """Django's own encoder asks the type of each value in Python; this one only of the others."""

    def default(self, value: Any) -> Any:
        return str(value)


_ENCODER = _Encoder(ensure_ascii=False, separators=(",", ":"))


def restored(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Register values from their stored form, by column of `model`."""
    found = dict(values)
    for column, read in _readers(model).items():
        value = found.get(column)
        if value is not None:
            found[column] = read(value)
    return found


@cache
def _readers(model: type[models.Model]) -> dict[str, Callable[[Any], Any]]:
    found: dict[str, Callable[[Any], Any]] = {}
    fields: Any = model._meta.concrete_fields
    for field in fields:
        target = field.target_field if field.is_relation else field
        if isinstance(target, models.UUIDField):
            found[field.attname] = _id
        elif isinstance(target, models.DateTimeField):
            found[field.attname] = dt.datetime.fromisoformat
        elif isinstance(target, models.DateField):
            found[field.attname] = _day
        elif isinstance(target, models.DecimalField):
            found[field.attname] = Decimal
    return found


@lru_cache(maxsize=65_536)
def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@lru_cache(maxsize=65_536)
def _id(text: str) -> Any:
    return NewName(text) if text.startswith("+") else uuid.UUID(text)


# --- Cells -------------------------------------------------------------------------------------
# A day, a moment, a duration or a cell that cannot be trusted is kept as {type: value}.

_CELLS: dict[str, Callable[[Any], Any]] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda seconds: dt.timedelta(seconds=seconds),
}


def dumped_cells(cells: Sequence[CellValue], suspect: Mapping[int, str]) -> JsonText:
    """JSON text of one row of a sheet; cells that cannot be trusted are marked as such."""
    if not suspect:
        return JsonText(_CELL_ENCODER.encode(cells))
    marked = [
        {suspect[at]: _plain(cell)} if at in suspect else cell for at, cell in enumerate(cells)
    ]
    return JsonText(_CELL_ENCODER.encode(marked))


def restored_cells(kept_row: str) -> tuple[list[CellValue], dict[int, str]]:
    """The cells of one row, and why which of them cannot be trusted."""
    cells, suspect = _restored(kept_row)
    return list(cells), dict(suspect)


@lru_cache(maxsize=1024)
def _restored(kept_row: str) -> tuple[list[CellValue], dict[int, str]]:
    return _told_apart(json.loads(kept_row))


def _told_apart(kept_row: Sequence[Any]) -> tuple[list[CellValue], dict[int, str]]:
    cells: list[CellValue] = []
    suspect: dict[int, str] = {}
    for at, cell in enumerate(kept_row):
        if isinstance(cell, dict):
            [(kind, value)] = cell.items()
            if kind in _CELLS:
                cells.append(_CELLS[kind](value))
            else:
                suspect[at] = kind
                cells.append(_told_apart([value])[0][0])
        else:
            cells.append(cell)
    return cells, suspect


def _plain(cell: Any) -> Any:
    if isinstance(cell, dt.timedelta):
        return {"timedelta": cell.total_seconds()}
    if isinstance(cell, dt.date | dt.time):
        return {type(cell).__name__: cell.isoformat()}
    return cell


class _CellEncoder(json.JSONEncoder):
    def default(self, cell: Any) -> Any:
        return _plain(cell)


_CELL_ENCODER = _CellEncoder(ensure_ascii=False, separators=(",", ":"))
