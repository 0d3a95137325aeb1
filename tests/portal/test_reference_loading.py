"""Reference data is loaded whole, only once, and without undoing what staff have decided."""

import json
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Office
from accounts.roles import NAMES
from circles.models import Designation, PilotBatch
from core.models import Clause
from core.upsert import upsert
from metrics.models import FormatRule, RuleSet, Target
from outlets.models import BusinessFormat, Service, ServiceFormat
from territory.models import District, Neighbourhood, Street

pytestmark = pytest.mark.django_db


def load() -> dict[str, int]:
    out = StringIO()
    call_command("load_reference", json=True, stdout=out)
    counts = json.loads(out.getvalue())
    assert isinstance(counts, dict)
    return counts


def everything() -> dict[str, list[tuple[Any, ...]]]:
    models = [
        model
        for app in ("auth", "core", "territory", "outlets", "circles", "metrics", "accounts")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in models
    }


def test_what_the_command_says_is_there() -> None:
    counts = load()
    assert counts["districts"] == District.objects.count() == 1
    assert counts["streets"] == Street.objects.count() == 10
    assert counts["neighbourhoods"] == Neighbourhood.objects.count() == 285
    assert counts["formats"] == BusinessFormat.objects.count() == 53
    assert BusinessFormat.objects.filter(is_official=True).count() == 22
    assert counts["clauses"] == Clause.objects.count() == 207
    assert counts["batches"] == PilotBatch.objects.count() == 5
    assert counts["designations"] == Designation.objects.count() == 6
    assert counts["format_rules"] == FormatRule.objects.count() == 22
    assert counts["roles"] == Group.objects.filter(name__in=NAMES).count() == 12


@pytest.mark.both
def test_loading_twice_changes_nothing() -> None:
    load()
    before = everything()
    assert load()
    assert everything() == before


def test_loading_again_writes_nothing() -> None:
    load()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        load()
    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


def test_every_street_and_department_has_its_office() -> None:
    load()
    assert Office.objects.filter(kind=Office.Kind.COMMISSION).get().name.endswith("商务委员会")
    assert Office.objects.filter(kind=Office.Kind.DEPARTMENT).count() == 17
    offices = Office.objects.filter(kind=Office.Kind.STREET).select_related("street")
    assert {office.street.code for office in offices if office.street} == set(
        Street.objects.values_list("code", flat=True)
    )


def test_the_first_batch_is_caoyang_and_the_later_ones_are_undecided() -> None:
    load()
    streets = {
        batch.code: list(batch.streets.values_list("code", flat=True))
        for batch in PilotBatch.objects.all()
    }
    assert streets.pop("2021") == ["310107005"]
    assert set(streets) == {"2022", "2023", "2024", "2025"}
    assert not any(streets.values())


def test_the_chain_target_is_a_share_of_the_districts_own_plan() -> None:
    load()
    target = Target.objects.get(indicator="chain_share", applies=True)
    assert float(target.value) == 0.3
    assert target.nature == Target.Nature.BINDING
    assert "30%以上" in target.clause.text
    assert not Target.objects.filter(programme="minhou", applies=True).exists()


def test_the_required_basket_has_six_groups_one_of_them_either_or() -> None:
    load()
    groups: dict[int, set[str]] = {}
    for rule in FormatRule.objects.exclude(basket=None).select_related("format"):
        assert rule.basket is not None
        groups.setdefault(rule.basket, set()).add(rule.format.code)
    assert len(groups) == 6
    assert {"wet_market", "fresh_market"} in groups.values()
    assert {"repair"} in groups.values()


def test_a_correction_in_the_file_reaches_the_table() -> None:
    load()
    Street.objects.filter(code="310107005").update(name="旧名")
    load()
    assert Street.objects.get(code="310107005").name == "曹杨新村街道"


def test_what_staff_decided_survives() -> None:
    load()
    service = ServiceFormat.objects.get(service__code="print_copy")
    ServiceFormat.objects.filter(pk=service.pk).update(counts=not service.counts)
    RuleSet.objects.update(walking_speed=70)
    batch = PilotBatch.objects.get(code="2022")
    PilotBatch.objects.filter(pk=batch.pk).update(stage=PilotBatch.Stage.ENDED)
    batch.streets.set(Street.objects.filter(code="310107022"))
    Street.objects.filter(code="310107005").update(aliases=["曹杨"])
    District.objects.update(outline={"type": "Polygon", "coordinates": []})
    load()
    assert ServiceFormat.objects.get(pk=service.pk).counts is not service.counts
    assert RuleSet.objects.get().walking_speed == 70
    batch.refresh_from_db()
    assert batch.stage == PilotBatch.Stage.ENDED
    assert list(batch.streets.values_list("code", flat=True)) == ["310107022"]
    assert Street.objects.get(code="310107005").aliases == ["曹杨"]
    assert District.objects.get().outline is not None


def test_a_row_that_stands_twice_in_a_file_is_refused() -> None:
    row = {"code": "x", "bit": 60, "name": "x"}
    with pytest.raises(ValueError, match="twice"):
        upsert(Service, [row, row], key=["code"])
