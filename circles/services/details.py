"""Changing single rows: what of a circle is not dated, and a compound with its residents."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from circles.models import Circle, Compound
from circles.models.compound import PEOPLE_FIELDS
from circles.services.circles import check_day
from circles.services.compounds import FACTS, row_problems
from circles.signals import circles_changed
from core.audit import Act, Actor, act
from core.db import locked
from core.geo import CRS
from core.versions import require_version
from outlets.services.places import Place, Territory

# What is dated, or follows from what is, has acts of its own (circles.services.circles).
CIRCLE_FIELDS = frozenset(
    {"name", "layout", "theme", "batch", "responsible", "planner", "operator"}
)
_KEPT = frozenset({"id", "district", "code", "crs_in", "version", "updated_at", "is_sample"})
COMPOUND_FIELDS = frozenset(field.name for field in Compound._meta.concrete_fields) - _KEPT


def change_circle(
    *,
    circle: Circle,
    changes: Mapping[str, Any],
    by: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> Circle:
    """Change columns of a circle by field name (`CIRCLE_FIELDS`).

    StaleVersionError when the row is no longer `seen_version`; ValidationError names the fields.
    """
    _refuse_unknown(changes, CIRCLE_FIELDS)
    with act("circles.change", by=by, comment=reason) as this:
        row = locked(Circle.objects.filter(pk=circle.pk)).get()
        require_version(row, seen_version)
        _set(row, changes, this)
        row.full_clean()
        _save(row, reason)
        this.obj = row
        circles_changed.send(sender=Circle, district=row.district)
    return row


def change_compound(
    *,
    compound: Compound,
    changes: Mapping[str, Any],
    on: dt.date,
    by: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> Compound:
    """Change columns of a compound by field name (`COMPOUND_FIELDS`); residents hold from `on`.

    Places are WGS 84 degrees. Errors as `change_circle`.
    """
    _refuse_unknown(changes, COMPOUND_FIELDS)
    check_day(on)
    with act("circles.change_compound", by=by, comment=reason) as this:
        row = locked(Compound.objects.filter(pk=compound.pk)).get()
        require_version(row, seen_version)
        before = _people(row)
        this.changes = {"on": on}
        _set(row, changes, this)
        if not {"lon", "lat"}.isdisjoint(changes):
            row.crs_in = "" if row.lon is None else CRS.WGS84.value
        _judge(row)
        news = {name: value for name, value in _people(row).items() if before[name] != value}
        if news:
            dated = FACTS.amend({row.pk: [(on, news)]}, {row.pk: before}, {"act": this.id})
            for name, value in dated[row.pk].items():
                setattr(row, name, value)
        _save(row, reason)
        this.obj = row
        circles_changed.send(sender=Compound, district=row.district)
    return row


def _refuse_unknown(changes: Mapping[str, Any], allowed: frozenset[str]) -> None:
    if unknown := set(changes) - allowed:
        raise ValidationError({name: _("不能填写该项") for name in sorted(unknown)})


def _set(row: Any, changes: Mapping[str, Any], this: Act) -> None:
    for name, value in changes.items():
        this.changes[name] = [_plain(getattr(row, name)), _plain(value)]
        setattr(row, name, value)


def _save(row: Any, reason: str) -> None:
    row.version += 1
    row._change_reason = reason[:100]
    row.save()


def _judge(row: Compound) -> None:
    """ValidationError by field: the model's own rules, then the register's."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    found = {column.removesuffix("_id"): message for column, message in row_problems(values)}
    hood = row.neighbourhood
    if hood is not None and hood.street_id != row.street_id:
        found["neighbourhood"] = _("该居（村）委会不属于所填街道（镇）")
    place = Place(row.lon, row.lat, row.street_id)
    [problem] = Territory(row.district).problems([place], may_be_outside=False)
    if problem:
        found["lon"] = problem
    if found:
        raise ValidationError(found)
    row.full_clean()


def _people(row: Compound) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PEOPLE_FIELDS}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Model) else value
