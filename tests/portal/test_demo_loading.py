"""The demo is loaded once, whole or not at all, never among real data, and goes without a trace."""

import datetime as dt
import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker

from accounts.models import User
from circles.models import Circle, CircleFacts, CircleStreet, Compound, FormatCheck, PilotBatch
from coordination.models import Mechanism, RosterEntry
from core.digests import json_digest
from core.models import AuditEvent
from metrics.models import StreetNetwork
from metrics.networks import load_network
from outlets.models import Brand, Enterprise, LedgerCompleteness, Outlet, OutletFacts
from outlets.models.outlet import FACT_FIELDS
from portal.demo.district import generate
from portal.demo.loading import DemoRefusedError, load_demo, summarise
from portal.demo.plan import Plan
from portal.demo.removal import remove_sample
from reports.models import ProgressReport
from reports.progress.rules import problems_of
from subsidies.models import Policy
from territory.models import District, Neighbourhood, Street
from tests.portal.demo_samples import DAY, FIXTURES, demo

PLAN = Plan(0.02, 1, DAY)
# The mechanisms and the seats in them that the documents name are no sample.
FLAGGED = [
    model
    for model in apps.get_models()
    if any(field.name == "is_sample" for field in model._meta.fields)
    and model not in (Mechanism, RosterEntry)
]


@pytest.fixture(scope="module")
def district(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[District]:
    """One demo for all tests of this file; each test undoes what it changed in it."""
    from django.test import override_settings

    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with media, django_db_blocker.unblock(), transaction.atomic():
        call_command("load_reference", verbosity=0)
        load_demo(PLAN, FIXTURES, replace=True)
        yield District.objects.get()
        transaction.set_rollback(True)


def command(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("load_demo", json=True, stdout=out, **options)
    result = json.loads(out.getvalue())
    assert isinstance(result, dict)
    return result


def everything() -> dict[str, list[tuple[Any, ...]]]:
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.managed
    }


def _of_the_demo(model: Any) -> Any:
    """All rows but policies of other places, which come with the reference data and stay."""
    rows = model._default_manager.all()
    return rows.filter(is_reference=False) if model is Policy else rows


@pytest.mark.both
def test_the_tables_hold_what_was_generated(district: District, db: None) -> None:
    made = demo()
    assert Outlet.objects.count() == len(made.outlets["id"])
    for row in Outlet.objects.select_related("street", "main_format", "brand").order_by("id")[:60]:
        at = made.outlets["id"].index(row.pk)
        assert row.code == made.outlets["code"][at]
        assert (row.street.code if row.street else None) == made.outlets["street"][at]
        assert row.main_format.code == made.outlets["main_format"][at]
        assert row.lon == made.outlets["lon"][at]
        assert row.business_area == made.outlets["business_area"][at]
        assert row.open_24h == made.outlets["open_24h"][at]
        assert row.opened_on == made.outlets["opened_on"][at]
        assert row.declared_circles == made.outlets["declared_circles"][at]
        assert row.name_key
        assert row.pinyin.isascii()
    assert {row.pk: row.population for row in Compound.objects.all()} == dict(
        zip(made.compounds["id"], made.compounds["population"], strict=True)
    )
    assert Circle.objects.count() == 6
    assert CircleStreet.objects.filter(role="partner").count() == 1
    assert OutletFacts.objects.count() == len(made.outlet_facts["outlet"])
    assert FormatCheck.objects.count() == len(made.format_checks["found"])
    assert LedgerCompleteness.objects.count() == len(made.completeness["on"])
    batch = PilotBatch.objects.get(code="2021")
    assert set(Circle.objects.exclude(batch=None).values_list("batch", flat=True)) == {batch.pk}


def test_every_row_says_that_it_is_sample(district: District, db: None) -> None:
    assert {Outlet, Compound, Circle, Brand, Enterprise, StreetNetwork} <= set(FLAGGED)
    for model in FLAGGED:
        assert not _of_the_demo(model).filter(is_sample=False).exists(), model
    for area in (District, Street, Neighbourhood):
        assert area.objects.filter(outline__isnull=False).exists()
        assert not area.objects.filter(outline__isnull=False, is_sample_outline=False).exists()
    assert "演示" in StreetNetwork.objects.get(current=True).name


def test_what_was_reported_keeps_the_rules_of_its_form(district: District, db: None) -> None:
    passed = ProgressReport.objects.filter(state="final").select_related("period__type")
    assert passed.count() > 80
    for report in passed:
        assert [one for one in problems_of(report) if one.severity == "block"] == [], report
        sent = report.submissions.get()
        assert sent.sha256 == json_digest(sent.content)
    owed = ProgressReport.objects.filter(period__state="open")
    states = set(owed.values_list("state", flat=True))
    assert states <= {"todo", "draft", "submitted", "returned"}
    assert {"todo", "submitted", "returned"} <= states


def test_facts_of_today_are_the_register(district: District, db: None) -> None:
    for outlet in Outlet.objects.all():
        last = OutletFacts.objects.get(outlet=outlet, valid_to=None)
        for name in FACT_FIELDS:
            assert getattr(last, f"{name}_id", getattr(last, name)) == getattr(
                outlet, f"{name}_id", getattr(outlet, name)
            ), name
    acts = set(OutletFacts.objects.values_list("act", flat=True))
    assert acts == {AuditEvent.objects.get(action="portal.load_demo").act}


def test_circle_facts_name_units_that_exist(district: District, db: None) -> None:
    streets = {str(pk) for pk in Street.objects.values_list("pk", flat=True)}
    compounds = {str(pk) for pk in Compound.objects.values_list("pk", flat=True)}
    hoods = {str(pk) for pk in Neighbourhood.objects.values_list("pk", flat=True)}
    for facts in CircleFacts.objects.all():
        assert set(facts.street_ids) <= streets
        assert set(facts.compound_ids) <= compounds
        assert set(facts.neighbourhood_ids) <= hoods


@pytest.mark.parametrize("model", [Outlet, Circle, Compound])
def test_each_row_has_its_first_version_in_history(
    district: District, db: None, model: Any
) -> None:
    versions = model.history.all()
    assert set(versions.values_list("history_type", flat=True)) == {"+"}
    assert set(versions.values_list("id", flat=True)) == set(
        model.objects.values_list("pk", flat=True)
    )
    one = model.objects.first()
    assert model.history.get(id=one.pk).instance.code == one.code


def test_the_network_is_the_generated_one(district: District, db: None) -> None:
    row = StreetNetwork.objects.get(current=True)
    assert row.digest == demo().network.digest
    network = load_network(row.digest)
    assert network is not None
    assert network.n_edges == demo().network.n_edges


def test_rows_pass_their_own_checks(district: District, db: None) -> None:
    for row in (*Enterprise.objects.all()[:40], *Compound.objects.all(), *Circle.objects.all()):
        row.clean_fields()
    for outlet in Outlet.objects.all()[:40]:
        outlet.clean_fields(exclude=["name_key", "pinyin"])


def test_loading_again_changes_nothing(district: District, db: None) -> None:
    before = everything()
    result = command(scale=0.02, seed=1)
    assert result["fresh"] is False
    assert result["outlets"] == 280
    assert everything() == before


@pytest.mark.parametrize("other", [{"scale": 0.03}, {"scale": 0.02, "seed": 2}])
def test_another_demo_is_refused_until_the_old_one_may_go(
    district: District, db: None, other: dict[str, Any]
) -> None:
    before = everything()
    with pytest.raises(CommandError, match="--replace"):
        command(**other)
    assert everything() == before


@pytest.mark.both
def test_replacing_leaves_nothing_of_the_old_demo(district: District, db: None) -> None:
    old = set(Outlet.objects.values_list("pk", flat=True))
    result = command(scale=0.02, seed=2, day=dt.date(2026, 11, 1), replace=True)
    made = summarise(generate(Plan(0.02, 2, DAY), FIXTURES)) | {"users": 32, "fresh": True}
    assert made.items() <= result.items()
    new = set(Outlet.objects.values_list("pk", flat=True))
    assert len(new) == 280
    assert not old & new
    assert set(Outlet.history.values_list("id", flat=True)) == new
    assert StreetNetwork.objects.count() == 1
    assert User.objects.filter(is_demo=True).count() == 32


def test_removal_leaves_the_reference_data_only(district: District, db: None) -> None:
    remove_sample(district)
    for model in FLAGGED:
        assert not _of_the_demo(model).exists(), model
    assert not User.objects.filter(is_demo=True).exists()
    assert not Street.objects.filter(outline__isnull=False).exists()
    assert Street.objects.count() == 10
    assert PilotBatch.objects.count() == 5


def test_real_data_is_never_mixed_with_sample(district: District, db: None) -> None:
    Compound.objects.filter(pk=Compound.objects.values("pk")[:1]).update(is_sample=False)
    with pytest.raises(DemoRefusedError, match="正式数据"):
        load_demo(Plan(0.02, 3, DAY), FIXTURES, replace=True)
    assert Outlet.objects.count() == 280, "nothing is removed before it is certain to be replaced"
    remove_sample(district)
    assert Compound.objects.count() == 1
    with pytest.raises(DemoRefusedError, match="小区"):
        load_demo(PLAN, FIXTURES)
    assert not Outlet.objects.exists()


def test_outlines_somebody_brought_are_not_drawn_over(district: District, db: None) -> None:
    remove_sample(district)
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    Street.objects.filter(code="310107005").update(outline=square)
    with pytest.raises(DemoRefusedError, match="边界"):
        load_demo(PLAN, FIXTURES)


def test_without_reference_data_it_says_what_to_do(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.demo.loading._district_code", lambda: None)
    with pytest.raises(DemoRefusedError, match="load_reference"):
        load_demo(PLAN, FIXTURES)
