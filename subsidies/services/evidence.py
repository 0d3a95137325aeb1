"""The evidence checklist of an application: files handed in, lines checked."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

from core import attachments, policy
from core.audit import Act, Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from subsidies.filing_rules import require_with_applicant
from subsidies.models import Application, Evidence
from subsidies.workflow.applications import FILE, HANDLE

State = Evidence.State
# While it is looked at: before it is accepted, and while it is reviewed.
LOOKED_AT = (Application.State.SUBMITTED, Application.State.ACCEPTED)
# What who handles it may say of a line; "" = nothing any more.
MARKS = (State.CHECKED, State.LACKING, "")


def provide_file(*, line: Evidence, file: File, by: Actor, scope: Scope) -> Evidence:
    """A file for the line, which is 已提供 then. ValidationError says what is wrong with it."""
    with _changing("subsidies.provide_evidence", line, FILE, by, scope) as (row, now, this):
        require_with_applicant(row)
        made = attachments.attach(now, file, by)
        now.state = State.PROVIDED
        now.save(update_fields=["state"])
        this.changes = {f"evidence.{now.key}": made.name, "sha256": made.sha256}
    return now


def remove_file(*, line: Evidence, file: UUID, by: Actor, scope: Scope) -> Evidence:
    """Take a file off the line, which is to be looked at anew; without any it is 未提供 again."""
    with _changing("subsidies.remove_evidence", line, FILE, by, scope) as (row, now, this):
        require_with_applicant(row)
        removed = attachments.remove(attachments.attachment_of(now, file), by)
        if now.state != State.LACKING:
            now.state = State.PROVIDED if attachments.attachments_of(now) else State.MISSING
            now.save(update_fields=["state"])
        this.changes = {f"evidence.{now.key}": removed.name}
    return now


def mark_evidence(
    *, line: Evidence, state: str, note: str = "", by: Actor, scope: Scope
) -> Evidence:
    """核验通过, or 需补正 with what is wrong; by those who handle it, "" takes the mark back."""
    mark_lines(application=line.application, marks={line.key: (state, note)}, by=by, scope=scope)
    line.refresh_from_db()
    return line


def mark_lines(
    *,
    application: Application,
    marks: Mapping[str, tuple[str, str]],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """Several lines at once: key → (state, note). What stands already changes nothing."""
    with act("subsidies.mark_evidence", by=by) as this:
        row = locked(Application.objects.filter(pk=application.pk)).get()
        policy.require(scope, HANDLE, row)
        require_version(row, seen_version)
        if not {str(one) for one in scope.persons}.isdisjoint(row.submitted_by_ids):
            raise PermissionDenied(_("材料由申报经手人以外的人员核验。"))
        if row.state not in LOOKED_AT:
            told = {"state": row.get_state_display()}
            raise ValidationError(_("申报现为“%(state)s”，不能核验材料。") % told, code="state")
        this.obj, this.changes = row, set_marks(row, marks)
        if this.changes:
            row.version += 1
            row.save(update_fields=["version", "updated_at"])
    return row


def set_marks(row: Application, marks: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Set them on the locked application's lines; what changed. ValidationError by line."""
    lines = {line.key: line for line in row.evidence.all()}
    wrong: dict[str, str] = {}
    changes: dict[str, Any] = {}
    for key, (state, note) in marks.items():
        line, note = lines.get(key), note.strip()[:300]
        if line is None:
            wrong[f"evidence.{key}"] = _("申报材料中没有“%(key)s”。") % {"key": key}
        elif state not in MARKS:
            wrong[f"evidence.{key}"] = _("请选择“核验通过”或“需补正”。")
        elif state == State.LACKING and not note:
            told = {"line": line.label}
            wrong[f"evidence.{key}"] = _("“%(line)s”须补正，请写明哪里不符合要求。") % told
        elif state == State.CHECKED and line.state == State.MISSING and line.required:
            told = {"line": line.label}
            wrong[f"evidence.{key}"] = _("“%(line)s”没有提供，不能核验通过。") % told
        elif (line.state, line.note) != (new := state or _unmarked(line), note):
            line.state, line.note = new, note
            line.save(update_fields=["state", "note"])
            changes[f"evidence.{key}"] = [new, note]
    if wrong:
        raise ValidationError(wrong)
    return changes


def _unmarked(line: Evidence) -> str:
    """What it is without a mark."""
    if line.state in (State.MISSING, State.PROVIDED):
        return str(line.state)
    return State.PROVIDED if attachments.attachments_of(line) else State.MISSING


@contextmanager
def _changing(
    name: str, line: Evidence, action: str, by: Actor, scope: Scope
) -> Iterator[tuple[Application, Evidence, Act]]:
    """The application locked, its line, and the act; the application's version is raised."""
    with act(name, by=by) as this:
        row = locked(Application.objects.filter(pk=line.application_id)).get()
        policy.require(scope, action, row)
        now = Evidence.objects.get(pk=line.pk)
        this.obj = row
        yield row, now, this
        row.version += 1
        row.save(update_fields=["version", "updated_at"])
