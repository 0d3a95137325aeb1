"""Acts on single outlets.

Each is one transaction: the row locked, the seen version compared, the version raised, the dated
facts changed from the day given, one history row, one audit event, and the news of it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Act, Actor, act
from core.db import locked
from core.geo import CRS, to_wgs84
from core.text import normalise, normalise_key
from core.versions import require_version
from outlets.models import Outlet
from outlets.models.outlet import PlaceState, Status
from outlets.services.coordinates import problem_of
from outlets.services.facts import BOOK, FACTS, GONE, dated_changes, first_timeline, only_facts
from outlets.services.places import Place, Territory
from outlets.services.register import Codes, lock_register, named
from outlets.services.rules import problems
from outlets.signals import outlets_changed
from territory.models import District

# What the system keeps; everything else of an outlet may be written by people.
_OWN = frozenset(
    {"id", "district", "name_key", "pinyin", "merged_into", "void", "version", "updated_at"}
)
EDITABLE = frozenset(field.name for field in Outlet._meta.concrete_fields) - _OWN
_PLACE = frozenset({"lon", "lat", "x_in", "y_in", "crs_in"})


def create_outlet(
    *,
    district: District,
    values: Mapping[str, Any],
    on: dt.date,
    by: Actor,
    reason: str = "",
) -> Outlet:
    """Enter an outlet by field name (`EDITABLE`), its facts known from `on`.

    A missing code is assigned. Places as `change_outlet` takes them. ValidationError names the
    fields, also when the register has an outlet of the same name and address already.
    """
    check_day(on)
    with act("outlets.create", by=by, comment=reason) as this:
        lock_register(district)
        row = BOOK.blank(district_id=district.pk) | _columns(values, EDITABLE)
        row["code"] = row["code"] or Codes(district).next_for(row["street_id"])
        _refuse_double(row)
        outlet = Outlet(**_settled(row, district, values))
        _validate(outlet)
        _save(outlet, reason)
        timeline = first_timeline(_row_of(outlet), on)
        FACTS.begin([(outlet.pk, timeline)], _notes(this, outlet, reason))
        this.obj, this.changes = outlet, {"on": on, "code": outlet.code}
        outlets_changed.send(sender=Outlet, district=district)
    return outlet


def change_outlet(
    *,
    outlet: Outlet,
    changes: Mapping[str, Any],
    on: dt.date,
    by: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> Outlet:
    """Change fields of an outlet by name (`EDITABLE`); what are facts hold from day `on`.

    A day in the past changes what was true since then, up to where a field changed again. Give a
    place as `lon`, `lat` (WGS 84), or as `x_in`, `y_in`, `crs_in`. StaleVersionError when the row
    is no longer `seen_version`; ValidationError names the fields.
    """
    with _changing(outlet, "outlets.change", on, by, reason, seen_version) as (row, this):
        if row.merged_into_id or row.void:
            raise ValidationError(_("该网点已并入或作废，不能再修改"))
        _apply(row, _columns(changes, EDITABLE), changes, on, this, reason)
    return row


def close_outlet(
    *,
    outlet: Outlet,
    on: dt.date,
    by: Actor,
    reason: str,
    status: str = Status.CLOSED,
    seen_version: int | None = None,
) -> Outlet:
    """Close the outlet from `on`, or say that it moved out of the district (`status` moved)."""
    with _changing(outlet, "outlets.close", on, by, reason, seen_version) as (row, this):
        if row.status in GONE:
            raise ValidationError(
                {"status": _("该网点已是“%(status)s”") % {"status": row.get_status_display()}}
            )
        if status not in GONE:
            raise ValidationError({"status": _("只能填“关闭”或“迁出”")})
        changes = {"status": status, "closed_on": on}
        this.from_state, this.to_state = row.status, status
        _apply(row, changes, changes, on, this, reason)
    return row


def merge_outlets(
    *,
    keep: Outlet,
    others: Sequence[Outlet],
    by: Actor,
    reason: str,
    seen_version: int | None = None,
) -> Outlet:
    """Say that `others` are doubles of `keep`: they count nowhere any more, on no day."""
    with act("outlets.merge", by=by, comment=reason) as this:
        ids = {keep.pk, *(other.pk for other in others)}
        rows = {row.pk: row for row in locked(Outlet.objects.filter(pk__in=ids))}
        kept = rows.pop(keep.pk)
        require_version(kept, seen_version)
        if not rows:
            raise ValidationError({"others": _("请至少选择一个要并入的网点")})
        for row in (kept, *rows.values()):
            if row.district_id != kept.district_id:
                raise ValidationError({"others": _("只能合并同一区的网点")})
            if row.merged_into_id or row.void:
                raise ValidationError(
                    {"others": _("网点 %(code)s 已并入或作废") % {"code": row.code}}
                )
        before = {row.pk: row.code for row in rows.values()}
        # What was merged into a double earlier follows it, so that no chain arises.
        earlier = locked(Outlet.objects.filter(merged_into__in=rows))
        for row in (*rows.values(), *earlier):
            row.merged_into = kept
            row.version += 1
            _save(row, reason)
        kept.version += 1
        _save(kept, reason)
        this.obj, this.changes = kept, {"merged": sorted(before.values())}
        outlets_changed.send(sender=Outlet, district=kept.district)
    return kept


def void_outlet(
    *, outlet: Outlet, by: Actor, reason: str, seen_version: int | None = None
) -> Outlet:
    """Take back a row that never should have been: it counts on no day, its code may be reused."""
    today = timezone.localdate()
    with _changing(outlet, "outlets.void", today, by, reason, seen_version) as (row, _this):
        if not reason.strip():
            raise ValidationError({"reason": _("作废须填写原因")})
        if row.void:
            raise ValidationError(_("该网点已作废"))
        if Outlet.objects.filter(merged_into=row, void=False).exists():
            raise ValidationError(_("已有其他网点并入该网点，不能作废"))
        row.void = True
    return row


def verify_places(*, district: District, on: dt.date, by: Actor, reason: str = "") -> int:
    """Verify from `on` the unverified points that now lie inside their street's outline; how many.

    For after outlines were drawn. Points that people marked 无法定位 stay as they are.
    """
    check_day(on)
    with act("outlets.verify_places", by=by, comment=reason) as this:
        lock_register(district)
        waiting = Outlet.objects.filter(
            district=district, place_state=PlaceState.UNVERIFIED, lon__isnull=False
        ).registered()
        rows = list(locked(waiting))
        places = [Place(row.lon, row.lat, row.street_id, row.outside) for row in rows]
        states = Territory(district).states(places)
        fits = [
            row for row, state in zip(rows, states, strict=True) if state == PlaceState.VERIFIED
        ]
        _write_states(fits, on, this, reason)
        this.changes = {"on": on, "verified": len(fits)}
        if fits:
            outlets_changed.send(sender=Outlet, district=district)
    return len(fits)


def check_day(on: dt.date) -> None:
    """ValidationError for a day that has not come: what is to be is no fact yet."""
    if on > timezone.localdate():
        raise ValidationError({"on": _("生效日期（%(day)s）不能晚于今天") % {"day": on}})


@contextmanager
def _changing(
    outlet: Outlet, action: str, on: dt.date, by: Actor, reason: str, seen_version: int | None
) -> Iterator[tuple[Outlet, Act]]:
    check_day(on)
    with act(action, by=by, comment=reason) as this:
        row = locked(Outlet.objects.filter(pk=outlet.pk)).get()
        require_version(row, seen_version)
        this.obj = row
        yield row, this
        row.version += 1
        _save(row, reason)
        outlets_changed.send(sender=Outlet, district=row.district)


def _apply(
    outlet: Outlet,
    columns: Mapping[str, Any],
    given: Mapping[str, Any],
    on: dt.date,
    this: Act,
    reason: str,
) -> None:
    """Set the columns on the locked row, judge it, and bring its dated facts in step."""
    before = _row_of(outlet)
    _assign(outlet, _settled({**before, **columns}, outlet.district, given, before))
    _validate(outlet)
    after = _row_of(outlet)
    differing = {name: value for name, value in after.items() if before[name] != value}
    # A fact may be as stated today and yet have been otherwise on the day it is stated for.
    stated = differing | {name: after[name] for name in columns}
    if only_facts(stated):
        dated = {outlet.pk: dated_changes(after, stated, on)}
        current = {outlet.pk: only_facts(before)}
        now = FACTS.amend(dated, current, _notes(this, outlet, reason))
        _assign(outlet, now[outlet.pk])
    hidden = {"name_key", "pinyin"}
    this.changes |= {"on": on} | {
        name: [before[name], value] for name, value in differing.items() if name not in hidden
    }


def _settled(
    row: Mapping[str, Any],
    district: District,
    given: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The row with what follows from what was given: place, search keys, closing day."""
    after = dict(row)
    if not _PLACE.isdisjoint(given):
        _locate(after, given)
    if after["outside"]:
        after["street_id"] = after["neighbourhood_id"] = None
    if "status" in given and after["status"] not in GONE and "closed_on" not in given:
        after["closed_on"] = None
    stated = given.get("place_state", "")
    held = ("lon", "lat", "street_id", "outside")
    if before is None or stated or any(before[name] != after[name] for name in held):
        place = Place(after["lon"], after["lat"], after["street_id"], after["outside"], stated)
        territory = Territory(district)
        [problem] = territory.problems([place])
        if problem:
            raise ValidationError({"lon": problem})
        [after["place_state"]] = territory.states([place])
    return after | named(after)


def _locate(row: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Convert what was given of the place; `lon`, `lat` alone are WGS 84."""
    if {"lon", "lat"} & set(given) and not {"x_in", "y_in"} & set(given):
        row |= {"x_in": row["lon"], "y_in": row["lat"], "crs_in": CRS.WGS84.value}
    x, y = row["x_in"], row["y_in"]
    if problem := problem_of(x, y):
        raise ValidationError({problem[0]: problem[1]})
    if x is None:
        row |= {"lon": None, "lat": None, "crs_in": ""}
        return
    if row["crs_in"] not in CRS.__members__.values():
        raise ValidationError({"crs_in": _("请填写坐标系：wgs84、cgcs2000、gcj02 或 bd09")})
    lon, lat = to_wgs84(x, y, row["crs_in"])
    row |= {"lon": float(lon), "lat": float(lat)}


def _columns(values: Mapping[str, Any], allowed: Iterable[str]) -> dict[str, Any]:
    """Column → stored value of fields given by name, objects as their ids."""
    unknown = set(values) - set(allowed)
    if unknown:
        raise ValidationError({name: _("不能填写该项") for name in sorted(unknown)})
    fields: dict[str, Any] = {field.name: field for field in Outlet._meta.concrete_fields}
    return {fields[name].attname: _stored(value) for name, value in values.items()}


def _stored(value: Any) -> Any:
    """An id for an object; text in the form in which ledgers are read, so that they agree."""
    if isinstance(value, Model):
        return value.pk
    return normalise(value) if isinstance(value, str) else value


def _assign(outlet: Outlet, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(outlet, name, value)


def _row_of(outlet: Outlet) -> dict[str, Any]:
    return {name: getattr(outlet, name) for name in BOOK.columns}


def _validate(outlet: Outlet) -> None:
    """ValidationError by field: values that cannot be stored, the register's rules, doubles."""
    outlet.clean_fields()
    found: dict[str, list[str]] = {}
    for column, message in problems(_row_of(outlet), timezone.localdate()):
        found.setdefault(column.removesuffix("_id"), []).append(message)
    hood = outlet.neighbourhood
    if hood is not None and hood.street_id != outlet.street_id:
        found.setdefault("neighbourhood", []).append(_("该居（村）委会不属于所填街道（镇）"))
    if found:
        raise ValidationError(found)
    outlet.validate_unique()
    outlet.validate_constraints()


def _refuse_double(row: Mapping[str, Any]) -> None:
    """ValidationError when the street's register has an outlet of this name and address."""
    address = normalise_key(row["address"])
    same = Outlet.objects.filter(
        Q(district=row["district_id"]),
        Q(street=row["street_id"]),
        name_key=normalise_key(row["name"])[:160],
    ).registered()
    for known in same:
        if address and normalise_key(known.address) == address:
            raise ValidationError(
                {"name": _("台账中已有同名同址的网点（编码 %(code)s）") % {"code": known.code}}
            )


def _write_states(rows: Sequence[Outlet], on: dt.date, this: Act, reason: str) -> None:
    change = {"place_state": PlaceState.VERIFIED}
    notes = {"act": this.id, "source": reason[:80]}
    current = {row.pk: only_facts(_row_of(row)) for row in rows}
    now = FACTS.amend({row.pk: [(on, change)] for row in rows}, current, notes)
    for row in rows:
        _assign(row, now[row.pk])
        row.version += 1
        _save(row, reason)


def _notes(this: Act, outlet: Outlet, reason: str) -> dict[str, Any]:
    return {"act": this.id, "source": (outlet.data_source or reason)[:80]}


def _save(outlet: Outlet, reason: str) -> None:
    outlet._change_reason = reason[:100]  # type: ignore[attr-defined]
    outlet.save()
