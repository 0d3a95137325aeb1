"""Two streets of one district, a second district, and a row of every register in each place."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiToken, hash_token
from accounts.roles import COMMISSION, STREET
from circles.models import ComplaintCount, Designation, FormatCheck, PilotBatch
from coordination.models import Mechanism
from core.ids import new_id
from core.models import AuditEvent, CalendarDay, Job
from metrics.models import Release, RuleSet, Run, StreetNetwork
from outlets.models import (
    AllianceMember,
    CheckRound,
    CheckSheet,
    CreditResult,
    Import,
    Label,
    LedgerCompleteness,
    OutletLabel,
    QualityFinding,
    Suspicion,
    Visit,
)
from tests import factories as make

DAY = dt.date(2024, 6, 30)


@dataclass
class Place:
    """A street, and one row of every register that lies in it or in its district."""

    street: Any
    rows: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """The own street, another one of the district, and one of another district."""

    own: Place
    other: Place
    abroad: Place

    @property
    def district(self) -> Any:
        return self.own.street.district

    def person(self, role: str) -> Any:
        """Somebody with this one role, in an office where such people work."""
        if role in STREET:
            office = make.OfficeFactory(street=self.own.street)
        elif role == "department_liaison":
            office = make.OfficeFactory(district=self.district, kind="department")
        elif role in ("expert", "survey_agency"):
            office = make.OfficeFactory(district=self.district, kind="agency")
        else:
            office = make.OfficeFactory(district=self.district)
        return make.UserFactory(office=office, roles=[role])


@pytest.fixture
def world() -> World:
    street = make.StreetFactory()
    places = [
        Place(street),
        Place(make.StreetFactory(district=street.district)),
        Place(make.StreetFactory()),
    ]
    for place in places:
        fill(place)
    return World(*places)


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    """A browser in which a person is signed in."""

    def sign_in(person: Any) -> Client:
        client = Client()
        client.force_login(person, backend="accounts.backends.ModelBackend")
        return client

    return sign_in


def fill(place: Place) -> None:
    """One row of every register."""
    street, district, rows = place.street, place.street.district, place.rows
    hood = rows["territory.neighbourhood"] = make.NeighbourhoodFactory(street=street)
    rows["territory.street"], rows["territory.district"] = street, district
    office = rows["accounts.office"] = make.OfficeFactory(street=street)
    rows["accounts.user"] = make.UserFactory(office=office, roles=["street_officer"])
    rows["accounts.apitoken"] = token(office)
    form = make.BusinessFormatFactory()
    enterprise = rows["outlets.enterprise"] = make.EnterpriseFactory(district=district)
    rows["outlets.alliancemember"] = AllianceMember.objects.create(
        district=district, enterprise=enterprise, alliance="试验联盟", joined_on=DAY
    )
    rows["outlets.creditresult"] = CreditResult.objects.create(
        district=district, enterprise=enterprise, source="信用试验", grade="A", on=DAY
    )
    rows["outlets.brand"] = make.BrandFactory(district=district)
    outlet = rows["outlets.outlet"] = make.OutletFactory(
        street=street,
        neighbourhood=hood,
        enterprise=enterprise,
        main_format=form,
        contact="张三丰",
        phone="13812345678",
    )
    rows["outlets.import"] = Import.objects.create(
        district=district, street=street, subject="outlets", file_name="台账.xlsx", sha256="0" * 64
    )
    rows["outlets.outletlabel"] = OutletLabel.objects.create(
        outlet=outlet, label=Label.objects.get(code="special_shop"), year=2024, basis="试验文件"
    )
    rows["outlets.qualityfinding"] = QualityFinding.objects.create(
        district=district, street=street, outlet=outlet, rule_id="stale", since=DAY
    )
    rows["outlets.visit"] = Visit.objects.create(
        district=district, street=street, outlet=outlet, finding="same", by_label="某人"
    )
    check = rows["outlets.checkround"] = CheckRound.objects.create(
        district=district, street=street, title="试验核对", issued_on=DAY, due_on=DAY
    )
    rows["outlets.checksheet"] = CheckSheet.objects.create(
        round=check,
        neighbourhood=hood,
        secret_sha256=f"{CheckSheet.objects.count():064d}",
        valid_until=dt.datetime(2099, 1, 1, tzinfo=dt.UTC),
    )
    rows["outlets.suspicion"] = Suspicion.objects.create(
        district=district,
        street=street,
        outlet=outlet,
        kind="stale",
        month=DAY.replace(day=1),
        source="系统",
        external_id=f"stale:{outlet.pk}",
    )
    rows["outlets.ledgercompleteness"] = LedgerCompleteness.objects.create(
        street=street, format=form, on=DAY
    )
    rows["coordination.mechanism"] = Mechanism.objects.create(
        district=district,
        code=f"group-{street.code}",
        name="试验工作小组",
        kind="working_group",
    )
    rows["core.calendarday"] = CalendarDay.objects.get_or_create(day=dt.date(2031, 1, 1))[0]
    report_form = rows["reports.reporttype"] = make.ReportTypeFactory(district=district)
    rows["reports.period"] = make.PeriodFactory(type=report_form)
    rows["circles.compound"] = make.CompoundFactory(
        street=street, neighbourhood=hood, lon=make.CENTRE_LON, lat=make.CENTRE_LAT
    )
    circle = rows["circles.circle"] = make.CircleFactory(lead_street=street)
    rows["circles.facility"] = make.FacilityFactory(street=street, neighbourhood=hood)
    rows["circles.space"] = make.SpaceFactory(street=street, neighbourhood=hood)
    rows["circles.complaintcount"] = ComplaintCount.objects.create(
        district=district,
        circle=circle,
        month=DAY.replace(day=1),
        source="12345",
        count=3,
        closed=2,
    )
    rows["circles.pilotbatch"] = PilotBatch.objects.create(
        district=district, code=outlet.code, year=2024, name="试验批次"
    )
    rows["circles.designation"] = Designation.objects.create(
        street=street, level="市级", batch="第一批", year=2000 + Designation.objects.count()
    )
    rows["circles.formatcheck"] = FormatCheck.objects.create(
        circle=circle, format=form, checked_on=DAY, found=True
    )
    figures(place)
    rows["core.auditevent"] = AuditEvent.objects.create(
        act=new_id(), action="outlets.change", actor_label="某人", office_code=office.code
    )
    rows["core.job"] = Job.objects.create(
        kind="metrics.live", key=f"{district.code}:{outlet.code}", office_code=office.code
    )


def figures(place: Place) -> None:
    """A network, rules and a signed-off snapshot of the place's district."""
    district, rows = place.street.district, place.rows
    rules = RuleSet.objects.create(
        code=f"trial-{rows['outlets.outlet'].code.lower()}",
        name="试验规则",
        district=district,
        valid_from=DAY,
        walking_speed=75,
        elderly_speed=60,
        detour="1.30",
        chain_min_stores=2,
        quality_kinds=5,
        check_months=6,
        coverage_floor="0.80",
    )
    rows["metrics.ruleset"] = rules
    rows["metrics.streetnetwork"] = StreetNetwork.objects.create(
        district=district, name="试验路网", digest="0" * 64, current=False
    )
    run = rows["metrics.run"] = Run.objects.create(
        district=district,
        kind=Run.Kind.SNAPSHOT,
        state=Run.State.RELEASED,
        as_of=DAY,
        rule_set=rules,
        formula_version="1",
        input_digest="0" * 64,
        input_file="none",
    )
    rows["metrics.release"] = Release.objects.create(
        district=district, run=run, purpose="month", cutoff=DAY, by_label="某人"
    )


def token(office: Any) -> ApiToken:
    """A live token of an office."""
    secret = ApiToken.new_secret()
    return ApiToken.objects.create(
        name="试验令牌",
        office=office,
        role="street_officer",
        prefix=secret[:12],
        digest=hash_token(secret),
        scopes=["read:outlets"],
        expires_at=dt.datetime(2099, 1, 1, tzinfo=dt.UTC),
    )


def address(row: Any, page: str = "change") -> str:
    """The address of a page of one row."""
    from django.urls import reverse

    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}"
    return reverse(name, args=[row.pk])


def list_address(label: str, page: str = "changelist") -> str:
    """The address of a list (or its add page)."""
    from django.urls import reverse

    return reverse(f"admin:{label.replace('.', '_')}_{page}")


__all__ = ["COMMISSION", "Place", "World", "address", "fill", "list_address", "token"]
