"""Ledgers in and out: .xlsx and .csv read under suspicion, written without traps.

Reading: `survey` looks at the heads of a file's sheets and guesses what is what; `open_blocks`
reads any number of rows in little memory, `open_table` all at once (`SpreadsheetError` for every
doubt about the file); `Checker` and `check_rows` judge every cell (`CellError`), `write_errors` and
`write_problem_rows` give the wrong rows back in their own layout.
Writing: `write_rows` (styled), `write_large` (any number of rows), `write_csv`, `template`.
"""

from core.spreadsheets.blocks import TableBlocks, open_blocks
from core.spreadsheets.bulk import write_csv, write_large
from core.spreadsheets.cells import CellValue, cell_name, column_letter
from core.spreadsheets.checking import Checked, Checker, CleanRow, check_rows
from core.spreadsheets.columns import Choice, Column, Kind, choices_of, header_key
from core.spreadsheets.errorbook import write_errors, write_problem_rows
from core.spreadsheets.errors import Limits, SpreadsheetError
from core.spreadsheets.guessing import Guess
from core.spreadsheets.layouts import Layout
from core.spreadsheets.reading import open_table
from core.spreadsheets.surveying import FileSurvey, SheetSurvey, survey
from core.spreadsheets.tables import CellError, Table, UnknownColumn
from core.spreadsheets.templates import template
from core.spreadsheets.values import safe_text
from core.spreadsheets.writing import Sheet, put_text, write_rows

__all__ = [
    "CellError",
    "CellValue",
    "Checked",
    "Checker",
    "Choice",
    "CleanRow",
    "Column",
    "FileSurvey",
    "Guess",
    "Kind",
    "Layout",
    "Limits",
    "Sheet",
    "SheetSurvey",
    "SpreadsheetError",
    "Table",
    "TableBlocks",
    "UnknownColumn",
    "cell_name",
    "check_rows",
    "choices_of",
    "column_letter",
    "header_key",
    "open_blocks",
    "open_table",
    "put_text",
    "safe_text",
    "survey",
    "template",
    "write_csv",
    "write_errors",
    "write_large",
    "write_problem_rows",
    "write_rows",
]
