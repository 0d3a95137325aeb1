"""Figures from rooms above: kept with the run's inputs, proved again from there."""

import datetime as dt
import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from accounts.models import Office
from coordination.models import Task, TaskOffice
from coordination.services.task_figures import tasks_done
from metrics.checks import cited
from metrics.context import Context
from metrics.indicators import get
from metrics.inputs import files
from metrics.inputs.arrays import ARRAY_NAMES, Inputs
from metrics.inputs.contributions import COLLECTORS, META
from metrics.models import Run, Value
from metrics.retention import stands
from metrics.services import inputs_root, make_snapshot, recompute_snapshot
from reports.models import Period, ProgressReport, ReportType, WorkItem
from tests import factories as make
from tests.metrics.worlds import DAY, World, make_world

pytestmark = pytest.mark.django_db
CODES = {
    "events_count",
    "jobs_created",
    "care_posts",
    "tasks_done_share",
    "report_on_time_share",
    "report_complete_share",
    "satisfaction_share",
    "basic_satisfaction_share",
}


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world(2, outlets=5, compounds=3, circles=2)


def item(world: World, office: Office, **more: Any) -> WorkItem:
    told = {"category": "event", "state": "adopted", "happened_on": DAY} | more
    return WorkItem.objects.create(
        district=world.district, office=office, street=office.street, title="邻里节", **told
    )


def task(world: World, office: Office, number: int, **more: Any) -> Task:
    told = {"due_on": DAY, "issued_on": DAY, "title": "修补"} | more
    row = Task.objects.create(district=world.district, number=str(number), **told)
    TaskOffice.objects.create(task=row, office=office, role="lead")
    return row


def period(world: World, code: str, ends_on: dt.date, due_on: dt.date) -> Period:
    kind = ReportType.objects.order_by("id").first()
    return Period.objects.create(
        district=world.district,
        type=kind,
        type_code=kind.code,
        code=code,
        starts_on=ends_on.replace(day=1),
        ends_on=ends_on,
        opens_on=ends_on,
        due_on=due_on,
        closes_on=due_on,
    )


def report(of: Period, office: Office, **more: Any) -> ProgressReport:
    return ProgressReport.objects.create(
        district=of.district, period=of, office=office, due_on=of.due_on, **more
    )


@pytest.fixture
def reported(world: World) -> dict[str, Office]:
    """News and tasks of two streets and of a department."""
    one, two = (make.OfficeFactory(street=street) for street in world.streets[:2])
    bureau = make.OfficeFactory(district=world.district, kind="department")
    circle = world.circles[0]
    item(world, one, sessions=3, circle=circle, jobs=10, care_posts=4)
    item(world, one, sessions=None)
    item(world, two, sessions=2)
    item(world, bureau, sessions=5, category="employment", jobs=7)
    for unwanted in (
        {"state": "submitted"},
        {"state": "declined"},
        {"happened_on": DAY + dt.timedelta(days=1)},
        {"happened_on": dt.date(DAY.year - 1, 12, 31)},
    ):
        item(world, one, sessions=100, jobs=100, **unwanted)
    early = DAY - dt.timedelta(days=1)
    closed = {"state": "closed", "closed_on": DAY}
    task(world, one, 1, first_reported_on=early, **closed)
    task(world, one, 2, first_reported_on=DAY + dt.timedelta(days=1), **closed)
    task(world, one, 3, state="withdrawn")
    task(world, bureau, 4, first_reported_on=DAY, **closed)
    task(world, bureau, 5, first_reported_on=early, state="reported")
    task(world, one, 6, due_on=DAY + dt.timedelta(days=1))
    in_time, late = (dt.datetime(2026, 6, day, 4, tzinfo=dt.UTC) for day in (4, 8))
    may = period(world, "2026-05", dt.date(2026, 5, 31), dt.date(2026, 6, 5))
    report(may, one, state="accepted", first_submitted_at=in_time, returned_times=1)
    report(may, two, state="final", first_submitted_at=late)
    report(may, bureau, state="todo")
    # Not due yet: says nothing.
    june = period(world, "2026-06", dt.date(2026, 6, 30), dt.date(2026, 7, 6))
    report(june, one, state="accepted", first_submitted_at=in_time)
    return {"one": one, "two": two, "bureau": bureau}


def figure(run: Run, code: str, scope: str, place: Any) -> tuple[Any, ...]:
    value = Value.objects.get(
        run=run, indicator=get(code).number, scope=scope, scope_id=place.pk, part=0
    )
    return value.num, value.den, value.value, value.coverage


def test_each_area_has_what_was_reported_there(
    world: World, reported: dict[str, Office], monkeypatch: Any
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_a: DAY + dt.timedelta(days=30))
    run = make_snapshot(district=world.district, as_of=DAY)
    one, two, third = world.streets
    district = world.district
    assert figure(run, "events_count", "S", one) == (3, None, 3, 0.5)
    assert figure(run, "events_count", "S", two) == (2, None, 2, 1)
    assert figure(run, "events_count", "S", third) == (0, None, 0, 1)
    assert figure(run, "events_count", "C", world.circles[0]) == (3, None, 3, 1)
    assert figure(run, "events_count", "D", district) == (5, None, 5, 2 / 3)
    # What nobody stated is no value, not 0.
    assert figure(run, "jobs_created", "S", two) == (0, None, None, 1)
    assert figure(run, "jobs_created", "D", district) == (17, None, 17, 1)
    assert figure(run, "care_posts", "D", district) == (4, None, 4, 1)
    assert figure(run, "tasks_done_share", "S", one) == (1, 2, 0.5, 1)
    assert figure(run, "tasks_done_share", "S", two) == (0, 0, None, 1)
    assert figure(run, "tasks_done_share", "D", district) == (2, 4, 0.5, 1)
    assert figure(run, "report_on_time_share", "S", one) == (1, 1, 1, 1)
    assert figure(run, "report_on_time_share", "S", two) == (0, 1, 0, 1)
    assert figure(run, "report_on_time_share", "D", district) == (1, 3, 1 / 3, 1)
    assert figure(run, "report_complete_share", "D", district) == (2, 3, 2 / 3, 1)
    assert figure(run, "report_complete_share", "S", third) == (0, 0, None, 1)
    same = tasks_done(
        Task.objects.filter(district=district),
        since=dt.date(DAY.year, 1, 1),
        until=DAY,
        today=timezone.localdate(),
    )
    assert (same.on_time, same.due) == (2, 4)


def test_a_snapshot_is_proved_from_its_file_not_from_the_rooms(
    world: World, reported: dict[str, Office]
) -> None:
    run = make_snapshot(district=world.district, as_of=DAY)
    WorkItem.objects.update(sessions=99, jobs=99, care_posts=99)
    Task.objects.update(first_reported_on=None)
    assert stands(run)
    # A figure that was tampered with does not stand.
    number = get("events_count").number
    Value.objects.filter(run=run, indicator=number, scope="D").update(value=6, num=6)
    assert not stands(run)


def test_files_kept_before_there_were_contributions_still_stand(world: World) -> None:
    run = make_snapshot(district=world.district, as_of=DAY)
    inputs = files.load_inputs(inputs_root() / run.input_file, run.input_digest)
    old_meta = {name: value for name, value in inputs.meta.items() if name != META}
    arrays = {name: getattr(inputs, name) for name in ARRAY_NAMES}
    digest, path = files.save_inputs(Inputs(meta=old_meta, **arrays), inputs_root())
    with np.load(path, allow_pickle=False) as stored:
        assert META not in json.loads(str(stored["meta"]))
    numbers = {get(code).number for code in COLLECTORS}
    Value.objects.filter(run=run, indicator__in=numbers).delete()
    run.input_digest, run.input_file = digest, path.name
    run.save()
    assert {v.indicator for v in recompute_snapshot(run)}.isdisjoint(numbers)
    assert stands(run)


CODE_LIST = sorted(CODES)
NUMBERS = st.integers(0, 10**9)
KNOWN = st.floats(0, 1, allow_nan=False)


@given(data=st.data())
@limits(max_examples=25)
def test_what_is_kept_gives_the_same_values_again(
    inputs: Inputs, tmp_path: Any, data: st.DataObject
) -> None:
    """Whatever rooms collect: kept, read again, it gives the value that the numbers say."""
    places = [("C", str(one)) for one in inputs.circle_id]
    places += [("S", str(one)) for one in inputs.street_id] + [("D", inputs.meta["district_id"])]
    told = {
        code: data.draw(
            st.dictionaries(st.sampled_from(places), st.tuples(NUMBERS, NUMBERS, KNOWN))
        )
        for code in CODE_LIST
    }
    kept = {
        code: [
            [*area, num, den if is_share(code) else None, known]
            for area, (num, den, known) in found.items()
        ]
        for code, found in told.items()
    }
    made = replace(inputs, meta=inputs.meta | {META: kept})
    again = files.load_inputs(*reversed(files.save_inputs(made, tmp_path)))
    for code in CODE_LIST:
        [figures] = get(code).compute(Context(again))
        for row, area in enumerate(places):
            num, den, known = told[code].get(area, (0, 0, 1.0))
            if is_share(code):
                expected = num / den if den else math.nan
                assert figures.den is not None
                assert figures.den[row] == den
            elif area in told[code]:
                expected = num
            else:
                expected = 0 if code == "events_count" else math.nan
            assert (figures.num[row], figures.coverage[row]) == (num, known)
            assert figures.value[row] == expected or math.isnan(expected)
            assert math.isnan(figures.value[row]) is math.isnan(expected)


def is_share(code: str) -> bool:
    return code.endswith("_share")


@pytest.fixture
def inputs(world: World) -> Inputs:
    run = make_snapshot(district=world.district, as_of=DAY)
    return files.load_inputs(inputs_root() / run.input_file, run.input_digest)


def test_every_contribution_is_declared_with_its_clause() -> None:
    assert set(COLLECTORS) >= CODES
    assert cited(None) == []
    for code in CODES:
        assert get(code).clause is not None
