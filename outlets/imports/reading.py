"""The rows of an import as blocks: from its file the first time, from the staged rows after."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from core.bulk import batched
from core.spreadsheets import Layout, Table, open_blocks
from core.spreadsheets.columns import Column
from outlets.imports.checking import Block
from outlets.imports.stored import restored_cells
from outlets.models import Import, ImportRow

BLOCK_ROWS = 5000


@contextmanager
def file_blocks(batch: Import, columns: list[Column]) -> Iterator[tuple[Iterator[Block], Any]]:
    """The blocks of the stored file, and the reader itself (its notes are complete at the end)."""
    layout = Layout.from_json(batch.layout) if batch.layout else None
    with (
        batch.file.open("rb") as stream,
        open_blocks(
            cast(BinaryIO, stream),
            filename=batch.file_name,
            columns=columns,
            layout=layout,
            block_rows=BLOCK_ROWS,
        ) as source,
    ):
        yield ((table, {}) for table in source), source


def staged_blocks(batch: Import) -> Iterator[Block]:
    """The rows not written yet, as they were read, with what people corrected since."""
    layout: Mapping[str, int] = batch.layout["columns"]
    rows = batch.rows.filter(written_version__isnull=True).order_by("no")
    fields = ("no", "raw", "edits", "decision", "merge_into", "returned")
    for some in batched(rows.only(*fields).iterator(chunk_size=BLOCK_ROWS), BLOCK_ROWS):
        yield _table(batch, layout, some), {row.no: row for row in some}


def _table(batch: Import, layout: Mapping[str, int], rows: list[ImportRow]) -> Table:
    """The rows as a table again; columns that only corrections have stand behind the others."""
    added = sorted({key for row in rows for key in row.edits if key not in layout})
    width = len(batch.titles)
    columns = {**layout, **{key: width + at for at, key in enumerate(added)}}
    cells: list[list[Any]] = []
    marked: dict[str, set[tuple[int, int]]] = {"formula": set(), "error": set()}
    for row in rows:
        values, suspect = restored_cells(row.raw)
        values += [""] * (width + len(added) - len(values))
        for key, text in row.edits.items():
            values[columns[key]] = text
            suspect.pop(columns[key], None)
        for at, kind in suspect.items():
            if kind in marked:
                marked[kind].add((row.no, at))
        cells.append(values)
    return Table(
        filename=batch.file_name,
        sheet=batch.layout.get("sheet", ""),
        headers=(*batch.titles, *added),
        columns=columns,
        rows=cells,
        row_numbers=[row.no for row in rows],
        formulas=frozenset(marked["formula"]),
        errors=frozenset(marked["error"]),
        date1904=batch.layout.get("date1904", False),
    )
