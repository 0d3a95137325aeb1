"""Every default figure equals an independent calculation, on random districts."""

import math
from typing import Any

import pytest

from metrics.indicators import get
from metrics.indicators.programme import LEVELS
from metrics.models import Value
from metrics.services import make_snapshot
from tests.metrics.oracle import Oracle
from tests.metrics.worlds import DAY, World, make_world

pytestmark = pytest.mark.django_db


class Figures:
    """Stored values of a run by (indicator, scope, place, part)."""

    def __init__(self, world: World) -> None:
        run = make_snapshot(district=world.district, as_of=DAY)
        rows = Value.objects.filter(run=run)
        self._rows = {(v.indicator, v.scope, v.scope_id, v.part): v for v in rows}

    def value(self, code: str, scope: str, place: Any, part: int = 0) -> float | None:
        return self._rows[get(code).number, scope, place.pk, part].value

    def num(self, code: str, scope: str, place: Any, part: int = 0) -> float:
        return self._rows[get(code).number, scope, place.pk, part].num


def places(world: World) -> list[tuple[str, Any]]:
    return [
        *(("C", circle) for circle in world.circles),
        *(("S", street) for street in world.streets),
        ("D", world.district),
    ]


def same(found: float | None, expected: Any) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    return math.isclose(found, float(expected), rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_outlet_figures(seed: int) -> None:
    world = make_world(seed)
    oracle, figures = Oracle(world), Figures(world)
    for scope, place in places(world):
        mine = oracle.outlets_of(scope, place)
        assert figures.value("outlet_count", scope, place) == len(mine)
        assert same(figures.value("chain_share", scope, place), oracle.share(mine, oracle.is_chain))
        staffed = [o for o in mine if o.facility_form != "smart"]
        assert same(
            figures.value("chain_share_staffed", scope, place),
            oracle.share(staffed, oracle.is_chain),
        )
        assert same(
            figures.value("basic_outlet_share", scope, place),
            oracle.share(mine, lambda o: oracle.formats[o.main_format_id].category == "basic"),
        )
        assert figures.value("employee_count", scope, place) == sum(o.employees or 0 for o in mine)
        assert same(
            figures.value("mapped_share", scope, place),
            oracle.share(mine, lambda o: o.place_state == "verified"),
        )
        stated = [o for o in mine if o.cash_accepted is not None]
        assert same(
            figures.value("cash_accepted_share", scope, place),
            oracle.share(stated, lambda o: o.cash_accepted),
        )
        for format_id, row in oracle.formats.items():
            own = sum(o.main_format_id == format_id for o in mine)
            addon = sum(oracle.serves(o, format_id) for o in mine) - own
            assert figures.value("outlet_count", scope, place, row.number) == own
            assert figures.value("addon_count", scope, place, row.number) == addon


@pytest.mark.parametrize("seed", range(3))
def test_presence_absence_and_what_nobody_knows(seed: int) -> None:
    world = make_world(seed)
    oracle, figures = Oracle(world), Figures(world)
    seen = set()
    for scope, place in places(world):
        present = 0
        for format_id in oracle.minutes:
            row = oracle.formats[format_id]
            state = oracle.presence(scope, place, format_id)
            seen.add(state)
            missing = figures.value("missing_formats", scope, place, row.number)
            assert missing == (None if state is None else float(not state)), (scope, row.code)
            present += row.category == "basic" and state is True
        assert figures.value("basic_formats_present", scope, place) == present
    assert seen == {True, False, None}, "the world must hold all three"


@pytest.mark.parametrize("seed", range(3))
def test_who_reaches_what(seed: int) -> None:
    world = make_world(seed)
    oracle = Oracle(world)
    if oracle.near_a_limit():
        pytest.fail("choose another seed: a distance lies within rounding of a limit")
    figures = Figures(world)
    speed, slow = oracle.rules.walking_speed, oracle.rules.elderly_speed
    for scope, place in places(world):
        homes = oracle.compounds_of(scope, place)
        for format_id in oracle.minutes:
            number = oracle.formats[format_id].number

            def reached(h: Any, f: Any = format_id) -> bool:
                return oracle.reached(h, f, speed)

            assert same(
                figures.value("reach_share", scope, place, number),
                oracle.residents_share(homes, "population", reached),
            )

            def slowly(h: Any, f: Any = format_id) -> bool:
                return oracle.reached(h, f, slow)

            assert same(
                figures.value("elderly_reach_share", scope, place, number),
                oracle.residents_share(homes, "population_60", slowly),
            )

        def has_basket(h: Any) -> bool:
            return all(
                any(oracle.reached(h, f, speed) for f in group) for group in oracle.baskets.values()
            )

        assert same(
            figures.value("basic_basket_share", scope, place),
            oracle.residents_share(homes, "population", has_basket),
        )


@pytest.mark.parametrize("seed", range(2))
def test_progress_of_the_programme(seed: int) -> None:
    world = make_world(seed)
    figures = Figures(world)
    built = [c for c in world.circles if c.state in ("built", "accepted")]
    district = world.district
    assert figures.value("circles_built", "D", district) == len(built)
    for level, part in LEVELS.items():
        expected = sum(c.level == level for c in built)
        assert figures.value("circles_built", "D", district, part) == expected
    assert figures.value("streets_covered", "D", district) == len(
        {s.pk for c in built for s in c.streets.all()}
    )
    served = {h for c in built for h in c.compounds.all()}
    assert figures.value("residents_served", "D", district) == sum(
        h.population or 0 for h in served
    )
    assert figures.value("communities_served", "D", district) == len(
        {n.pk for c in built for n in c.neighbourhoods.all()}
    )


@pytest.mark.parametrize("seed", range(2))
def test_streets_add_up_to_the_district(seed: int) -> None:
    world = make_world(seed)
    figures = Figures(world)
    for code in ("outlet_count", "chain_share", "employee_count", "residents", "residents_served"):
        by_street = sum(figures.num(code, "S", street) for street in world.streets)
        assert by_street == figures.num(code, "D", world.district), code


def test_no_denominator_means_no_value() -> None:
    world = make_world(0, outlets=0, compounds=0, circles=1)
    figures = Figures(world)
    for code in ("chain_share", "basic_basket_share", "mapped_share"):
        for scope, place in places(world):
            assert figures.value(code, scope, place) is None
