"""What the register knows of an application's facts already (系统带出)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from circles.models import Circle
from core.geo.outlines import points_in_outlines
from outlets.models import BrandStoreCount, CreditResult, Enterprise, Outlet
from subsidies.models import PolicyItem
from subsidies.rules.facts import clean_facts
from subsidies.rules.shapes import read_rule


@dataclass(frozen=True)
class Known:
    """Whom and what is asked about, on which day."""

    enterprise: Enterprise
    outlet: Outlet | None
    on: dt.date


def prefilled(
    item: PolicyItem, outlet: Outlet | None, enterprise: Enterprise, on: dt.date
) -> dict[str, str]:
    """Input key → canonical text, for the inputs with a `source` that the register can answer.

    What the register does not know, or what the input would refuse, is left out: never 0.
    """
    known = Known(enterprise, outlet, on)
    found: dict[str, str] = {}
    for told in read_rule(item.rule, item.policy.common).inputs:
        value = _answer(told.source, known)
        if value is None:
            continue
        try:
            found |= clean_facts([told], {told.key: value}, partial=True)
        except ValidationError:
            continue
    return found


def circle_of(outlet: Outlet) -> Circle | None:
    """The circle an outlet lies in: by its boundary when it is located, else as declared."""
    circles = Circle.objects.filter(district=outlet.district_id).exclude(state="withdrawn")
    circles = circles.order_by("code")
    if outlet.located and not outlet.outside:
        drawn = [circle for circle in circles if circle.boundary]
        if not drawn:
            return None
        place = np.array([outlet.lon]), np.array([outlet.lat])
        at = int(points_in_outlines(*place, [circle.boundary for circle in drawn])[0])
        return drawn[at] if at >= 0 else None
    declared: Circle | None = circles.filter(code__in=outlet.declared_circles).first()
    return declared


# --- Sources -------------------------------------------------------------------------------------
def _answer(source: str, known: Known) -> str | None:
    ask = SOURCES.get(source)
    if ask is None or (source.startswith(("outlet.", "brand.")) and known.outlet is None):
        return None
    value = ask[1](known)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _months_open(known: Known) -> int | None:
    """Whole months since it opened."""
    opened = known.outlet.opened_on if known.outlet else None
    if opened is None or opened > known.on:
        return None
    months = (known.on.year - opened.year) * 12 + known.on.month - opened.month
    return months - (known.on.day < opened.day)


def _outlets(known: Known) -> int | None:
    """Those of the enterprise that trade; none in the register is not known to be none."""
    return Outlet.objects.open_on(known.on).filter(enterprise=known.enterprise).count() or None


def _stores(known: Known) -> int | None:
    """Of the outlet's brand: the larger of what it last declared and what the register holds."""
    brand = known.outlet.brand_id if known.outlet else None
    if brand is None:
        return None
    counts = BrandStoreCount.objects.filter(brand=brand, on__lte=known.on).order_by("-on")
    declared = counts.values_list("stores", flat=True).first() or 0
    return max(declared, Outlet.objects.open_on(known.on).filter(brand=brand).count()) or None


def _credit(known: Known) -> str | None:
    """The latest grade that somebody else gave the enterprise."""
    rows = CreditResult.objects.filter(enterprise=known.enterprise, on__lte=known.on)
    grade: str | None = rows.order_by("-on", "-id").values_list("grade", flat=True).first()
    return grade or None


def _of_outlet(column: str) -> Callable[[Known], Any]:
    return lambda known: getattr(known.outlet, column)


# Name in the rule → what it says in words, how it is looked up (None = not known).
SOURCES: dict[str, tuple[Any, Callable[[Known], Any]]] = {
    "outlet.business_area": (_("网点营业面积"), _of_outlet("business_area")),
    "outlet.building_area": (_("网点建筑面积"), _of_outlet("building_area")),
    "outlet.employees": (_("网点从业人数"), _of_outlet("employees")),
    "outlet.opened_on": (_("网点开业日期"), _of_outlet("opened_on")),
    "outlet.months_open": (_("网点开业月数"), _months_open),
    "outlet.open_24h": (_("网点24小时营业"), _of_outlet("open_24h")),
    "enterprise.outlets": (_("企业在营网点数"), _outlets),
    "enterprise.credit_grade": (_("企业信用等级"), _credit),
    "brand.stores": (_("品牌门店数"), _stores),
}
