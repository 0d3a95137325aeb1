"""Saving: through services, on the version that was seen, never out of one's own scope."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from circles.models import Circle, CompoundFacts
from core.models import AuditEvent
from outlets.models import BusinessFormat, Outlet, OutletFacts
from tests import factories as make
from tests.admin.conftest import World, address, list_address
from tests.admin.forms import filled

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]


def test_a_change_holds_from_its_day(world: World, signed_in: SignIn) -> None:
    outlet = world.own.rows["outlets.outlet"]
    client = signed_in(world.person("street_officer"))
    sent = filled(client, address(outlet)) | {
        "status": "suspended",
        "on": "2024-05-01",
        "reason": "走访核实",
    }
    assert client.post(address(outlet), sent).status_code == 302
    outlet.refresh_from_db()
    assert (outlet.status, outlet.version) == ("suspended", 2)
    spans = OutletFacts.objects.filter(outlet=outlet).order_by("valid_from")
    assert [(row.valid_from, row.status) for row in spans] == [
        (make.FACTS_FROM, "open"),
        (dt.date(2024, 5, 1), "suspended"),
    ]
    event = AuditEvent.objects.get(action="outlets.change", object_id=str(outlet.pk))
    assert event.comment == "走访核实"


def test_a_stale_form_is_refused_and_keeps_what_was_typed(world: World, signed_in: SignIn) -> None:
    outlet = world.own.rows["outlets.outlet"]
    before = outlet.name
    client = signed_in(world.person("street_officer"))
    sent = filled(client, address(outlet)) | {"name": "新店名", "reason": "走访核实"}
    Outlet.objects.filter(pk=outlet.pk).update(version=5)
    page = client.post(address(outlet), sent)
    assert page.status_code == 200
    text = page.content.decode()
    assert "已被他人修改（您看到第 1 版，现为第 5 版）" in text
    assert 'value="新店名"' in text
    outlet.refresh_from_db()
    assert (outlet.name, outlet.version) == (before, 5)
    assert not AuditEvent.objects.filter(action="outlets.change", object_id=str(outlet.pk))


def test_what_the_service_refuses_stands_at_its_field(world: World, signed_in: SignIn) -> None:
    outlet = world.own.rows["outlets.outlet"]
    client = signed_in(world.person("street_officer"))
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    sent = filled(client, address(outlet)) | {
        "name": "新店名",
        "on": tomorrow.isoformat(),
        "reason": "走访核实",
    }
    page = client.post(address(outlet), sent)
    assert "不能晚于今天" in str(page.context["adminform"].form.errors["on"])


def test_a_row_that_would_leave_the_scope_is_not_saved(world: World, signed_in: SignIn) -> None:
    outlet = world.own.rows["outlets.outlet"]
    client = signed_in(world.person("street_officer"))
    sent = filled(client, address(outlet)) | {
        "outside": "on",
        "lon": "",
        "lat": "",
        "reason": "移到区外",
    }
    page = client.post(address(outlet), sent)
    assert page.status_code == 200
    assert "不在您的工作范围内" in page.content.decode()
    outlet.refresh_from_db()
    assert (outlet.outside, outlet.version, outlet.street) == (False, 1, world.own.street)
    assert OutletFacts.objects.filter(outlet=outlet).count() == 1


def test_a_forged_street_is_no_choice(world: World, signed_in: SignIn) -> None:
    outlet = world.own.rows["outlets.outlet"]
    client = signed_in(world.person("street_officer"))
    sent = filled(client, address(outlet)) | {
        "street": str(world.other.street.pk),
        "reason": "改街道",
    }
    page = client.post(address(outlet), sent)
    assert "street" in page.context["adminform"].form.errors
    outlet.refresh_from_db()
    assert outlet.street == world.own.street


def test_a_new_outlet_gets_its_code_and_first_facts(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person("street_officer"))
    add = list_address("outlets.outlet", "add")
    sent = filled(client, add) | {
        "name": "新开早餐店",
        "street": str(world.own.street.pk),
        "main_format": str(BusinessFormat.objects.order_by("number")[0].pk),
        "address": "试验路1号",
        "reason": "新开业",
    }
    answer = client.post(add, sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    outlet = Outlet.objects.get(name="新开早餐店")
    assert outlet.code == f"{world.own.street.code}-000001"
    assert OutletFacts.objects.get(outlet=outlet).valid_from == timezone.localdate()


def test_plain_registers_leave_an_audit_event(world: World, signed_in: SignIn) -> None:
    brand = world.own.rows["outlets.brand"]
    client = signed_in(world.person("programme_officer"))
    sent = filled(client, address(brand)) | {"name": "改名品牌", "aliases": "甲、乙，甲"}
    assert client.post(address(brand), sent).status_code == 302
    brand.refresh_from_db()
    assert (brand.name, brand.aliases) == ("改名品牌", ["甲", "乙"])
    event = AuditEvent.objects.get(action="outlets.change_brand")
    assert event.changes["品牌名称"][1] == "改名品牌"
    history = client.get(address(brand, "history")).content.decode()
    assert "改名品牌" in history
    assert "修改品牌" in history


def test_saving_without_a_change_leaves_no_event(world: World, signed_in: SignIn) -> None:
    brand = world.own.rows["outlets.brand"]
    client = signed_in(world.person("programme_officer"))
    assert client.post(address(brand), filled(client, address(brand))).status_code == 302
    assert not AuditEvent.objects.filter(action="outlets.change_brand").exists()


def test_residents_of_a_compound_hold_from_a_day(world: World, signed_in: SignIn) -> None:
    compound = world.own.rows["circles.compound"]
    client = signed_in(world.person("programme_officer"))
    sent = filled(client, address(compound)) | {
        "population": "1200",
        "on": "2024-05-01",
        "reason": "人口核对",
    }
    assert client.post(address(compound), sent).status_code == 302
    compound.refresh_from_db()
    assert (compound.population, compound.version) == (1200, 2)
    spans = CompoundFacts.objects.filter(compound=compound).order_by("valid_from")
    assert [(row.valid_from, row.population) for row in spans] == [
        (make.FACTS_FROM, 1000),
        (dt.date(2024, 5, 1), 1200),
    ]
    sent = filled(client, address(compound)) | {"population_60": "5000", "reason": "误填"}
    page = client.post(address(compound), sent)
    assert "大于居民数" in str(page.context["adminform"].form.errors["population_60"])


def test_a_circle_is_entered_and_changed_through_its_services(
    world: World, signed_in: SignIn
) -> None:
    client = signed_in(world.person("programme_officer"))
    add = list_address("circles.circle", "add")
    sent = filled(client, add) | {
        "code": "Q-NEW",
        "name": "新圈",
        "lead_street": str(world.own.street.pk),
        "partners": [str(world.other.street.pk)],
        "on": "2024-03-01",
        "reason": "启动建设",
    }
    answer = client.post(add, sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    circle = Circle.objects.get(code="Q-NEW")
    assert circle.street_links.count() == 2
    sent = filled(client, address(circle)) | {"theme": "宜老", "reason": "街道来函"}
    assert client.post(address(circle), sent).status_code == 302
    circle.refresh_from_db()
    assert (circle.theme, circle.version) == ("宜老", 2)
    assert "宜老" in client.get(address(circle, "history")).content.decode()
