"""What acts on facilities and on spaces have in common.

Each act is one transaction: the row locked, the seen version compared, the version raised, one
history row, one audit event. What is dated of a site stands in its own columns.
"""

import datetime as dt
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from circles.models import Site
from core.audit import Act, Actor, act
from core.db import locked
from core.geo import CRS, to_wgs84
from core.text import normalise_key
from core.versions import require_version
from outlets.services.coordinates import problem_of
from outlets.services.places import Place, Territory
from outlets.services.register import lock_register
from territory.models import District

Values = Mapping[str, Any]
# (column, message) of what cannot be, given the whole row by column.
Rules = Callable[[Values], Iterator[tuple[str, str]]]

_KEPT = frozenset({"id", "district", "name_key", "void", "version", "updated_at", "is_sample"})
_PLACE = frozenset({"lon", "lat", "x_in", "y_in", "crs_in"})
FIRST_DAY = dt.date(1840, 1, 1)


@dataclass(frozen=True)
class Sort:
    """One sort of site: its table, the word of its acts, the letter in its codes, its rules."""

    model: type[Any]
    word: str
    letter: str
    rules: Rules
    # Sends the news of a change in a district; figures that rest on none are told of none.
    tell: Callable[[District], None] | None = None

    @property
    def editable(self) -> frozenset[str]:
        """Fields that people write."""
        return frozenset(field.name for field in self.model._meta.concrete_fields) - _KEPT


class Numbers:
    """Codes of sites that come without: <street code>-<letter><5 digits>, never one used before."""

    def __init__(self, sort: Sort, district: District, stated: Iterable[str] = ()) -> None:
        self.letter = sort.letter
        self.streets = dict(district.streets.values_list("id", "code"))
        self.last: Counter[str] = Counter()
        self._number = re.compile(rf"(.*)-{sort.letter}(\d{{5,9}})")
        # Codes of void rows are spent, too.
        known = sort.model.objects.filter(district=district).values_list("code", flat=True)
        for code in (*known, *stated):
            self.reserve(code)

    def reserve(self, code: str) -> None:
        """Count a code as used."""
        if found := self._number.fullmatch(code):
            self.last[found[1]] = max(self.last[found[1]], int(found[2]))

    def next_for(self, street_id: uuid.UUID) -> str:
        """The next code of the street."""
        street = self.streets[street_id]
        self.last[street] += 1
        return f"{street}-{self.letter}{self.last[street]:05d}"


def place_problems(values: Values) -> Iterator[tuple[str, str]]:
    """What every sort of site needs: a street, and something that says where it is."""
    if values["street_id"] is None:
        yield "street_id", _("缺少街道（镇）")
    if not values["address"] and values["lon"] is None:
        yield "address", _("地址和经纬度至少填一项，否则无法确定位置")


def create_site(
    sort: Sort, *, district: District, values: Values, by: Actor, reason: str = ""
) -> Any:
    """Enter a site by field name (`sort.editable`).

    A missing code is assigned. Give a place as `lon`, `lat` (WGS 84), or as `x_in`, `y_in`,
    `crs_in`. ValidationError names the fields, also when the street has a site of the same sort,
    name and address already.
    """
    _refuse_unknown(values, sort.editable)
    with act(f"circles.create_{sort.word}", by=by, comment=reason) as this:
        lock_register(district)
        row = sort.model(district=district, **values)
        if row.street_id is None:
            raise ValidationError({"street": _("缺少街道（镇）")})
        row.code = row.code or Numbers(sort, district).next_for(row.street_id)
        _refuse_double(sort, row)
        _settle(row, values)
        judge(sort, row)
        _save(row, reason)
        this.obj, this.changes = row, {"code": row.code}
        if sort.tell:
            sort.tell(district)
    return row


def change_site(
    sort: Sort,
    *,
    site: Any,
    changes: Values,
    by: Actor,
    reason: str = "",
    seen_version: int | None = None,
) -> Any:
    """Change fields of a site by name (all of `sort.editable` but the code).

    StaleVersionError when the row is no longer `seen_version`; ValidationError names the fields.
    """
    _refuse_unknown(changes, sort.editable - {"code"})
    with changing(sort, site, f"circles.change_{sort.word}", by, reason, seen_version) as (row, _a):
        for name, value in changes.items():
            setattr(row, name, value)
        _settle(row, changes)
    return row


@contextmanager
def changing(
    sort: Sort, site: Any, action: str, by: Actor, reason: str, seen_version: int | None
) -> Iterator[tuple[Any, Act]]:
    """The locked row, for the act to change; then it is judged, saved and noted."""
    with act(action, by=by, comment=reason) as this:
        row = locked(sort.model.objects.filter(pk=site.pk)).get()
        require_version(row, seen_version)
        if row.void:
            raise ValidationError(_("该记录已作废，不能再修改"))
        before = _columns_of(row)
        yield row, this
        judge(sort, row)
        this.changes |= {
            name: [before[name], value]
            for name, value in _columns_of(row).items()
            if before[name] != value
        }
        row.version += 1
        _save(row, reason)
        this.obj = row
        if sort.tell:
            sort.tell(row.district)


def judge(sort: Sort, row: Site) -> None:
    """ValidationError by field: values that cannot be stored, the sort's rules, the place."""
    row.clean_fields()
    found = {
        column.removesuffix("_id"): message for column, message in sort.rules(_columns_of(row))
    }
    hood = row.neighbourhood
    if hood is not None and hood.street_id != row.street_id:
        found["neighbourhood"] = _("该居（村）委会不属于所填街道（镇）")
    if found:
        raise ValidationError(found)
    row.validate_unique()
    row.validate_constraints()


def _settle(row: Site, given: Values) -> None:
    """Bring in step what follows from the place that was given."""
    if not _PLACE.isdisjoint(given):
        _locate(row, given)
    if _PLACE.isdisjoint(given) and {"street", "place_state"}.isdisjoint(given):
        return
    stated = given.get("place_state", "")
    place = Place(row.lon, row.lat, row.street_id, stated=stated)
    territory = Territory(row.district)
    [problem] = territory.problems([place], may_be_outside=False)
    if problem:
        raise ValidationError({"lon": problem})
    [row.place_state] = territory.states([place])


def _locate(row: Site, given: Values) -> None:
    """Convert what was given of the place; `lon`, `lat` alone are WGS 84."""
    if {"lon", "lat"} & set(given) and not {"x_in", "y_in"} & set(given):
        row.x_in, row.y_in, row.crs_in = row.lon, row.lat, CRS.WGS84.value
    if problem := problem_of(row.x_in, row.y_in):
        raise ValidationError({problem[0]: problem[1]})
    if row.x_in is None or row.y_in is None:
        row.lon = row.lat = None
        row.crs_in = ""
        return
    if row.crs_in not in CRS.__members__.values():
        raise ValidationError({"crs_in": _("请填写坐标系：wgs84、cgcs2000、gcj02 或 bd09")})
    lon, lat = to_wgs84(row.x_in, row.y_in, row.crs_in)
    row.lon, row.lat = float(lon), float(lat)


def _refuse_unknown(values: Values, allowed: frozenset[str]) -> None:
    if unknown := set(values) - allowed:
        raise ValidationError({name: _("不能填写该项") for name in sorted(unknown)})


def name_key_of(name: str) -> str:
    """The name as it is compared."""
    return normalise_key(name)[:160]


def _refuse_double(sort: Sort, row: Site) -> None:
    address = normalise_key(row.address)
    rows = sort.model.objects.filter(street=row.street_id, name_key=name_key_of(row.name))
    for code, where in rows.registered().order_by("code").values_list("code", "address"):
        if address == normalise_key(where):
            raise ValidationError(
                {"name": _("台账中已有同名同址的记录（编码 %(code)s）") % {"code": code}}
            )


def _columns_of(row: Model) -> dict[str, Any]:
    hidden = {"name_key", "version", "updated_at"}
    names = (field.attname for field in row._meta.concrete_fields)
    return {name: getattr(row, name) for name in names if name not in hidden}


def _save(row: Any, reason: str) -> None:
    row.name_key = name_key_of(row.name)
    row._change_reason = reason[:100]
    row.save()
