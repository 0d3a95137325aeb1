"""The problem rows of an import, in the file's own layout, to be corrected and taken in again."""

from collections.abc import Iterator
from typing import Any

from core.spreadsheets import CellError, write_problem_rows
from outlets.imports.kinds import LedgerKind
from outlets.imports.stored import restored_cells
from outlets.models import Import, ImportRow

PROBLEMS = (ImportRow.Verdict.ERROR, ImportRow.Verdict.DUPLICATE)


def write_problems(target: Any, batch: Import, kind: LedgerKind) -> int:
    """Write an .xlsx of the rows that are wrong or doubtful; how many."""
    return write_problem_rows(
        target,
        sheet=batch.layout.get("sheet", ""),
        headers=tuple(batch.titles),
        rows=_rows(batch, kind),
    )


def _rows(batch: Import, kind: LedgerKind) -> Iterator[Any]:
    places = batch.layout["columns"]
    rows = batch.rows.filter(verdict__in=PROBLEMS, written_version__isnull=True).order_by("no")
    for row in rows.iterator(chunk_size=2000):
        cells, _suspect = restored_cells(row.raw)
        for key, text in row.edits.items():
            if key in places:
                cells[places[key]] = text
        yield row.no, cells, errors_of(batch, kind, row)


def errors_of(batch: Import, kind: LedgerKind, row: ImportRow) -> list[CellError]:
    """What is wrong or doubtful about the row, by cell of the file."""
    places = batch.layout["columns"]
    found = [
        CellError(row.no, places.get(key, -1), kind.titles.get(key, ""), message)
        for key, message in row.errors
    ]
    if row.verdict == ImportRow.Verdict.DUPLICATE and not row.decision:
        at = places.get("name", -1)
        title = kind.titles.get("name", "")
        found += [CellError(row.no, at, title, doubt_of(one)) for one in row.likely]
    return found


def doubt_of(likely: dict[str, Any]) -> str:
    """One likely double, in words."""
    if "row" in likely:
        return str(likely["why"])
    return f"{likely['why']}：{likely['code']} {likely['name']} {likely['address']}".strip()
