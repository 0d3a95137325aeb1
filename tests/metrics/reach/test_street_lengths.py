"""The network's length is the geodesic length of the walkable ways, computed anew."""

from pathlib import Path

import osmium
import pyproj
import pytest

from metrics.reach.osm import read_network
from tests.metrics.reach.helsinki import extract

GEOD = pyproj.Geod(ellps="WGS84")
ROADS = ["primary", "secondary", "tertiary"]
ALWAYS = {"footway", "pedestrian", "path", "steps", "corridor", "elevator", "crossing", "track"}
ALWAYS |= {"living_street", "residential", "service", "unclassified", "road"}
ALWAYS |= {road + link for road in ROADS for link in ("", "_link")}
BESIDE = {"motorway", "motorway_link", "trunk", "trunk_link", "cycleway", "bridleway", "busway"}


class Lengths(osmium.SimpleHandler):
    """Adds up each distinct segment of the ways walked, in its own words."""

    def __init__(self) -> None:
        super().__init__()
        self.segments: dict[frozenset[int], float] = {}

    def way(self, way: osmium.osm.Way) -> None:
        tags = dict(way.tags)
        if walked(tags):
            for a, b in zip(list(way.nodes)[:-1], list(way.nodes)[1:], strict=True):
                if a.location.valid() and b.location.valid() and a.ref != b.ref:
                    metres = GEOD.inv(a.lon, a.lat, b.lon, b.lat)[2]
                    self.segments[frozenset((a.ref, b.ref))] = metres


def walked(tags: dict[str, str]) -> bool:
    foot, highway = tags.get("foot", ""), tags.get("highway", "")
    if not highway or highway in {"construction", "proposed"}:
        return False
    if foot in {"no", "private", "use_sidepath"}:
        return False
    if foot in {"yes", "designated", "permissive", "official", "destination", "customers"}:
        return True
    if tags.get("access") in {"no", "private", "agricultural", "forestry", "delivery"}:
        return False
    sidewalk = {tags.get(f"sidewalk{part}") for part in ("", ":both", ":left", ":right")}
    return highway in ALWAYS or (
        highway in BESIDE and bool(sidewalk & {"yes", "both", "left", "right"})
    )


@pytest.mark.parametrize("name", ["Helsinki.osm.pbf", "test.osm.pbf"])
def test_total_length_agrees_with_geodesics_within_a_thousandth(name: str) -> None:
    path: Path = extract(name)
    network, report = read_network(path)
    lengths = Lengths()
    lengths.apply_file(str(path), locations=True)
    expected = sum(lengths.segments.values())
    assert expected > 20_000
    assert report.segments == len(lengths.segments)
    total = network.total_length_m + network.dropped.length_m
    assert total == pytest.approx(expected, rel=1e-3)
    # each edge is rounded once, to the nearest decimetre
    most = 0.05 * (network.n_edges + network.dropped.edges)
    assert abs(total - expected) <= most
