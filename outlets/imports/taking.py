"""A ledger taken in at one go, as commands and programs do: checked, and written if it is good."""

import datetime as dt
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.utils import timezone

from core.audit import Actor
from core.spreadsheets import CellError, CellValue, SpreadsheetError, write_problem_rows
from core.spreadsheets.tables import shown
from outlets.imports.checking import Progress
from outlets.imports.confirming import confirm_import
from outlets.imports.downloads import PROBLEMS, errors_of
from outlets.imports.kinds import LedgerKind, kind_of
from outlets.imports.starting import start_import
from outlets.imports.states import ImportStateError
from outlets.imports.stored import restored_cells
from outlets.imports.work import check_file
from outlets.models import Import, ImportRow
from outlets.services.register import lock_register
from territory.models import District, Street

Source = str | os.PathLike[str] | BinaryIO
Verdict = ImportRow.Verdict


@dataclass
class ImportOutcome:
    """Counts of rows, what is wrong with which cell, and what was written.

    Without errors, or when only the good rows were asked for, `written` is True and `record` the
    stored import; else nothing at all was written and the counts say what would have been. Likely
    doubles count among the errors: a program cannot ask which of two shops is meant.
    """

    filename: str
    sheet: str = ""
    headers: Sequence[str] = ()
    sha256: str = ""
    dry_run: bool = False
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[CellError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # The rows with errors as the file has them: number, cells, what is wrong.
    wrong_rows: list[tuple[int, Sequence[CellValue], Sequence[CellError]]] = field(
        default_factory=list
    )
    # What was created beside the rows themselves: brands, enterprises.
    created: dict[str, int] = field(default_factory=dict)
    written: bool = False
    record: Import | None = None

    @property
    def failed(self) -> int:
        """Rows with at least one error."""
        return len(self.wrong_rows)

    @property
    def refused(self) -> bool:
        """Whether nothing was written because of errors."""
        return bool(self.errors) and not self.written

    def counts(self) -> dict[str, int]:
        """The counts, as printed."""
        return {
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "failed": self.failed,
            **self.created,
        }

    def write_errors(self, target: Any) -> int:
        """The wrong rows in the file's own layout as .xlsx; how many."""
        return write_problem_rows(
            target, sheet=self.sheet, headers=tuple(self.headers), rows=self.wrong_rows
        )

    def as_json(self) -> dict[str, Any]:
        """The outcome for programs."""
        return {
            "file": self.filename,
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


def import_ledger(
    *,
    district: District,
    file: Source,
    filename: str,
    by: Actor,
    subject: str = "outlets",
    street: Street | None = None,
    crs: str | None = None,
    on: dt.date | None = None,
    dry_run: bool = False,
    partial: bool = False,
    is_sample: bool = False,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Take in a ledger (.xlsx or .csv) of the district, or of one of its streets.

    Known rows get what the file states and they lack or have otherwise; a blank cell leaves what
    is known. Facts that differ hold from day `on` (today). `crs` names the coordinate system of
    rows that do not. With errors nothing is written, unless `partial` asks for the good rows.
    SpreadsheetError refuses the file as a whole.
    """
    with ExitStack() as stack:
        stream = file if hasattr(file, "read") else stack.enter_context(Path(file).open("rb"))
        with transaction.atomic():
            batch = start_import(
                district=district,
                file=cast(BinaryIO, stream),
                filename=filename,
                by=by,
                subject=subject,
                street=street,
                crs=crs,
                on=on,
                is_sample=is_sample,
                at_once=True,
            )
            stack.callback(_forget_file, batch)
            stage = check_file(batch, progress)
            # From here on nobody else enters rows that this file names too.
            lock_register(district)
            stage()
            kind = kind_of(subject)(district, street, batch.on or timezone.localdate())
            outcome = _outcome(batch, kind, dry_run)
            if dry_run or (outcome.errors and not partial) or not _something(outcome):
                transaction.set_rollback(True)
                return outcome
            try:
                done = confirm_import(batch=batch, by=by, partial=partial, progress=progress)
            except ImportStateError as error:
                raise SpreadsheetError("stale", str(error)) from error
            if done.returned:
                # Nobody is there to look at them again: the whole is taken back.
                [why, *_others] = done.returned.values()
                raise SpreadsheetError("stale", why)
            outcome.created, outcome.written = done.created, True
            outcome.record = Import.objects.get(pk=batch.pk)
    return outcome


def _something(outcome: ImportOutcome) -> bool:
    return outcome.failed < outcome.rows


def _forget_file(batch: Import) -> None:
    """The file of an import that came to nothing is not kept."""
    if not Import.objects.filter(pk=batch.pk).exists():
        batch.file.storage.delete(str(batch.file.name))


def _outcome(batch: Import, kind: LedgerKind, dry_run: bool) -> ImportOutcome:
    counts = batch.counts
    outcome = ImportOutcome(
        batch.file_name,
        sheet=batch.layout.get("sheet", ""),
        headers=batch.titles,
        sha256=batch.sha256,
        dry_run=dry_run,
        rows=counts["rows"],
        new=counts[Verdict.NEW],
        changed=counts[Verdict.CHANGED],
        unchanged=counts[Verdict.UNCHANGED],
        notes=batch.notes,
    )
    for row in batch.rows.filter(verdict__in=PROBLEMS).order_by("no").iterator(chunk_size=2000):
        cells, _suspect = restored_cells(row.raw)
        errors = [_with_value(error, cells) for error in errors_of(batch, kind, row)]
        errors.sort(key=lambda error: error.column)
        outcome.errors += errors
        outcome.wrong_rows.append((row.no, cells, errors))
    return outcome


def _with_value(error: CellError, cells: Sequence[CellValue]) -> CellError:
    value = shown(cells[error.column]) if 0 <= error.column < len(cells) else ""
    return CellError(error.row, error.column, error.column_title, error.message, value)
