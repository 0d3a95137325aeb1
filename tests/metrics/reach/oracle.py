"""An independent way to the same numbers: networkx on a graph cut open at every foot point.

Each snapped point becomes a leaf hanging by its access distance on a node of its own in the middle
of its edge. The shortest path then needs no rule for end nodes, loops or pairs on one edge.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence

import networkx
import numpy as np

from metrics.reach import NONE_DM, Network, Serves, Snapped, access_links_dm, edges_dm


def cut_open(network: Network, groups: dict[str, Snapped]) -> networkx.Graph:
    """The street graph with every point of every group as a leaf (group name, index)."""
    graph = networkx.Graph()
    edges = edges_dm(network)
    feet: dict[int, set[int]] = defaultdict(set)
    for name, snapped in groups.items():
        check_access_links(edges, snapped)
        for i in np.flatnonzero(snapped.ok).tolist():
            edge, along = int(snapped.edge[i]), int(snapped.along_dm[i])
            feet[edge].add(along)
            _link(graph, (name, i), ("foot", edge, along), int(snapped.access_dm[i]))
    for edge, (u, v, length) in enumerate(edges):
        here: Hashable = ("node", u)
        at = 0
        for along in sorted(feet[edge]):
            _link(graph, here, ("foot", edge, along), along - at)
            here, at = ("foot", edge, along), along
        _link(graph, here, ("node", v), length - at)
    return graph


def check_access_links(edges: list[tuple[int, int, int]], snapped: Snapped) -> None:
    """The exported links lead to both ends of the point's edge, access + along."""
    links = iter(access_links_dm(snapped))
    for i in np.flatnonzero(snapped.ok).tolist():
        u, v, length = edges[int(snapped.edge[i])]
        along, access = int(snapped.along_dm[i]), int(snapped.access_dm[i])
        assert 0 <= along <= length
        assert next(links) == (i, u, access + along)
        assert next(links) == (i, v, access + length - along)
    assert next(links, None) is None


def _link(graph: networkx.Graph, a: Hashable, b: Hashable, weight: int) -> None:
    if not graph.has_edge(a, b) or graph[a][b]["weight"] > weight:
        graph.add_edge(a, b, weight=weight)


def distances(
    network: Network, compounds: Snapped, outlets: Snapped, radius_dm: int
) -> list[dict[int, int]]:
    """For each compound: outlet -> decimetres, within the radius."""
    graph = cut_open(network, {"compound": compounds, "outlet": outlets})
    result = []
    for i, ok in enumerate(compounds.ok.tolist()):
        found: dict[Hashable, int] = {}
        if ok:
            found = networkx.single_source_dijkstra_path_length(
                graph, ("compound", i), cutoff=radius_dm
            )
        result.append({key[1]: d for key, d in found.items() if key[0] == "outlet"})
    return result


def nearest_and_counts(
    reached: Sequence[dict[int, int]], serves: Serves, limits: Sequence[int]
) -> tuple[list[list[int]], list[list[list[int]]]]:
    """(nearest [H][F], counts [H][F][L]) by plain loops."""
    nearest = [[NONE_DM] * serves.n_formats for _ in reached]
    counts = [[[0] * len(limits) for _ in range(serves.n_formats)] for _ in reached]
    for h, outlets in enumerate(reached):
        for outlet, distance in outlets.items():
            for f in formats_of(serves, outlet):
                nearest[h][f] = min(nearest[h][f], distance)
                for i, limit in enumerate(limits):
                    counts[h][f][i] += distance <= limit
    return nearest, counts


def formats_of(serves: Serves, outlet: int) -> list[int]:
    """The columns that an outlet serves."""
    return serves.formats[serves.indptr[outlet] : serves.indptr[outlet + 1]].tolist()
