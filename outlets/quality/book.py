"""The register of one district as columns: what the rules look at, read in one go.

Six hundred thousand rows fit: figures and days are packed, texts that repeat are kept once.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.bulk import batched
from core.geo import Floats, distance_to_edge_m, points_in_outlines
from outlets.models import Outlet
from outlets.models.outlet import PlaceState, Status
from territory.models import District
from territory.services import DistrictOutline, outline_of

CHUNK = 10_000
Array = NDArray[Any]
Mask = NDArray[np.bool_]
_GONE = (Status.CLOSED, Status.MOVED)

TEXTS = ("code", "name", "address", "industry_code", "phone")
KEYS = ("street_id", "main_format_id", "brand_id", "status", "chain_kind", "facility_form")
STATES = ("place_state",)
FIGURES = ("lon", "lat", "business_area", "building_area")
DAYS = ("opened_on", "closed_on", "licence_until", "collected_on")
FLAGS = ("outside", "is_sample")
LISTS = ("declared_circles",)


class Book:
    """Registered rows (neither void nor merged) in the order of their ids."""

    def __init__(self, district: District, on: dt.date) -> None:
        self.district, self.on = district, on
        makers = _makers()
        rows = Outlet.objects.filter(district=district).registered().order_by("id")
        parts: dict[str, list[Array]] = {name: [] for name in makers}
        for chunk in _chunks(rows.values_list(*makers)):
            for (name, make), values in zip(makers.items(), zip(*chunk, strict=True), strict=True):
                parts[name].append(make(values))
        self._columns = {
            name: np.concatenate(pieces) if pieces else makers[name](())
            for name, pieces in parts.items()
        }
        self.ids: Array = self._columns["id"]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, column: str) -> Array:
        """A column: texts and keys as objects, figures with NaN, days with NaT."""
        return self._columns[column]

    @property
    def today(self) -> "np.datetime64":
        """The day of the check, to compare days with."""
        return np.datetime64(self.on, "D")

    @cached_property
    def present(self) -> Mask:
        """[O] neither closed nor moved away: what is wrong with it still matters."""
        return ~(self.having("status", _GONE[0]) | self.having("status", _GONE[1]))

    @cached_property
    def trading(self) -> Mask:
        """[O] open."""
        return self.having("status", Status.OPEN)

    @cached_property
    def placed(self) -> Mask:
        """[O] with a point, verified or not."""
        return np.isfinite(self["lon"])

    @cached_property
    def located(self) -> Mask:
        """[O] with a verified point."""
        return self.placed & self.having("place_state", PlaceState.VERIFIED)

    @cached_property
    def outline(self) -> DistrictOutline:
        """The outlines known of the district."""
        return outline_of(self.district)

    @cached_property
    def out_of_street(self) -> Floats:
        """[O] metres by which the point misses its street's outline; 0 inside, NaN unknown."""
        away = np.full(len(self), np.nan)
        for street, shape in self.outline.streets.items():
            those = np.flatnonzero(self.having("street_id", street) & self.placed)
            lon, lat = self["lon"][those], self["lat"][those]
            out = points_in_outlines(lon, lat, [shape]) < 0
            away[those] = 0.0
            away[those[out]] = distance_to_edge_m(lon[out], lat[out], shape)
        return away

    def having(self, column: str, value: Any) -> Mask:
        """[O] whether a text or key equals `value`."""
        return np.asarray(self[column] == value, dtype=np.bool_)

    def each(self, mask: Mask) -> Iterator[tuple[int, uuid.UUID]]:
        """(position, id) of the rows of a mask."""
        for at in np.flatnonzero(mask).tolist():
            yield at, self.ids[at]

    def day(self, column: str, at: int) -> str:
        """The day at a position as ISO text; empty when none is stated."""
        value = self[column][at]
        return "" if np.isnat(value) else str(value)


def _chunks(rows: Any) -> Iterator[list[tuple[Any, ...]]]:
    return batched(rows.iterator(chunk_size=CHUNK), CHUNK)


def _makers() -> dict[str, Callable[[Sequence[Any]], Array]]:
    """Column → what packs its values."""
    return {
        "id": _objects,
        **dict.fromkeys(TEXTS, _objects),
        **{name: _Repeated() for name in KEYS + STATES},
        **dict.fromkeys(FIGURES, _figures),
        **dict.fromkeys(DAYS, lambda values: np.array(values, dtype="datetime64[D]")),
        **dict.fromkeys(FLAGS, lambda values: np.array(values, dtype=np.bool_)),
        **dict.fromkeys(LISTS, _lists),
    }


def _objects(values: Sequence[Any]) -> Array:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _figures(values: Sequence[Any]) -> Array:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _lists(values: Sequence[Any]) -> Array:
    """Most are empty: those are None."""
    column = np.empty(len(values), dtype=object)
    for at, value in enumerate(values):
        column[at] = value or None
    return column


class _Repeated:
    """Packs a column of few distinct values, each kept once."""

    def __init__(self) -> None:
        self.seen: dict[Any, Any] = {}

    def __call__(self, values: Sequence[Any]) -> Array:
        return _objects([self.seen.setdefault(value, value) for value in values])
