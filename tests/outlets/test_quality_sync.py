"""What was found is kept: new, gone, changed, waived; counted each day; by one look at a time."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from circles.services import create_circle
from core import jobs, schedule
from core.audit import SYSTEM, Actor
from core.models import AuditEvent, Job
from outlets.models import Outlet, QualityCount, QualityFinding, QualityRule
from outlets.quality import check_quality, keep, look_at, unwaive_finding, waive_finding
from outlets.quality.services import KIND, seen_mark
from outlets.quality.trend import DAYS, open_by_day
from outlets.quality.work import NIGHTLY
from outlets.services import change_outlet
from tests.factories import OfficeFactory, OutletFactory, StreetFactory, UserFactory

OFFICER = Actor(label="王经办")
TODAY = dt.date(2026, 3, 31)


@pytest.fixture
def outlet(db: None) -> Any:
    """An outlet with nothing wrong but the address, at a place of its own."""
    return OutletFactory(address="", collected_on=TODAY)


def check(outlet: Any, on: dt.date = TODAY) -> dict[str, int]:
    return check_quality(district=outlet.district, on=on)


def open_now() -> dict[str, str]:
    """Rule → outlet of the findings that wait."""
    rows = QualityFinding.objects.filter(waived_at__isnull=True)
    return dict(rows.values_list("rule_id", "outlet__code"))


@pytest.mark.both
def test_found_once_and_removed_when_mended(outlet: Any) -> None:
    assert check(outlet) == {"found": 1, "new": 1, "changed": 0, "gone": 0, "open": 1}
    finding = QualityFinding.objects.get()
    assert (finding.rule_id, finding.outlet, finding.since) == ("missing_address", outlet, TODAY)
    assert (finding.street, finding.district) == (outlet.street, outlet.district)
    later = TODAY + dt.timedelta(days=3)
    assert check(outlet, later) == {"found": 1, "new": 0, "changed": 0, "gone": 0, "open": 1}
    assert QualityFinding.objects.get() == finding
    assert QualityFinding.objects.get().since == TODAY
    Outlet.objects.filter(pk=outlet.pk).update(address="试验路1号")
    assert check(outlet)["gone"] == 1
    assert open_now() == {}


@pytest.mark.both
def test_a_changed_detail_keeps_its_day_and_a_moved_outlet_its_finding(outlet: Any) -> None:
    Outlet.objects.filter(pk=outlet.pk).update(address="x", business_area=0)
    check(outlet)
    elsewhere = StreetFactory(district=outlet.district)
    Outlet.objects.filter(pk=outlet.pk).update(building_area=0)
    assert check(outlet, TODAY + dt.timedelta(days=1))["changed"] == 1
    finding = QualityFinding.objects.get()
    assert finding.detail == {"columns": ["business_area", "building_area"]}
    assert finding.since == TODAY
    Outlet.objects.filter(pk=outlet.pk).update(street=elsewhere)
    assert check(outlet)["changed"] == 0
    assert QualityFinding.objects.get().street == elsewhere


@pytest.mark.both
def test_waived_until_the_detail_changes(outlet: Any) -> None:
    Outlet.objects.filter(pk=outlet.pk).update(address="x", business_area=0)
    check(outlet)
    waive_finding(finding=QualityFinding.objects.get(), by=OFFICER, reason="露天摊位")
    assert check(outlet)["open"] == 0
    waived = QualityFinding.objects.get()
    assert waived.waived_at
    assert (waived.waived_by_label, waived.reason) == ("王经办", "露天摊位")
    Outlet.objects.filter(pk=outlet.pk).update(building_area=0)
    later = TODAY + dt.timedelta(days=9)
    assert check(outlet, later)["open"] == 1
    again = QualityFinding.objects.get()
    assert (again.pk, again.waived_at, again.reason, again.since) == (waived.pk, None, "", later)


def test_a_waiver_rests_while_its_rule_is_not_in_force(outlet: Any) -> None:
    check(outlet)
    waive_finding(finding=QualityFinding.objects.get(), by=OFFICER, reason="待命名道路")
    QualityRule.objects.filter(code="missing_address").update(in_force=False)
    assert check(outlet)["found"] == 0
    QualityRule.objects.filter(code="missing_address").update(in_force=True)
    assert check(outlet)["open"] == 0
    assert QualityFinding.objects.get().reason == "待命名道路"


def test_waiving_is_an_act_with_a_reason_on_what_was_seen(outlet: Any) -> None:
    check(outlet)
    finding = QualityFinding.objects.get()
    with pytest.raises(ValidationError, match="请填写理由"):
        waive_finding(finding=finding, by=OFFICER, reason=" ")
    with pytest.raises(ValidationError, match="已有变化"):
        waive_finding(finding=finding, by=OFFICER, reason="核对过", seen="0123456789abcdef")
    with pytest.raises(ValidationError, match="尚未确认"):
        unwaive_finding(finding=finding, by=OFFICER)
    assert not AuditEvent.objects.filter(action__startswith="outlets.waive").exists()
    waive_finding(finding=finding, by=OFFICER, reason="核对过", seen=seen_mark(finding))
    event = AuditEvent.objects.get(action="outlets.waive_finding")
    assert (event.actor_label, event.comment, event.object_id) == (
        "王经办",
        "核对过",
        str(outlet.pk),
    )
    assert event.changes == {"rule": "missing_address", "detail": {}}
    with pytest.raises(ValidationError, match="王经办"):
        waive_finding(finding=finding, by=OFFICER, reason="再核对")
    unwaive_finding(finding=finding, by=OFFICER)
    assert open_now() == {"missing_address": outlet.code}
    assert AuditEvent.objects.filter(action="outlets.unwaive_finding").count() == 1
    finding.delete()
    with pytest.raises(ValidationError, match="已消除"):
        waive_finding(finding=QualityFinding(pk=outlet.pk), by=OFFICER, reason="核对过")


@pytest.mark.both
def test_each_day_counts_every_street_and_rule_zeros_too(outlet: Any) -> None:
    other = StreetFactory(district=outlet.district)
    outside = OutletFactory(
        street=None,
        district=outlet.district,
        outside=True,
        address="",
        collected_on=TODAY,
        facts=False,
    )
    rules = QualityRule.objects.count()
    for _again in range(2):
        check(outlet)
        assert QualityCount.objects.count() == 3 * rules
    counts = {
        row.street_id: (row.open, row.outlets)
        for row in QualityCount.objects.filter(rule="missing_address")
    }
    assert counts == {outlet.street_id: (1, 1), other.pk: (0, 0), None: (1, 1)}
    Outlet.objects.filter(pk=outside.pk).update(address="邻区路1号")
    check(outlet)
    assert QualityCount.objects.get(rule="missing_address", street=None, on=TODAY).open == 0
    check(outlet, TODAY + dt.timedelta(days=1))
    assert QualityCount.objects.count() == 6 * rules


def test_another_district_is_left_alone(outlet: Any) -> None:
    elsewhere = OutletFactory(address="", collected_on=TODAY)
    check(outlet)
    check(elsewhere)
    assert QualityFinding.objects.count() == 2
    Outlet.objects.update(address="试验路1号")
    check(outlet)
    assert QualityFinding.objects.get().outlet == elsewhere


def test_an_earlier_look_never_overwrites_a_later_one(outlet: Any) -> None:
    early = look_at(outlet.district, TODAY)
    Outlet.objects.filter(pk=outlet.pk).update(address="试验路1号")
    late = look_at(outlet.district, TODAY)
    assert keep(late)["open"] == 0
    assert keep(early) == {"superseded": 1}
    assert open_now() == {}


def test_the_trend_has_gaps_where_nobody_looked(outlet: Any) -> None:
    check(outlet, TODAY - dt.timedelta(days=2))
    check(outlet, TODAY)
    scope = _scope_of(OfficeFactory(district=outlet.district), "programme_officer")
    trend = open_by_day(scope, outlet.district, until=TODAY)
    assert trend["missing_address"] == [None] * (DAYS - 3) + [1, None, 1]
    neighbour = OfficeFactory(street=StreetFactory(district=outlet.district))
    assert open_by_day(_scope_of(neighbour, "street_officer"), outlet.district, until=TODAY) == {}


def _scope_of(office: Any, role: str) -> Any:
    from accounts.policy import scope_of

    return scope_of(UserFactory(office=office, roles=[role]))


def test_news_of_register_and_circles_enqueue_one_look(outlet: Any) -> None:
    queued = Job.objects.filter(kind=KIND, key=outlet.district.code, state="queued")
    change_outlet(
        outlet=outlet, changes={"hours": "9:00–21:00"}, on=TODAY, by=SYSTEM, reason="走访"
    )
    assert queued.count() == 1
    create_circle(
        district=outlet.district,
        values={"code": "Q1", "name": "试验圈"},
        lead_street=outlet.street,
        on=TODAY,
        by=SYSTEM,
    )
    assert queued.count() == 1
    jobs.run_job(queued.get().pk)
    job = Job.objects.get(kind=KIND)
    assert (job.state, job.result["open"]) == ("done", QualityFinding.objects.count())
    assert open_now()["missing_address"] == outlet.code


def test_each_night_looks_at_every_district(outlet: Any) -> None:
    schedule.enqueue_due()
    nightly = Job.objects.get(kind=NIGHTLY)
    assert nightly.key == timezone.localdate().isoformat()
    jobs.run_job(nightly.pk)
    assert Job.objects.filter(kind=KIND, key=outlet.district.code).exists()


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_find_everything_once() -> None:
    """Without the lock the second would insert the first one's rows again, and be refused."""
    outlet = OutletFactory(address="", collected_on=TODAY)
    looks = [look_at(outlet.district, TODAY) for _each in range(2)]
    results: list[dict[str, int]] = []
    started = threading.Event()

    def second() -> None:
        started.set()
        results.append(keep(looks[1]))
        connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        results.append(keep(looks[0]))
        thread.start()
        started.wait()
        thread.join(timeout=0.3)
        waits = thread.is_alive()
    thread.join(timeout=30)
    assert waits, "the second waits for the first"
    assert [result["new"] for result in results] == [1, 0]
    assert QualityFinding.objects.count() == 1
    assert QualityCount.objects.filter(rule="missing_address", open=1).count() == 1
