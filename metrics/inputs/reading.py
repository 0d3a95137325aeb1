"""Reading a run's inputs from the tables, as they were on a day: a constant number of queries."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from circles.models import Circle, CircleFacts, Compound, CompoundFacts, FormatCheck
from circles.models.circle import State
from core.dated import as_of as as_of_facts
from metrics.inputs import contributions
from metrics.inputs.arrays import FORMULA_VERSION, Inputs
from metrics.inputs.membership import memberships
from metrics.models import RuleSet, StreetNetwork
from outlets.models import (
    BrandStoreCount,
    BusinessFormat,
    LedgerCompleteness,
    Outlet,
    OutletFacts,
    ServiceFormat,
)
from outlets.models.outlet import PlaceState, Status
from territory.models import District, Neighbourhood, Street

OUTLET_COLUMNS = (
    "outlet_id",
    "outlet__code",
    "street_id",
    "lon",
    "lat",
    "place_state",
    "status",
    "main_format__number",
    "services",
    "brand_id",
    "chain_kind",
    "facility_form",
    "employees",
    "business_area",
    "open_24h",
    "elderly_friendly",
    "cash_accepted",
    "supply",
    "valid_from",
    "outlet__outside",
    "outlet__opened_on",
    "outlet__closed_on",
    "outlet__declared_circles",
)
BUILT = (State.BUILT, State.ACCEPTED)


def read_inputs(
    district: District, as_of: dt.date, rules: RuleSet, network: StreetNetwork | None
) -> Inputs:
    """Everything indicators may use, true on `as_of` by what is known now."""
    streets = list(
        Street.objects.filter(district=district).order_by("sort", "code").values_list("id", "code")
    )
    street_row = _rows(id for id, _ in streets)
    hoods = list(
        Neighbourhood.objects.filter(district=district)
        .order_by("code")
        .values_list("id", "street_id")
    )
    outlets = _columns(
        as_of_facts(OutletFacts.objects.filter(outlet__in=_registered(district)), "outlet", as_of)
        .order_by("outlet_id")
        .values_list(*OUTLET_COLUMNS),
        OUTLET_COLUMNS,
    )
    formats = _formats(rules, used=set(outlets["main_format__number"]))
    format_row = _rows(row["number"] for row in formats)
    brand_row = _rows(sorted({id for id in outlets["brand_id"] if id}))
    compounds = _compounds(district, as_of)
    compound_row = _rows(compounds["compound_id"])
    circles = _circles(district, as_of)
    circle_row = _rows(row["circle_id"] for row in circles)

    lon, lat = _floats(outlets["lon"]), _floats(outlets["lat"])
    located = np.array(
        [state == PlaceState.VERIFIED for state in outlets["place_state"]], dtype=bool
    ) & ~np.isnan(lon)
    outside = np.array(outlets["outlet__outside"], dtype=bool)
    is_open = _open_on(outlets, as_of)
    member = memberships(
        lon,
        lat,
        located,
        outside,
        outlets["outlet__declared_circles"],
        boundaries=[row["boundary"] for row in circles],
        codes=[row["circle__code"] for row in circles],
    )
    expiry = months_before(as_of, rules.check_months)
    return Inputs(
        outlet_id=_ids(outlets["outlet_id"]),
        outlet_code=np.array(outlets["outlet__code"], dtype="<U32"),
        outlet_street=_lookup(outlets["street_id"], street_row),
        outlet_lon=lon,
        outlet_lat=lat,
        located=located,
        outside=outside,
        open=is_open,
        undated=np.array([day > as_of for day in outlets["valid_from"]], dtype=bool),
        outlet_format=_lookup(outlets["main_format__number"], format_row),
        services=np.array(outlets["services"], dtype=np.int64),
        brand=_lookup(outlets["brand_id"], brand_row),
        chain_stated=np.array(
            [bool(b or k) for b, k in zip(outlets["brand_id"], outlets["chain_kind"], strict=True)],
            dtype=bool,
        ),
        facility_form=np.array(outlets["facility_form"], dtype="<U8"),
        employees=_whole(outlets["employees"]),
        area=_floats(outlets["business_area"]),
        open_24h=_tri(outlets["open_24h"]),
        elderly_friendly=_tri(outlets["elderly_friendly"]),
        cash_accepted=_tri(outlets["cash_accepted"]),
        supply=_tri(outlets["supply"]),
        brand_id=_ids(brand_row),
        brand_stores=_brand_stores(outlets, brand_row, is_open & ~outside, as_of),
        member_circle=member.circle,
        member_outlet=member.outlet,
        member_inside=member.inside,
        compound_id=_ids(compounds["compound_id"]),
        compound_street=_lookup(compounds["compound__street_id"], street_row),
        compound_lon=_floats(compounds["compound__lon"]),
        compound_lat=_floats(compounds["compound__lat"]),
        population=_whole(compounds["population"]),
        population_60=_whole(compounds["population_60"]),
        new_estate=np.array(
            [kind == Compound.Kind.NEW for kind in compounds["compound__kind"]], dtype=bool
        ),
        floor_area=_floats(compounds["compound__floor_area"]),
        commercial_area=_floats(compounds["compound__commercial_area"]),
        circle_id=_ids(row["circle_id"] for row in circles),
        circle_code=np.array([row["circle__code"] for row in circles], dtype="<U32"),
        circle_built=np.array([row["state"] in BUILT for row in circles], dtype=bool),
        circle_accepted=np.array([row["state"] == State.ACCEPTED for row in circles], dtype=bool),
        circle_active=np.array([row["state"] != State.WITHDRAWN for row in circles], dtype=bool),
        circle_level=np.array([row["level"] for row in circles], dtype="<U10"),
        circle_street_pairs=_pairs(circles, "street_ids", _by_text(street_row)),
        circle_compound_pairs=_pairs(circles, "compound_ids", _by_text(compound_row)),
        circle_neighbourhood_pairs=_pairs(
            circles, "neighbourhood_ids", _by_text(_rows(id for id, _ in hoods))
        ),
        street_id=_ids(id for id, _ in streets),
        street_code=np.array([code for _, code in streets], dtype="<U9"),
        neighbourhood_street=_lookup([street for _, street in hoods], street_row),
        format_number=np.array([row["number"] for row in formats], dtype=np.int16),
        format_code=np.array([row["code"] for row in formats], dtype="<U50"),
        format_basic=np.array([row["category"] == "basic" for row in formats], dtype=bool),
        format_minutes=np.array([row["minutes"] for row in formats], dtype=np.int16),
        format_basket=np.array([row["basket"] for row in formats], dtype=np.int16),
        format_services=np.array([row["mask"] for row in formats], dtype=np.int64),
        street_complete=_complete(district, street_row, format_row, as_of, expiry),
        circle_checked=_checked("circle", circle_row, format_row, as_of, expiry),
        street_checked=_checked("street", street_row, format_row, as_of, expiry),
        meta={
            "district": district.code,
            "district_id": str(district.pk),
            "as_of": as_of.isoformat(),
            "rule_set": rules.code,
            "rules_official": rules.is_official,
            "network_digest": network.digest if network else "",
            "formula_version": FORMULA_VERSION,
            "walking_speed": rules.walking_speed,
            "elderly_speed": rules.elderly_speed,
            "detour": float(rules.detour),
            "chain_min_stores": rules.chain_min_stores,
            "quality_kinds": rules.quality_kinds,
            "coverage_floor": float(rules.coverage_floor),
            contributions.META: contributions.collect(district, as_of),
        },
    )


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day `months` calendar months earlier (the month's last day if it is shorter)."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def _registered(district: District) -> QuerySet[Any]:
    return Outlet.objects.filter(district=district).registered().values("pk")


def _open_on(outlets: dict[str, list[Any]], day: dt.date) -> Any:
    return np.array(
        [
            status == Status.OPEN and (o is None or o <= day) and (c is None or c > day)
            for status, o, c in zip(
                outlets["status"],
                outlets["outlet__opened_on"],
                outlets["outlet__closed_on"],
                strict=True,
            )
        ],
        dtype=bool,
    )


def _formats(rules: RuleSet, used: set[int]) -> list[dict[str, Any]]:
    """The formats of the official list and of the rules, and those that outlets have besides."""
    in_list = {row.format_id: row for row in rules.formats.all()}
    services: dict[Any, int] = {}
    for owner, bit in ServiceFormat.objects.filter(counts=True).values_list(
        "format_id", "service__bit"
    ):
        services[owner] = services.get(owner, 0) | 1 << bit
    rows = []
    wanted = BusinessFormat.objects.filter(
        Q(is_official=True) | Q(number__in=used) | Q(pk__in=list(in_list))
    )
    for row in wanted.order_by("number").values("id", "number", "code", "category"):
        rule = in_list.get(row["id"])
        basket = rule.basket if rule and rule.basket is not None else -1
        minutes = rule.minutes if rule else 0
        rows.append(
            row | {"minutes": minutes, "basket": basket, "mask": services.get(row["id"], 0)}
        )
    return rows


def _compounds(district: District, as_of: dt.date) -> dict[str, list[Any]]:
    names = (
        "compound_id",
        "compound__street_id",
        "compound__lon",
        "compound__lat",
        "compound__kind",
        "compound__floor_area",
        "compound__commercial_area",
        "population",
        "population_60",
    )
    facts = CompoundFacts.objects.filter(
        compound__in=Compound.objects.filter(district=district).values("pk")
    )
    rows = as_of_facts(facts, "compound", as_of).order_by("compound_id").values_list(*names)
    return _columns(rows, names)


def _circles(district: District, as_of: dt.date) -> list[dict[str, Any]]:
    facts = CircleFacts.objects.filter(
        circle__in=Circle.objects.filter(district=district).values("pk")
    )
    return list(
        as_of_facts(facts, "circle", as_of)
        .order_by("circle__code", "circle_id")
        .values(
            "circle_id",
            "circle__code",
            "state",
            "level",
            "boundary",
            "street_ids",
            "compound_ids",
            "neighbourhood_ids",
        )
    )


def _brand_stores(
    outlets: dict[str, list[Any]], brand_row: dict[Any, int], counted: Any, as_of: dt.date
) -> Any:
    """Stores per brand: the larger of its last national count and what the register holds open."""
    own = _lookup(outlets["brand_id"], brand_row)
    stores = np.bincount(own[counted & (own >= 0)], minlength=len(brand_row)).astype(np.int64)
    latest = (
        BrandStoreCount.objects.filter(brand=OuterRef("brand"), on__lte=as_of)
        .values("brand")
        .annotate(last=Max("on"))
        .values("last")
    )
    counts = BrandStoreCount.objects.filter(brand__in=list(brand_row), on=Subquery(latest))
    for brand, declared in counts.values_list("brand_id", "stores"):
        stores[brand_row[brand]] = max(stores[brand_row[brand]], declared)
    return stores


def _complete(
    district: District,
    street_row: dict[Any, int],
    format_row: dict[int, int],
    as_of: dt.date,
    since: dt.date,
) -> Any:
    known = np.zeros((len(street_row), len(format_row)), dtype=bool)
    rows = LedgerCompleteness.objects.filter(
        street__district=district, on__lte=as_of, on__gt=since
    ).values_list("street_id", "format__number")
    for street, number in rows:
        if number in format_row:
            known[street_row[street], format_row[number]] = True
    return known


def _checked(
    place: str,
    place_row: dict[Any, int],
    format_row: dict[int, int],
    as_of: dt.date,
    since: dt.date,
) -> Any:
    """The latest check of each format at each place: -1 none, 0 not found, 1 found."""
    seen = np.full((len(place_row), len(format_row)), -1, dtype=np.int8)
    rows = (
        FormatCheck.objects.filter(
            **{f"{place}__isnull": False}, checked_on__lte=as_of, checked_on__gt=since
        )
        .order_by("checked_on", "id")
        .values_list(f"{place}_id", "format__number", "found")
    )
    for owner, number, found in rows:
        if owner in place_row and number in format_row:
            seen[place_row[owner], format_row[number]] = int(found)
    return seen


# --- small tools ------------------------------------------------------------------------------


def _columns(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _rows(keys: Iterable[Any]) -> dict[Any, int]:
    return {key: row for row, key in enumerate(keys)}


def _by_text(rows: dict[Any, int]) -> dict[str, int]:
    return {str(key): row for key, row in rows.items()}


def _lookup(keys: Iterable[Any], rows: dict[Any, int]) -> Any:
    return np.array([rows.get(key, -1) for key in keys], dtype=np.int32)


def _pairs(circles: list[dict[str, Any]], field: str, rows: dict[str, int]) -> Any:
    pairs = [
        (circle, rows[str(id)])
        for circle, row in enumerate(circles)
        for id in row[field]
        if str(id) in rows
    ]
    return np.array(pairs, dtype=np.int32).reshape(-1, 2).T


def _ids(values: Iterable[Any]) -> Any:
    return np.array([str(value) for value in values], dtype="<U36")


def _floats(values: Iterable[Any]) -> Any:
    return np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)


def _whole(values: Iterable[Any]) -> Any:
    return np.array([-1 if v is None else v for v in values], dtype=np.int64)


def _tri(values: Iterable[Any]) -> Any:
    return np.array([-1 if v is None else int(v) for v in values], dtype=np.int8)
