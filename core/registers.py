"""Registers with dated facts (outlets, compounds), read and written many rows at a time."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Act
from core.bulk import batched, insert_rows, record_history, update_rows
from core.dated import Change, FactTable, Period, as_of
from core.db import locked
from core.spreadsheets.errors import SpreadsheetError

Values = Mapping[str, Any]
LOCK_BATCH = 5000


@dataclass(frozen=True)
class Book:
    """A register's table and that of its facts; None where nothing of a row is dated.

    `first` gives the timeline of a new row (all columns) learned on a day; `dated` the dated
    changes of a row (all columns as they will stand, the columns that change) as of a day.
    """

    model: type[models.Model]
    facts: FactTable | None = None
    first: Callable[[Values, dt.date], Sequence[Period]] = lambda _row, _on: []
    dated: Callable[[Values, Values, dt.date], Sequence[Change]] = lambda _row, _changes, _on: []

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of a row, as the database stores it."""
        return tuple(column.attname for column in self.model._meta.concrete_fields)

    def blank(self, **known: Any) -> dict[str, Any]:
        """A new row before anything is known of it but `known`, without id."""
        fields = (column for column in self.model._meta.concrete_fields if not column.primary_key)
        return {column.attname: column.get_default() for column in fields} | known

    def only_facts(self, values: Values) -> dict[str, Any]:
        """Those of the columns that are dated."""
        if self.facts is None:
            return {}
        return {name: values[name] for name in self.facts.fields if name in values}


class Register:
    """Rows of a book, read at once, to be compared with what is stated for day `on`."""

    def __init__(self, book: Book, rows: "models.QuerySet[Any]", on: dt.date) -> None:
        self.rows: dict[uuid.UUID, dict[str, Any]] = {
            row["id"]: row for row in rows.order_by("id").values(*book.columns)
        }
        self.by_code = {row["code"]: row for row in self.rows.values()}
        # The facts of the day of those rows whose facts have changed since.
        self.held: dict[uuid.UUID, dict[str, Any]] = {}
        if book.facts is not None and on < timezone.localdate():
            facts, owner = book.facts.model._default_manager.all(), book.facts.owner
            past = as_of(facts, owner.removesuffix("_id"), on).filter(valid_to__isnull=False)
            for pk, *held in past.values_list(owner, *book.facts.fields):
                if pk in self.rows:
                    self.held[pk] = dict(zip(book.facts.fields, held, strict=True))

    def on_the_day(self, pk: uuid.UUID | None) -> dict[str, Any] | None:
        """The row with the facts that held on the day; None for a row not known."""
        return None if pk is None else {**self.rows[pk], **self.held.get(pk, {})}


def difference(old: Values, new: Values) -> dict[str, Any]:
    """The columns of `new` that differ from the row as it stands."""
    return {column: value for column, value in new.items() if old[column] != value}


@dataclass
class Plan:
    """What is to be written: whole new rows, and what changes of known ones."""

    new: list[dict[str, Any]] = field(default_factory=list)
    # Id → (the row as it stands, the columns that change).
    changed: dict[uuid.UUID, tuple[Values, dict[str, Any]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed)

    def used(self, column: str) -> set[Any]:
        """Every value that the written rows take in `column`."""
        changes = (changes for _row, changes in self.changed.values())
        return {row[column] for row in self.new} | {
            values[column] for values in changes if column in values
        }


def write_plan(
    book: Book, plan: Plan, *, on: dt.date, this: Act, notes: Values, reason: str
) -> None:
    """Write live rows, facts and history inside the act; `notes` fill the facts' other columns.

    SpreadsheetError (stale) if a known row has changed since it was read. The number of statements
    does not depend on the number of rows but by whole batches.
    """
    _update(book, plan, on, {"act": this.id, **notes}, reason)
    _insert(book, plan, on, {"act": this.id, **notes}, reason)


def _insert(book: Book, plan: Plan, on: dt.date, notes: Values, reason: str) -> None:
    moment = timezone.now()
    for row in plan.new:
        row["updated_at"] = moment
    columns = book.columns
    insert_rows(book.model, columns, ([row[name] for name in columns] for row in plan.new))
    if book.facts is not None:
        book.facts.begin(((row["id"], book.first(row, on)) for row in plan.new), notes)
    record_history(book.model, [row["id"] for row in plan.new], "+", reason=reason)


def _update(book: Book, plan: Plan, on: dt.date, notes: Values, reason: str) -> None:
    if not plan.changed:
        return
    _lock(book, plan)
    after = {pk: {**row, **changes} for pk, (row, changes) in plan.changed.items()}
    dated = {
        pk: book.dated(after[pk], changes, on)
        for pk, (_row, changes) in plan.changed.items()
        if book.only_facts(changes)
    }
    current = {pk: book.only_facts(plan.changed[pk][0]) for pk in dated}
    if book.facts is not None:
        for pk, facts in book.facts.amend(dated, current, notes).items():
            after[pk] |= facts
    moment = timezone.now()
    for row in after.values():
        row["version"] += 1
        row["updated_at"] = moment
    touched = {name for _row, changes in plan.changed.values() for name in changes}
    columns = [name for name in book.columns if name in touched | {"version", "updated_at"}]
    update_rows(
        book.model, columns, ([pk, *(row[name] for name in columns)] for pk, row in after.items())
    )
    record_history(book.model, after, "~", reason=reason)


def _lock(book: Book, plan: Plan) -> None:
    """Lock the rows to be changed and make sure that nobody changed them since they were read."""
    for batch in batched(sorted(plan.changed), LOCK_BATCH):
        rows: Iterable[Any] = locked(
            book.model._default_manager.filter(pk__in=batch).only("code", "version")
        )
        stale = [row.code for row in rows if row.version != plan.changed[row.pk][0]["version"]]
        if stale:
            raise SpreadsheetError(
                "stale",
                _("导入过程中有记录被他人修改（%(codes)s），未写入任何数据，请重新导入")
                % {"codes": "、".join(stale[:5])},
            )
