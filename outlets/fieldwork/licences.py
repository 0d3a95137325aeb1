"""Notices of licences from 市场监管: kept once each, and told which outlet they may mean.

A notice is about an outlet when it bears the credit code of its enterprise (of several, the one of
its name or address), else when name and address are the outlet's. What the register says already
is closed at once, with the reason; so is a change or an end that concerns no outlet of the
register. Everything else waits on the list of its month.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.bulk import batched
from core.text import normalise_key
from outlets.fieldwork.suspicions import month_of
from outlets.models import Outlet, Suspicion
from outlets.models.outlet import Status
from territory.models import District, Street

MOST_NOTICES = 5000
KINDS = (
    Suspicion.Kind.LICENCE_NEW,
    Suspicion.Kind.LICENCE_CHANGED,
    Suspicion.Kind.LICENCE_GONE,
)
_BATCH = 2000
_GONE = (Status.CLOSED, Status.MOVED)
_MOST_CANDIDATES = 10


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What happened to one licence, as the source tells it."""

    external_id: str
    kind: str
    name: str
    credit_code: str = ""
    address: str = ""
    street: Street | None = None
    industry_code: str = ""
    on: dt.date | None = None
    note: str = ""

    def content(self) -> dict[str, Any]:
        """What is kept of it."""
        return {
            "name": self.name,
            "credit_code": self.credit_code,
            "address": self.address,
            "industry_code": self.industry_code,
            "on": self.on.isoformat() if self.on else None,
            "note": self.note,
        }


@dataclass
class Pushed:
    """What came of a push: the rows in the order of the notices, and which are new."""

    rows: list[Suspicion]
    new: int = 0
    matched: int = 0
    settled: int = 0

    @property
    def known(self) -> int:
        """Notices that had been pushed before."""
        return len(self.rows) - self.new


def push_licences(
    *,
    district: District,
    source: str,
    notices: Sequence[Notice],
    by: Actor,
    is_sample: bool = False,
) -> Pushed:
    """Take in at most `MOST_NOTICES` notices; one whose `external_id` is known changes nothing.

    The number of queries does not depend on the number of notices but by batches.
    """
    with act("outlets.push_licences", by=by) as this:
        ids = [notice.external_id for notice in notices]
        before = _known(district, source, ids)
        fresh = {n.external_id: n for n in notices if n.external_id not in before}
        matcher = _Matcher(district, list(fresh.values()))
        rows = [matcher.suspicion(notice, source, is_sample) for notice in fresh.values()]
        # Two pushes at once: whoever comes second finds the row there and leaves it.
        Suspicion.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
        kept = _known(district, source, ids)
        mine = {row.pk for row in rows}
        new = [row for row in kept.values() if row.pk in mine]
        pushed = Pushed(
            [kept[external_id] for external_id in ids],
            new=len(new),
            matched=sum(row.outlet_id is not None for row in new),
            settled=sum(row.state != Suspicion.State.OPEN for row in new),
        )
        this.obj = district
        this.changes = {"source": source, "notices": len(notices), "new": pushed.new}
        this.changes |= {"matched": pushed.matched, "settled": pushed.settled}
    return pushed


def _known(district: District, source: str, ids: Iterable[str]) -> dict[str, Suspicion]:
    found: dict[str, Suspicion] = {}
    for batch in batched(list(ids), _BATCH):
        rows = Suspicion.objects.filter(
            district=district, source=source, external_id__in=list(batch)
        )
        found |= {row.external_id: row for row in rows.select_related("outlet")}
    return found


@dataclass
class _Match:
    outlet: Outlet | None = None
    candidates: list[Outlet] = field(default_factory=list)


class _Matcher:
    """The outlets that a push may mean, fetched at once."""

    def __init__(self, district: District, notices: Sequence[Notice]) -> None:
        self.district, self.today = district, timezone.localdate()
        self.by_code: dict[str, list[Outlet]] = defaultdict(list)
        self.by_name: dict[str, list[Outlet]] = defaultdict(list)
        codes = {notice.credit_code for notice in notices} - {""}
        names = {_name_key(notice.name) for notice in notices} - {""}
        seen: set[uuid.UUID] = set()
        for wanted in (
            *(Q(enterprise__credit_code__in=list(batch)) for batch in batched(codes, _BATCH)),
            *(Q(name_key__in=list(batch)) for batch in batched(names, _BATCH)),
        ):
            rows = Outlet.objects.filter(wanted, district=district).registered()
            for outlet in rows.select_related("enterprise").order_by("code"):
                if outlet.pk not in seen:
                    seen.add(outlet.pk)
                    self._file(outlet)

    def _file(self, outlet: Outlet) -> None:
        if outlet.enterprise is not None and outlet.enterprise.credit_code:
            self.by_code[outlet.enterprise.credit_code].append(outlet)
        for key in {outlet.name_key, _name_key(outlet.licence_name)} - {""}:
            self.by_name[key].append(outlet)

    def suspicion(self, notice: Notice, source: str, is_sample: bool) -> Suspicion:
        """The row of a notice: open, or settled at once with the reason."""
        match = self.match(notice)
        outlet, street = match.outlet, notice.street
        row = Suspicion(
            district=self.district,
            street_id=outlet.street_id if outlet else street.pk if street else None,
            outlet=outlet,
            kind=notice.kind,
            month=month_of(self.today),
            source=source,
            external_id=notice.external_id,
            content=notice.content() | {"candidates": [one.code for one in match.candidates]},
            is_sample=is_sample,
        )
        if reason := _settled(notice, match):
            row.state, row.comment = Suspicion.State.DISMISSED, reason
            row.decided_at, row.decided_by_label = timezone.now(), _("系统比对")
        return row

    def match(self, notice: Notice) -> _Match:
        """The one outlet meant; or those between which somebody must choose."""
        for found in (self._of_enterprise(notice), self._of_name(notice)):
            present = [one for one in found if one.status not in _GONE] or found
            if len(present) == 1:
                return _Match(present[0])
            if present:
                return _Match(None, present[:_MOST_CANDIDATES])
        return _Match()

    def _of_enterprise(self, notice: Notice) -> list[Outlet]:
        own = self.by_code.get(notice.credit_code, []) if notice.credit_code else []
        if len(own) < 2:
            return own
        address, name = normalise_key(notice.address), _name_key(notice.name)
        at_place = [one for one in own if address and normalise_key(one.address) == address]
        so_called = [one for one in own if name in (one.name_key, _name_key(one.licence_name))]
        return at_place or (so_called if len(so_called) == 1 else own)

    def _of_name(self, notice: Notice) -> list[Outlet]:
        address = normalise_key(notice.address)
        if not address:
            return []
        named = self.by_name.get(_name_key(notice.name), [])
        return [one for one in named if normalise_key(one.address) == address]


def _name_key(name: str) -> str:
    return normalise_key(name)[:160]


def _settled(notice: Notice, match: _Match) -> str:
    """Why nobody need look ("" = somebody must)."""
    if match.candidates:
        return ""
    outlet = match.outlet
    if outlet is None:
        new = notice.kind == Suspicion.Kind.LICENCE_NEW
        return "" if new else _("台账中没有对应的网点")
    gone = outlet.status in _GONE
    if notice.kind == Suspicion.Kind.LICENCE_GONE and gone:
        return _("台账中已登记%(status)s") % {"status": outlet.get_status_display()}
    if notice.kind == Suspicion.Kind.LICENCE_NEW and not gone:
        return _("台账中已有该网点（编码 %(code)s）") % {"code": outlet.code}
    if notice.kind == Suspicion.Kind.LICENCE_CHANGED and not gone and _same(notice, outlet):
        return _("台账所记与证照一致")
    return ""


def _same(notice: Notice, outlet: Outlet) -> bool:
    """Whether the register says what the changed licence says."""
    names = {outlet.name_key, _name_key(outlet.licence_name)}
    if outlet.enterprise is not None:
        names.add(_name_key(outlet.enterprise.name))
    address = normalise_key(notice.address)
    placed = not address or normalise_key(outlet.address) == address
    return placed and _name_key(notice.name) in names and not notice.note
