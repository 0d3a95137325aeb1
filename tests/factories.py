"""Rows for tests: each factory makes one valid row, with whatever it needs around it.

Codes never meet those of the reference rows that the test database already holds. Registers come
with their first dated facts, valid from `FACTS_FROM`, as the services would have written them.
"""

import datetime as dt
from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from accounts.models import Office, User
from circles.models import (
    Circle,
    CircleCompound,
    CircleFacts,
    CircleNeighbourhood,
    CircleStreet,
    Compound,
    CompoundFacts,
    Facility,
    Space,
)
from circles.models.compound import PEOPLE_FIELDS
from core.credit_code import make_credit_code
from outlets.models import (
    Brand,
    BusinessFormat,
    Enterprise,
    Outlet,
    OutletFacts,
    Service,
    ServiceFormat,
)
from outlets.models.outlet import FACT_FIELDS
from reports.models import Period, ProgressReport, ReportType
from territory.models import District, Neighbourhood, Street

FACTS_FROM = dt.date(2024, 1, 1)
PASSWORD = "Demo-pass-2024"
# The centre of the test vector of domain.md §9.5, WGS 84.
CENTRE_LON, CENTRE_LAT = 121.396, 31.2553


def box_outline(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A rectangular GeoJSON outline, degrees."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


class DistrictFactory(DjangoModelFactory):
    class Meta:
        model = District
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"{990000 + n}")
    name = factory.Sequence(lambda n: f"试验{n}区")
    name_en = factory.Sequence(lambda n: f"Trial District {n}")
    city = "上海市"


class StreetFactory(DjangoModelFactory):
    class Meta:
        model = Street
        skip_postgeneration_save = True

    district = factory.SubFactory(DistrictFactory)
    code = factory.Sequence(lambda n: f"{990000000 + n}")
    name = factory.Sequence(lambda n: f"试验{n}街道")
    name_en = factory.Sequence(lambda n: f"Trial Subdistrict {n}")
    sort = factory.Sequence(lambda n: n % 1000)


class NeighbourhoodFactory(DjangoModelFactory):
    class Meta:
        model = Neighbourhood
        skip_postgeneration_save = True

    street = factory.SubFactory(StreetFactory)
    district = factory.SelfAttribute("street.district")
    code = factory.Sequence(lambda n: f"{990000000000 + n}")
    name = factory.Sequence(lambda n: f"试验第{n}居民委员会")
    sort = factory.Sequence(lambda n: n % 1000)


class BusinessFormatFactory(DjangoModelFactory):
    class Meta:
        model = BusinessFormat
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"trial-format-{n}")
    number = factory.Sequence(lambda n: 1000 + n)
    name = factory.Sequence(lambda n: f"试验业态{n}")
    category = BusinessFormat.Category.BASIC
    is_official = False


class ServiceFactory(DjangoModelFactory):
    """At most 32 of them in one test: bits 30–61, above those of the reference rows."""

    class Meta:
        model = Service
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"trial-service-{n}")
    bit = factory.Sequence(lambda n: 61 - n % 32)
    name = factory.Sequence(lambda n: f"试验服务{n}")


class ServiceFormatFactory(DjangoModelFactory):
    class Meta:
        model = ServiceFormat
        skip_postgeneration_save = True

    service = factory.SubFactory(ServiceFactory)
    format = factory.SubFactory(BusinessFormatFactory)
    counts = True


class BrandFactory(DjangoModelFactory):
    class Meta:
        model = Brand
        skip_postgeneration_save = True

    district = factory.SubFactory(DistrictFactory)
    name = factory.Sequence(lambda n: f"试验品牌{n}")


class EnterpriseFactory(DjangoModelFactory):
    class Meta:
        model = Enterprise
        skip_postgeneration_save = True

    district = factory.SubFactory(DistrictFactory)
    name = factory.Sequence(lambda n: f"试验{n}商贸有限公司")
    credit_code = factory.Sequence(lambda n: make_credit_code(f"91000000MA{n:07d}"))


class OutletFactory(DjangoModelFactory):
    """An open, located outlet, with its facts from `FACTS_FROM` (`facts=False`: without)."""

    class Meta:
        model = Outlet
        skip_postgeneration_save = True

    street = factory.SubFactory(StreetFactory)
    district = factory.SelfAttribute("street.district")
    code = factory.Sequence(lambda n: f"T{n:08d}")
    name = factory.Sequence(lambda n: f"试验{n}号店")
    main_format = factory.SubFactory(BusinessFormatFactory)
    address = factory.Sequence(lambda n: f"试验路{n}号")
    lon = factory.Sequence(lambda n: round(CENTRE_LON + n % 100 * 0.0005, 6))
    lat = factory.Sequence(lambda n: round(CENTRE_LAT + n // 100 % 100 * 0.0005, 6))
    place_state = "verified"
    opened_on = FACTS_FROM

    @factory.post_generation
    def facts(outlet, create: bool, wanted: bool | None, **columns: Any) -> None:
        if create and wanted is not False:
            held = {name: getattr(outlet, name) for name in FACT_FIELDS}
            OutletFacts.objects.create(outlet=outlet, **held | {"valid_from": FACTS_FROM} | columns)


class CompoundFactory(DjangoModelFactory):
    """A located compound with residents, and facts from `FACTS_FROM` (`facts=False`: without)."""

    class Meta:
        model = Compound
        skip_postgeneration_save = True

    street = factory.SubFactory(StreetFactory)
    district = factory.SelfAttribute("street.district")
    code = factory.Sequence(lambda n: f"C{n:08d}")
    name = factory.Sequence(lambda n: f"试验{n}新村")
    kind = Compound.Kind.COMMODITY
    lon = factory.Sequence(lambda n: round(CENTRE_LON + n % 100 * 0.0005, 6))
    lat = factory.Sequence(lambda n: round(CENTRE_LAT + n // 100 % 100 * 0.0005, 6))
    population = 1000
    population_0_3 = 30
    population_0_6 = 60
    population_18_35 = 250
    population_60 = 300
    households = 400

    @factory.post_generation
    def facts(compound, create: bool, wanted: bool | None, **columns: Any) -> None:
        if create and wanted is not False:
            held = {name: getattr(compound, name) for name in PEOPLE_FIELDS}
            CompoundFacts.objects.create(
                compound=compound, **held | {"valid_from": FACTS_FROM} | columns
            )


class CircleFactory(DjangoModelFactory):
    """A built circle, its lead street linked; with its facts from `FACTS_FROM`.

    `links__compounds=[…]`, `links__neighbourhoods=[…]`, `links__partners=[street, …]` say what it
    serves besides; they are linked before the facts are written.
    """

    class Meta:
        model = Circle
        skip_postgeneration_save = True

    lead_street = factory.SubFactory(StreetFactory)
    district = factory.SelfAttribute("lead_street.district")
    code = factory.Sequence(lambda n: f"Q{n:06d}")
    name = factory.Sequence(lambda n: f"试验{n}便民生活圈")
    layout = Circle.Layout.STREET
    state = "built"
    built_on = FACTS_FROM
    boundary = factory.LazyFunction(
        lambda: box_outline(
            CENTRE_LON - 0.01, CENTRE_LAT - 0.01, CENTRE_LON + 0.01, CENTRE_LAT + 0.01
        )
    )

    @factory.post_generation
    def links(circle, create: bool, wanted: bool | None, **lists: Any) -> None:
        if not create or wanted is False:
            return
        CircleStreet.objects.create(circle=circle, street=circle.lead_street, role="lead")
        for street in lists.get("partners", ()):
            CircleStreet.objects.create(circle=circle, street=street, role="partner")
        for compound in lists.get("compounds", ()):
            CircleCompound.objects.create(circle=circle, compound=compound)
        for neighbourhood in lists.get("neighbourhoods", ()):
            CircleNeighbourhood.objects.create(circle=circle, neighbourhood=neighbourhood)

    @factory.post_generation
    def facts(circle, create: bool, wanted: bool | None, **columns: Any) -> None:
        if not create or wanted is False:
            return
        held = {
            "valid_from": FACTS_FROM,
            "state": circle.state,
            "level": circle.level,
            "boundary": circle.boundary,
            "street_ids": _ids(circle.street_links, "street_id"),
            "compound_ids": _ids(circle.compound_links, "compound_id"),
            "neighbourhood_ids": _ids(circle.neighbourhood_links, "neighbourhood_id"),
        }
        CircleFacts.objects.create(circle=circle, **held | columns)


def _ids(links: Any, column: str) -> list[str]:
    return sorted(map(str, links.values_list(column, flat=True)))


class FacilityFactory(DjangoModelFactory):
    """A located public facility in service."""

    class Meta:
        model = Facility
        skip_postgeneration_save = True

    street = factory.SubFactory(StreetFactory)
    district = factory.SelfAttribute("street.district")
    code = factory.Sequence(lambda n: f"F{n:08d}")
    name = factory.Sequence(lambda n: f"试验{n}社区食堂")
    name_key = factory.LazyAttribute(lambda o: o.name)
    kind = Facility.Kind.MEALS
    address = factory.Sequence(lambda n: f"试验路{n}号")
    lon = factory.Sequence(lambda n: round(CENTRE_LON + n % 100 * 0.0005, 6))
    lat = factory.Sequence(lambda n: round(CENTRE_LAT + n // 100 % 100 * 0.0005, 6))
    place_state = "verified"
    opened_on = FACTS_FROM


class SpaceFactory(DjangoModelFactory):
    """A located space that can be used."""

    class Meta:
        model = Space
        skip_postgeneration_save = True

    street = factory.SubFactory(StreetFactory)
    district = factory.SelfAttribute("street.district")
    code = factory.Sequence(lambda n: f"K{n:08d}")
    name = factory.Sequence(lambda n: f"试验路{n}号底层")
    name_key = factory.LazyAttribute(lambda o: o.name)
    kind = Space.Kind.HOUSE
    area = 120
    address = factory.Sequence(lambda n: f"试验路{n}号")
    lon = factory.Sequence(lambda n: round(CENTRE_LON + n % 100 * 0.0005, 6))
    lat = factory.Sequence(lambda n: round(CENTRE_LAT + n // 100 % 100 * 0.0005, 6))
    place_state = "verified"


class OfficeFactory(DjangoModelFactory):
    """The commission; `OfficeFactory(street=…)` is that street's office."""

    class Meta:
        model = Office
        skip_postgeneration_save = True

    district = factory.Maybe(
        "street",
        yes_declaration=factory.SelfAttribute("street.district"),
        no_declaration=factory.SubFactory(DistrictFactory),
    )
    street = None
    kind = factory.LazyAttribute(lambda o: "street" if o.street else "commission")
    code = factory.Sequence(lambda n: f"trial-office-{n}")
    name = factory.Sequence(lambda n: f"试验单位{n}")


class UserFactory(DjangoModelFactory):
    """A person of an office: `UserFactory(office=…, roles=["programme_officer"])`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"trial_user_{n}")
    display_name = factory.Sequence(lambda n: f"试验员{n}")
    office = factory.SubFactory(OfficeFactory)
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def roles(user, create: bool, names: list[str] | None, **_kwargs: Any) -> None:
        if create:
            for name in names or ():
                user.groups.add(Group.objects.get_or_create(name=name)[0])


class ReportTypeFactory(DjangoModelFactory):
    """A published monthly form of one number and one passage, owed by every street."""

    class Meta:
        model = ReportType
        skip_postgeneration_save = True

    district = factory.SubFactory(DistrictFactory)
    code = factory.Sequence(lambda n: f"trial-form-{n}")
    name = factory.Sequence(lambda n: f"试验月报{n}")
    state = ReportType.State.PUBLISHED
    cadence = ReportType.Cadence.MONTH
    valid_from = FACTS_FROM

    @factory.post_generation
    def parts(form, create: bool, given: Any, **_kwargs: Any) -> None:
        if create and given is not False:
            form.duties.create(audience="streets", valid_from=FACTS_FROM)
            form.items.create(
                key="events", section="进展", label="活动场次", kind="number", over_time="sum",
                over_offices="sum", sort=1,
            )  # fmt: skip
            form.items.create(
                key="progress", section="进展", label="工作进展", kind="text", over_time="join",
                over_offices="join", sort=2,
            )  # fmt: skip


class PeriodFactory(DjangoModelFactory):
    """A month that is open: `PeriodFactory(type=…, code="2026-10")`."""

    class Meta:
        model = Period
        skip_postgeneration_save = True

    type = factory.SubFactory(ReportTypeFactory)
    district = factory.SelfAttribute("type.district")
    type_code = factory.SelfAttribute("type.code")
    code = "2026-10"
    starts_on = factory.LazyAttribute(lambda o: dt.date.fromisoformat(f"{o.code}-01"))
    ends_on = factory.LazyAttribute(
        lambda o: (o.starts_on + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    )
    opens_on = factory.LazyAttribute(lambda o: o.ends_on - dt.timedelta(days=5))
    due_on = factory.LazyAttribute(lambda o: o.ends_on + dt.timedelta(days=5))
    closes_on = factory.LazyAttribute(lambda o: o.due_on + dt.timedelta(days=14))


class ProgressReportFactory(DjangoModelFactory):
    """What an office owes: `ProgressReportFactory(period=…, office=…)`."""

    class Meta:
        model = ProgressReport
        skip_postgeneration_save = True

    period = factory.SubFactory(PeriodFactory)
    district = factory.SelfAttribute("period.district")
    office = factory.LazyAttribute(
        lambda o: OfficeFactory(street=StreetFactory(district=o.period.district))
    )
    street = factory.SelfAttribute("office.street")
    due_on = factory.SelfAttribute("period.due_on")
