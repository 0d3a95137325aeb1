"""Small tables of others' results (credit, complaints): read, checked whole, written all or not.

They need no staging: nobody works on their rows here, and the same file may come again.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.spreadsheets import CleanRow, Column, SpreadsheetError, Table, check_rows, open_table

Source = str | os.PathLike[str] | BinaryIO
# So many problems are told at once.
MOST_TOLD = 20


@dataclass
class Taken:
    """How many rows of a file were new, changed what was known, or said nothing new."""

    sha256: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return self.new + self.changed + self.unchanged

    def counts(self) -> dict[str, int]:
        """For the audit event and for people."""
        return {
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
        }


class SmallFile:
    """The checked rows of one file, and what is wrong with them.

    ValidationError (`file`) when it cannot be read as a table with these columns at all.
    """

    def __init__(self, file: Source, *, filename: str, columns: Sequence[Column]) -> None:
        self.columns = {column.key: column for column in columns}
        try:
            self.sha256 = _digest_of(file)
            self.table: Table = open_table(file, filename=filename, columns=columns)
        except SpreadsheetError as error:
            raise ValidationError({"file": error.message}) from error
        checked = check_rows(self.table, columns)
        self.rows: list[CleanRow] = checked.rows
        self._faults = {(error.row, error.column): error for error in checked.errors}

    def fault(self, row: int, key: str, message: str) -> None:
        """Say what is wrong with a cell; the first thing said of it stands."""
        error = self.table.error(row, key, message, title=str(self.columns[key].title))
        self._faults.setdefault((row, error.column), error)

    def refuse_repeated(self, keys: Sequence[tuple[int, object]], column: str) -> None:
        """Find rows (sheet row, key) that speak of one thing twice."""
        first: dict[object, int] = {}
        for row, key in keys:
            if first.setdefault(key, row) != row:
                self.fault(row, column, _("与第 %(row)d 行重复") % {"row": first[key]})

    def require_good(self) -> None:
        """ValidationError naming the cells unless every row is good."""
        if not self._faults:
            return
        found = [self._faults[place] for place in sorted(self._faults)]
        told = [
            _("第 %(row)d 行“%(title)s”（%(value)s）：%(message)s")
            % {
                "row": error.row,
                "title": error.column_title,
                "value": error.value or _("空"),
                "message": error.message,
            }
            for error in found[:MOST_TOLD]
        ]
        if len(found) > MOST_TOLD:
            told.append(_("…… 另有 %(more)d 处错误") % {"more": len(found) - MOST_TOLD})
        told.append(_("未写入任何数据，请改正后重新上传。"))
        raise ValidationError({"file": told})


def _digest_of(file: Source) -> str:
    """SHA-256 of the file's bytes; a stream is left at its start."""
    if isinstance(file, str | os.PathLike):
        with open(file, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    file.seek(0)
    text = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    return text
