"""Acts on circles: what they serve, where they stand, and since when."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from circles.models import Circle
from circles.services import (
    change_state,
    create_circle,
    prefill_from_boundary,
    serve_compounds,
    set_boundaries,
    set_boundary,
    set_partners,
)
from circles.signals import circles_changed
from core.audit import Actor
from core.models import AuditEvent
from core.versions import StaleVersionError
from tests.factories import (
    FACTS_FROM,
    CircleFactory,
    CompoundFactory,
    DistrictFactory,
    NeighbourhoodFactory,
    StreetFactory,
    box_outline,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BY = Actor(label="王经办")
DAY = dt.date(2025, 3, 1)
SQUARE = box_outline(121.39, 31.25, 121.40, 31.26)


@pytest.fixture
def circle() -> Circle:
    district = DistrictFactory(outline=box_outline(121.3, 31.2, 121.5, 31.3))
    return CircleFactory(lead_street=StreetFactory(district=district), state="building")


@pytest.fixture
def news() -> Any:
    heard: list[Any] = []

    def listen(sender: Any, district: Any, **_rest: Any) -> None:
        heard.append(district)

    circles_changed.connect(listen)
    yield heard
    circles_changed.disconnect(listen)


def facts(circle: Circle, *columns: str) -> list[Any]:
    return list(circle.facts.order_by("valid_from").values_list("valid_from", *columns))


def test_a_boundary_holds_from_its_day(circle: Circle, news: list[Any]) -> None:
    before = circle.boundary
    drawn = set_boundary(circle=circle, boundary=SQUARE, on=DAY, by=BY, reason="复核边界")
    (first, old), (since, new) = facts(circle, "boundary")
    assert (first, since) == (FACTS_FROM, DAY)
    assert (old, new) == (before, drawn.boundary)
    assert drawn.version == 2
    assert circle.history.first().history_change_reason == "复核边界"
    event = AuditEvent.objects.get(action="circles.set_boundary")
    assert (event.object_id, event.actor_label) == (str(circle.pk), "王经办")
    assert circle.facts.get(valid_from=DAY).act == event.act
    assert news == [circle.district]


def test_several_boundaries_are_one_act(circle: Circle, news: list[Any]) -> None:
    other = CircleFactory(lead_street=circle.lead_street, boundary=None)
    pairs = [(circle, SQUARE), (other, SQUARE)]
    assert set_boundaries(boundaries=pairs, on=DAY, by=BY, reason="文件") == 2
    assert set_boundaries(boundaries=pairs, on=DAY, by=BY, reason="文件") == 0
    other.refresh_from_db()
    assert other.boundary["type"] == "Polygon"
    assert (other.version, other.history.count(), other.facts.count()) == (2, 2, 2)
    assert news == [circle.district]


@pytest.mark.parametrize(
    ("boundary", "said"),
    [
        ({"type": "Point", "coordinates": [121.39, 31.25]}, "应为面"),
        (box_outline(31.25, 121.39, 31.26, 121.40), "颠倒"),
        (box_outline(121.6, 31.25, 121.7, 31.26), "以外"),
    ],
)
def test_a_boundary_that_cannot_be_is_refused(
    circle: Circle, boundary: dict[str, Any], said: str, news: list[Any]
) -> None:
    with pytest.raises(ValidationError, match=said):
        set_boundary(circle=circle, boundary=boundary, on=DAY, by=BY)
    assert circle.facts.count() == 1
    assert news == []


def test_the_path_of_a_circle(circle: Circle) -> None:
    built = change_state(circle=circle, state="built", on=dt.date(2024, 5, 1), by=BY)
    assert built.state == "built"
    accepted = change_state(
        circle=circle, state="accepted", on=dt.date(2024, 9, 1), by=BY, level="basic",
        level_year=2024,
    )  # fmt: skip
    assert (accepted.level, accepted.level_year) == ("basic", 2024)
    assert accepted.accepted_on == dt.date(2024, 9, 1)
    raised = change_state(
        circle=circle, state="accepted", on=DAY, by=BY, level="improved", level_year=2025
    )
    assert (raised.level, raised.accepted_on) == ("improved", dt.date(2024, 9, 1))
    assert facts(circle, "state", "level") == [
        (FACTS_FROM, "building", ""),
        (dt.date(2024, 5, 1), "built", ""),
        (dt.date(2024, 9, 1), "accepted", "basic"),
        (DAY, "accepted", "improved"),
    ]
    events = AuditEvent.objects.filter(action="circles.change_state").order_by("id")
    assert [(event.from_state, event.to_state) for event in events] == [
        ("building", "built"),
        ("built", "accepted"),
        ("accepted", "accepted"),
    ]


@pytest.mark.parametrize(
    ("move", "field"),
    [
        ({"state": "nurtured"}, "state"),
        ({"state": "accepted", "level": "basic", "level_year": 2024}, "state"),
        ({"state": "withdrawn"}, "reason"),
        ({"state": "built", "on": dt.date(2023, 1, 1)}, "on"),
        ({"state": "built", "on": dt.date(2999, 1, 1)}, "on"),
    ],
)
def test_steps_that_are_not_on_the_path(circle: Circle, move: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        change_state(**{"circle": circle, "on": DAY, "by": BY} | move)
    assert field in caught.value.message_dict
    assert facts(circle, "state") == [(FACTS_FROM, "building")]


def test_accepting_needs_a_level() -> None:
    circle = CircleFactory(state="built")
    with pytest.raises(ValidationError, match="审定等级"):
        change_state(circle=circle, state="accepted", on=DAY, by=BY)


def test_what_a_circle_serves_is_dated_and_its_neighbourhoods_follow(circle: Circle) -> None:
    hood = NeighbourhoodFactory(street=circle.lead_street)
    first = CompoundFactory(street=circle.lead_street, neighbourhood=hood)
    second = CompoundFactory(street=circle.lead_street)
    serve_compounds(circle=circle, compounds=[first], on=DAY, by=BY)
    later = DAY + dt.timedelta(days=30)
    serve_compounds(circle=circle, compounds=[second], on=later, by=BY)
    assert facts(circle, "compound_ids", "neighbourhood_ids") == [
        (FACTS_FROM, [], []),
        (DAY, [str(first.pk)], [str(hood.pk)]),
        (later, [str(second.pk)], []),
    ]
    assert list(circle.compounds.all()) == [second]
    assert list(circle.neighbourhoods.all()) == []
    # Between the two, and no longer now.
    serve_compounds(circle=circle, compounds=[first, second], on=DAY + dt.timedelta(days=9), by=BY)
    assert list(circle.compounds.all()) == [second]


def test_a_compound_of_a_street_that_takes_no_part(circle: Circle) -> None:
    partner = StreetFactory(district=circle.district)
    compound = CompoundFactory(street=partner)
    with pytest.raises(ValidationError, match="协同街镇"):
        serve_compounds(circle=circle, compounds=[compound], on=DAY, by=BY)
    set_partners(circle=circle, partners=[partner], on=DAY, by=BY)
    serve_compounds(circle=circle, compounds=[compound], on=DAY, by=BY)
    assert set(circle.streets.all()) == {circle.lead_street, partner}
    with pytest.raises(ValidationError, match="先调整覆盖小区"):
        set_partners(circle=circle, partners=[], on=DAY, by=BY)


def test_compounds_inside_the_boundary_are_proposed(circle: Circle) -> None:
    street = circle.lead_street
    inside = CompoundFactory(street=street, lon=121.396, lat=31.255)
    CompoundFactory(street=street, lon=121.42, lat=31.255)
    CompoundFactory(street=street, lon=None, lat=None)
    CompoundFactory(lon=121.396, lat=31.255)
    assert prefill_from_boundary(circle) == [inside]
    circle.boundary = None
    assert prefill_from_boundary(circle) == []


def test_a_stale_version_writes_nothing(circle: Circle) -> None:
    change_state(circle=circle, state="built", on=DAY, by=BY)
    with pytest.raises(StaleVersionError):
        set_boundary(circle=circle, boundary=SQUARE, on=DAY, by=BY, seen_version=1)
    assert circle.facts.count() == 2


def test_a_new_circle_has_its_first_facts(circle: Circle, news: list[Any]) -> None:
    partner = StreetFactory(district=circle.district)
    compound = CompoundFactory(street=partner)
    made = create_circle(
        district=circle.district,
        values={"code": "Q-1", "name": "新生活圈", "layout": "cluster"},
        lead_street=circle.lead_street,
        partners=[partner],
        compounds=[compound],
        boundary=SQUARE,
        on=DAY,
        by=BY,
    )
    assert facts(made, "state", "compound_ids") == [(DAY, "nurtured", [str(compound.pk)])]
    assert list(made.compounds.all()) == [compound]
    assert made.history.get().history_type == "+"
    assert news == [circle.district]
    with pytest.raises(ValidationError):
        create_circle(
            district=circle.district,
            values={"code": "Q-1", "name": "同码"},
            lead_street=circle.lead_street,
            on=DAY,
            by=BY,
        )
