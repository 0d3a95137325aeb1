"""What came of taking in a ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.spreadsheets.columns import Column
from core.spreadsheets.tables import CellError, Table
from outlets.models import Import


@dataclass
class ImportOutcome:
    """Counts of rows, what is wrong with which cell, and what was written.

    Without errors, or when only the good rows were asked for, `written` is True and `record` the
    stored import; else nothing at all was written and the counts say what would have been.
    """

    table: Table
    columns: Sequence[Column]
    sha256: str
    dry_run: bool = False
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[CellError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # What was created beside the rows themselves: brands, enterprises.
    created: dict[str, int] = field(default_factory=dict)
    written: bool = False
    record: Import | None = None

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return len(self.table.rows)

    @property
    def failed(self) -> int:
        """Rows with at least one error."""
        return len({error.row for error in self.errors})

    @property
    def refused(self) -> bool:
        """Whether nothing was written because of errors."""
        return bool(self.errors) and not self.written

    def counts(self) -> dict[str, int]:
        """The counts, as stored with the import."""
        return {
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "failed": self.failed,
            **self.created,
        }

    def as_json(self) -> dict[str, Any]:
        """The outcome for programs."""
        return {
            "file": self.table.filename,
            "sha256": self.sha256,
            **self.counts(),
            "dry_run": self.dry_run,
            "written": self.written,
            "import": str(self.record.pk) if self.record else None,
            "notes": self.notes,
            "errors": [
                {
                    "row": error.row,
                    "column": error.column_letter,
                    "title": error.column_title,
                    "value": error.value,
                    "message": error.message,
                }
                for error in self.errors
            ],
        }
