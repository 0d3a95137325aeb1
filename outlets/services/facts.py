"""The dated facts of outlets: which columns they are, and from which day a change holds."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core.dated import Change, FactTable, Period
from core.registers import Book
from outlets.models import Outlet, OutletFacts
from outlets.models.outlet import Facts, Status

FACT_COLUMNS = tuple(field.attname for field in Facts._meta.local_fields)
FACTS = FactTable(OutletFacts, "outlet_id", FACT_COLUMNS, notes=("act", "source"))
GONE = frozenset({Status.CLOSED, Status.MOVED})


def only_facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of an outlet's columns that are dated facts."""
    return {name: values[name] for name in FACT_COLUMNS if name in values}


def first_timeline(values: Mapping[str, Any], on: dt.date) -> list[Period]:
    """The facts of a new outlet (all its columns), learned on day `on`.

    One that has closed already was open the day before it closed.
    """
    facts = only_facts(values)
    gone_on = _gone_on(values, on)
    if gone_on is None:
        return [Period(on, facts)]
    eve = gone_on - dt.timedelta(days=1)
    return [Period(eve, {**facts, "status": Status.OPEN}), Period(gone_on, facts)]


def dated_changes(
    values: Mapping[str, Any], changes: Mapping[str, Any], on: dt.date
) -> list[Change]:
    """From which days `changes` (columns that differ now) hold; `values` is the whole row after.

    An outlet that closed or moved away did so on its closing day, all else changes on `on`.
    """
    facts = only_facts(changes)
    gone_on = _gone_on(values, on) if "status" in facts else None
    if gone_on is None:
        return [(on, facts)]
    left = {"status": facts.pop("status")}
    # Nothing is said of the eve but that it was still as before.
    return [(gone_on - dt.timedelta(days=1), {}), (gone_on, left), (on, facts)]


def _gone_on(values: Mapping[str, Any], on: dt.date) -> dt.date | None:
    closed_on: dt.date | None = values["closed_on"]
    if values["status"] not in GONE or closed_on is None or closed_on > on:
        return None
    return closed_on


BOOK = Book(Outlet, FACTS, first_timeline, dated_changes)
