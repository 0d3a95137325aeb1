"""Checklists: unknown is not absent, people's findings stay, confirmed by another person."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from assessments.filling import Filling, places_of, service_bits
from assessments.models import ChecklistItem, Grade
from assessments.presence import Kinds, kinds_of, presence_of
from assessments.services.checklists import (
    clear_override,
    confirm_checklist,
    fill_checklists,
    mark_of,
    override_line,
    reopen_checklist,
)
from circles.models import Facility
from core.attachments import attachments_of
from core.versions import StaleVersionError
from metrics.inputs import read_inputs
from metrics.models import Release
from metrics.services import make_snapshot, release_run, rules_on
from outlets.models import BusinessFormat, LedgerCompleteness, Service
from outlets.models.outlet import FacilityForm
from tests.assessments.making import make_evaluation, make_standard
from tests.coordination.people import Cast
from tests.factories import (
    CENTRE_LAT,
    CENTRE_LON,
    CircleFactory,
    FacilityFactory,
    OfficeFactory,
    OutletFactory,
    ServiceFormatFactory,
    StreetFactory,
    box_outline,
)
from tests.metrics.oracle import Oracle
from tests.metrics.worlds import DAY, World, make_world

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


class Place:
    """One circle that two streets share, with a convenience store and an add-on; its evaluation."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.partner = StreetFactory(district=self.cast.district)
        box = box_outline(
            CENTRE_LON - 0.01, CENTRE_LAT - 0.01, CENTRE_LON + 0.01, CENTRE_LAT + 0.01
        )
        self.circle = CircleFactory(
            lead_street=self.cast.street,
            state="built",
            boundary=box,
            links__partners=[self.partner],
        )
        office = OfficeFactory(street=self.partner)
        self.partner_officer = self.cast.person(office, "street_officer")
        self.shop = self.outlet("convenience_store")
        repairs = ServiceFormatFactory(format=BusinessFormat.objects.get(code="repair")).service
        self.also_repairs = self.outlet("laundry", services=1 << repairs.bit)
        for street in (self.cast.street, self.partner):
            self.complete(street, "bookstore")
        self.complete(self.cast.street, "wet_market")
        self.evaluation = make_evaluation(self.circle, make_standard(self.cast.district))

    def outlet(self, code: str, **more: Any) -> Any:
        return OutletFactory(
            district=self.cast.district,
            street=self.cast.street,
            main_format=BusinessFormat.objects.get(code=code),
            place_state="verified",
            lon=CENTRE_LON,
            lat=CENTRE_LAT,
            **more,
        )

    def complete(self, street: Any, code: str) -> None:
        format_ = BusinessFormat.objects.get(code=code)
        LedgerCompleteness.objects.create(
            street=street, format=format_, on=DAY - dt.timedelta(days=9)
        )

    def release(self, day: dt.date = DAY) -> Release:
        run = make_snapshot(district=self.cast.district, as_of=day)
        return release_run(run=run, purpose="year", by=self.cast.officer.actor)

    def fill(self, release: Release) -> Any:
        made = fill_checklists(
            evaluations=[self.evaluation], release=release, **self.cast.officer.acts
        )
        return made[0] if made else None


def test_a_checklist_from_the_figures_to_its_confirmation() -> None:
    here = Place()
    cast = here.cast
    release = here.release()
    for person in (cast.street_officer, cast.approver, cast.foreign, here.partner_officer):
        with pytest.raises(PermissionDenied):
            fill_checklists(evaluations=[here.evaluation], release=release, **person.acts)
    checklist = here.fill(release)
    lines = {line.item.key: line for line in checklist.lines.select_related("item")}
    assert {key: line.found for key, line in lines.items()} == {
        "convenience": "present",
        # One of the two streets never confirmed its ledger: nobody knows.
        "market": "unknown",
        "repair": "present",
        "elderly": "unknown",
        "carwash": "unknown",
        "dining": "unknown",
        "bookstore": "absent",
    }
    assert lines["convenience"].outlet_ids == [str(here.shop.pk)]
    assert (lines["repair"].outlet_ids, lines["repair"].addon_outlet_ids) == (
        [],
        [str(here.also_repairs.pk)],
    )
    assert lines["bookstore"].basis == "台账已确认完整，无营业网点"
    assert lines["market"].basis == "无人核查，台账未确认完整"
    assert lines["carwash"].basis == "需人工核实"

    told = {"verdict": "present", "reason": "11月3日现场看到在营业"}
    for person in (here.partner_officer, cast.approver, cast.foreign):
        with pytest.raises(PermissionDenied):
            override_line(line=lines["market"], **told, **person.acts)
    with pytest.raises(ValidationError, match="理由"):
        override_line(
            line=lines["market"], verdict="present", reason=" ", **cast.street_officer.acts
        )
    seen = mark_of(lines["market"])
    line = override_line(
        line=lines["market"],
        files=[ContentFile(PDF, name="现场记录.pdf")],
        seen_mark=seen,
        **told,
        **cast.street_officer.acts,
    )
    assert [file.name for file in attachments_of(line)] == ["现场记录.pdf"]
    # The second of two who saw the same line is told of the first one's finding.
    with pytest.raises(ValidationError, match="刚刚已认定"):
        override_line(line=line, seen_mark=seen, **told, **cast.officer.acts)
    override_line(
        line=lines["carwash"], verdict="absent", reason="全圈走访未见", **cast.officer.acts
    )

    # Filled anew: the figures are new, people's findings stay.
    old = checklist.version
    here.outlet("bookstore")
    checklist = here.fill(here.release(DAY + dt.timedelta(days=1)))
    lines = {line.item.key: line for line in checklist.lines.select_related("item")}
    assert (lines["market"].found, lines["market"].verdict) == ("unknown", "present")
    assert lines["market"].reason == told["reason"]
    assert lines["bookstore"].verdict == "present"
    presence = presence_of([checklist])[checklist.pk]
    assert (presence.basic, presence.quality) == (Kinds(3, 1, 1), Kinds(1, 0, 1))
    assert presence.verdicts["carwash"] == "absent"
    assert kinds_of([checklist])[checklist.pk] == (presence.basic, presence.quality)

    # Who found otherwise than the figures does not confirm; nobody confirms what they did not see.
    approving = cast.approver.acts
    with pytest.raises(PermissionDenied):
        confirm_checklist(checklist=checklist, **cast.officer.acts)
    with pytest.raises(PermissionDenied):
        confirm_checklist(checklist=checklist, **cast.street_officer.acts)
    with pytest.raises(StaleVersionError):
        confirm_checklist(checklist=checklist, seen_version=old, **approving)
    checklist.refresh_from_db()
    confirmed = confirm_checklist(checklist=checklist, seen_version=checklist.version, **approving)
    assert confirmed.state == "confirmed"
    with pytest.raises(ValidationError, match="已确认"):
        clear_override(line=lines["carwash"], **cast.officer.acts)
    assert here.fill(release) is None

    with pytest.raises(ValidationError):
        reopen_checklist(checklist=confirmed, comment="", **approving)
    grade = Grade.objects.create(
        district=cast.district,
        evaluation=here.evaluation,
        circle=here.circle,
        year=here.evaluation.year,
        state="submitted",
    )
    with pytest.raises(ValidationError, match="已报审"):
        reopen_checklist(checklist=confirmed, comment="有误", **approving)
    Grade.objects.filter(pk=grade.pk).update(state="proposed")
    reopened = reopen_checklist(checklist=confirmed, comment="有误", **approving)
    cleared = clear_override(line=lines["carwash"], **cast.street_officer.acts)
    assert (reopened.state, cleared.verdict) == ("draft", "unknown")


# --- Against the tables, by other code ------------------------------------------------------------
def items(world: World) -> st.SearchStrategy[ChecklistItem]:
    """What a standard may ask for: any of the formats, services, forms and kinds of facilities."""
    formats = list(BusinessFormat.objects.filter(number__lte=10).values_list("code", flat=True))
    services = list(Service.objects.order_by("bit").values_list("code", flat=True))[:6]
    some = st.lists(st.sampled_from(formats), max_size=3, unique=True)
    return st.builds(
        ChecklistItem,
        formats=some,
        services=st.one_of(st.just([]), st.lists(st.sampled_from(services), max_size=2)),
        facility_form=st.sampled_from(["", "", "", *FacilityForm.values]),
        facility_kinds=st.one_of(
            st.just([]), st.just([]), st.lists(st.sampled_from(["meals", "elderly"]), min_size=1)
        ),
    )


@pytest.mark.parametrize("seed", range(2))
def test_findings_equal_those_read_from_the_tables(seed: int) -> None:
    world = make_world(seed)
    facilities = _facilities(world)
    oracle = Oracle(world)
    inputs = read_inputs(world.district, DAY, rules_on(world.district, DAY), None)
    filling = Filling(inputs, places_of(world.district, DAY), service_bits())

    @settings(max_examples=120, derandomize=True, deadline=None, database=None)
    @given(item=items(world))
    def check(item: ChecklistItem) -> None:
        found = filling.findings([item], [circle.pk for circle in world.circles])
        for circle in world.circles:
            (one,) = found[circle.pk]
            verdict, own, other, places = _looked_up(oracle, facilities, item, circle)
            assert (sorted(one.outlets), sorted(one.addons)) == (own, other)
            assert (one.found, sorted(one.facilities)) == (verdict, places)

    check()


def _facilities(world: World) -> list[Facility]:
    made = []
    for n in range(24):
        made.append(
            FacilityFactory(
                street=world.streets[n % 3],
                kind=["meals", "elderly", "park"][n % 3],
                lon=CENTRE_LON - 0.012 + 0.001 * n,
                lat=CENTRE_LAT - 0.012 + 0.001 * (n * 7 % 24),
                place_state="failed" if n % 11 == 0 else "verified",
                opened_on=DAY + dt.timedelta(days=1) if n % 7 == 0 else None,
                closed_on=DAY if n % 5 == 0 and n % 7 else None,
                void=n == 13,
            )
        )
    return made


def _looked_up(
    oracle: Oracle, facilities: list[Facility], item: ChecklistItem, circle: Any
) -> tuple[str, list[str], list[str], list[str]]:
    """Verdict, outlets by main format, by add-on service alone, facilities: one row at a time."""
    formats = list(BusinessFormat.objects.filter(code__in=item.formats))
    bits = [row.bit for row in Service.objects.filter(code__in=item.services)]
    own, other = [], []
    for outlet in oracle.members[circle.pk]:
        if item.facility_form and outlet.facility_form != item.facility_form:
            continue
        if any(outlet.main_format_id == one.pk for one in formats):
            own.append(str(outlet.pk))
        elif any(oracle.serves(outlet, one.pk) for one in formats) or any(
            outlet.services >> bit & 1 for bit in bits
        ):
            other.append(str(outlet.pk))
    places = [
        str(one.pk)
        for one in facilities
        if one.kind in item.facility_kinds
        and not one.void
        and one.place_state == "verified"
        and (one.opened_on is None or one.opened_on <= DAY)
        and (one.closed_on is None or one.closed_on > DAY)
        and shape(circle.boundary).intersects(Point(one.lon, one.lat))
    ]
    if own or other or places:
        return "present", sorted(own), sorted(other), sorted(places)
    sure = bool(formats) and all(_known_absent(oracle, circle, one.pk) for one in formats)
    return ("absent" if sure and not item.facility_kinds else "unknown"), [], [], []


def _known_absent(oracle: Oracle, circle: Any, format_id: Any) -> bool:
    check = oracle._check(format_id, circle=circle)
    if check is not None:
        return not check
    return all(oracle._complete(street, format_id) for street in circle.streets.all())
