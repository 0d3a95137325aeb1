"""Undoing an import: a new act that gives changed rows their former values and voids new ones.

Allowed while every row still is as the import left it and nothing else refers to a created one.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.bulk import batched
from core.memory import collector_paused
from core.registers import Plan, write_plan
from outlets.imports.kinds import LedgerKind, kind_of
from outlets.imports.states import ImportStateError, locked_import
from outlets.imports.stored import restored
from outlets.models import Import, ImportRow
from outlets.services.register import lock_register

BATCH = 5000
DAYS = 30
_UNDOABLE = (Import.State.DONE, Import.State.CHECKED, Import.State.UNDOING)
# Named in the answer; the rest is counted.
MOST_BLOCKERS = 200


@dataclass(frozen=True)
class Blocker:
    """A register row that stands in the way of undoing, and why."""

    code: str
    name: str
    why: str


class UndoBlockedError(ImportStateError):
    """Rows have moved on since; nothing was undone."""

    def __init__(self, blockers: list[Blocker]) -> None:
        self.blockers = blockers
        first = "；".join(f"{one.code} {one.name}（{one.why}）" for one in blockers[:3])
        super().__init__(
            _("有 %(count)d 条记录在导入后又有变化，不能撤销：%(first)s")
            % {"count": len(blockers), "first": first}
        )


def undo_until(batch: Import) -> dt.datetime | None:
    """Until when the import can be undone; None when there is nothing to undo."""
    if batch.confirmed_at is None or batch.undone_at is not None:
        return None
    return batch.confirmed_at + dt.timedelta(days=DAYS)


def undo_blockers(batch: Import) -> list[Blocker]:
    """What stands in the way now, at most `MOST_BLOCKERS` of it."""
    kind = _kind(batch)
    found: list[Blocker] = []
    for some in batched(_written(batch).iterator(chunk_size=BATCH), BATCH):
        found += _moved_on(kind, some)
        found += _referred_to(kind, [row for row in some if row.verdict == ImportRow.Verdict.NEW])
        if len(found) >= MOST_BLOCKERS:
            break
    return found[:MOST_BLOCKERS]


@collector_paused()
def undo_import(*, batch: Import, by: Actor, reason: str = "") -> int:
    """Take the import back; how many register rows were touched.

    UndoBlockedError names rows that have moved on, ImportStateError says what else forbids it;
    nothing is written then.
    """
    with act(f"{batch.subject}.import_undo", by=by) as this:
        batch = locked_import(batch, *_UNDOABLE)
        until = undo_until(batch)
        if until is None:
            raise ImportStateError(_("该导入没有写入任何数据，无须撤销"))
        if timezone.now() > until:
            raise ImportStateError(
                _("导入已超过 %(days)d 天，不能整批撤销；请逐条更正") % {"days": DAYS}
            )
        if "void" not in kind_of(batch.subject).book.columns:
            raise ImportStateError(_("此类台账不能整批撤销，请逐条更正"))
        lock_register(batch.district)
        if blockers := undo_blockers(batch):
            raise UndoBlockedError(blockers)
        kind = _kind(batch)
        this.comment = reason or _("撤销台账导入：%(file)s") % {"file": batch.file_name}
        count = 0
        for plan in _plans(batch, kind):
            notes = kind.notes(this.comment)
            write_plan(kind.book, plan, on=kind.on, this=this, notes=notes, reason=this.comment)
            count += len(plan.changed)
        this.from_state, this.to_state = batch.state, Import.State.UNDONE
        batch.state, batch.undo_act = Import.State.UNDONE, this.id
        batch.undone_at, batch.undone_by_label = timezone.now(), by.label[:120]
        batch.version += 1
        batch.save()
        this.obj, this.payload_sha256 = batch, batch.sha256
        this.changes = {"file": batch.file_name, "rows": count}
        kind.tell()
    return count


def _kind(batch: Import) -> LedgerKind:
    return kind_of(batch.subject)(batch.district, batch.street, batch.on or timezone.localdate())


def _written(batch: Import) -> "QuerySet[ImportRow]":
    rows = batch.rows.filter(written_version__isnull=False).order_by("no")
    return rows.only("no", "verdict", "target_id", "written_version", "changes", "batch")


def _moved_on(kind: LedgerKind, rows: list[ImportRow]) -> Iterator[Blocker]:
    ids = [row.target_id for row in rows]
    model = kind.book.model._default_manager
    held = {
        pk: (version, code, name)
        for pk, version, code, name in model.filter(pk__in=ids).values_list(
            "pk", "version", "code", "name"
        )
    }
    for row in rows:
        version, code, name = held[row.target_id]
        if version != row.written_version:
            yield Blocker(code, name, _("导入后又被修改"))


def _referred_to(kind: LedgerKind, rows: list[ImportRow]) -> Iterator[Blocker]:
    """Created rows that something outside the register refers to."""
    ids = [row.target_id for row in rows]
    model = kind.book.model
    named = None
    for relation in model._meta.related_objects:
        if relation.related_model in kind.own_tables() or not relation.one_to_many:
            continue
        # Rows worked out from the register follow it; nobody has said anything in them.
        if getattr(relation.related_model, "is_derived", False):
            continue
        other = relation.related_model._default_manager
        column = relation.field.attname
        users = set(
            other.filter(**{f"{column}__in": ids}).values_list(column, flat=True).distinct()
        )
        if users and named is None:
            named = dict(
                (pk, (code, name))
                for pk, code, name in model._default_manager.filter(pk__in=ids).values_list(
                    "pk", "code", "name"
                )
            )
        for pk in sorted(users, key=str):
            code, name = (named or {})[pk]
            what = relation.related_model._meta.verbose_name
            yield Blocker(code, name, _("已有%(what)s记录") % {"what": what})


def _plans(batch: Import, kind: LedgerKind) -> Iterator[Plan]:
    model = kind.book.model
    for some in batched(_written(batch).iterator(chunk_size=BATCH), BATCH):
        ids: list[Any] = [row.target_id for row in some]
        rows = model._default_manager.filter(pk__in=ids).values(*kind.book.columns)
        held = {row["id"]: row for row in rows}
        plan = Plan()
        for row in some:
            pk: Any = row.target_id
            former: dict[str, Any] = {"void": True}
            if row.verdict == ImportRow.Verdict.CHANGED:
                former = restored(model, {name: old for name, (old, _new) in row.changes.items()})
                if "name" in former:
                    former |= kind.named(former["name"])
            plan.changed[pk] = held[pk], former
        yield plan
