"""Taking in a ledger of any kind: read, check every row, then write all or nothing."""

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.registers import Book, Plan, write_plan
from core.spreadsheets import Checked, Column, SpreadsheetError, Table, check_rows, open_table
from outlets.ledger_columns import title_of
from outlets.models import Import
from outlets.services.drafts import Problems
from outlets.services.outcome import ImportOutcome
from outlets.services.register import lock_register
from territory.models import District, Street

# Called with (steps done, steps in all, what comes next).
Progress = Callable[[int, int, str], None]
Source = str | os.PathLike[str] | BinaryIO


@dataclass(frozen=True, kw_only=True)
class Request:
    """Which file is to be taken in, for whom, by whom, and how."""

    district: District
    file: Source
    filename: str
    by: Actor
    street: Street | None = None
    crs: str | None = None
    on: dt.date
    dry_run: bool = False
    partial: bool = False
    is_sample: bool = False
    progress: Progress | None = None


class Ledger(Protocol):
    """What one kind of ledger knows."""

    subject: str
    book: Book

    def columns(self, district: District) -> list[Column]:
        """The columns expected, with the choices now in force."""

    def plan(
        self, request: Request, checked: Checked, problems: Problems, outcome: ImportOutcome
    ) -> Plan:
        """Judge every row against the register, count, and plan the good ones; register locked."""

    def notes(self, reason: str) -> dict[str, Any]:
        """What the facts' columns beside the dated ones are filled with."""

    def before_rows(self, plan: Plan) -> dict[str, int]:
        """Write what the rows refer to; how many of what."""

    def tell(self, district: District) -> None:
        """Send the news."""


def take_in(request: Request, ledger: Ledger) -> ImportOutcome:
    """Take in one file. SpreadsheetError refuses it as a whole."""
    tell = request.progress or _silent
    if request.on > timezone.localdate():
        raise SpreadsheetError("future", _("生效日期（%(day)s）不能晚于今天") % {"day": request.on})
    tell(0, 4, _("读取文件"))
    sha256 = _digest_of(request.file)
    columns = ledger.columns(request.district)
    table = open_table(request.file, filename=request.filename, columns=columns)
    _require_street(table, columns, request.street)
    tell(1, 4, _("检查各行"))
    checked = check_rows(table, columns)
    problems = Problems(table, columns, checked.errors)
    outcome = ImportOutcome(table, columns, sha256, request.dry_run, notes=_notes_of(table))
    with transaction.atomic():
        # From here on nobody else enters rows, brands or enterprises that this file names too.
        lock_register(request.district)
        tell(2, 4, _("与现有台账比对"))
        plan = ledger.plan(request, checked, problems, outcome)
        outcome.errors = problems.sorted()
        if not _may_write(request, outcome):
            return outcome
        tell(3, 4, _("写入"))
        _write(request, ledger, plan, outcome)
    tell(4, 4, _("完成"))
    return outcome


def _may_write(request: Request, outcome: ImportOutcome) -> bool:
    if request.dry_run or (outcome.errors and not request.partial):
        return False
    return outcome.failed < outcome.rows


def _write(request: Request, ledger: Ledger, plan: Plan, outcome: ImportOutcome) -> None:
    reason = _("台账导入：%(file)s") % {"file": request.filename}
    with act(f"{ledger.subject}.import", by=request.by, comment=reason) as this:
        outcome.created = ledger.before_rows(plan)
        notes = ledger.notes(reason)
        write_plan(ledger.book, plan, on=request.on, this=this, notes=notes, reason=reason)
        outcome.record = _record(request, ledger.subject, outcome, this.id)
        this.obj = outcome.record
        this.changes = {"on": request.on, "file": request.filename, **outcome.counts()}
        this.payload_sha256 = outcome.sha256
        if plan:
            ledger.tell(request.district)
    outcome.written = True


def _record(request: Request, subject: str, outcome: ImportOutcome, act_id: Any) -> Import:
    """Keep which file was taken in, how its columns were read and what came of it."""
    table = outcome.table
    return Import.objects.create(
        district=request.district,
        street=request.street,
        subject=subject,
        file_name=request.filename[:200],
        sha256=outcome.sha256,
        mapping={key: table.title(column) for key, column in table.columns.items()},
        counts=outcome.counts(),
        act=act_id,
        by_label=request.by.label[:120],
    )


def _digest_of(file: Source) -> str:
    """SHA-256 of the file's bytes; a stream is left at its start."""
    if isinstance(file, str | os.PathLike):
        with Path(file).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    file.seek(0)
    text = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    return text


def _require_street(table: Table, columns: Sequence[Column], street: Street | None) -> None:
    """SpreadsheetError when neither the file nor the caller says whose ledger it is."""
    if street is None and "street" not in table.columns:
        raise SpreadsheetError(
            "missing_columns",
            _("表头缺少“%(title)s”列；如整份台账属于同一街道（镇），也可在导入时指定（--street）")
            % {"title": title_of(columns, "street")},
        )


def _notes_of(table: Table) -> list[str]:
    """Remarks of the reader, and which columns were not recognised."""
    strangers = [
        _("%(letter)s 列“%(title)s”") % {"letter": column.letter, "title": column.title}
        for column in table.unknown
    ]
    if not strangers:
        return list(table.notes)
    return [*table.notes, _("未识别、未导入的列：%(columns)s") % {"columns": "、".join(strangers)}]


def _silent(_done: int, _total: int, _text: str) -> None:
    pass
