"""Confirming: what was checked is written, in one transaction, exactly as it was seen.

Rows whose register row has changed since they were checked, and new ones that the register holds
by now, are not written: they go back to be looked at again, with the reason.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Act, Actor, act
from core.bulk import batched
from core.memory import collector_paused
from core.registers import Plan, write_plan
from core.spreadsheets import SpreadsheetError
from outlets.imports.checking import Check, Progress
from outlets.imports.compared import Stated
from outlets.imports.drafts import Draft
from outlets.imports.kinds import LedgerKind, kind_of
from outlets.imports.matching import Matcher
from outlets.imports.reading import staged_blocks
from outlets.imports.states import ImportStateError, locked_import
from outlets.imports.stored import restored
from outlets.models import Import, ImportRow
from outlets.services.register import lock_register

BATCH = 5000
Verdict = ImportRow.Verdict
_READY = (Verdict.NEW, Verdict.CHANGED)
# Among an import's counts: rows corrected or decided since they were judged.
UNJUDGED = "unjudged"


@dataclass
class Confirmation:
    """What confirming came to: how many rows were written, and which went back and why."""

    written: int = 0
    new: int = 0
    changed: int = 0
    # Row number → why it has to be looked at again.
    returned: dict[int, str] = field(default_factory=dict)
    left: int = 0
    created: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the job's result."""
        return {
            "written": self.written,
            "new": self.new,
            "changed": self.changed,
            "returned": len(self.returned),
            "left": self.left,
            **self.created,
        }


def confirm_import(
    *, batch: Import, by: Actor, partial: bool = False, progress: Progress | None = None
) -> Confirmation:
    """Write the rows found good; all of them or, when any row is wrong, doubtful or out of date,
    none, unless `partial` asks for the good ones.

    ImportStateError when the import is not waiting for it, or rows still need a decision. What
    went back is in the answer, and nothing at all was written then (without `partial`).
    """
    with act(f"{batch.subject}.import", by=by) as this:
        batch = locked_import(batch, Import.State.CHECKED, Import.State.CONFIRMING)
        this.comment = _("台账导入：%(file)s") % {"file": batch.file_name}
        if unjudged := batch.counts.get(UNJUDGED, 0):
            raise ImportStateError(
                _("有 %(count)d 行更正后尚未重新检查；请先重新检查") % {"count": unjudged}
            )
        lock_register(batch.district)
        kind = kind_of(batch.subject)(batch.district, batch.street, _day(batch))
        # What went back earlier has been looked at since.
        batch.rows.exclude(returned="").update(returned="")
        waiting = _unfinished(batch)
        if waiting and not partial:
            raise ImportStateError(
                _("还有 %(count)d 行有误或疑似重复未处理；请先处理，或只导入无误的行")
                % {"count": waiting}
            )
        done = Confirmation(returned=_out_of_date(batch, kind))
        if done.returned:
            _send_back(batch, done.returned)
        if not done.returned or partial:
            with _stale_explained():
                _write(batch, kind, this, done, progress)
        done.left = _unfinished(batch)
        batch.state = Import.State.CHECKED if done.left or done.returned else Import.State.DONE
        _close(batch, this, done)
        if done.written:
            kind.tell()
    return done


@contextmanager
def _stale_explained() -> Iterator[None]:
    """Rows that somebody changed between looking and writing: nothing is written then."""
    try:
        yield
    except SpreadsheetError as error:
        raise ImportStateError(
            _("确认时有记录正被他人修改，未写入任何数据；请再次确认（%(why)s）") % {"why": error}
        ) from error


def _day(batch: Import) -> Any:
    return batch.on or timezone.localdate()


def _unfinished(batch: Import) -> int:
    """Rows that are wrong, or doubtful without a decision."""
    rows = batch.rows.filter(written_version__isnull=True)
    wrong = rows.filter(verdict=Verdict.ERROR).count()
    return wrong + rows.filter(verdict=Verdict.DUPLICATE, decision="").count()


# --- out of date ---------------------------------------------------------------------------------


def _out_of_date(batch: Import, kind: LedgerKind) -> dict[int, str]:
    """Rows that the register has overtaken since they were checked, with the reason."""
    if kind.mark() == batch.register_mark:
        return {}
    return _changed_since(batch, kind) | _entered_since(batch, kind)


def _changed_since(batch: Import, kind: LedgerKind) -> dict[int, str]:
    found: dict[int, str] = {}
    message = _("检查之后，%(what)s %(code)s 已被他人修改（第 %(seen)d 版 → 第 %(now)d 版）")
    for some in batched(
        _ready(batch, Verdict.CHANGED).defer("raw").iterator(chunk_size=BATCH), BATCH
    ):
        ids = [row.target_id for row in some]
        held = {
            pk: (version, code)
            for pk, version, code in kind.rows()
            .filter(pk__in=ids)
            .values_list("pk", "version", "code")
        }
        for row in some:
            version, code = held.get(row.target_id, (0, ""))
            if version != row.seen_version:
                found[row.no] = message % {
                    "what": kind.noun,
                    "code": code,
                    "seen": row.seen_version,
                    "now": version,
                }
    return found


def _entered_since(batch: Import, kind: LedgerKind) -> dict[int, str]:
    """New rows that the register holds by now: the same matching, run again."""
    stated = [_stated(row, kind) for row in _ready(batch, Verdict.NEW).iterator(chunk_size=BATCH)]
    if not stated:
        return {}
    known = kind.known({row.street_id for row in stated}, {row.code for row in stated} - {""})
    if not known:
        return {}
    written = batch.rows.filter(written_version__isnull=False).values_list("target_id", flat=True)
    touched = batch.rows.filter(verdict__in=(Verdict.CHANGED, Verdict.UNCHANGED))
    matcher = Matcher(known, {}, by_name_alone=kind.by_name_alone)
    # What other rows of the file speak of is theirs.
    taken: list[Any] = [*written, *touched.values_list("target_id", flat=True)]
    matcher.taken |= set(taken)
    matcher.run(stated)
    message = _("检查之后，台账中已登记同一%(what)s（编码 %(code)s）")
    return {
        row.no: message % {"what": kind.noun, "code": row.target.code}
        for row in stated
        if row.target
    }


def _stated(row: ImportRow, kind: LedgerKind) -> Stated:
    values = restored(kind.book.model, row.clean)
    draft = Draft(row.no, "", code=values.get("code", ""), values=values)
    draft.decision = row.decision
    stated = Stated(draft, kind.sort_column)
    stated.street = stated.street or not stated.outside
    stated.lon, stated.lat = values.get("lon"), values.get("lat")
    return stated


def _send_back(batch: Import, returned: dict[int, str]) -> None:
    """Mark the rows and judge everything that is not written afresh."""
    rows = list(batch.rows.filter(no__in=returned).only("no", "returned"))
    for row in rows:
        row.returned = returned[row.no][:200]
    ImportRow.objects.bulk_update(rows, ["returned"], batch_size=BATCH)
    check_again(batch)


def check_again(batch: Import, progress: Progress | None = None) -> None:
    """Judge the rows not written yet once more: after corrections, decisions, or others' changes.

    Call it inside a transaction; SpreadsheetError when the file as a whole cannot be judged.
    """
    check = Check(batch, progress)
    try:
        check.read(staged_blocks(batch), batch.counts.get("rows", 0))
        check.judge()
    finally:
        check.close()
    batch.version += 1
    batch.save(update_fields=["counts", "register_mark", "version"])


# --- writing -------------------------------------------------------------------------------------


def _ready(batch: Import, verdict: str) -> "QuerySet[ImportRow]":
    rows = batch.rows.filter(verdict=verdict, written_version__isnull=True, returned="")
    return rows.order_by("no")


@collector_paused()
def _write(
    batch: Import, kind: LedgerKind, this: Act, done: Confirmation, progress: Progress | None
) -> None:
    tell = progress or (lambda _done, _total, _text: None)
    total = sum(batch.counts.get(verdict, 0) for verdict in _READY)
    notes = kind.notes(this.comment)
    for plan in _plans(batch, kind, done):
        write_plan(kind.book, plan, on=_day(batch), this=this, notes=notes, reason=this.comment)
        done.new += len(plan.new)
        done.changed += len(plan.changed)
        tell(done.new + done.changed, total, _("写入"))
    done.written = done.new + done.changed
    rows = batch.rows.filter(written_version__isnull=True, returned="")
    rows.filter(verdict=Verdict.NEW).update(written_version=1)
    rows.filter(verdict=Verdict.CHANGED).update(written_version=F("seen_version") + 1)


def _plans(batch: Import, kind: LedgerKind, done: Confirmation) -> Iterator[Plan]:
    """What is to be written, block by block."""
    model, book = kind.book.model, kind.book
    changed = _ready(batch, Verdict.CHANGED).values_list("target_id", "changes")
    for some in batched(changed.iterator(chunk_size=BATCH), BATCH):
        held = {row["id"]: row for row in _held(kind, [pk for pk, _changes in some])}
        plan = Plan()
        pk: Any
        for pk, kept in some:
            changes = restored(model, {name: new for name, (_old, new) in kept.items()})
            keys = kind.named(changes["name"]) if "name" in changes else {}
            plan.changed[pk] = held[pk], changes | keys
        _count(done.created, kind.create_named(changes for _row, changes in plan.changed.values()))
        yield plan
    codes: Any = None
    blank = book.blank(district_id=batch.district_id, code="", is_sample=batch.is_sample)
    entered = _ready(batch, Verdict.NEW).values_list("target_id", "clean")
    for some in batched(entered.iterator(chunk_size=BATCH), BATCH):
        if codes is None:
            codes = _codes(batch, kind)
        new = [{**blank, **restored(model, clean), "id": pk} for pk, clean in some]
        _count(done.created, kind.create_named(new))
        yield Plan(new=[kind.finish(row, codes) for row in new])


def _held(kind: LedgerKind, ids: list[Any]) -> Any:
    return kind.rows().filter(pk__in=ids).values(*kind.book.columns)


def _codes(batch: Import, kind: LedgerKind) -> Any:
    """What hands out codes, knowing those that rows of the file bring with them."""
    codes = kind.codes()
    stated = _ready(batch, Verdict.NEW).filter(clean__has_key="code")
    for code in stated.values_list("clean__code", flat=True).iterator(chunk_size=BATCH):
        codes.reserve(code)
    return codes


def _count(total: dict[str, int], some: dict[str, int]) -> None:
    for name, count in some.items():
        total[name] = total.get(name, 0) + count


def _close(batch: Import, this: Act, done: Confirmation) -> None:
    """Say in the import and in the audit event what was done."""
    written = batch.counts.get("written", 0) + done.written
    batch.counts = {**batch.counts, "written": written}
    for name, count in done.created.items():
        batch.counts[name] = batch.counts.get(name, 0) + count
    if done.written:
        batch.act, batch.confirmed_at = this.id, timezone.now()
    batch.problem = ""
    batch.version += 1
    batch.save()
    this.obj = batch
    this.changes = {"on": batch.on, "file": batch.file_name, **batch.counts, **done.as_json()}
    this.payload_sha256 = batch.sha256
