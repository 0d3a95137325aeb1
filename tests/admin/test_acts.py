"""Acts of the console: done by their services, seen in the audit log, refused in words."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent, Job
from metrics.models import Release, Run
from outlets.models import Outlet
from tests import factories as make
from tests.admin.conftest import World, address

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]


def act_address(row: Any, name: str) -> str:
    """The page of one act on a row."""
    opts = row._meta
    return f"/admin/{opts.app_label}/{opts.model_name}/{row.pk}/{name}/"


@pytest.mark.parametrize(
    ("name", "sent", "action", "after"),
    [
        (
            "close",
            {"status": "closed", "on": "2024-06-01", "reason": "商户来电"},
            "outlets.close",
            {"status": "closed", "closed_on": dt.date(2024, 6, 1)},
        ),
        ("void", {"reason": "重复录入"}, "outlets.void", {"void": True}),
    ],
)
def test_outlets_are_closed_and_voided_never_deleted(
    name: str,
    sent: dict[str, str],
    action: str,
    after: dict[str, Any],
    world: World,
    signed_in: SignIn,
) -> None:
    outlet = world.own.rows["outlets.outlet"]
    client = signed_in(world.person("street_officer"))
    answer = client.post(act_address(outlet, name), sent | {"seen_version": "1"})
    assert answer.status_code == 302
    outlet.refresh_from_db()
    assert {column: getattr(outlet, column) for column in after} == after
    assert AuditEvent.objects.get(action=action).comment == sent["reason"]


def test_a_double_is_merged_into_the_row_that_stays(world: World, signed_in: SignIn) -> None:
    double = world.own.rows["outlets.outlet"]
    keep = make.OutletFactory(street=world.own.street)
    client = signed_in(world.person("street_officer"))
    answer = client.post(act_address(double, "merge"), {"code": keep.code, "reason": "同一家店"})
    assert answer.status_code == 302
    double.refresh_from_db()
    assert double.merged_into == keep
    page = client.get(address(double))
    assert "已并入" in page.content.decode()
    assert b'name="_save"' not in page.content


def test_nothing_is_merged_into_a_row_of_others(world: World, signed_in: SignIn) -> None:
    double, foreign = world.own.rows["outlets.outlet"], world.other.rows["outlets.outlet"]
    client = signed_in(world.person("street_officer"))
    page = client.post(act_address(double, "merge"), {"code": foreign.code, "reason": "同一家店"})
    assert "您的工作范围内没有编码为" in page.content.decode()
    double.refresh_from_db()
    assert double.merged_into is None


@pytest.mark.parametrize("name", ["close", "merge", "void"])
def test_acts_are_refused_by_role_and_place(name: str, world: World, signed_in: SignIn) -> None:
    own, other = world.own.rows["outlets.outlet"], world.other.rows["outlets.outlet"]
    sent = {"status": "closed", "on": "2024-06-01", "reason": "试", "code": own.code}
    for role, row, status in (
        ("leader", own, 403),
        ("street_head", own, 403),
        ("street_officer", other, 404),
        ("auditor", own, 403),
    ):
        client = signed_in(world.person(role))
        assert client.post(act_address(row, name), sent).status_code == status, (role, name)
    assert set(Outlet.objects.values_list("status", "void", "merged_into")) == {
        ("open", False, None)
    }


def test_an_act_on_a_stale_page_is_refused(world: World, signed_in: SignIn) -> None:
    outlet = world.own.rows["outlets.outlet"]
    Outlet.objects.filter(pk=outlet.pk).update(version=3)
    client = signed_in(world.person("street_officer"))
    page = client.post(act_address(outlet, "void"), {"reason": "重复", "seen_version": "1"})
    assert "您看到第 1 版，现为第 3 版" in page.content.decode()
    outlet.refresh_from_db()
    assert not outlet.void


def test_buttons_are_shown_to_those_who_may(world: World, signed_in: SignIn) -> None:
    outlet = world.own.rows["outlets.outlet"]
    for role, count in {"street_officer": 4, "street_head": 0, "leader": 0}.items():
        page = signed_in(world.person(role)).get(address(outlet))
        assert len(page.context["actions_detail"]) == count, role


def snapshot(world: World, **columns: Any) -> Run:
    """A finished snapshot that nobody has signed off."""
    released = world.own.rows["metrics.run"]
    return Run.objects.create(
        district=world.district,
        kind=Run.Kind.SNAPSHOT,
        state=Run.State.READY,
        as_of=dt.date(2024, 6, 30),
        rule_set=released.rule_set,
        formula_version="1",
        input_digest="1" * 64,
        **columns,
    )


def test_a_snapshot_is_signed_off_once_for_a_purpose(world: World, signed_in: SignIn) -> None:
    run = snapshot(world)
    client = signed_in(world.person("approver"))
    sent = {"purpose": "quarter", "comment": "主任办公会"}
    assert client.post(act_address(run, "sign_off"), sent).status_code == 302
    run.refresh_from_db()
    assert run.state == Run.State.RELEASED
    release = Release.objects.get(run=run)
    assert (release.purpose, release.comment) == ("quarter", "主任办公会")
    again = client.post(act_address(run, "sign_off"), sent)
    assert "无需重复办理" in again.content.decode()
    assert Release.objects.filter(run=run).count() == 1


@pytest.mark.parametrize("role", ["commission_admin", "leader", "street_officer", "auditor"])
def test_signing_off_is_for_its_roles_alone(role: str, world: World, signed_in: SignIn) -> None:
    run = snapshot(world)
    client = signed_in(world.person(role))
    status = client.post(act_address(run, "sign_off"), {"purpose": "month"}).status_code
    assert status in (403, 404)
    assert not Release.objects.filter(run=run).exists()


def test_a_snapshot_is_asked_for_by_its_day(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.person("programme_officer"))
    sent = {"district": str(world.district.pk), "as_of": "2024-06-30"}
    assert client.post("/admin/metrics/run/make_snapshot/", sent).status_code == 302
    job = Job.objects.get(kind="metrics.snapshot")
    assert job.payload["as_of"] == "2024-06-30"
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    page = client.post("/admin/metrics/run/make_snapshot/", sent | {"as_of": tomorrow.isoformat()})
    assert "尚未到来" in page.content.decode()
    foreign = client.post(
        "/admin/metrics/run/make_snapshot/",
        sent | {"district": str(world.abroad.street.district_id)},
    )
    assert foreign.status_code == 200
    assert Job.objects.filter(kind="metrics.snapshot").count() == 1


def test_a_circle_moves_on_its_path(world: World, signed_in: SignIn) -> None:
    circle = world.own.rows["circles.circle"]
    client = signed_in(world.person("programme_officer"))
    sent = {"on": "2024-06-01", "reason": "验收会", "seen_version": "1"}
    page = client.post(act_address(circle, "move"), sent | {"state": "nurtured"})
    assert "下一步只能是" in page.content.decode()
    accepted = sent | {"state": "accepted", "level": "basic", "level_year": "2024"}
    assert client.post(act_address(circle, "move"), accepted).status_code == 302
    circle.refresh_from_db()
    assert (circle.state, circle.level, circle.level_year) == ("accepted", "basic", 2024)
    history = client.get(address(circle, "history"), {"day": "2024-05-31"})
    facts = dict(history.context["facts_on"].facts)
    assert facts["状态"] == "建成"
    text = history.content.decode()
    assert "变更生活圈状态" in text
    assert "已验收评价" in text


def test_partners_and_compounds_follow_the_boundary(world: World, signed_in: SignIn) -> None:
    circle = world.own.rows["circles.circle"]
    client = signed_in(world.person("programme_officer"))
    sent = {"on": "2024-06-01", "reason": "街道来函"}
    joined = client.post(
        act_address(circle, "join"), sent | {"partners": [str(world.other.street.pk)]}
    )
    assert joined.status_code == 302
    page = client.get(act_address(circle, "serve"))
    assert world.own.rows["circles.compound"].name in page.content.decode()
    assert client.post(act_address(circle, "serve"), sent).status_code == 302
    served = set(circle.compound_links.values_list("compound_id", flat=True))
    assert served == {
        world.own.rows["circles.compound"].pk,
        world.other.rows["circles.compound"].pk,
    }
