"""Two streets of one district and one street of another, each with a row of everything.

`own` is the street that street people act for, `other` its neighbour, `foreign` lies in the other
district. What belongs to a whole district (batches, networks, runs) stands in `own` and `foreign`.
"""

import io
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts.roles import STREET_OFFICER
from core.audit import SYSTEM
from core.models import Clause, Document, Job
from metrics.models import Release, RuleSet, Run, StreetNetwork, Value
from metrics.services import make_snapshot, release_run
from outlets.fieldwork.rounds import start_round
from outlets.fieldwork.visits import record_visit
from outlets.imports.starting import start_import
from outlets.imports.work import check_file
from outlets.models import BusinessFormat, Import, QualityFinding, Suspicion
from tests.admin.conftest import Place, fill
from tests.factories import (
    BrandFactory,
    CircleFactory,
    CompoundFactory,
    DistrictFactory,
    EnterpriseFactory,
    FacilityFactory,
    NeighbourhoodFactory,
    OfficeFactory,
    OutletFactory,
    SpaceFactory,
    StreetFactory,
)
from tests.outlets.pictures import jpeg
from tests.permissions.callers import Callers, make_callers

PLACES = ("own", "other", "foreign")


@dataclass
class World:
    """`rows[list][place]` is the row of a list that belongs to a place."""

    callers: Callers
    streets: dict[str, Any]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Rows of the admin's registers: place → model label → row.
    registers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, place: str, row: Any) -> None:
        """Keep the row of a list at a place."""
        self.rows.setdefault(name, {})[place] = row


def make_world() -> World:
    """Everything, everywhere, and everyone."""
    # They import this module.
    from tests.permissions.rooms import ROOMS

    district, foreign = DistrictFactory(), DistrictFactory()
    streets = {
        "own": StreetFactory(district=district),
        "other": StreetFactory(district=district),
        "foreign": StreetFactory(district=foreign),
    }
    world = World(make_callers(streets["own"], streets["foreign"]), streets)
    for place, street in streets.items():
        _fill_street(world, place, street)
    for place in ("own", "foreign"):
        _fill_district(world, place, streets[place].district)
    for place, street in streets.items():
        for room in ROOMS:
            room.fill(world, place, street)
    for place, street in streets.items():
        filled = Place(street)
        fill(filled)
        world.registers[place] = filled.rows
    world.add("formats", "own", BusinessFormat.objects.order_by("number").first())
    world.add("documents", "own", Document.objects.order_by("code").first())
    world.add("clauses", "own", Clause.objects.order_by("id").first())
    return world


def _fill_street(world: World, place: str, street: Any) -> None:
    world.add("streets", place, street)
    hood = NeighbourhoodFactory(street=street)
    world.add("neighbourhoods", place, hood)
    enterprise = EnterpriseFactory(district=street.district)
    world.add("enterprises", place, enterprise)
    outlet = OutletFactory(
        street=street,
        neighbourhood=hood,
        enterprise=enterprise,
        main_format=BusinessFormat.objects.order_by("number").first(),
        contact="张三丰",
        phone="13812345678",
    )
    world.add("outlets", place, outlet)
    world.add("quality-findings", place, make_finding(outlet))
    notice = Suspicion.objects.create(
        district=street.district,
        street=street,
        outlet=outlet,
        kind="licence_gone",
        month=timezone.localdate().replace(day=1),
        source="market",
        external_id=place,
        content={"name": outlet.name, "credit_code": ""},
    )
    world.add("licence-notices", place, notice)
    link = start_round(
        street=street, due_on=timezone.localdate(), by=SYSTEM, neighbourhoods=[hood]
    ).links[0]
    world.add("check_links", place, link)
    world.add("check_sheets", place, link.sheet)
    world.add("check_rounds", place, link.sheet.round)
    visit = record_visit(
        outlet=OutletFactory(street=street),
        finding="absent",
        by=SYSTEM,
        on=timezone.localdate(),
        photos=[io.BytesIO(jpeg())],
    )
    world.add("visit_photos", place, visit.photos.get())
    compound = CompoundFactory(street=street)
    world.add("compounds", place, compound)
    world.add("circles", place, CircleFactory(lead_street=street, links__compounds=[compound]))
    world.add("facilities", place, FacilityFactory(street=street))
    world.add("spaces", place, SpaceFactory(street=street))
    world.add("imports", place, _import(street))
    # The own street's job is its office's own; that of the others any office's.
    mine = world.callers.people[STREET_OFFICER].office
    office = mine if place == "own" else OfficeFactory(street=street)
    job = Job.objects.create(kind="test.kind", key=f"import:{place}", office_code=office.code)
    world.add("jobs", place, job)


def _import(street: Any) -> Import:
    """A ledger of one good row, checked, as its first version."""
    text = "网点名称,业态,详细地址\n待导入小店,便利店,试验路8号\n"
    batch = start_import(
        district=street.district,
        street=street,
        file=io.BytesIO(text.encode()),
        filename="台账.csv",
        by=SYSTEM,
    )
    check_file(batch)()
    Import.objects.filter(pk=batch.pk).update(version=1)
    return Import.objects.get(pk=batch.pk)


def _fill_district(world: World, place: str, district: Any) -> None:
    world.add("districts", place, district)
    world.add("brands", place, BrandFactory(district=district))
    batch = district.pilotbatch_set.create(code="2026", year=2026, name="试验批次")
    world.add("batches", place, batch)
    network = StreetNetwork.objects.create(
        district=district, name="试验路网", digest="0" * 64, current=False
    )
    world.add("networks", place, network)
    # A real one, whose figures can be explained from its inputs; then a small one, the last 定稿.
    explained = make_snapshot(district=district)
    release_run(run=explained, purpose=Release.Purpose.MONTH, by=SYSTEM)
    released = make_run(district, Run.Kind.SNAPSHOT, Run.State.RELEASED)
    release = Release.objects.create(
        district=district, run=released, purpose="month", cutoff=released.as_of, by_label="试验员"
    )
    world.add("runs", place, released)
    world.add("releases", place, release)
    draft = make_run(district, Run.Kind.SNAPSHOT, Run.State.READY)
    world.add("drafts", place, draft)
    live = make_run(district, Run.Kind.LIVE, Run.State.READY)
    world.add("live_runs", place, live)
    for at in ("own", "other") if place == "own" else ("foreign",):
        street, circle = world.streets[at], world.rows["circles"][at]
        counted = Value.objects.get(run=explained, indicator=1, scope_id=street.pk, part=0)
        world.add("explained_values", at, counted)
        world.add("values", at, make_value(released, "S", street.pk))
        make_value(released, "C", circle.pk)
        world.add("draft_values_of_street", at, make_value(draft, "S", street.pk))
        world.add("live_values_of_street", at, make_value(live, "S", street.pk))
        world.add("live_values_of_circle", at, make_value(live, "C", circle.pk))
    world.add("live_values_of_district", place, make_value(live, "D", district.pk))


def make_finding(outlet: Any, rule: str = "missing_place") -> QualityFinding:
    """What a rule of data quality says of an outlet."""
    return QualityFinding.objects.create(
        district=outlet.district,
        street=outlet.street,
        outlet=outlet,
        rule_id=rule,
        since=timezone.localdate(),
    )


def make_run(district: Any, kind: str, state: str) -> Run:
    """A run as of today; snapshots with a digest."""
    return Run.objects.create(
        district=district,
        kind=kind,
        state=state,
        as_of=timezone.localdate(),
        rule_set=RuleSet.objects.order_by("code").first(),
        formula_version="1",
        input_digest="" if kind == Run.Kind.LIVE else "0" * 64,
    )


def make_value(run: Run, scope: str, scope_id: Any, indicator: int = 1, part: int = 0) -> Value:
    """One figure: 7 outlets."""
    return Value.objects.create(
        run=run, indicator=indicator, scope=scope, scope_id=scope_id, part=part, num=7, value=7
    )
