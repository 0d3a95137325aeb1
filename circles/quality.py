"""The rule on which circle a ledger row names; registered with the register's own rules."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from circles.models import Circle
from circles.models.circle import State
from core.geo import distance_to_edge_m, points_in_outlines, to_shape
from outlets.quality.book import Book
from outlets.quality.registry import Detail, Found, Numbers, rule


def _in_words(detail: Mapping[str, Any]) -> str:
    words = {
        "outside": _("台账填所属生活圈“%(name)s”，位置却在其边界外 %(metres)d 米"),
        "withdrawn": _("台账填所属生活圈“%(name)s”，该圈已退出"),
        "unknown": _("台账填所属生活圈“%(code)s”，没有这个编码的生活圈"),
    }
    told = [words.get(each["kind"], "") % each for each in detail.get("circles", [])]
    return "；".join(told)


@rule("circle_against_boundary", words=_in_words)
def circle_against_boundary(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Rows whose ledger names a circle that is none, or whose boundary their point lies outside.

    Only verified points speak against the ledger; without one the row belongs where it says.
    """
    declared = _declared(book)
    if not declared:
        return
    contradicted: dict[int, list[Detail]] = {}
    circles = {c.code: c for c in Circle.objects.filter(district=book.district)}
    for code, rows in sorted(declared.items()):
        for at, detail in _judge(book, code, circles.get(code), rows, float(numbers["metres"])):
            contradicted.setdefault(at, []).append(detail)
    for at, details in sorted(contradicted.items()):
        yield book.ids[at], {"circles": details}


def _declared(book: Book) -> dict[str, list[int]]:
    """Circle code → positions of the rows that name it."""
    named: dict[str, list[int]] = {}
    lists = book["declared_circles"]
    stated = np.array([codes is not None for codes in lists], dtype=np.bool_)
    for at, _outlet in book.each(book.present & stated):
        for code in lists[at]:
            named.setdefault(str(code), []).append(at)
    return named


def _judge(
    book: Book, code: str, circle: Circle | None, rows: list[int], tolerance: float
) -> Iterator[tuple[int, Detail]]:
    if circle is None:
        yield from ((at, {"kind": "unknown", "code": code}) for at in rows)
    elif circle.state == State.WITHDRAWN:
        told = {"kind": "withdrawn", "code": code, "name": circle.name}
        yield from ((at, told) for at in rows)
    elif circle.boundary:
        shape = to_shape(circle.boundary)
        those = np.array(rows)[book.located[rows]]
        lon, lat = book["lon"][those], book["lat"][those]
        out = points_in_outlines(lon, lat, [shape]) < 0
        away = distance_to_edge_m(lon[out], lat[out], shape)
        for at, metres in zip(those[out].tolist(), away.tolist(), strict=True):
            if metres > tolerance:
                far = max(1, round(metres))
                yield at, {"kind": "outside", "code": code, "name": circle.name, "metres": far}
