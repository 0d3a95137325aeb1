"""What is kept for ever, what for 35 days; and a signed-off run that no longer stands is named."""

import datetime as dt
from typing import Any

import pytest

from core.audit import Actor
from core.jobs import JobRefusedError
from metrics.models import CompoundReach, Run, Value
from metrics.retention import prune, reverify
from metrics.services import inputs_root, make_snapshot, release_run
from tests.metrics.worlds import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TODAY = dt.date(2026, 9, 30)


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world(6, outlets=12, compounds=4, circles=2)


def snapshot(world: World, day: dt.date, *, purpose: str = "") -> Run:
    run = make_snapshot(district=world.district, as_of=day)
    if purpose:
        release_run(run=run, purpose=purpose, by=Actor(label="王经办"))
    return run


def test_old_nightly_runs_go_month_ends_and_signed_off_ones_stay(world: World) -> None:
    nightly = snapshot(world, dt.date(2026, 6, 15))
    month_end = snapshot(world, dt.date(2026, 6, 30))
    signed = snapshot(world, dt.date(2026, 6, 10), purpose="quarter")
    recent = snapshot(world, TODAY - dt.timedelta(days=10))
    last = snapshot(world, dt.date(2026, 7, 31), purpose="month")
    assert prune(TODAY)["runs"] == 1
    kept = set(Run.objects.filter(kind="snapshot").values_list("pk", flat=True))
    assert kept == {month_end.pk, signed.pk, recent.pk, last.pk}
    assert not Value.objects.filter(run=nightly.pk).exists()
    assert Value.objects.filter(run=month_end).exists()
    with_arrays = set(CompoundReach.objects.values_list("run", flat=True))
    assert with_arrays == {recent.pk, last.pk}, "arrays of the last sign-off stay"


def test_a_signed_off_run_that_stands(world: World) -> None:
    snapshot(world, dt.date(2026, 6, 30), purpose="month")
    assert reverify() == {"runs": 1, "differ": 0}


@pytest.mark.parametrize("damage", ["value", "row", "file", "missing"])
def test_one_that_no_longer_stands_is_named(world: World, damage: str) -> None:
    run = snapshot(world, dt.date(2026, 6, 30), purpose="month")
    path = inputs_root() / run.input_file
    if damage == "value":
        Value.objects.filter(run=run, scope="D", part=0).update(num=12345)
    elif damage == "row":
        Value.objects.filter(run=run).order_by("id")[0].delete()
    elif damage == "file":
        other = snapshot(world, dt.date(2026, 1, 31))
        path.write_bytes((inputs_root() / other.input_file).read_bytes())
    else:
        path.unlink()
    with pytest.raises(JobRefusedError, match="2026-06-30"):
        reverify()
