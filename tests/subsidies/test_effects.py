"""What the money bought: as a recount by hand finds it, unknown apart, nobody counted twice."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.roles import FINANCE
from core.audit import SYSTEM
from core.models import AuditEvent
from core.scope import ALL, Scope
from metrics.models import Release
from metrics.services import make_snapshot, release_run
from outlets.models import Outlet
from subsidies.models import Application, Effect
from subsidies.services.effects import measure_effects
from tests.metrics.oracle import GEOD, Oracle
from tests.metrics.worlds import DAY, World, make_world
from tests.subsidies.making import make_application, make_policy, make_round

pytestmark = pytest.mark.django_db
BEFORE, OPENED = dt.date(2026, 5, 31), dt.date(2026, 6, 10)
APPROVED = dt.date(2026, 6, 20)


class Earlier(Oracle):
    """The same world on BEFORE: what is known of absence is the same on both days."""

    def _is_open(self, outlet: Any) -> bool:
        return (
            outlet.status == "open"
            and (outlet.opened_on is None or outlet.opened_on <= BEFORE)
            and (outlet.closed_on is None or outlet.closed_on > BEFORE)
        )


@pytest.fixture
def kept(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def signed(world: World, day: dt.date) -> Release:
    run = make_snapshot(district=world.district, as_of=day)
    return release_run(run=run, purpose="month", by=SYSTEM)


def opened_between(world: World, how_many: int) -> list[Outlet]:
    """Outlets that open between the two 定稿, each supported by an approved application."""
    chosen = [o for o in world.outlets if o.status == "open" and not o.outside][:how_many]
    for outlet in chosen:
        outlet.opened_on, outlet.closed_on = OPENED, None
        outlet.save(update_fields=["opened_on", "closed_on"])
    return chosen


def support(world: World, outlets: list[Any]) -> dict[Any, Application]:
    round_ = make_round(
        world.district, make_policy(world.district), state="approved", approved_on=APPROVED
    )
    return {
        outlet.pk: make_application(
            round_, outlet.street, outlet=outlet, state="approved", amount=Decimal(1000)
        )
        for outlet in outlets
    }


@pytest.mark.parametrize("seed", [0, 1])
def test_the_effect_is_what_a_recount_by_hand_finds(kept: None, seed: int) -> None:
    world = make_world(seed, outlets=40, compounds=25, circles=5)
    outlets = opened_between(world, 12)
    earlier, later = Earlier(world), Oracle(world)
    assert not earlier.near_a_limit()
    assert not later.near_a_limit()
    before, after = signed(world, BEFORE), signed(world, DAY)
    support(world, outlets)
    told = measure_effects(district=world.district, by=SYSTEM)
    assert told["measured"] == len(outlets)
    effects = {e.application.outlet_id: e for e in Effect.objects.select_related("application")}
    some = 0
    for outlet in outlets:
        effect = effects[outlet.pk]
        assert (effect.before_id, effect.after_id) == (before.pk, after.pk)
        assert effect.is_open is True
        if outlet.place_state != "verified":
            assert effect.residents is None
            assert "位置未核实" in effect.note
            continue
        limit = later.minutes[outlet.main_format_id] * later.rules.walking_speed
        new = [
            h
            for h in world.compounds
            if GEOD.inv(h.lon, h.lat, outlet.lon, outlet.lat)[2] * float(later.rules.detour)
            <= limit
            and not earlier.reached(h, outlet.main_format_id, later.rules.walking_speed)
        ]
        assert {one["id"] for one in effect.compounds} == {str(h.pk) for h in new}
        people = [h.population for h in new]
        assert effect.residents == (None if None in people else sum(people))
        some += len(new)
        assert effect.filled_format is filled(earlier, later, outlet)
    assert some


def filled(earlier: Oracle, later: Oracle, outlet: Any) -> bool | None:
    mine = [c for c in later.world.circles if c.state != "withdrawn"]
    mine = [c for c in mine if outlet in later.members[c.pk]]
    states = [earlier.presence("C", c, outlet.main_format_id) for c in mine]
    if False in states:
        return True
    return None if None in states or not states else False


def test_unknown_stays_unknown_and_a_second_run_changes_nothing(kept: None) -> None:
    world = make_world(2, outlets=20, compounds=10, circles=3)
    with pytest.raises(ValidationError, match="还没有定稿"):
        measure_effects(district=world.district, by=SYSTEM)
    finance = Scope(
        district_ids=frozenset({world.district.pk}), street_ids=ALL, roles=frozenset({FINANCE})
    )
    with pytest.raises(PermissionDenied):
        measure_effects(district=world.district, by=SYSTEM, scope=finance)
    (outlet,) = opened_between(world, 1)
    after = signed(world, DAY)
    (made,) = support(world, [outlet]).values()
    told = measure_effects(district=world.district, by=SYSTEM)
    assert (told["measured"], told["unknown"]) == (1, 1)
    effect = Effect.objects.get(application=made)
    assert (effect.before, effect.after, effect.residents) == (None, after, None)
    assert effect.note.startswith("扶持前没有定稿数据")
    assert "2026-06-10（开业）" in effect.note
    # An opening before the policy was there is not its doing: 审定 counts, and all is as it was.
    Outlet.objects.filter(pk=outlet.pk).update(opened_on=dt.date(2023, 5, 1))
    signed(world, BEFORE)
    assert measure_effects(district=world.district, by=SYSTEM)["changed"] == 1
    effect.refresh_from_db()
    assert "2026-06-20（审定）" in effect.note
    assert effect.before is not None
    # Support given up: nothing is said of it any more.
    events = AuditEvent.objects.filter(action="subsidies.measure_effects")
    assert events.count() == 2
    assert measure_effects(district=world.district, by=SYSTEM)["changed"] == 0
    assert events.count() == 2
    Application.objects.filter(pk=made.pk).update(state="cancelled")
    measure_effects(district=world.district, by=SYSTEM)
    assert not Effect.objects.exists()
