"""Where outlets and compounds stand, by the outlines known, and how far to trust a point."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from core.geo import Floats, distance_to_edge_m, points_in_outlines
from outlets.models.outlet import PlaceState
from territory.models import District
from territory.services import DistrictOutline, outline_of


@dataclass(frozen=True)
class Place:
    """One point and what its row says of it."""

    lon: float | None
    lat: float | None
    street_id: Any
    outside: bool = False
    # 核查状态 as stated; empty = nothing stated.
    stated: str = ""


class Territory:
    """A district's outlines, loaded once, and the questions asked of them for many points."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.outline: DistrictOutline = outline_of(district)

    def inside(self, lon: Floats, lat: Floats) -> NDArray[np.bool_] | None:
        """Whether each point lies in the district (NaN: no); None when no outline is known."""
        if not self.outline.whole:
            return None
        return points_in_outlines(lon, lat, self.outline.whole) >= 0

    def problems(self, places: Sequence[Place], *, may_be_outside: bool = True) -> list[str]:
        """What is wrong with each place ("" = nothing): outside the district, or not outside it.

        `may_be_outside` whether a row could say that it is (区外网点).
        """
        lon, lat = _degrees(places)
        inside = self.inside(lon, lat)
        if inside is None:
            return [""] * len(places)
        return [
            self._problem(place, bool(hit), may_be_outside) if place.lon is not None else ""
            for place, hit in zip(places, inside, strict=True)
        ]

    def _problem(self, place: Place, inside: bool, may_be_outside: bool) -> str:
        if inside == (not place.outside):
            return ""
        where: dict[str, Any] = {
            "lon": place.lon,
            "lat": place.lat,
            "district": self.district.name,
        }
        if inside:
            return (
                _("已标为区外网点，但坐标（%(lon).6f, %(lat).6f）在%(district)s境内，请更正其一")
                % where
            )
        where["away"] = self._kilometres_to(place)
        if not may_be_outside:
            return _outside() % where
        return _outside() % where + _("；确属区外的请在“区外网点”列填“是”")

    def _kilometres_to(self, place: Place) -> float:
        lon, lat = place.lon or 0.0, place.lat or 0.0
        return min(float(distance_to_edge_m(lon, lat, part)) for part in self.outline.whole) / 1000

    def states(self, places: Sequence[Place]) -> list[str]:
        """How far each position can be trusted.

        A point inside its own street's outline (a 区外网点: outside the district's) is verified
        unless its row says otherwise; one whose row says so is verified unless the outline speaks
        against it. All others, and those without a point, are not verified.
        """
        lon, lat = _degrees(places)
        streets = list(self.outline.streets)
        fits = np.zeros(len(places), dtype=np.bool_)
        for street in {place.street_id for place in places if place.street_id in streets}:
            those = np.flatnonzero([place.street_id == street for place in places])
            shape = self.outline.streets[street]
            fits[those] = points_in_outlines(lon[those], lat[those], [shape]) >= 0
        inside = self.inside(lon, lat)
        return [
            self._state(place, bool(fit), None if inside is None else bool(inside[at]))
            for at, (place, fit) in enumerate(zip(places, fits, strict=True))
        ]

    def _state(self, place: Place, fits: bool, inside: bool | None) -> str:
        if place.stated == PlaceState.FAILED:
            return PlaceState.FAILED
        if place.lon is None or place.stated == PlaceState.UNVERIFIED:
            return PlaceState.UNVERIFIED
        known = inside is not None if place.outside else place.street_id in self.outline.streets
        agrees = inside is False if place.outside else fits
        if known:
            return PlaceState.VERIFIED if agrees else PlaceState.UNVERIFIED
        return place.stated or PlaceState.UNVERIFIED


def _degrees(places: Sequence[Place]) -> tuple[Floats, Floats]:
    lon = np.array([np.nan if place.lon is None else place.lon for place in places], dtype=float)
    lat = np.array([np.nan if place.lat is None else place.lat for place in places], dtype=float)
    return lon, lat


def _outside() -> str:
    return _(
        "坐标换算后为（%(lon).6f, %(lat).6f），在%(district)s境外约 %(away).1f 公里，"
        "请核对经纬度和坐标系"
    )
