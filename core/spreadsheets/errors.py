"""Why a spreadsheet is refused, and the limits it must keep."""

from dataclasses import dataclass


class SpreadsheetError(Exception):
    """A file that cannot be read as a table.

    `code` is a stable English word for programs, `message` says what is wrong, where and what to
    do. Codes: wrong_type, encrypted, empty_file, too_large, zip_bomb, broken, encoding,
    too_many_rows, too_many_columns, too_many_cells, empty_sheet, missing_sheet, no_header,
    no_rows, missing_columns, duplicate_headers, merged_header, formulas.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Limits:
    """What one upload may cost; every limit is checked before the memory is spent."""

    max_file_bytes: int = 100 * 2**20
    max_unpacked_bytes: int = 600 * 2**20
    max_ratio: int = 200
    max_members: int = 1_000
    max_rows: int = 200_000
    max_columns: int = 300
    max_cells: int = 12_000_000
    header_within: int = 15


DEFAULT_LIMITS = Limits()
