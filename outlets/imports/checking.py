"""Checking: every row read, matched and judged, and staged with its verdict; nothing is written
to the register.

First the file is read block by block into drafts, which wait in a temporary file, while what
matching must know of each row is kept. Then, with the register before it, each block is judged and
staged. So memory grows with the matching keys alone, and statements with the blocks.
"""

import pickle
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from core.bulk import RowWriter
from core.dated import as_of
from core.geo import CRS, to_wgs84
from core.ids import new_id
from core.memory import collector_paused
from core.spreadsheets import Checker, Table
from core.text import normalise
from outlets.imports.compared import Stated
from outlets.imports.drafts import Draft
from outlets.imports.kinds import LedgerKind, Row, kind_of
from outlets.imports.matching import Matcher
from outlets.imports.stored import dumped, dumped_cells, restored_cells
from outlets.models import Import, ImportRow
from outlets.services.coordinates import system_of

# Called with (steps done, steps in all, what comes next).
Progress = Callable[[int, int, str], None]
# A block of rows, and what people said of them, by row number.
Block = tuple[Table, Mapping[int, ImportRow]]

_IN_MEMORY = 8 * 2**20
_COLUMNS = (
    "batch",
    "no",
    "raw",
    "edits",
    "clean",
    "verdict",
    "errors",
    "changes",
    "hints",
    "likely",
    "decision",
    "merge_into",
    "returned",
    "target_id",
    "seen_version",
)
Verdict = ImportRow.Verdict
# Degrees; less than a tenth of a metre.
_SAME_POINT = 0.9e-6
_PLACE = ("lon", "lat", "x_in", "y_in", "crs_in")
# How a cell that a merge hides is marked; the area follows.
HIDDEN = "merged "


class Check:
    """One check of one import. Use: `read`, then `judge` inside the transaction that stages."""

    def __init__(self, batch: Import, progress: Progress | None = None) -> None:
        self.batch = batch
        self.on = batch.on or timezone.localdate()
        self.tell = progress or (lambda _done, _total, _text: None)
        self.kind: LedgerKind = kind_of(batch.subject)(batch.district, batch.street, self.on)
        self.batch_id = str(batch.pk)
        self.keeps_what_was_stated = "x_in" in self.kind.book.columns
        self.stated: list[Stated] = []
        self.spool: Any = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        # Row number → what rows that people merged into it state.
        self.givers: dict[int, list[dict[str, Any]]] = {}
        self.blocks = 0
        self.counts: Counter[str] = Counter()

    def close(self) -> None:
        """Let go of the waiting drafts."""
        self.spool.close()

    @contextmanager
    def kept_while_read(self) -> Iterator[None]:
        """Let go of the drafts when reading fails; else `judge` needs them still."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    @collector_paused()
    def read(self, blocks: Iterable[Block], rows: int) -> None:
        """Read the file (or the staged rows again), cell by cell. SpreadsheetError refuses it."""
        checker = Checker(self.kind.columns)
        for table, people in blocks:
            if not self.blocks:
                self.kind.require(table.columns)
            drafts = list(_drafts(table, people))
            self.kind.drafts(drafts, table, checker.check(table))
            _doubt_hidden(drafts, table)
            self._remember(drafts)
            pickle.dump(drafts, self.spool, pickle.HIGHEST_PROTOCOL)
            self.blocks += 1
            self.tell(len(self.stated), max(rows, len(self.stated)) * 2, _("读取并检查各行"))

    def _remember(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            self.stated.append(Stated(draft, self.kind.sort_column))
            if draft.merge_into.isdecimal():
                self.givers.setdefault(int(draft.merge_into), []).append(draft.values)

    @collector_paused()
    def judge(self) -> None:
        """Match and judge every row against the register as it is now, and stage them all.

        SpreadsheetError when the coordinate system is in doubt.
        """
        self.batch.register_mark = self.kind.mark()
        self.system = system_of(self.stated, self.batch.crs or None)
        self._locate()
        self._match()
        self.batch.rows.filter(written_version__isnull=True).delete()
        self.spool.seek(0)
        at = 0
        with RowWriter(ImportRow, _COLUMNS) as writer:
            for _number in range(self.blocks):
                drafts: list[Draft] = pickle.load(self.spool)
                at += writer.insert(self._staged(drafts, at))
                self.tell(len(self.stated) + at, len(self.stated) * 2, _("与现有台账比对"))
        self.batch.counts = self._counted()

    def _locate(self) -> None:
        """Degrees of WGS 84 for every row that has a place, where matching looks for them."""
        located = [row for row in self.stated if row.placed]
        if not located:
            return
        x = np.array([row.x for row in located], dtype=float)
        y = np.array([row.y for row in located], dtype=float)
        lon, lat = to_wgs84(x, y, CRS(self.system))
        for row, east, north in zip(located, lon.tolist(), lat.tolist(), strict=True):
            row.lon, row.lat = east, north

    def _match(self) -> None:
        streets = {row.street_id for row in self.stated}
        codes = {row.code for row in self.stated if row.code}
        chosen = {uuid.UUID(row.merge_into) for row in self.stated if "-" in row.merge_into}
        names = dict(self.batch.district.streets.values_list("id", "name"))
        written = self.batch.rows.filter(written_version__isnull=False)
        matcher = Matcher(
            self.kind.known(streets, codes, chosen),
            names,
            written.values_list("target_id", flat=True),
            by_name_alone=self.kind.by_name_alone,
        )
        matcher.run(self.stated)

    # --- judging --------------------------------------------------------------------------------

    def _staged(self, drafts: Sequence[Draft], at: int) -> Iterator[list[Any]]:
        stated = self.stated[at : at + len(drafts)]
        for draft, row in zip(drafts, stated, strict=True):
            self._bring_in_step(draft, row)
        before = self._before(drafts)
        after = [
            self.kind.settle(draft, old, new=draft.target_id is None)
            for draft, old in zip(drafts, before, strict=True)
        ]
        for old, new in zip(before, after, strict=True):
            _leave_where_it_is(old, new)
        self.kind.judge_places(drafts, before, after)
        for draft, row, old, new in zip(drafts, stated, before, after, strict=True):
            for column, message in self.kind.rules(new):
                draft.fault(column, message)
            yield self._row(draft, row, old, new)

    def _bring_in_step(self, draft: Draft, row: Stated) -> None:
        """What matching found of the row, told to its draft."""
        if row.lon is not None:
            values = draft.values
            values["lon"], values["lat"] = row.lon, row.lat
            if self.keeps_what_was_stated:
                values["x_in"], values["y_in"] = draft.x, draft.y
            values["crs_in"] = draft.crs or self.system
        draft.likely = row.likely or draft.likely
        for giver in self.givers.get(draft.no, ()):
            draft.values = {**giver, **draft.values}
        for key, message in row.faults.items():
            draft.fault(key, message)
        if row.target is not None:
            draft.target_id = row.target.id

    def _before(self, drafts: Sequence[Draft]) -> list[Row]:
        """The register rows the drafts speak of, as they held on the day; blank ones for new."""
        book = self.kind.book
        ids = [draft.target_id for draft in drafts if draft.target_id]
        found: dict[uuid.UUID, dict[str, Any]] = {}
        if ids:
            rows = self.kind.rows().filter(pk__in=ids)
            found = {row["id"]: row for row in rows.values(*book.columns)}
            if self.on < timezone.localdate() and book.facts is not None:
                facts, owner = book.facts.model._default_manager, book.facts.owner
                past = as_of(
                    facts.filter(**{f"{owner}__in": ids}), owner.removesuffix("_id"), self.on
                )
                for pk, *held in past.values_list(owner, *book.facts.fields):
                    found[pk] |= dict(zip(book.facts.fields, held, strict=True))
        blank = book.blank(
            district_id=self.batch.district_id, code="", is_sample=self.batch.is_sample
        )
        return [found.get(draft.target_id, blank) for draft in drafts]  # type: ignore[arg-type]

    def _row(self, draft: Draft, stated: Stated, old: Row, new: Mapping[str, Any]) -> list[Any]:
        """The staged row, in the order of `_COLUMNS`."""
        clean: dict[str, Any] = {}
        changes: dict[str, Any] = {}
        seen: int | None = None
        target = draft.target_id
        # Most values are the very same object, which is told faster than that they are equal.
        differing = {
            name: value
            for name, value in new.items()
            if value is not old[name] and value != old[name]
        }
        if target is not None:
            differing = {
                name: value for name, value in differing.items() if not _same_text(old[name], value)
            }
        if draft.faults and not _left_out(draft):
            verdict = Verdict.ERROR
        elif _left_out(draft) or (stated.likely and not stated.settled):
            verdict = Verdict.DUPLICATE
        elif target is None:
            verdict = Verdict.NEW
            target = new_id()
            clean = differing
            if draft.code:
                clean["code"] = draft.code
        else:
            seen = old["version"]
            verdict = Verdict.CHANGED if differing else Verdict.UNCHANGED
            changes = {name: [old[name], value] for name, value in differing.items()}
        self.counts[verdict] += 1
        return [
            # Ids as text: Python takes long to hash an id, and every value is looked up.
            self.batch_id,
            draft.no,
            draft.raw,
            dumped(draft.edits),
            dumped(clean),
            verdict.value,
            dumped(list(map(list, draft.faults.items()))),
            dumped(changes),
            dumped(draft.hints),
            dumped(draft.likely),
            draft.decision,
            draft.merge_into,
            draft.returned,
            target and str(target),
            seen,
        ]

    def _counted(self) -> dict[str, int]:
        written = self.batch.rows.filter(written_version__isnull=False).count()
        return {
            "rows": len(self.stated) + written,
            **{verdict.value: self.counts[verdict] for verdict in Verdict},
            "written": written,
        }


def _drafts(table: Table, people: Mapping[int, ImportRow]) -> Iterator[Draft]:
    suspects: dict[int, dict[int, str]] = {}
    for kind, cells in (("formula", table.formulas), ("error", table.errors)):
        for no, at in cells:
            suspects.setdefault(no, {})[at] = kind
    for area in table.merged:
        for no in range(area.top, area.bottom + 1):
            for at in range(area.left, area.right + 1):
                if (no, at) != (area.top, area.left):
                    suspects.setdefault(no, {})[at] = HIDDEN + area.name
    for no, raw in zip(table.row_numbers, table.rows, strict=True):
        suspect = suspects.get(no, {})
        draft = Draft(no, dumped_cells(raw, suspect), suspect)
        if said := people.get(no):
            # What the file said stays on record, whatever was corrected.
            draft.raw, draft.suspect = said.raw, restored_cells(said.raw)[1]
            draft.edits, draft.decision = said.edits, said.decision
            draft.merge_into, draft.returned = said.merge_into, said.returned
            draft.likely = said.likely if said.decision else []
        yield draft


def _leave_where_it_is(old: Row, new: dict[str, Any]) -> None:
    """A point stated anew a hand's breadth away, as conversions between systems give it, is the
    same point: what is known of it stays, its first system included."""
    if old["lon"] is None or new["lon"] is None:
        return
    if abs(new["lon"] - old["lon"]) < _SAME_POINT and abs(new["lat"] - old["lat"]) < _SAME_POINT:
        new |= {name: old[name] for name in _PLACE if name in old}


def _same_text(old: Any, new: Any) -> bool:
    """Whether a text is only spelt otherwise (widths, spaces), as reading a ledger spells it."""
    return isinstance(old, str) and isinstance(new, str) and normalise(old) == new


def _left_out(draft: Draft) -> bool:
    """Whether people said that the row is not to be written as one of its own."""
    return draft.decision == "skip" or draft.merge_into.isdecimal()


def _doubt_hidden(drafts: Sequence[Draft], table: Table) -> None:
    """Cells that a merge hides, told again when the rows are read from where they were staged."""
    keys = {at: key for key, at in table.columns.items()}
    message = _("在合并单元格 %(area)s 中，请取消合并并逐行填写")
    for draft in drafts:
        for at, kind in draft.suspect.items():
            if kind.startswith(HIDDEN) and at in keys and keys[at] not in draft.edits:
                draft.fault(keys[at], message % {"area": kind.removeprefix(HIDDEN)})
