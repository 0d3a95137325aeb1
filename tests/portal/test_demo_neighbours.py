"""The demo's facilities, spaces, alliance members and complaints: flagged, apart from figures."""

import numpy as np
import pytest
import shapely
from django.core.management import call_command

from circles.models import ComplaintCount, Facility, Space
from core.text import normalise_key
from outlets.models import AllianceMember, BusinessFormat
from portal.demo.neighbours import FACILITIES, SPACES, WANTED
from portal.demo.plan import Plan
from portal.demo.removal import remove_sample
from portal.demo.tables import length
from territory.models import District
from tests.portal.demo_samples import DAY, demo, shape

TABLES = ("facilities", "spaces", "alliance_members", "complaint_counts")


@pytest.mark.parametrize("name", TABLES)
def test_every_row_says_that_it_is_sample(name: str) -> None:
    table = getattr(demo(), name)
    assert length(table) > 0
    assert all(table["is_sample"])
    assert len(set(table["id"])) == length(table)


def test_every_kind_occurs_and_stands_in_its_street() -> None:
    made = demo()
    assert set(made.facilities["kind"]) == {kind for kind, *_rest in FACILITIES}
    assert set(made.spaces["kind"]) == {kind for kind, *_rest in SPACES}
    for table in (made.facilities, made.spaces):
        for street, lon, lat in zip(table["street"], table["lon"], table["lat"], strict=True):
            assert shapely.contains_xy(shape(made.street_outlines[street]), lon, lat)


def test_complaints_are_of_whole_past_months() -> None:
    table = demo().complaint_counts
    assert all(month.day == 1 and month < DAY.replace(day=1) for month in table["month"])
    assert all(np.array(table["closed"]) <= np.array(table["count"]))
    keys = list(zip(table["circle"], table["month"], table["source"], strict=True))
    assert len(set(keys)) == len(keys)


def test_other_draws_are_left_alone() -> None:
    """Each subject draws for itself; these names are nobody else's."""
    plan = Plan(0.02, 1, DAY)
    mine = ("facilities", "spaces", "alliance members", "complaints")
    others = ("owners", "completeness", "format checks", "coordinate systems")
    draws = [plan.chance(subject).random() for subject in (*mine, *others)]
    assert len(set(draws)) == len(draws)


@pytest.mark.django_db
def test_loaded_and_taken_out_again() -> None:
    call_command("load_demo", "--scale", "0.02")
    assert Facility.objects.filter(is_sample=True).count() == length(demo().facilities)
    models = (Facility, Space, AllianceMember, ComplaintCount)
    for model in models:
        assert model.objects.exists()
        assert not model.objects.filter(is_sample=False).exists()
    one = Facility.objects.order_by("code")[0]
    assert one.name_key == normalise_key(one.name)
    assert one.history.count() == 1
    wanted = {code for codes in WANTED for code in codes}
    assert BusinessFormat.objects.filter(code__in=wanted).count() == len(wanted)
    remove_sample(District.objects.order_by("code")[0])
    for model in (*models, Facility.history.model, Space.history.model):
        assert not model.objects.exists()
