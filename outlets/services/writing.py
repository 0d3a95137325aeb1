"""Writing many register rows in one act: live rows, dated facts, history."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Act
from core.bulk import batched, insert_rows, record_history, update_rows
from core.db import locked
from core.spreadsheets import SpreadsheetError
from outlets.models import Outlet
from outlets.services.facts import FACTS, dated_changes, first_timeline, only_facts
from outlets.services.register import COLUMNS

Values = Mapping[str, Any]
LOCK_BATCH = 5000


@dataclass
class Plan:
    """What is to be written: whole new rows, and what changes of known ones."""

    new: list[dict[str, Any]] = field(default_factory=list)
    # Outlet id → (the row as read, the columns that change).
    changed: dict[uuid.UUID, tuple[Values, dict[str, Any]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed)

    def used(self, column: str) -> set[Any]:
        """Every value that the written rows take in `column`."""
        changes = (changes for _row, changes in self.changed.values())
        return {row[column] for row in self.new} | {
            values[column] for values in changes if column in values
        }


def write_plan(plan: Plan, *, on: dt.date, this: Act, source: str, reason: str) -> None:
    """Write the plan inside the act; SpreadsheetError (stale) if a known row changed meanwhile."""
    notes = {"act": this.id, "source": source[:80]}
    _update(plan, on, notes, reason)
    _insert(plan, on, notes, reason)


def _insert(plan: Plan, on: dt.date, notes: Values, reason: str) -> None:
    moment = timezone.now()
    for row in plan.new:
        row["updated_at"] = moment
    insert_rows(Outlet, COLUMNS, ([row[column] for column in COLUMNS] for row in plan.new))
    FACTS.begin(((row["id"], first_timeline(row, on)) for row in plan.new), notes)
    record_history(Outlet, [row["id"] for row in plan.new], "+", reason=reason)


def _update(plan: Plan, on: dt.date, notes: Values, reason: str) -> None:
    if not plan.changed:
        return
    _lock(plan)
    after = {pk: {**row, **changes} for pk, (row, changes) in plan.changed.items()}
    dated = {
        pk: dated_changes(after[pk], changes, on)
        for pk, (_row, changes) in plan.changed.items()
        if only_facts(changes)
    }
    now = FACTS.amend(dated, {pk: only_facts(plan.changed[pk][0]) for pk in dated}, notes)
    for pk, current in now.items():
        after[pk] |= current
    moment = timezone.now()
    for row in after.values():
        row["version"] += 1
        row["updated_at"] = moment
    touched = {name for _row, changes in plan.changed.values() for name in changes}
    touched |= {"version", "updated_at"}
    columns = [column for column in COLUMNS if column in touched]
    update_rows(
        Outlet, columns, ([pk, *(row[name] for name in columns)] for pk, row in after.items())
    )
    record_history(Outlet, after, "~", reason=reason)


def _lock(plan: Plan) -> None:
    """Lock the rows to be changed and make sure that nobody changed them since they were read."""
    for batch in batched(sorted(plan.changed), LOCK_BATCH):
        rows: QuerySet[Any] = locked(Outlet.objects.filter(pk__in=batch))
        stale = [
            row.code
            for row in rows.only("code", "version")
            if row.version != plan.changed[row.pk][0]["version"]
        ]
        if stale:
            raise SpreadsheetError(
                "stale",
                _("导入过程中有网点被他人修改（%(codes)s），未写入任何数据，请重新导入")
                % {"codes": "、".join(stale[:5])},
            )
