"""Rules on where a row says its outlet is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from core.geo import Floats, local_metres, points_in_outlines
from outlets.models.outlet import PlaceState
from outlets.quality.book import Book
from outlets.quality.registry import Found, Numbers, rule
from territory.models import Street

Ints = NDArray[np.int64]


def _no_point(detail: Mapping[str, Any]) -> str:
    return _("没有经纬度，地图上找不到，步行可达中按所属生活圈计")


@rule("missing_place", words=_no_point)
def missing_place(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Rows without a point."""
    for _at, outlet in book.each(book.present & ~book.placed):
        yield outlet, {}


def _not_verified(detail: Mapping[str, Any]) -> str:
    words = {
        PlaceState.UNVERIFIED: _("有经纬度，但位置待核实"),
        PlaceState.FAILED: _("有经纬度，但标为无法定位"),
    }
    return words.get(detail.get("state", ""), "")


@rule("unverified_place", words=_not_verified)
def unverified_place(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Points that nobody vouches for, those outside their street apart (a rule of their own)."""
    waiting = book.present & book.placed & ~book.located & ~(book.out_of_street > 0)
    for at, outlet in book.each(waiting):
        yield outlet, {"state": str(book["place_state"][at])}


def _out_in_words(detail: Mapping[str, Any]) -> str:
    if detail.get("lies_in"):
        return _("位置在%(street)s界外 %(metres)d 米，落在%(lies_in)s") % detail
    return _("位置在%(street)s界外 %(metres)d 米") % detail


@rule("outside_street", words=_out_in_words)
def outside_street(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Points more than `metres` outside the street that the row names."""
    away = book.out_of_street
    out = np.flatnonzero(book.present & (away > float(numbers["metres"])))
    streets = book.outline.streets
    names = dict(Street.objects.filter(district=book.district).values_list("id", "name"))
    order = list(streets)
    shapes = [streets[street] for street in order]
    lies_in = points_in_outlines(book["lon"][out], book["lat"][out], shapes)
    for at, inside in zip(out.tolist(), lies_in.tolist(), strict=True):
        yield (
            book.ids[at],
            {
                "street": names[book["street_id"][at]],
                "metres": max(1, round(float(away[at]))),
                "lies_in": names[order[inside]] if inside >= 0 else "",
            },
        )


def _double_in_words(detail: Mapping[str, Any]) -> str:
    words = (
        _("与同业态的 %(other)s %(name)s 相距 %(metres).1f 米")
        if detail.get("count", 1) == 1
        else _(
            "与同业态的 %(other)s %(name)s 等 %(count)d 个网点相距不足限值，最近 %(metres).1f 米"
        )
    )
    return words % detail


@rule("double_place", words=_double_in_words)
def double_place(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Open outlets of one format within `metres` of one another, stalls of a market apart.

    The detail names the nearest one (of equally near ones the earlier registered).
    """
    judged = book.trading & book.placed
    for form in numbers["except_forms"]:
        judged &= ~book.having("facility_form", form)
    those = np.flatnonzero(judged)
    if len(those) < 2:
        return
    lon, lat = book["lon"][those], book["lat"][those]
    _formats, kind = np.unique(
        [str(key) for key in book["main_format_id"][those]], return_inverse=True
    )
    near = near_ones(lon, lat, kind, float(numbers["metres"]))
    for row in np.flatnonzero(near.count).tolist():
        other = those[near.nearest[row]]
        yield (
            book.ids[those[row]],
            {
                "other": book["code"][other],
                "name": book["name"][other],
                "metres": round(float(near.metres[row]), 1),
                "count": int(near.count[row]),
            },
        )


@dataclass(frozen=True)
class Near:
    """For each point: how many of its kind are near, which is the nearest, and how far off."""

    count: Ints
    nearest: Ints
    metres: Floats


def near_ones(lon: Floats, lat: Floats, kind: Ints, reach: float) -> Near:
    """Points (degrees) of the same kind within `reach` metres, the point itself apart.

    A thousand rows at one point are one spot: the work grows with pairs of spots, not of rows.
    """
    _unique, first, spot, size = np.unique(
        np.column_stack([kind, lon, lat]),
        axis=0,
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    spot = spot.reshape(-1)
    pairs, apart = _pairs(lon[first], lat[first], kind[first], reach)
    count = (size - 1) + np.bincount(
        pairs[:, 0], weights=size[pairs[:, 1]], minlength=len(size)
    ).astype(np.int64)
    # Of each spot the nearest other one, the earlier of two that are equally near.
    order = np.lexsort((first[pairs[:, 1]], apart, pairs[:, 0]))
    here, begins = np.unique(pairs[order, 0], return_index=True)
    nearest, metres = first.copy(), np.zeros(len(size))
    nearest[here] = first[pairs[order[begins], 1]]
    metres[here] = apart[order[begins]]
    chosen, away = nearest[spot], metres[spot]
    # Rows that share their spot are nearest to one another: to its first, that one to its second.
    shared = size[spot] > 1
    seconds = _seconds(spot, first)
    is_first = first[spot] == np.arange(len(spot))
    chosen = np.where(shared, np.where(is_first, seconds[spot], first[spot]), chosen)
    return Near(count[spot], chosen, np.where(shared, 0.0, away))


def _pairs(lon: Floats, lat: Floats, kind: Ints, reach: float) -> tuple[Ints, Floats]:
    """Ordered pairs (both ways) of spots of a kind within reach, and their distances in metres."""
    east, north = local_metres(lon, lat, (float(lon.mean()), float(lat.mean())))
    # Kinds lie on floors too far apart to meet.
    floor = kind * (2 * reach + 1.0)
    tree = cKDTree(np.column_stack([east, north, floor]))
    found = tree.query_pairs(reach, output_type="ndarray").astype(np.int64)
    both = np.concatenate([found, found[:, ::-1]])
    apart = np.hypot(
        east[both[:, 0]] - east[both[:, 1]],
        north[both[:, 0]] - north[both[:, 1]],
    )
    return both, apart


def _seconds(spot: Ints, first: Ints) -> Ints:
    """Of each spot the second row that lies there (its first, when it is alone)."""
    rows = np.arange(len(spot))
    later = rows[first[spot] != rows]
    seconds = first.copy()
    # Backwards, so that the earliest of the later ones is written last.
    seconds[spot[later[::-1]]] = later[::-1]
    return seconds
