"""Small random street networks with points beside them, for property tests."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from metrics.reach import Network, Points, Serves, build_network

LON, LAT = 121.4, 31.25
SPACING = 0.002  # some 200 m


@dataclass(frozen=True)
class World:
    """A network (any lengths, parallel edges, loops, islands), compounds, outlets, formats."""

    network: Network
    compounds: Points
    outlets: Points
    serves: Serves


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """2 to 10 nodes on a grid; lengths are free, so detours beat straight edges and reverse."""
    n = draw(st.integers(2, 10))
    place = st.tuples(st.integers(0, 5), st.integers(0, 5))
    places = draw(st.lists(place, min_size=n, max_size=n, unique=True))
    node = st.integers(0, n - 1)
    # short lengths often, so that ties and zero-length edges occur
    length = st.one_of(st.integers(0, 60), st.integers(0, 9000))
    edges = draw(st.lists(st.tuples(node, node, length), min_size=1, max_size=12))
    if draw(st.sampled_from([True, True, False])):  # mostly one large component
        edges += [(i, i + 1, draw(length)) for i in range(n - 1)]
    x, y = np.array(places, dtype=float).T
    u, v, length_dm = np.array(edges).T
    return build_network(LON + x * SPACING, LAT + y * SPACING, u, v, length_dm)


@st.composite
def points_by(draw: st.DrawFn, network: Network, most: int) -> Points:
    """Points on, beside and far from the edges; several on the same edge or the same spot."""
    beside = st.sampled_from([0.0, 0.0, 0.0, 1e-5, -3e-4, 7e-4, 2.4e-3, float("nan")])
    point = st.tuples(
        st.integers(0, network.n_edges - 1), st.sampled_from([0.0, 0.1, 0.5, 0.77, 1.0]), beside
    )
    chosen = draw(st.lists(point, min_size=1, max_size=most))
    lon, lat = [], []
    for edge, fraction, aside in chosen:
        u, v = network.u[edge], network.v[edge]
        lon.append(network.lon[u] + fraction * (network.lon[v] - network.lon[u]) + aside)
        lat.append(network.lat[u] + fraction * (network.lat[v] - network.lat[u]) + aside / 2)
    return Points.of(np.array(lon, dtype=float), np.array(lat, dtype=float))


@st.composite
def serving(draw: st.DrawFn, n_outlets: int, n_formats: int) -> Serves:
    """Any number of formats for each outlet, none included, some stated twice."""
    if not n_outlets:
        return Serves.from_pairs([], [], 0, n_formats)
    pair = st.tuples(st.integers(0, n_outlets - 1), st.integers(0, n_formats - 1))
    pairs = draw(st.lists(pair, min_size=n_outlets, max_size=3 * n_outlets))
    outlet, business_format = np.array(pairs, dtype=int).reshape(-1, 2).T
    return Serves.from_pairs(outlet, business_format, n_outlets, n_formats)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A network with up to 6 compounds and 12 outlets in 3 formats."""
    network = draw(networks())
    compounds = draw(points_by(network, 6))
    outlets = draw(points_by(network, 12))
    return World(network, compounds, outlets, draw(serving(len(outlets), 3)))
