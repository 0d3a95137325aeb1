"""Reading an uploaded ledger whole: every doubt about the file is settled before its rows are."""

from collections.abc import Sequence
from dataclasses import replace

from core.spreadsheets.blocks import open_blocks
from core.spreadsheets.books import Source
from core.spreadsheets.columns import Column
from core.spreadsheets.errors import DEFAULT_LIMITS, Limits
from core.spreadsheets.tables import Table


def open_table(
    source: Source,
    *,
    filename: str,
    columns: Sequence[Column],
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """The whole table in an .xlsx or .csv file (path or seekable binary file).

    The first visible sheet whose first rows hold enough of the titles of `columns` is read; the
    others are named in the notes. SpreadsheetError says what is wrong, where, and what to do;
    its codes are listed there.
    """
    whole = limits.max_rows + limits.header_within
    with open_blocks(
        source, filename=filename, columns=columns, limits=limits, block_rows=whole
    ) as blocks:
        (table,) = blocks
        return replace(table, unknown=blocks.unknown, notes=blocks.notes)
