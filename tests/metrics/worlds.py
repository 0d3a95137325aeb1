"""Small random districts: three streets, overlapping circles, outlets of every awkward kind."""

import datetime as dt
import random
from dataclasses import dataclass, field

from circles.models import Circle, Compound, FormatCheck
from outlets.models import (
    Brand,
    BrandStoreCount,
    BusinessFormat,
    LedgerCompleteness,
    Outlet,
    ServiceFormat,
)
from territory.models import District, Street
from tests.factories import (
    CENTRE_LAT,
    CENTRE_LON,
    BrandFactory,
    CircleFactory,
    CompoundFactory,
    DistrictFactory,
    NeighbourhoodFactory,
    OutletFactory,
    StreetFactory,
    box_outline,
)

DAY = dt.date(2026, 6, 30)


@dataclass
class World:
    """What was made, so that an oracle can look at it without the code under test."""

    district: District
    streets: list[Street]
    circles: list[Circle] = field(default_factory=list)
    compounds: list[Compound] = field(default_factory=list)
    outlets: list[Outlet] = field(default_factory=list)
    brands: list[Brand] = field(default_factory=list)


def make_world(seed: int, *, outlets: int = 60, compounds: int = 14, circles: int = 5) -> World:
    """A district of its own beside the reference rows; the same seed makes the same one."""
    rng = random.Random(seed)
    district = DistrictFactory()
    world = World(district, [StreetFactory(district=district, sort=n) for n in range(3)])
    hoods = {s.pk: NeighbourhoodFactory(street=s) for s in world.streets}
    world.brands = [BrandFactory(district=district) for _ in range(4)]
    for brand, stores in zip(world.brands, (50, 1, 0, 2), strict=True):
        if stores:
            BrandStoreCount.objects.create(brand=brand, on=DAY, stores=stores, source="试验")
    for _ in range(compounds):
        population = rng.choice([None, 0, rng.randint(50, 4000)])
        world.compounds.append(
            CompoundFactory(
                street=(street := rng.choice(world.streets)),
                neighbourhood=hoods[street.pk],
                population=population,
                population_60=None if population is None else population // rng.randint(2, 6),
                **_place(rng),
            )
        )
    for _ in range(circles):
        lon, lat = _place(rng).values()
        size = rng.uniform(0.002, 0.008)
        lead, *partners = rng.sample(world.streets, rng.choice([1, 1, 2]))
        world.circles.append(
            CircleFactory(
                lead_street=lead,
                state=rng.choice(["building", "built", "built", "accepted", "withdrawn"]),
                level=rng.choice(["", "basic", "improved", "quality"]),
                boundary=box_outline(lon - size, lat - size, lon + size, lat + size),
                links__partners=partners,
                links__compounds=rng.sample(world.compounds, min(rng.randint(0, 6), compounds)),
                links__neighbourhoods=[hoods[lead.pk]],
            )
        )
    formats = list(BusinessFormat.objects.filter(number__lte=22).order_by("number"))
    bits = list(ServiceFormat.objects.filter(counts=True).values_list("service__bit", flat=True))
    for _ in range(outlets):
        world.outlets.append(_outlet(rng, world, formats, bits))
    _knowledge(rng, world, formats)
    return world


def _place(rng: random.Random) -> dict[str, float]:
    return {
        "lon": round(CENTRE_LON + rng.uniform(-0.012, 0.012), 6),
        "lat": round(CENTRE_LAT + rng.uniform(-0.012, 0.012), 6),
    }


def _outlet(
    rng: random.Random, world: World, formats: list[BusinessFormat], bits: list[int]
) -> Outlet:
    outside = rng.random() < 0.08
    opened = rng.choice([None, dt.date(2024, 1, 1), dt.date(2026, 5, 1), dt.date(2026, 8, 1)])
    closed = rng.choice([None, None, None, dt.date(2026, 6, 1), dt.date(2026, 9, 1)])
    if opened and closed and closed < opened:
        closed = None
    return OutletFactory(
        district=world.district,
        street=None if outside else rng.choice(world.streets),
        outside=outside,
        main_format=rng.choice(formats[:8] if rng.random() < 0.8 else formats),
        services=sum({1 << rng.choice(bits) for _ in range(rng.randint(0, 2))}) if bits else 0,
        status=rng.choice(["open", "open", "open", "open", "suspended", "preparing"]),
        place_state=rng.choice(["verified", "verified", "verified", "failed"]),
        declared_circles=[rng.choice(world.circles).code] if rng.random() < 0.5 else [],
        brand=rng.choice([None, None, *world.brands]),
        facility_form=rng.choice(["shop", "shop", "shop", "smart", "mobile"]),
        employees=rng.choice([None, rng.randint(0, 30)]),
        open_24h=rng.choice([None, True, False]),
        cash_accepted=rng.choice([None, True, False]),
        opened_on=opened,
        closed_on=closed,
        **_place(rng),
    )


def _knowledge(rng: random.Random, world: World, formats: list[BusinessFormat]) -> None:
    recent, old = DAY - dt.timedelta(days=60), DAY - dt.timedelta(days=500)
    for street in world.streets:
        for business_format in formats:
            if rng.random() < 0.5:
                LedgerCompleteness.objects.create(
                    street=street, format=business_format, on=rng.choice([recent, old])
                )
    for circle in world.circles:
        for business_format in formats:
            if rng.random() < 0.2:
                FormatCheck.objects.create(
                    circle=circle,
                    format=business_format,
                    checked_on=rng.choice([recent, old]),
                    found=rng.random() < 0.2,
                )
