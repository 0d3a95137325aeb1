"""Street network files: what is walked, where streets meet, which files are refused and how."""

import gzip
import json
import socket
import sqlite3
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from metrics.reach import Points
from metrics.reach.assemble import contracted
from metrics.reach.files import MESSAGES, FileLimits, NetworkFileError
from metrics.reach.osm import read_network
from metrics.reach.walkable import is_walkable

LON, LAT = 121.4, 31.25
STEP = 0.001


def osm(nodes: dict[int, tuple[float, float]], ways: list[tuple[list[int], dict[str, str]]]) -> str:
    """OSM XML of nodes at (x, y) steps from a corner."""
    lines = ['<osm version="0.6">']
    for ref, (x, y) in nodes.items():
        lines.append(f'<node id="{ref}" lon="{LON + x * STEP:.7f}" lat="{LAT + y * STEP:.7f}"/>')
    for number, (refs, tags) in enumerate(ways, start=1):
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inside += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{number}">{inside}</way>')
    return "\n".join([*lines, "</osm>"])


def geojson(lines: list[list[tuple[float, float]]], **columns: list[object]) -> str:
    """A FeatureCollection of lines at (x, y) steps from a corner."""
    features = [
        {
            "type": "Feature",
            "properties": {name: values[i] for name, values in columns.items()},
            "geometry": {
                "type": "LineString",
                "coordinates": [[LON + x * STEP, LAT + y * STEP] for x, y in line],
            },
        }
        for i, line in enumerate(lines)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


PATH = {"highway": "residential"}
CROSS = [[(0, 0), (1, 0), (2, 0)], [(1, -1), (1, 0), (1, 1)]]  # a shared vertex in the middle
BRIDGE = [[(0, 0), (2, 0)], [(1, -1), (1, 1.5)]]  # crossing lines without one


def test_ways_meet_where_they_share_a_node_and_shape_nodes_are_contracted(tmp_path: Path) -> None:
    nodes = {i: (float(i), 0.1 * (i % 2)) for i in range(1, 6)} | {9: (3.0, 1.0)}
    path = tmp_path / "a.osm"
    path.write_text(osm(nodes, [([1, 2, 3], PATH), ([3, 4, 5], PATH), ([3, 9], PATH)]))
    network, report = read_network(path)
    assert network.node_id.tolist() == [1, 3, 5, 9]
    assert (report.segments, report.nodes, report.edges) == (5, 4, 3)
    assert sorted(np.diff(network.shape_indptr).tolist()) == [2, 3, 3]
    assert report.kind == "osm"


def test_a_ring_on_its_own_becomes_a_loop_that_can_be_walked_both_ways(tmp_path: Path) -> None:
    nodes = {1: (0.0, 0.0), 2: (2.0, 0.0), 3: (2.0, 2.0), 4: (0.0, 2.0)}
    path = tmp_path / "ring.osm"
    path.write_text(osm(nodes, [([1, 2, 3, 4, 1], PATH)]))
    network, report = read_network(path)
    assert (report.nodes, report.edges) == (1, 1)
    snapped = network.snap(Points.of([LON + 2 * STEP], [LAT + STEP]))
    around = sorted(snapped.offset_dm[0].tolist())
    assert sum(around) == int(network.length_dm[0])
    assert 0 < around[0] < around[1]


def test_compressed_osm_reads_the_same(tmp_path: Path) -> None:
    text = osm({1: (0, 0), 2: (1, 0)}, [([1, 2], PATH)])
    (tmp_path / "a.osm").write_text(text)
    (tmp_path / "a.osm.gz").write_bytes(gzip.compress(text.encode()))
    digests = {read_network(tmp_path / name)[0].digest for name in ("a.osm", "a.osm.gz")}
    assert len(digests) == 1


def test_a_way_is_cut_where_the_extract_lacks_a_node(tmp_path: Path) -> None:
    path = tmp_path / "a.osm"
    path.write_text(osm({1: (0, 0), 2: (1, 0), 4: (3, 0), 5: (6, 0)}, [([1, 2, 3, 4, 5], PATH)]))
    network, report = read_network(path)
    assert report.points_missing == 1
    assert network.node_id.tolist() == [4, 5]  # the longer part
    assert report.dropped.edges == 1


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "footway"}, True),
        ({"highway": "steps"}, True),
        ({"highway": "primary"}, True),
        ({"highway": "residential", "access": "private"}, False),
        ({"highway": "residential", "access": "private", "foot": "yes"}, True),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "path", "foot": "use_sidepath"}, False),
        ({"highway": "motorway"}, False),
        ({"highway": "trunk"}, False),
        ({"highway": "trunk", "sidewalk": "both"}, True),
        ({"highway": "trunk", "sidewalk": "no"}, False),
        ({"highway": "trunk", "sidewalk:left": "yes"}, True),
        ({"highway": "motorway", "foot": "yes"}, True),
        ({"highway": "cycleway"}, False),
        ({"highway": "cycleway", "foot": "designated"}, True),
        ({"highway": "construction", "foot": "yes"}, False),
        ({"highway": "raceway"}, False),
        ({"railway": "rail"}, False),
        ({"route": "ferry", "foot": "yes"}, False),
    ],
)
def test_what_is_walked(tags: dict[str, str], walked: bool) -> None:
    assert is_walkable(tags) is walked


def test_lines_meet_at_shared_vertices_only(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(geojson(CROSS))
    assert read_network(path)[1].edges == 4
    path.write_text(geojson(BRIDGE))
    network, report = read_network(path)
    assert (report.edges, report.dropped.components) == (1, 1)
    assert network.lon.tolist() == pytest.approx([LON + STEP] * 2)  # the longer line


@pytest.mark.parametrize(("gap", "edges"), [(2e-8, 1), (3e-7, 2)])
def test_ends_closer_than_a_centimetre_are_one_place(
    tmp_path: Path, gap: float, edges: int
) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(geojson([[(0, 0), (1, 0)], [(1 + gap / STEP, 0), (2, 0)]]))
    _, report = read_network(path)
    assert report.edges + report.dropped.edges == edges


@pytest.mark.parametrize("column", ["highway", "fclass"])
def test_lines_with_a_kind_column_follow_the_same_rules(tmp_path: Path, column: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(geojson([*CROSS, [(2, 0), (3, 0)]], **{column: ["path", "motorway", None]}))
    _, report = read_network(path)
    assert (report.ways_read, report.ways_walked) == (3, 1)


def write(path: Path, crs: str, driver: str, **options: object) -> None:
    """The cross as a file of lines, and a polygon where the format can hold both."""
    to = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    lines = [
        shapely.LineString([to.transform(LON + x * STEP, LAT + y * STEP) for x, y in line])
        for line in CROSS
    ]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(lines)),
        field_data=[np.array(["一路", "二路"], dtype=object)],
        fields=["name"],
        geometry_type="LineString",
        crs=crs,
        driver=driver,
        **options,
    )


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4549"])
@pytest.mark.parametrize(("suffix", "driver"), [(".gpkg", "GPKG"), (".shp", "ESRI Shapefile")])
def test_geopackage_and_shapefile_in_the_usual_systems(
    tmp_path: Path, crs: str, suffix: str, driver: str
) -> None:
    (tmp_path / "a.geojson").write_text(geojson(CROSS))
    expected, _ = read_network(tmp_path / "a.geojson")
    write(tmp_path / f"a{suffix}", crs, driver)
    network, report = read_network(tmp_path / f"a{suffix}")
    assert report.kind == driver
    assert network.lon.tolist() == pytest.approx(expected.lon.tolist(), abs=1e-7)
    assert network.lat.tolist() == pytest.approx(expected.lat.tolist(), abs=1e-7)
    assert network.length_dm.tolist() == expected.length_dm.tolist()


def test_the_layer_of_lines_is_found_beside_others(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    point = shapely.to_wkb(np.array([shapely.Point(LON, LAT)]))
    pyogrio.raw.write(
        path, point, [], [], geometry_type="Point", crs="EPSG:4326", driver="GPKG", layer="poi"
    )
    write(path, "EPSG:4326", "GPKG", layer="roads", append=True)
    assert read_network(path)[1].edges == 4


def test_a_zipped_shapefile_is_read_from_within(tmp_path: Path) -> None:
    write(tmp_path / "道路.shp", "EPSG:4549", "ESRI Shapefile")
    with zipfile.ZipFile(tmp_path / "roads.zip", "w") as archive:
        for part in tmp_path.glob("道路.*"):
            archive.write(part, f"导出/{part.name}")
    assert read_network(tmp_path / "roads.zip")[1].edges == 4


PBF = b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x05broken"
VRT = "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource>"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("none.osm.pbf", None, "missing"),
        ("a.osm.pbf", b"", "empty"),
        ("a.osm.pbf", b"PK\x03\x04 this is no PBF", "not_kind"),
        ("a.osm.pbf", PBF, "unreadable"),
        ("a.osm", b"<html></html>", "unreadable"),
        ("a.osm", b"<osm version='0.6'>", "unreadable"),
        ("a.osm", b"<!DOCTYPE a [<!ENTITY x 'y'>]><osm version='0.6'>&x;</osm>", "unreadable"),
        ("a.osm", b"<osm version='0.6'></osm>", "no_ways"),
        ("a.osm", osm({1: (0, 0), 2: (1, 0)}, [([1, 2], {"highway": "motorway"})]), "no_ways"),
        ("a.osm", osm({1: (0, 0)}, [([1], PATH)]), "no_ways"),
        ("a.osm", osm({}, [([1, 2], PATH)]), "no_locations"),
        ("a.osm.gz", b"no gzip", "not_kind"),
        ("a.osm.gz", gzip.compress(b"<osm version='0.6'></osm>", mtime=0)[:-9], "not_kind"),
        ("a.geojson", b"{broken", "not_kind"),
        ("a.geojson", VRT, "not_kind"),
        ("a.geojson", "{" * 9 + '"a":' * 9, "not_kind"),
        ("a.geojson", '{"type":"FeatureCollection","features":' + "[" * 100_000, "not_kind"),
        ("a.geojson", '{"type":"FeatureCollection","features":[1]}', "not_kind"),
        ("a.geojson", '{"type":"Topology","arcs":[]}', "not_kind"),
        ("a.geojson", geojson(CROSS).replace("121.4", '"121.4"', 1), "not_kind"),
        ("a.geojson", geojson(CROSS).replace("121.4", "NaN", 1), "not_kind"),
        ("a.geojson", geojson([]), "no_ways"),
        ("a.geojson", geojson([[(0, 0), (0, 0)]]), "no_ways"),
        ("a.geojson", geojson([[(0, 0), (1e9, 0)]]), "crs"),
        ("a.gpkg", b"SQLite format 3\x00 and nothing else", "not_kind"),
        ("a.gpkg", VRT, "not_kind"),
        ("a.shp", b"no shapefile", "not_kind"),
        ("a.zip", b"no zip", "not_kind"),
        ("a.csv", b"a,b", "kind"),
    ],
)
def test_unusable_files_are_refused_with_a_remedy(
    tmp_path: Path, name: str, content: bytes | str | None, code: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(NetworkFileError) as caught:
        read_network(path)
    assert caught.value.code == code
    assert name in str(caught.value)
    assert "请" in str(caught.value)


def test_what_is_too_big_is_refused_before_it_is_read(tmp_path: Path) -> None:
    text = osm({1: (0, 0), 2: (1, 0), 3: (2, 0)}, [([1, 2, 3], PATH)])
    (tmp_path / "a.osm").write_text(text)
    (tmp_path / "a.osm.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "a.geojson").write_text(geojson(CROSS))
    write(tmp_path / "b.shp", "EPSG:4326", "ESRI Shapefile")
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in tmp_path.glob("b.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    few, tiny = FileLimits(max_segments=2), FileLimits(max_unpacked_bytes=100)
    for name, limits, code in [
        ("a.osm", FileLimits(max_bytes=10), "too_big"),
        ("a.osm.gz", tiny, "unpacks_too_big"),
        ("b.zip", tiny, "unpacks_too_big"),
        ("a.geojson", FileLimits(max_json_bytes=10), "too_big"),
        ("a.osm", few, "too_many"),
        ("a.geojson", few, "too_many"),
    ]:
        with pytest.raises(NetworkFileError) as caught:
            read_network(tmp_path / name, limits)
        assert caught.value.code == code


def with_crs(text: str, kind: str, properties: dict[str, str]) -> str:
    return json.dumps(json.loads(text) | {"crs": {"type": kind, "properties": properties}})


@pytest.mark.parametrize(
    "name",
    ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4490", "EPSG:4326"],
)
def test_a_geojson_may_name_its_system(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text("\ufeff" + with_crs(geojson(CROSS), "name", {"name": name}), "utf-8")
    assert read_network(path)[0].lon.min() == pytest.approx(LON)


def test_no_address_in_a_file_is_ever_fetched(tmp_path: Path) -> None:
    """GDAL's own driver would: a file from outside must not make this machine ask others."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/crs"
        path = tmp_path / "a.geojson"
        for kind in ("link", "url", "name"):
            path.write_text(
                with_crs(geojson(CROSS), kind, {"href": address, "url": address, "name": address})
            )
            with pytest.raises(NetworkFileError) as caught:
                read_network(path)
            assert caught.value.code == "crs"
        write(tmp_path / "a.gpkg", "EPSG:4549", "GPKG")
        with sqlite3.connect(tmp_path / "a.gpkg") as database:
            database.execute(
                "UPDATE gpkg_spatial_ref_sys SET organization = 'x', definition = ?", [address]
            )
        database.close()
        with pytest.raises(NetworkFileError):
            read_network(tmp_path / "a.gpkg")
        write(tmp_path / "b.shp", "EPSG:4549", "ESRI Shapefile")
        (tmp_path / "b.prj").write_text(address)
        with pytest.raises(NetworkFileError):
            read_network(tmp_path / "b.shp")
        with pytest.raises(BlockingIOError):  # nobody called
            server.accept()


def test_a_zip_without_exactly_one_shapefile_is_refused(tmp_path: Path) -> None:
    for members in ([], ["a.shp", "b.shp"], ["../../a.txt"]):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("readme.txt", "x")
            for member in members:
                archive.writestr(member, "x")
        with pytest.raises(NetworkFileError) as caught:
            read_network(tmp_path / "a.zip")
        assert caught.value.code == "zip"


def test_messages_can_be_translated_by_template() -> None:
    error = NetworkFileError("too_big", name="a.pbf", limit=512)
    assert error.template == MESSAGES["too_big"]
    assert str(error) == error.template % error.params


@given(st.data())
def test_contraction_walks_every_segment_once_between_junctions(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 12))
    place = st.integers(0, n - 1)
    drawn = data.draw(st.sets(st.tuples(place, place), min_size=1, max_size=16))
    segments = sorted({(min(a, b), max(a, b)) for a, b in drawn if a != b})
    if not segments:
        return
    path, indptr = contracted(n, np.array(segments, dtype=np.int64))
    degree = np.bincount(np.array(segments).ravel(), minlength=n)
    walked = []
    for start, stop in pairwise(indptr):
        chain = path[start:stop].tolist()
        walked += [(min(a, b), max(a, b)) for a, b in pairwise(chain)]
        assert all(degree[p] == 2 for p in chain[1:-1])
        ring = chain[0] == chain[-1]
        assert all(degree[p] != 2 or ring for p in (chain[0], chain[-1]))
    assert sorted(walked) == segments
