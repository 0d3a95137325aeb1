"""The same figures worked out the slow way: plain Python over the rows, none of our code."""

import datetime as dt
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import pyproj
from shapely.geometry import Point, shape

from circles.models import FormatCheck
from metrics.models import RuleSet
from outlets.models import BrandStoreCount, BusinessFormat, LedgerCompleteness, ServiceFormat
from tests.metrics.worlds import DAY, World

GEOD = pyproj.Geod(ellps="WGS84")


class Oracle:
    """Figures of a world on DAY, by straight line."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rules = RuleSet.objects.get(code="default")
        self.minutes = {row.format_id: row.minutes for row in self.rules.formats.all()}
        self.baskets: dict[int, set[Any]] = {}
        for row in self.rules.formats.all():
            if row.basket is not None:
                self.baskets.setdefault(row.basket, set()).add(row.format_id)
        self.accepts: dict[Any, int] = {}
        for row in ServiceFormat.objects.filter(counts=True).select_related("service"):
            self.accepts[row.format_id] = self.accepts.get(row.format_id, 0) | 1 << row.service.bit
        self.formats = {f.pk: f for f in BusinessFormat.objects.filter(is_official=True)}
        self.open = [o for o in world.outlets if self._is_open(o)]
        self.counted = [o for o in self.open if not o.outside]
        self.members = {c.pk: [o for o in self.counted if self._in(c, o)] for c in world.circles}
        self.compounds = {c.pk: list(c.compounds.all()) for c in world.circles}
        active = [c for c in world.circles if c.state != "withdrawn"]
        self.in_any = [o for o in self.counted if any(o in self.members[c.pk] for c in active)]

    def outlets_of(self, scope: str, place: Any) -> list[Any]:
        """Counted outlets of a circle, of a street or the district (in any circle)."""
        if scope == "C":
            return self.members[place.pk]
        return [o for o in self.in_any if scope == "D" or o.street_id == place.pk]

    def compounds_of(self, scope: str, place: Any) -> list[Any]:
        """Compounds a circle serves, a street's, the district's."""
        if scope == "C":
            return self.compounds[place.pk]
        return [h for h in self.world.compounds if scope == "D" or h.street_id == place.pk]

    def serves(self, outlet: Any, format_id: Any) -> bool:
        """Main format, or an accepted add-on service."""
        addon = outlet.services & self.accepts.get(format_id, 0)
        return outlet.main_format_id == format_id or bool(addon)

    def is_chain(self, outlet: Any) -> bool:
        """Of a brand with at least n stores, nationally or open in the register."""
        if outlet.brand_id is None:
            return False
        counts = BrandStoreCount.objects.filter(brand=outlet.brand_id, on__lte=DAY).order_by("-on")
        declared = counts[0].stores if counts else 0
        own = sum(o.brand_id == outlet.brand_id for o in self.counted)
        return max(declared, own) >= self.rules.chain_min_stores

    def presence(self, scope: str, place: Any, format_id: Any) -> bool | None:
        """True present, False absent, None unknown."""
        if any(self.serves(o, format_id) for o in self.outlets_of(scope, place)):
            return True
        if scope == "C":
            check = self._check(format_id, circle=place)
            if check is True:
                return None
            streets = list(place.streets.all())
            sure = check is False or all(self._complete(s, format_id) for s in streets)
        elif scope == "S":
            sure = self._complete(place, format_id)
        else:
            sure = all(self._complete(s, format_id) for s in self.world.streets)
        return False if sure else None

    def metres(self, compound: Any, format_id: Any) -> float | None:
        """To the nearest open, located outlet that serves the format, detour included."""
        found = [
            GEOD.inv(compound.lon, compound.lat, o.lon, o.lat)[2] * float(self.rules.detour)
            for o in self.open
            if o.place_state == "verified" and self.serves(o, format_id)
        ]
        return min(found, default=None)

    def reached(self, compound: Any, format_id: Any, speed: int) -> bool:
        """Within the format's own limit."""
        metres = self.metres(compound, format_id)
        return metres is not None and metres <= self.minutes[format_id] * speed

    def near_a_limit(self) -> bool:
        """Whether some distance lies so near a limit that rounding decides."""
        for compound in self.world.compounds:
            for format_id, minutes in self.minutes.items():
                metres = self.metres(compound, format_id)
                for speed in (self.rules.walking_speed, self.rules.elderly_speed):
                    if metres is not None and abs(metres - minutes * speed) < 0.5:
                        return True
        return False

    def share(self, rows: Iterable[Any], holds: Callable[[Any], bool]) -> Fraction | None:
        """Rows that satisfy ÷ rows; None without rows."""
        rows = list(rows)
        return Fraction(sum(map(holds, rows)), len(rows)) if rows else None

    def residents_share(self, compounds: list[Any], field: str, holds: Any) -> Fraction | None:
        """Residents of compounds that satisfy ÷ residents; unknown populations left out."""
        known = [h for h in compounds if getattr(h, field) is not None]
        people = sum(getattr(h, field) for h in known)
        return (
            Fraction(sum(getattr(h, field) for h in known if holds(h)), people) if people else None
        )

    def _is_open(self, outlet: Any) -> bool:
        return (
            outlet.status == "open"
            and (outlet.opened_on is None or outlet.opened_on <= DAY)
            and (outlet.closed_on is None or outlet.closed_on > DAY)
        )

    def _in(self, circle: Any, outlet: Any) -> bool:
        if outlet.place_state == "verified":
            return shape(circle.boundary).intersects(Point(outlet.lon, outlet.lat))
        return circle.code in outlet.declared_circles

    def _check(self, format_id: Any, **place: Any) -> bool | None:
        checks = FormatCheck.objects.filter(
            format=format_id, checked_on__lte=DAY, checked_on__gt=self._since(), **place
        ).order_by("-checked_on", "-id")
        return checks[0].found if checks else None

    def _complete(self, street: Any, format_id: Any) -> bool:
        confirmed = LedgerCompleteness.objects.filter(
            street=street, format=format_id, on__lte=DAY, on__gt=self._since()
        )
        return confirmed.exists() or self._check(format_id, street=street) is False

    def _since(self) -> dt.date:
        assert self.rules.check_months == 12
        return DAY.replace(year=DAY.year - 1)
