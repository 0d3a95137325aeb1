"""Rows that come from a reference file: created once, corrected when the file is, never doubled."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


def upsert(
    model: type[M],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    once: Collection[str] = (),
) -> dict[Any, M]:
    """Bring `model`'s table in step with `rows`, each a mapping of every attribute to set.

    key   attributes that identify a row (`document_id`, `ref`)
    once  attributes that are set on creation only, because staff may have changed them since

    Returns the rows' objects by key (a tuple, or the bare value of a single attribute). One read,
    one insert, one update (more where the database limits their size); no write when nothing
    differs.
    """

    def key_of(values: Mapping[str, Any]) -> Any:
        parts = tuple(values[name] for name in key)
        return parts[0] if len(parts) == 1 else parts

    known: dict[Any, M] = {key_of(vars(row)): row for row in model._default_manager.all()}
    found: dict[Any, M] = {}
    new: list[M] = []
    changed: list[M] = []
    for row in rows:
        this = key_of(row)
        if this in found:
            raise ValueError(f"{model.__name__}: {this!r} stands in the reference file twice")
        if this not in known:
            found[this] = model(**row)
            new.append(found[this])
            continue
        found[this] = known[this]
        if _assign(found[this], row, once):
            changed.append(found[this])
    model._default_manager.bulk_create(new)
    if changed:
        fields = {name for row in rows for name in row} - set(key) - set(once)
        model._default_manager.bulk_update(changed, sorted(fields))
    return found


def _assign(obj: models.Model, row: Mapping[str, Any], once: Collection[str]) -> bool:
    """Set what differs; whether anything did."""
    differing = {
        name: value
        for name, value in row.items()
        if name not in once and getattr(obj, name) != value
    }
    for name, value in differing.items():
        setattr(obj, name, value)
    return bool(differing)
