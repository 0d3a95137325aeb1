"""Dated facts: what was true of a row in [valid_from, valid_to), changed by day and field.

A timeline is contiguous: each period lasts until the next begins, the last one is open. A change
of a field on a day holds from that day until the field next changed. Before the first period the
first one is taken for true, flagged as undated.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When

from core.bulk import batched, insert_rows

Values = Mapping[str, Any]
# One change: the day from which it holds, and the fields it changes.
Change = tuple[dt.date, Values]
BATCH = 2000


@dataclass(frozen=True)
class Period:
    """What held from a day on, until the next period of its timeline."""

    valid_from: dt.date
    values: Values


def with_change(timeline: Sequence[Period], on: dt.date, changes: Values) -> list[Period]:
    """The timeline (not empty) after `changes` took effect on day `on`.

    A change on the first day of a period replaces it. A change dated into the past runs on
    through later periods up to where the field next changed. What held already stays as it is,
    except that the first period then reaches back to `on`.
    """
    periods = list(timeline)
    place = sum(period.valid_from <= on for period in periods) - 1
    before = periods[max(place, 0)].values
    news = {name: value for name, value in changes.items() if before[name] != value}
    if not news:
        return [Period(min(on, periods[0].valid_from), periods[0].values), *periods[1:]]
    begun = Period(on, {**before, **news})
    if place >= 0 and periods[place].valid_from == on:
        periods[place] = begun
    else:
        place += 1
        periods.insert(place, begun)
    for name, value in news.items():
        for later in range(place + 1, len(periods)):
            held = periods[later]
            if held.values[name] != before[name]:
                break
            periods[later] = Period(held.valid_from, {**held.values, name: value})
    return periods


def value_on(timeline: Sequence[Period], day: dt.date) -> tuple[Values, bool]:
    """What held on `day`, and whether that is dated (False: before the first period)."""
    place = sum(period.valid_from <= day for period in timeline) - 1
    return timeline[max(place, 0)].values, place >= 0


def as_of(rows: "models.QuerySet[Any]", owner: str, day: dt.date) -> "models.QuerySet[Any]":
    """Of the facts `rows` the one per `owner` that holds on `day`, annotated with `undated`."""
    facts = rows.model
    earlier = facts._default_manager.filter(
        **{owner: OuterRef(owner), "valid_from__lt": OuterRef("valid_from")}
    )
    holds = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    return rows.filter(holds | Q(valid_from__gt=day) & ~Exists(earlier)).annotate(
        undated=Case(
            When(valid_from__gt=day, then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
    )


@dataclass(frozen=True)
class FactTable:
    """The table in which timelines of one kind are kept.

    `owner` is the column of the foreign key to the row the facts are of, `fields` the columns that
    are dated; `notes` are columns beside them that the writing act fills.
    """

    model: type[models.Model]
    owner: str
    fields: tuple[str, ...]
    notes: tuple[str, ...] = ("act",)

    def begin(self, timelines: Iterable[tuple[uuid.UUID, Sequence[Period]]], notes: Values) -> int:
        """Write the first timelines of new owners; the number of rows."""
        rows = (
            self._row(owner, period, until, notes)
            for owner, periods in timelines
            for period, until in _with_ends(periods)
        )
        return insert_rows(self.model, self._columns, rows)

    def amend(
        self,
        changes: Mapping[uuid.UUID, Sequence[Change]],
        current: Mapping[uuid.UUID, Values],
        notes: Values,
    ) -> dict[uuid.UUID, Values]:
        """Apply dated changes and return what is now current of each owner.

        `current` is what the owners themselves say, for those that have no timeline yet. Call it
        with the owners locked. Takes the same number of statements for one owner as for `BATCH`.
        """
        now: dict[uuid.UUID, Values] = {}
        for owners in batched(changes, BATCH):
            stale: list[int] = []
            fresh: list[list[Any]] = []
            kept = self._kept(owners)
            for owner in owners:
                old = kept[owner]
                timeline = [row.period for row in old]
                for on, values in changes[owner]:
                    timeline = (
                        with_change(timeline, on, values)
                        if timeline
                        else [Period(on, {**current[owner], **values})]
                    )
                now[owner] = timeline[-1].values
                known = {(row.period.valid_from, row.valid_to): row for row in old}
                for period, until in _with_ends(timeline):
                    row = known.get((period.valid_from, until))
                    if row is not None and row.period.values == period.values:
                        known.pop((period.valid_from, until))
                        continue
                    fresh.append(self._row(owner, period, until, notes))
                stale += [row.id for row in known.values()]
            self.model._default_manager.filter(pk__in=stale).delete()
            insert_rows(self.model, self._columns, fresh)
        return now

    @property
    def _columns(self) -> list[str]:
        return [self.owner, "valid_from", "valid_to", *self.fields, *self.notes]

    def _row(
        self, owner: uuid.UUID, period: Period, until: dt.date | None, notes: Values
    ) -> list[Any]:
        return [
            owner,
            period.valid_from,
            until,
            *(period.values[name] for name in self.fields),
            *(notes[name] for name in self.notes),
        ]

    def _kept(self, owners: Iterable[uuid.UUID]) -> dict[uuid.UUID, list["_Kept"]]:
        columns = ("id", self.owner, "valid_from", "valid_to", *self.fields)
        found = self.model._default_manager.filter(**{f"{self.owner}__in": list(owners)})
        timelines: dict[uuid.UUID, list[_Kept]] = defaultdict(list)
        rows = found.order_by(self.owner, "valid_from").values_list(*columns)
        for pk, owner, valid_from, valid_to, *values in rows:
            period = Period(valid_from, dict(zip(self.fields, values, strict=True)))
            timelines[owner].append(_Kept(pk, valid_to, period))
        return timelines


@dataclass(frozen=True)
class _Kept:
    id: int
    valid_to: dt.date | None
    period: Period


def _with_ends(periods: Sequence[Period]) -> Iterator[tuple[Period, dt.date | None]]:
    starts = [period.valid_from for period in periods[1:]]
    return zip(periods, [*starts, None], strict=True)
