"""疑似变化 of stale rows and from the map: listed once."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core import jobs, schedule
from core.models import Job
from outlets.fieldwork.suspicions import (
    LIST_STALE,
    dismiss_suspicion,
    list_stale,
    months_before,
    record_map_correction,
    stale_months,
)
from outlets.fieldwork.visits import record_visit
from outlets.models import Outlet, QualityRule, Suspicion
from tests.factories import OutletFactory
from tests.outlets.suspected import (
    BY,
    TODAY,
    outlet_fixture,  # noqa: F401
)

pytestmark = pytest.mark.django_db


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 60))
def test_months_before_against_counting_back(day: dt.date, months: int) -> None:
    earlier = months_before(day, months)
    assert (day.year * 12 + day.month) - (earlier.year * 12 + earlier.month) == months
    last = (earlier.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    assert earlier.day == min(day.day, last.day)


def test_stale_is_what_nobody_collected_or_visited(outlet: Outlet) -> None:
    on = TODAY()
    limit = months_before(on, 12)
    stale = OutletFactory(street=outlet.street, collected_on=limit - dt.timedelta(days=1))
    OutletFactory(street=outlet.street, collected_on=limit)
    OutletFactory(street=outlet.street, collected_on=dt.date(2020, 1, 1), status="closed")
    OutletFactory(street=outlet.street, collected_on=dt.date(2020, 1, 1), void=True)
    OutletFactory(street=outlet.street, collected_on=None)  # written just now
    visited = OutletFactory(street=outlet.street, collected_on=dt.date(2020, 1, 1))
    record_visit(outlet=visited, finding="absent", by=BY, on=on)
    unwritten = OutletFactory(street=outlet.street, collected_on=None)
    Outlet.objects.filter(pk=unwritten.pk).update(
        updated_at=timezone.now() - dt.timedelta(days=500)
    )
    assert list_stale(district=outlet.district, months=12) == 2
    assert {row.outlet for row in Suspicion.objects.all()} == {stale, unwritten}
    assert {row.street for row in Suspicion.objects.all()} == {outlet.street}


def test_a_stale_row_is_listed_once_until_decided(outlet: Outlet) -> None:
    OutletFactory(street=outlet.street, collected_on=dt.date(2020, 1, 1))
    assert list_stale(district=outlet.district, months=12) == 1
    assert list_stale(district=outlet.district, months=12) == 0
    later = TODAY() + dt.timedelta(days=40)
    assert list_stale(district=outlet.district, months=12, on=later) == 0
    dismiss_suspicion(suspicion=Suspicion.objects.get(), comment="电话核实仍在经营", by=BY)
    row = Suspicion.objects.get().outlet
    assert (row.collected_on, row.collected_by) == (TODAY(), BY.label)
    assert list_stale(district=outlet.district, months=12, on=later) == 0


def test_the_number_of_months_is_the_quality_rules(db: None) -> None:
    QualityRule.objects.filter(code="stale").delete()
    assert stale_months() == 12
    rule = QualityRule.objects.create(
        code="stale", name="久未核实", severity="warning", numbers={"months": 6}
    )
    assert stale_months() == 6
    rule.in_force = False
    rule.save()
    assert stale_months() is None


def test_the_list_is_made_once_a_month_by_the_clock(outlet: Outlet) -> None:
    QualityRule.objects.filter(code="stale").delete()
    OutletFactory(street=outlet.street, collected_on=dt.date(2020, 1, 1))
    # 06:00 in Shanghai.
    for day in ("2026-03-05", "2026-03-06", "2026-04-01"):
        with time_machine.travel(dt.datetime.fromisoformat(f"{day}T06:00:00+08:00"), tick=False):
            schedule.enqueue_due()
            for job in Job.objects.filter(kind=LIST_STALE, state="queued"):
                jobs.run_job(job.pk)
    results = [job.result for job in Job.objects.filter(kind=LIST_STALE).order_by("key")]
    assert [result.get("month") for result in results] == ["2026-03", None, "2026-04"]
    assert results[0]["listed"][outlet.district.code] == 1
    assert Suspicion.objects.get().month == dt.date(2026, 3, 1)


def test_a_correction_from_the_map_is_kept_once_without_who_said_it(outlet: Outlet) -> None:
    for _again in range(2):
        row = record_map_correction(
            district=outlet.district, outlet=outlet, said="closed", note="已搬空", external_id="m1"
        )
    assert Suspicion.objects.count() == 1
    assert (row.kind, row.street, row.content["said"]) == ("map", outlet.street, "closed")
    assert set(row.content) == {"said", "note", "lon", "lat"}
    missing = record_map_correction(
        district=outlet.district, street=outlet.street, said="missing", lon=121.4, lat=31.25
    )
    assert missing.outlet is None
    for said, about in (("missing", outlet), ("closed", None), ("rude", outlet)):
        with pytest.raises(ValidationError):
            record_map_correction(district=outlet.district, said=said, outlet=about)
