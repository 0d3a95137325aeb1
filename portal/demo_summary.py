"""The figures that `make demo` prints, read from its 定稿."""

import uuid
from typing import Any

from circles.models import Circle
from core.scope import ALL, Scope
from metrics.gaps import gaps
from metrics.models import Run
from metrics.querysets import figures
from outlets.models import Outlet

CODES = ("residents", "chain_share", "basic_basket_share")


def summary(run: Run) -> dict[str, Any]:
    """residents, outlets (the whole register), circles, the official chain share, the worst."""
    book = figures(run, CODES, scope="D")
    district = run.district_id
    chain, basket = (
        book[code, district, 0].value for code in ("chain_share", "basic_basket_share")
    )
    return {
        "residents": round(book["residents", district, 0].num),
        "outlets": _register_size(district),
        "circles": Circle.objects.filter(district=district).count(),
        "chain_share": None if chain is None else round(chain, 4),
        "basic_basket_share": None if basket is None else round(basket, 4),
        "worst_circles": worst_circles(run, 3),
    }


def _register_size(district: uuid.UUID) -> int:
    rows = Outlet.objects.filter(district=district, outside=False)
    return rows.registered().count()


def worst_circles(run: Run, count: int) -> list[dict[str, Any]]:
    """The circles with the lowest basic basket share; among equals those of more residents."""
    book = figures(run, ("basic_basket_share", "residents"), scope="C")
    known = [
        (figure.value, -book["residents", circle, 0].num, circle)
        for (code, circle, _part), figure in book.items()
        if code == "basic_basket_share" and figure.value is not None
    ]
    worst = sorted(known)[:count]
    circles = Circle.objects.in_bulk([circle for _v, _r, circle in worst])
    scope = Scope(district_ids=frozenset({run.district_id}), street_ids=ALL)
    missing: dict[Any, list[str]] = {}
    for gap in gaps(run, scope, circles=circles, only_missing=True):
        missing.setdefault(gap.circle.pk, []).append(gap.format.name)
    return [
        {
            "code": circles[circle].code,
            "name": circles[circle].name,
            "basic_basket_share": round(value, 4),
            "missing": missing.get(circle, []),
        }
        for value, _residents, circle in worst
    ]
