"""Maps: outlines, circles, compounds as GeoJSON, and the values they are shaded by."""

import uuid
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _

from circles.models import Circle, Compound
from core.scope import Scope
from metrics.compute import Flag
from metrics.indicators import get
from metrics.models import CompoundReach, Run, Value
from metrics.reach import NONE_DM
from outlets.models import BusinessFormat
from portal.present import full_text, people_text
from territory.models import District, Street

# What the dashboard's map can be shaded by.
SHADES = (
    "basic_basket_share",
    "chain_share",
    "reach_share",
    "missing_formats",
    "outlets_per_1000",
    "mapped_share",
)
BY_FORMAT = {"reach_share"}


def feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """One GeoJSON feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A GeoJSON feature collection."""
    return {"type": "FeatureCollection", "features": list(features)}


def point(lon: float, lat: float) -> dict[str, Any]:
    """A GeoJSON point, WGS 84 degrees."""
    return {"type": "Point", "coordinates": [lon, lat]}


def street_layer(district: District) -> dict[str, Any]:
    """Streets of the district that have an outline."""
    streets = Street.objects.filter(district=district, outline__isnull=False).order_by("sort")
    return collection(
        feature(s.outline, code=s.code, name=s.name, url=reverse("portal:street", args=[s.code]))
        for s in streets
    )


def circle_layer(circles: Iterable[Circle]) -> dict[str, Any]:
    """Circles whose boundary is drawn."""
    return collection(
        feature(c.boundary, code=c.code, name=c.name, url=reverse("portal:circle", args=[c.code]))
        for c in circles
        if c.boundary
    )


def compound_layer(scope: Scope, district: District) -> dict[str, Any]:
    """Compounds the caller may see, as points."""
    rows = (
        Compound.objects.visible_to(scope)
        .filter(district=district, lon__isnull=False)
        .values_list("code", "name", "lon", "lat", "population")
    )
    return collection(
        feature(
            point(lon, lat),
            code=code,
            name=name,
            residents=population or 0,
            residents_text=_("人口未知") if population is None else people_text(population),
        )
        for code, name, lon, lat, population in rows
    )


def shade_values(run: Run, code: str, part: int, scope: Scope) -> dict[str, dict[str, Any]]:
    """{feature code: value} of an indicator for streets, circles and (by reach) compounds."""
    indicator = get(code)
    codes: dict[uuid.UUID, str] = dict(
        Street.objects.filter(district=run.district_id).values_list("id", "code")
    )
    codes |= dict(Circle.objects.filter(district=run.district_id).values_list("id", "code"))
    rows = Value.objects.filter(
        run=run, indicator=indicator.number, part=part, scope__in="SC"
    ).values_list("scope_id", "value", "flags")
    shades = {
        codes[scope_id]: {
            "value": None if value is None else _scaled(indicator.unit, value),
            "text": full_text(indicator, value),
            "partial": bool(flags & Flag.PARTIAL),
        }
        for scope_id, value, flags in rows
        if scope_id in codes
    }
    if code == "reach_share":
        shades |= _compound_shades(run, part, scope)
    return shades


def walking_minutes(run: Run, compounds: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """{compound: {format code: minutes to the nearest, or None beyond the search radius}}."""
    layout = run.reach_layout
    codes = dict(BusinessFormat.objects.values_list("number", "code"))
    listed = [
        (column, codes[number])
        for column, (number, minutes) in enumerate(
            zip(layout.get("formats", []), layout.get("minutes", []), strict=True)
        )
        if minutes and number in codes
    ]
    speed = layout.get("walking_speed", 1)
    rows = CompoundReach.objects.filter(run=run, compound__in=list(compounds))
    found = {}
    for compound_id, packed in rows.values_list("compound_id", "nearest"):
        nearest = np.frombuffer(bytes(packed), dtype=np.uint16)
        found[compound_id] = {
            code: None
            if nearest[column] == NONE_DM
            else round(float(nearest[column]) / 10 / speed, 1)
            for column, code in listed
        }
    return found


def _scaled(unit: str, value: float) -> float:
    return round(value * 100, 1) if unit == "share" else round(value, 2)


def _compound_shades(run: Run, part: int, scope: Scope) -> dict[str, dict[str, Any]]:
    """Each compound: 100 when the format is within its limit, else 0."""
    layout = run.reach_layout
    if part not in layout.get("formats", []):
        return {}
    column = layout["formats"].index(part)
    limit_dm = layout["minutes"][column] * layout["walking_speed"] * 10
    visible = dict(
        Compound.objects.visible_to(scope)
        .filter(district=run.district_id)
        .values_list("id", "code")
    )
    rows = CompoundReach.objects.filter(run=run).values_list("compound_id", "nearest")
    shades = {}
    for compound_id, packed in rows:
        if compound_id not in visible:
            continue
        nearest = int(np.frombuffer(bytes(packed), dtype=np.uint16)[column])
        reached = nearest <= limit_dm
        metres = _("周边没有") if nearest == NONE_DM else _("%(m)d 米") % {"m": nearest / 10}
        shades[visible[compound_id]] = {"value": 100.0 if reached else 0.0, "text": metres}
    return shades
