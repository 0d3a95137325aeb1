"""Runs: one live, snapshots that never move, sign-off, as-of days, re-verification."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.audit import Actor
from core.models import AuditEvent
from metrics.indicators import get
from metrics.models import Run, Value
from metrics.services import (
    RunRefusedError,
    make_snapshot,
    recompute_live,
    recompute_snapshot,
    release_run,
)
from outlets.models import Outlet, OutletFacts
from tests.metrics.worlds import DAY, World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.both]
OFFICER = Actor(label="王经办")


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world(4, outlets=25, compounds=8, circles=3)


def figures(run: Run) -> set[tuple[Any, ...]]:
    columns = ("indicator", "scope", "scope_id", "part", "num", "den", "value", "coverage", "flags")
    return set(Value.objects.filter(run=run).values_list(*columns))


def test_recomputing_live_replaces_and_never_doubles(world: World) -> None:
    first = recompute_live(world.district)
    before = figures(first)
    second = recompute_live(world.district)
    assert second.pk == first.pk
    assert figures(second) == before


def test_there_is_one_live_run_a_district(world: World) -> None:
    run = recompute_live(world.district)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(
            district=run.district,
            kind="live",
            as_of=run.as_of,
            rule_set=run.rule_set,
            formula_version="1",
        )


def test_a_snapshot_is_made_again_from_its_file_value_for_value(world: World) -> None:
    run = make_snapshot(district=world.district, as_of=DAY)
    stored = figures(run)
    OutletFacts.objects.filter(outlet__district=world.district).update(status="closed")
    again = recompute_snapshot(run)
    assert {
        (v.indicator, v.scope, v.scope_id, v.part, v.num, v.den, v.value, v.coverage, v.flags)
        for v in again
    } == stored


def test_a_past_day_is_computed_by_the_facts_of_that_day(world: World) -> None:
    outlet = next(o for o in world.outlets if o.status == "open" and not o.outside)
    Outlet.objects.filter(pk=outlet.pk).update(opened_on=None, closed_on=None)
    facts = OutletFacts.objects.get(outlet=outlet)
    facts.valid_to = dt.date(2026, 3, 1)
    facts.save()
    held = {f: getattr(facts, f"{f}_id") for f in ("street", "main_format", "brand")}
    OutletFacts.objects.create(
        outlet=outlet,
        valid_from=dt.date(2026, 3, 1),
        status="closed",
        lon=facts.lon,
        lat=facts.lat,
        place_state=facts.place_state,
        **{f"{name}_id": pk for name, pk in held.items()},
    )

    def total(day: dt.date) -> float:
        run = make_snapshot(district=world.district, as_of=day)
        return Value.objects.get(run=run, indicator=get("outlet_count_all").number, scope="D").num

    assert total(dt.date(2026, 3, 1)) == total(dt.date(2026, 2, 28)) - 1


def test_sign_off_is_written_down_and_happens_once(world: World) -> None:
    run = make_snapshot(district=world.district, as_of=DAY)
    release = release_run(run=run, purpose="month", by=OFFICER, comment="核对无误")
    assert (release.cutoff, release.by_label) == (DAY, "王经办")
    event = AuditEvent.objects.get(action="metrics.release")
    assert (event.from_state, event.to_state, event.comment) == ("ready", "released", "核对无误")
    with pytest.raises(RunRefusedError, match="无需重复"):
        release_run(run=run, purpose="month", by=OFFICER)


def test_live_figures_cannot_be_signed_off(world: World) -> None:
    with pytest.raises(RunRefusedError, match="实时测算不能定稿"):
        release_run(run=recompute_live(world.district), purpose="month", by=OFFICER)


def test_a_day_to_come_is_refused(world: World) -> None:
    with pytest.raises(RunRefusedError, match="尚未到来"):
        make_snapshot(district=world.district, as_of=dt.date(2099, 1, 1))


def test_before_any_rules_were_in_force_nothing_is_computed(world: World) -> None:
    with pytest.raises(RunRefusedError, match="没有生效的测算规则"):
        make_snapshot(district=world.district, as_of=dt.date(2000, 1, 1))
