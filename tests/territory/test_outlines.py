"""Outlines of territorial units, and what is known of where a district lies."""

import pytest

from core.audit import Actor
from core.geo import OutlineError
from core.models import AuditEvent
from territory.services import outline_of, set_outlines
from tests.factories import DistrictFactory, StreetFactory, box_outline

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BOX = box_outline(121.39, 31.24, 121.41, 31.26)
BY = Actor(label="王经办")


def test_outlines_are_made_valid_and_the_act_is_audited() -> None:
    district = DistrictFactory()
    bow = {
        "type": "Polygon",
        "coordinates": [
            [[121.39, 31.24], [121.41, 31.26], [121.41, 31.24], [121.39, 31.26], [121.39, 31.24]]
        ],
    }
    assert set_outlines(outlines=[(district, bow)], by=BY, is_sample=True, source="手绘") == 1
    district.refresh_from_db()
    assert district.outline["type"] == "MultiPolygon"
    assert district.is_sample_outline
    event = AuditEvent.objects.get(action="territory.set_outlines")
    assert event.changes["district"] == [district.code]
    assert event.changes["source"] == "手绘"
    assert set_outlines(outlines=[(district, bow)], by=BY, is_sample=True) == 0


def test_one_bad_outline_and_none_is_written() -> None:
    district = DistrictFactory()
    street = StreetFactory(district=district)
    with pytest.raises(OutlineError):
        set_outlines(outlines=[(district, BOX), (street, {"type": "Polygon"})], by=BY)
    district.refresh_from_db()
    assert district.outline is None


def test_a_district_without_outline_is_its_streets_when_all_are_drawn() -> None:
    district = DistrictFactory()
    first, second = StreetFactory(district=district), StreetFactory(district=district)
    assert outline_of(district).whole == ()
    set_outlines(outlines=[(first, BOX)], by=BY)
    known = outline_of(district)
    assert known.whole == ()
    assert set(known.streets) == {first.pk}
    set_outlines(outlines=[(second, BOX)], by=BY)
    assert len(outline_of(district).whole) == 2
    set_outlines(outlines=[(district, BOX)], by=BY)
    district.refresh_from_db()
    assert len(outline_of(district).whole) == 1
