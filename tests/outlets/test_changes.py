"""Acts on single outlets: facts by day, version, history, audit, refusals."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audit import Actor
from core.models import AuditEvent
from core.versions import StaleVersionError
from outlets.models import Outlet, OutletFacts
from outlets.querysets import facts_as_of
from outlets.services import (
    brand_for,
    change_outlet,
    close_outlet,
    create_outlet,
    enterprise_for,
    merge_outlets,
    services_mask,
    services_of,
    verify_places,
    void_outlet,
)
from outlets.signals import outlets_changed
from tests.factories import FACTS_FROM, BrandFactory, OutletFactory
from tests.outlets.ledger_files import World

pytestmark = [pytest.mark.django_db, pytest.mark.both]

BY = Actor(label="试东街道 李经办", office_code="sd")
DAY = dt.date(2025, 3, 1)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def outlet(world: World) -> Outlet:
    return OutletFactory(
        street=world.street, main_format=world.shop, employees=3, lon=121.395, lat=31.25
    )


@pytest.fixture
def news() -> Any:
    """The districts that the register told of a change."""
    heard: list[Any] = []

    def listen(sender: Any, district: Any, **_rest: Any) -> None:
        heard.append(district)

    outlets_changed.connect(listen)
    yield heard
    outlets_changed.disconnect(listen)


def change(outlet: Outlet, on: dt.date = DAY, **changes: Any) -> Outlet:
    return change_outlet(outlet=outlet, changes=changes, on=on, by=BY, reason="走访核实")


def employees(outlet: Outlet) -> list[tuple[dt.date, dt.date | None, int]]:
    rows = outlet.facts.order_by("valid_from")
    return list(rows.values_list("valid_from", "valid_to", "employees"))


def test_a_change_closes_the_facts_and_opens_new_ones(outlet: Outlet, news: list[Any]) -> None:
    changed = change(outlet, employees=8, phone="62000000")
    assert (changed.version, changed.employees, changed.phone) == (2, 8, "62000000")
    assert employees(outlet) == [(FACTS_FROM, DAY, 3), (DAY, None, 8)]
    event = AuditEvent.objects.get(action="outlets.change")
    assert event.changes["employees"] == [3, 8]
    assert (event.object_id, event.object_version) == (str(outlet.pk), 2)
    assert (event.actor_label, event.comment) == (BY.label, "走访核实")
    version = outlet.history.first()
    assert (version.act, version.actor_label) == (event.act, BY.label)
    assert (version.history_change_reason, version.employees) == ("走访核实", 8)
    assert outlet.facts.get(valid_from=DAY).act == event.act
    assert news == [outlet.district]


def test_what_is_no_fact_leaves_the_facts_alone(outlet: Outlet) -> None:
    before = list(outlet.facts.values())
    change(outlet, phone="62000000", hours="07:00-22:00")
    assert list(outlet.facts.values()) == before


def test_a_correction_on_the_same_day_replaces(outlet: Outlet) -> None:
    change(outlet, employees=8)
    change(outlet, employees=9)
    assert employees(outlet) == [(FACTS_FROM, DAY, 3), (DAY, None, 9)]


def test_a_change_dated_between_two_holds_up_to_the_later_one(outlet: Outlet) -> None:
    change(outlet, employees=8)
    earlier = dt.date(2024, 6, 1)
    changed = change(outlet, on=earlier, employees=5, open_24h=True)
    assert employees(outlet) == [
        (FACTS_FROM, earlier, 3),
        (earlier, DAY, 5),
        (DAY, None, 8),
    ]
    # The outlet itself shows what is now current.
    assert (changed.employees, changed.open_24h) == (8, True)


def test_a_change_before_the_first_facts_comes_first(outlet: Outlet) -> None:
    earlier = dt.date(2023, 6, 1)
    change(outlet, on=earlier, employees=1)
    assert employees(outlet) == [(earlier, FACTS_FROM, 1), (FACTS_FROM, None, 1)]


def test_facts_as_of_a_day_before_the_first_are_flagged_undated(outlet: Outlet) -> None:
    change(outlet, employees=8)
    other = OutletFactory(street=outlet.street, facts__valid_from=dt.date(2025, 1, 1))
    found = facts_as_of(dt.date(2024, 5, 1)).filter(outlet__in=[outlet, other])
    assert {row.outlet_id: (row.employees, row.undated) for row in found} == {
        outlet.pk: (3, False),
        other.pk: (None, True),
    }
    assert {row.employees for row in facts_as_of(DAY).filter(outlet=outlet)} == {8}


# The rule itself has its full number of examples in tests/core/test_dated.py.
@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 9),
            st.fixed_dictionaries(
                {},
                optional={
                    "employees": st.integers(1, 3),
                    "status": st.sampled_from(["open", "suspended"]),
                    "open_24h": st.sampled_from([None, True, False]),
                },
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_stored_facts_answer_every_day_as_a_list_of_days_would(
    changes: list[tuple[int, dict[str, Any]]],
) -> None:
    outlet = OutletFactory(employees=1, open_24h=None)
    oracle = {
        "employees": [1] * 10,
        "status": ["open"] * 10,
        "open_24h": [None] * 10,
    }
    for day, values in changes:
        change(outlet, on=FACTS_FROM + dt.timedelta(days=day), **values)
        for name, value in values.items():
            line: list[Any] = oracle[name]
            old = line[day]
            for at in range(day, 10):
                if line[at] != old:
                    break
                line[at] = value
    for day in range(10):
        [row] = facts_as_of(FACTS_FROM + dt.timedelta(days=day)).filter(outlet=outlet)
        assert {name: getattr(row, name) for name in oracle} == {
            name: line[day] for name, line in oracle.items()
        }
    outlet.refresh_from_db()
    assert {name: getattr(outlet, name) for name in oracle} == {
        name: line[-1] for name, line in oracle.items()
    }


def test_a_stale_version_writes_nothing(outlet: Outlet, news: list[Any]) -> None:
    change(outlet, phone="1")
    with pytest.raises(StaleVersionError):
        change_outlet(outlet=outlet, changes={"phone": "2"}, on=DAY, by=BY, seen_version=1)
    outlet.refresh_from_db()
    assert (outlet.phone, outlet.version, outlet.history.count()) == ("1", 2, 2)
    assert len(news) == 1


def test_a_place_in_another_system_is_converted_and_kept(outlet: Outlet) -> None:
    changed = change(outlet, x_in=121.40, y_in=31.25, crs_in="gcj02")
    assert (changed.x_in, changed.y_in, changed.crs_in) == (121.40, 31.25, "gcj02")
    assert changed.lon == pytest.approx(121.3954, abs=5e-4)
    changed = change(outlet, lon=121.396, lat=31.251)
    assert (changed.x_in, changed.y_in, changed.crs_in) == (121.396, 31.251, "wgs84")
    assert changed.place_state == "verified"
    changed = change(outlet, lon=121.405, lat=31.251)
    assert changed.place_state == "unverified"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"lon": 121.5, "lat": 31.25}, "lon", "境外约"),
        ({"lon": 31.25, "lat": 121.395}, "x_in", "填反"),
        ({"x_in": 121.395, "y_in": 31.25, "crs_in": ""}, "crs_in", "坐标系"),
        ({"employees": 200_000}, "employees", "请核对"),
        ({"business_area": -1}, "business_area", "负数"),
        ({"opened_on": dt.date(2025, 1, 1), "closed_on": dt.date(2024, 1, 1)}, "closed_on", "早于"),
        ({"version": 9}, "version", "不能填写"),
        ({"status": "flying"}, "status", ""),
        ({"name": ""}, "name", ""),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    outlet: Outlet, changes: dict[str, Any], field: str, said: str
) -> None:
    before = list(Outlet.objects.filter(pk=outlet.pk).values())
    with pytest.raises(ValidationError) as caught:
        change(outlet, **changes)
    assert said in "".join(caught.value.message_dict[field])
    assert list(Outlet.objects.filter(pk=outlet.pk).values()) == before
    assert not AuditEvent.objects.filter(action="outlets.change").exists()


def test_the_future_is_no_fact(outlet: Outlet) -> None:
    with pytest.raises(ValidationError, match="不能晚于今天"):
        change(outlet, on=timezone.localdate() + dt.timedelta(days=1), employees=4)


def test_closing_and_opening_again(outlet: Outlet) -> None:
    closed = close_outlet(outlet=outlet, on=DAY, by=BY, reason="关店")
    assert (closed.status, closed.closed_on) == ("closed", DAY)
    assert AuditEvent.objects.get(action="outlets.close").to_state == "closed"
    with pytest.raises(ValidationError, match="关闭"):
        close_outlet(outlet=outlet, on=DAY, by=BY, reason="再关")
    later = DAY + dt.timedelta(days=30)
    opened = change(outlet, on=later, status="open")
    assert (opened.status, opened.closed_on) == ("open", None)
    assert list(outlet.facts.order_by("valid_from").values_list("valid_from", "status")) == [
        (FACTS_FROM, "open"),
        (DAY, "closed"),
        (later, "open"),
    ]


def test_creating_assigns_a_code_and_refuses_a_double(world: World, news: list[Any]) -> None:
    values = {
        "name": "新店",
        "street": world.street,
        "main_format": world.shop,
        "address": "新路 1 号",
        "services": services_mask([world.parcel.code]),
        "lon": 121.395,
        "lat": 31.25,
    }
    outlet = create_outlet(district=world.district, values=values, on=DAY, by=BY)
    assert outlet.code == f"{world.street.code}-000001"
    assert (outlet.place_state, outlet.version) == ("verified", 1)
    assert services_of(outlet.services) == [world.parcel]
    assert outlet.facts.get().valid_from == DAY
    assert outlet.history.get().history_type == "+"
    assert news == [world.district]
    with pytest.raises(ValidationError, match="同名同址"):
        create_outlet(district=world.district, values=values, on=DAY, by=BY)
    assert Outlet.objects.filter(district=world.district).count() == 1


def test_merging_takes_doubles_out_for_every_day(world: World, outlet: Outlet) -> None:
    first, second, third = (OutletFactory(street=world.street) for _ in range(3))
    merge_outlets(keep=first, others=[second], by=BY, reason="重复登记")
    merge_outlets(keep=outlet, others=[first, third], by=BY, reason="重复登记")
    assert set(Outlet.objects.filter(merged_into=outlet)) == {first, second, third}
    assert list(Outlet.objects.filter(district=world.district).registered()) == [outlet]
    for refused in ([first], []):
        with pytest.raises(ValidationError):
            merge_outlets(keep=outlet, others=refused, by=BY, reason="再并")


def test_a_void_outlet_frees_its_code_but_not_its_number(world: World) -> None:
    values = {"name": "误录", "street": world.street, "main_format": world.shop, "address": "甲"}
    wrong = create_outlet(district=world.district, values=values, on=DAY, by=BY)
    with pytest.raises(ValidationError, match="原因"):
        void_outlet(outlet=wrong, by=BY, reason=" ")
    assert void_outlet(outlet=wrong, by=BY, reason="误录").void
    again = create_outlet(district=world.district, values=values, on=DAY, by=BY)
    assert again.code == f"{world.street.code}-000002"
    with pytest.raises(ValidationError):
        change(wrong, phone="1")


def test_places_are_verified_once_outlines_are_there(world: World) -> None:
    inside = OutletFactory(street=world.street, lon=121.395, lat=31.25, place_state="unverified")
    elsewhere = OutletFactory(street=world.street, lon=121.405, lat=31.25, place_state="unverified")
    assert verify_places(district=world.district, on=DAY, by=BY) == 1
    inside.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (inside.place_state, elsewhere.place_state) == ("verified", "unverified")
    assert OutletFacts.objects.get(outlet=inside, valid_from=DAY).place_state == "verified"


def test_owners_are_found_or_made(world: World) -> None:
    brand = BrandFactory(district=world.district, name="甲牌", aliases=["A牌"])
    assert brand_for(district=world.district, name="a牌") == brand
    assert brand_for(district=world.district, name="") is None
    made = enterprise_for(
        district=world.district, credit_code="91000000MAFAKE001Q", licence_name="甲公司"
    )
    assert made is not None
    assert enterprise_for(district=world.district, licence_name="甲公司") == made
    assert enterprise_for(district=world.district, outlet_name="乙店") is None
