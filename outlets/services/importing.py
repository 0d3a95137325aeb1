"""Taking in an outlet ledger: every row checked before any is written, all in one transaction."""

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.ids import new_id
from core.spreadsheets import SpreadsheetError, Table, check_rows, open_table
from outlets.ledger_columns import ledger_columns, title_of
from outlets.models import Import, Outlet
from outlets.models.outlet import PlaceState, Status
from outlets.services.drafts import Draft, Drafter, Problems
from outlets.services.facts import GONE
from outlets.services.matching import match
from outlets.services.outcome import ImportOutcome
from outlets.services.places import Place, Territory
from outlets.services.register import (
    Codes,
    Register,
    blank_row,
    difference,
    lock_register,
    named,
)
from outlets.services.rules import problems as rule_problems
from outlets.services.writing import Plan, write_plan
from outlets.signals import outlets_changed
from territory.models import District, Street

SUBJECT = "outlets"
# Called with (steps done, steps in all, what comes next).
Progress = Callable[[int, int, str], None]
Source = str | os.PathLike[str] | BinaryIO


def import_ledger(
    *,
    district: District,
    file: Source,
    filename: str,
    by: Actor,
    street: Street | None = None,
    crs: str | None = None,
    on: dt.date | None = None,
    dry_run: bool = False,
    partial: bool = False,
    is_sample: bool = False,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Take in an outlet ledger (.xlsx or .csv) of the district, or of one of its streets.

    Known outlets get what the file states and they lack or have otherwise; a blank cell leaves
    what is known. Facts that differ hold from day `on` (today). `crs` names the coordinate system
    of rows that do not. With errors nothing is written, unless `partial` asks for the good rows.
    SpreadsheetError refuses the file as a whole.
    """
    tell = progress or _silent
    on = on or timezone.localdate()
    if on > timezone.localdate():
        raise SpreadsheetError("future", _("生效日期（%(day)s）不能晚于今天") % {"day": on})
    tell(0, 4, _("读取文件"))
    sha256 = digest_of(file)
    columns = ledger_columns(district)
    table = open_table(file, filename=filename, columns=columns)
    require_street(table, columns, street)
    tell(1, 4, _("检查各行"))
    checked = check_rows(table, columns)
    problems = Problems(table, columns, checked.errors)
    outcome = ImportOutcome(table, columns, sha256, dry_run, notes=notes_of(table))
    with transaction.atomic():
        # From here on nobody else enters outlets, brands or enterprises that this file names too.
        lock_register(district)
        drafter = Drafter(district, street)
        drafts = drafter.drafts(checked, problems, crs)
        tell(2, 4, _("与现有台账比对"))
        plan = _plan(district, drafts, problems, outcome, on, is_sample)
        outcome.errors = problems.sorted()
        if dry_run or (outcome.errors and not partial) or outcome.failed == outcome.rows:
            return outcome
        tell(3, 4, _("写入"))
        _write(district, street, plan, drafter, outcome, on, by)
    tell(4, 4, _("完成"))
    return outcome


def digest_of(file: Source) -> str:
    """SHA-256 of the file's bytes; a stream is left at its start."""
    if isinstance(file, str | os.PathLike):
        with Path(file).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    file.seek(0)
    text = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    return text


def require_street(table: Table, columns: Sequence[Any], street: Street | None) -> None:
    """SpreadsheetError when neither the file nor the caller says whose ledger it is."""
    if street is None and "street" not in table.columns:
        raise SpreadsheetError(
            "missing_columns",
            _("表头缺少“%(title)s”列；如整份台账属于同一街道（镇），也可在导入时指定（--street）")
            % {"title": title_of(columns, "street")},
        )


def notes_of(table: Table) -> list[str]:
    """Remarks of the reader, and which columns were not recognised."""
    strangers = [
        _("%(letter)s 列“%(title)s”") % {"letter": column.letter, "title": column.title}
        for column in table.unknown
    ]
    if not strangers:
        return list(table.notes)
    return [*table.notes, _("未识别、未导入的列：%(columns)s") % {"columns": "、".join(strangers)}]


def _plan(
    district: District,
    drafts: Sequence[Draft],
    problems: Problems,
    outcome: ImportOutcome,
    on: dt.date,
    is_sample: bool,
) -> Plan:
    """Match, settle and judge every row against the register; count, and plan the good ones."""
    register = Register(district, on)
    match(drafts, register, district, problems)
    blank = blank_row(district) | {"is_sample": is_sample}
    before = [register.on_the_day(draft.outlet_id) or blank for draft in drafts]
    after = [_settled(draft, row, on) for draft, row in zip(drafts, before, strict=True)]
    _place(district, drafts, before, after, problems)
    codes = Codes(district)
    for draft in drafts:
        codes.reserve(draft.code)
    plan = Plan()
    for draft, old, new in zip(drafts, before, after, strict=True):
        for column, message in rule_problems(new, on):
            problems.add(draft.row, column, message)
        if draft.row in problems.rows:
            continue
        if draft.outlet_id is None:
            outcome.new += 1
            code = draft.code or codes.next_for(new["street_id"])
            plan.new.append({**new, "id": new_id(), "code": code, **named(new)})
        elif changes := difference(old, new):
            outcome.changed += 1
            plan.changed[draft.outlet_id] = register.rows[draft.outlet_id], _with_keys(changes)
        else:
            outcome.unchanged += 1
    return plan


def _with_keys(changes: dict[str, Any]) -> dict[str, Any]:
    return {**changes, **named(changes)} if "name" in changes else changes


def _settled(draft: Draft, row: Mapping[str, Any], on: dt.date) -> dict[str, Any]:
    """The row as it will stand, its status and closing day in step where only one was stated."""
    stated = draft.values
    new = {**row, **stated}
    if "status" not in stated and "closed_on" in stated and stated["closed_on"] <= on:
        if new["status"] not in GONE:
            new["status"] = Status.CLOSED
    elif "status" in stated and stated["status"] not in GONE and "closed_on" not in stated:
        new["closed_on"] = None if row["status"] in GONE else row["closed_on"]
    return new


def _place(
    district: District,
    drafts: Sequence[Draft],
    before: Sequence[Mapping[str, Any]],
    after: Sequence[dict[str, Any]],
    problems: Problems,
) -> None:
    """Judge the positions and say how far each can be trusted."""
    territory = Territory(district)
    places = [
        Place(row["lon"], row["lat"], row["street_id"], row["outside"], draft.stated)
        for draft, row in zip(drafts, after, strict=True)
    ]
    for draft, problem in zip(drafts, territory.problems(places), strict=True):
        if problem:
            problems.add(draft.row, "x_in", problem)
    for draft, old, new, state in zip(drafts, before, after, territory.states(places), strict=True):
        moved = (old["lon"], old["lat"]) != (new["lon"], new["lat"])
        # What was verified by other means stays so while the point stays and nothing is stated.
        if draft.stated or moved or state == PlaceState.VERIFIED:
            new["place_state"] = state


def _write(
    district: District,
    street: Street | None,
    plan: Plan,
    drafter: Drafter,
    outcome: ImportOutcome,
    on: dt.date,
    by: Actor,
) -> None:
    filename = outcome.table.filename
    reason = _("台账导入：%(file)s") % {"file": filename}
    with act("outlets.import", by=by, comment=reason) as this:
        outcome.created = {
            "brands": drafter.brands.save(plan.used("brand_id")),
            "enterprises": drafter.enterprises.save(plan.used("enterprise_id")),
        }
        write_plan(plan, on=on, this=this, source=reason, reason=reason)
        outcome.record = record_import(SUBJECT, district, street, outcome, this.id, by)
        this.obj = outcome.record
        this.changes = {"on": on, "file": filename, **outcome.counts()}
        this.payload_sha256 = outcome.sha256
        if plan:
            outlets_changed.send(sender=Outlet, district=district)
    outcome.written = True


def record_import(
    subject: str,
    district: District,
    street: Street | None,
    outcome: ImportOutcome,
    act_id: Any,
    by: Actor,
) -> Import:
    """Keep which file was taken in, how its columns were read and what came of it."""
    table = outcome.table
    return Import.objects.create(
        district=district,
        street=street,
        subject=subject,
        file_name=table.filename[:200],
        sha256=outcome.sha256,
        mapping={key: table.title(column) for key, column in table.columns.items()},
        counts=outcome.counts(),
        act=act_id,
        by_label=by.label[:120],
    )


def _silent(_done: int, _total: int, _text: str) -> None:
    pass
