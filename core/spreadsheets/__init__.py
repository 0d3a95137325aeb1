"""Ledgers in and out: .xlsx and .csv read under suspicion, written without traps.

Reading: `open_table` settles every doubt about the file (`SpreadsheetError`), `check_rows` judges
every cell (`CellError`), `write_errors` gives the wrong rows back in their own layout.
Writing: `write_rows` (styled), `write_large` (any number of rows), `write_csv`, `template`.
"""

from core.spreadsheets.bulk import write_csv, write_large
from core.spreadsheets.cells import CellValue, cell_name, column_letter
from core.spreadsheets.checking import Checked, CleanRow, check_rows
from core.spreadsheets.columns import Choice, Column, Kind, choices_of
from core.spreadsheets.errorbook import write_errors
from core.spreadsheets.errors import Limits, SpreadsheetError
from core.spreadsheets.reading import open_table
from core.spreadsheets.tables import CellError, Table, UnknownColumn
from core.spreadsheets.templates import template
from core.spreadsheets.values import safe_text
from core.spreadsheets.writing import Sheet, put_text, write_rows

__all__ = [
    "CellError",
    "CellValue",
    "Checked",
    "Choice",
    "CleanRow",
    "Column",
    "Kind",
    "Limits",
    "Sheet",
    "SpreadsheetError",
    "Table",
    "UnknownColumn",
    "cell_name",
    "check_rows",
    "choices_of",
    "column_letter",
    "open_table",
    "put_text",
    "safe_text",
    "template",
    "write_csv",
    "write_errors",
    "write_large",
    "write_rows",
]
