"""What a 定稿 says of each kind in each circle: from the run's own inputs, by metrics' own rules.

Membership, accepted add-on services and absence are those of `metrics`: an outlet that serves a
kind makes it present; absent is only what a check or a complete ledger confirms for every format of
the item; all else is unknown. Of public facilities nobody confirms that the register is complete,
so that an item which facilities could fulfil is never absent by itself.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop as _
from numpy.typing import NDArray

from assessments.models import ChecklistItem, Found
from circles.models import CircleFacts, Facility
from core.dated import as_of
from metrics.context import Context
from metrics.indicators.presence import ABSENT, presence
from metrics.inputs import Inputs
from metrics.inputs.membership import memberships
from outlets.models import Service
from outlets.models.outlet import PlaceState
from territory.models import District

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Finding:
    """One item in one circle; `basis` is a text to be translated where it is shown."""

    found: str
    outlets: list[str]
    addons: list[str]
    facilities: list[str]
    basis: str


@dataclass(frozen=True)
class Places:
    """Public facilities inside circles on the day: {circle id: [(kind, facility id)]}."""

    of: Mapping[str, Sequence[tuple[str, str]]]


class Filling:
    """The checklists' findings from one run; made once for all circles of a call."""

    def __init__(self, inputs: Inputs, places: Places, bits: Mapping[str, int]) -> None:
        self.context = Context(inputs)
        self.places = places
        self.bits = bits
        self.column = {str(code): n for n, code in enumerate(inputs.format_code)}
        self.row = {str(pk): n for n, pk in enumerate(inputs.circle_id)}
        self._states: dict[str, NDArray[np.int8]] = {}

    def findings(
        self, items: Sequence[ChecklistItem], circles: Iterable[uuid.UUID]
    ) -> dict[uuid.UUID, list[Finding]]:
        """Each circle's findings, in the order of the items."""
        wanted = list(circles)
        by_item = [self._of_item(item) for item in items]
        return {circle: [of(str(circle)) for of in by_item] for circle in wanted}

    def _of_item(self, item: ChecklistItem) -> Any:
        """A function: circle id → finding."""
        c = self.context
        columns = [self.column[code] for code in item.formats if code in self.column]
        main, addon = self._serving(item, columns)
        mains, addons = self._by_circle(main), self._by_circle(addon)
        state = self._state(item.facility_form)[: c.n_circles, columns]
        strange = len(columns) < len(item.formats)
        absent = (state == ABSENT).all(axis=1) & bool(columns) & (not strange)

        def of(circle: str) -> Finding:
            row = self.row.get(circle)
            facilities = self._facilities(item, circle)
            own = mains.get(row, []) if row is not None else []
            other = addons.get(row, []) if row is not None else []
            here = bool(own or other or facilities)
            known = row is not None and bool(absent[row]) and not item.facility_kinds
            found = Found.PRESENT if here else Found.ABSENT if known else Found.UNKNOWN
            basis = self._basis(item, row, found, columns, own=own, other=other)
            return Finding(found, own, other, facilities, basis)

        return of

    # --- outlets --------------------------------------------------------------------------------
    def _serving(self, item: ChecklistItem, columns: list[int]) -> tuple[Mask, Mask]:
        """[O] counted outlets that are it by their main format, and by an add-on service alone."""
        i = self.context.inputs
        counted = self.context.counted & self._narrowed(item.facility_form)
        main = self.context.serves_main[:, columns].any(axis=1)
        bits = sum(1 << self.bits[code] for code in set(item.services) if code in self.bits)
        addon = self.context.serves_addon[:, columns].any(axis=1) | ((i.services & bits) != 0)
        return counted & main, counted & addon & ~main

    def _narrowed(self, form: str) -> Mask:
        i = self.context.inputs
        return i.facility_form == form if form else np.ones(len(i.outlet_id), dtype=bool)

    @cached_property
    def _members(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Pairs (circle row, outlet row), by circle."""
        c = self.context
        pairs = c.outlets_of[: c.n_circles].tocoo()
        order = np.lexsort((pairs.col, pairs.row))
        return pairs.row[order], pairs.col[order]

    def _by_circle(self, mask: Mask) -> dict[int, list[str]]:
        """{circle row: outlet ids} of the members that satisfy `mask`."""
        circle, outlet = self._members
        hits = mask[outlet]
        circle, ids = circle[hits], self.context.inputs.outlet_id[outlet[hits]]
        rows, starts = np.unique(circle, return_index=True)
        parts = np.split(ids, starts[1:]) if len(rows) else []
        return {int(row): part.tolist() for row, part in zip(rows, parts, strict=True)}

    def _state(self, form: str) -> NDArray[np.int8]:
        """[A, F] metrics' presence; of a form of facility: as though there were no other outlets.

        A ledger that is confirmed complete for a format is so for each form of it.
        """
        if form not in self._states:
            i = self.context.inputs
            narrowed = Context(replace(i, open=i.open & self._narrowed(form))) if form else None
            self._states[form] = presence(narrowed or self.context)
        return self._states[form]

    # --- facilities -----------------------------------------------------------------------------
    def _facilities(self, item: ChecklistItem, circle: str) -> list[str]:
        kinds = set(item.facility_kinds)
        if not kinds:
            return []
        return [pk for kind, pk in self.places.of.get(circle, ()) if kind in kinds]

    # --- why ------------------------------------------------------------------------------------
    def _basis(
        self,
        item: ChecklistItem,
        row: int | None,
        found: str,
        columns: list[int],
        *,
        own: list[str],
        other: list[str],
    ) -> str:
        if not (item.formats or item.services or item.facility_kinds):
            return _("需人工核实")
        if found == Found.PRESENT:
            return "" if own else (_("仅有叠加服务") if other else _("公共服务设施"))
        if row is None and not item.facility_kinds:
            return _("定稿统计截止日尚无该生活圈")
        if found == Found.ABSENT:
            return self._absent(row, columns)
        return self._unknown(item, row, columns)

    def _absent(self, row: Any, columns: list[int]) -> str:
        """A check of the circle itself, or complete ledgers of its streets."""
        i = self.context.inputs
        if (i.circle_checked[row, columns] == 0).all():
            return _("现场核查未发现")
        circle, street = i.circle_street_pairs
        complete = i.street_complete[street[circle == row]][:, columns]
        if complete.all():
            return _("台账已确认完整，无营业网点")
        return _("经核查未发现，台账无营业网点")

    def _unknown(self, item: ChecklistItem, row: int | None, columns: list[int]) -> str:
        if item.facility_kinds:
            return _("设施台账中未登记，无人核查")
        if not item.formats:
            return _("台账中无此叠加服务，无人核查")
        checked = self.context.inputs.circle_checked[row, columns] if columns else np.array([])
        if (checked == 1).any():
            return _("现场核查发现有，台账无营业网点，请补录")
        state = self._state(item.facility_form)[row, columns]
        if (state == ABSENT).any():
            return _("部分对应业态无人核查")
        if len(columns) < len(item.formats):
            return _("全区台账尚无此业态网点，无人核查")
        return _("无人核查，台账未确认完整")


def places_of(district: District, day: dt.date) -> Places:
    """The district's located facilities in service on `day`, by the circles they lie in.

    A facility on the boundary is inside, as outlets are.
    """
    facts = as_of(CircleFacts.objects.filter(circle__district=district), "circle", day)
    circles = list(facts.order_by("circle_id").values_list("circle_id", "boundary"))
    located = Facility.objects.filter(
        district=district, place_state=PlaceState.VERIFIED, lon__isnull=False
    )
    rows = list(located.open_on(day).order_by("code", "pk").values_list("pk", "kind", "lon", "lat"))
    n = len(rows)
    inside = memberships(
        np.array([lon for *_rest, lon, _lat in rows], dtype=np.float64),
        np.array([lat for *_rest, lat in rows], dtype=np.float64),
        np.ones(n, dtype=bool),
        np.zeros(n, dtype=bool),
        [()] * n,
        boundaries=[boundary for _pk, boundary in circles],
        codes=[str(pk) for pk, _boundary in circles],
    )
    of: dict[str, list[tuple[str, str]]] = {}
    for circle, facility in zip(inside.circle.tolist(), inside.outlet.tolist(), strict=True):
        pk, kind, *_place = rows[facility]
        of.setdefault(str(circles[circle][0]), []).append((kind, str(pk)))
    return Places(of)


def service_bits() -> dict[str, int]:
    """{service code: its bit}; bits are never given twice."""
    return dict(Service.objects.values_list("code", "bit"))
