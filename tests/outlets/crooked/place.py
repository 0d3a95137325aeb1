"""The place that the crooked ledgers speak of: the district as its reference rows have it."""

from dataclasses import dataclass, field
from typing import Any

from core.text import normalise_key
from outlets.models import BusinessFormat, Outlet
from territory.models import District, Street
from tests.factories import OutletFactory, box_outline

SOUTH, NORTH = 31.24, 31.26
WIDTH = 0.01
# Street code → its western edge. The boxes are invented; the codes and names are the real ones.
EDGES = {
    "310107022": 121.39,
    "310107005": 121.40,
    "310107014": 121.41,
    "310107016": 121.42,
}


@dataclass
class Putuo:
    """Four of the district's streets get outlines; the register is empty."""

    district: District = field(init=False)

    def __post_init__(self) -> None:
        self.district = District.objects.get(code="310107")
        self.district.outline = box_outline(121.39, SOUTH, 121.43, NORTH)
        self.district.save()
        for code, west in EDGES.items():
            outline = box_outline(west, SOUTH, west + WIDTH, NORTH)
            Street.objects.filter(code=code).update(outline=outline)

    def street(self, name: str) -> Street:
        """A street by its official name."""
        return Street.objects.get(district=self.district, name=name)

    def knows(self, name: str, **columns: Any) -> Outlet:
        """An outlet that the register holds already."""
        street = self.street(columns.pop("street", "曹杨新村街道"))
        sort = BusinessFormat.objects.get(name=columns.pop("main_format", "便利店"))
        if "lon" not in columns:
            columns |= {"lon": None, "lat": None, "place_state": "unverified"}
        outlet: Outlet = OutletFactory(
            street=street,
            main_format=sort,
            name=name,
            name_key=normalise_key(name),
            **columns,
        )
        return outlet
