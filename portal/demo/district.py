"""The demo district as rows: made from a plan and the reference files, nothing else."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from core.geo import from_wgs84
from metrics.reach import Network
from portal.demo import checks, neighbours, owners, shapes, shops, timeline
from portal.demo.circles import Circles, draw
from portal.demo.homes import settle
from portal.demo.network import Roads, join
from portal.demo.people import house
from portal.demo.places import Hoods, committees, covered, middles, way_out
from portal.demo.plan import Plan
from portal.demo.sites import Sites, site
from portal.demo.streets import lay_streets
from portal.demo.tables import Table

STREETS_AROUND_M = 1_250
"""A small demo has the streets this far around its circles' middles."""


@dataclass(frozen=True, eq=False)
class DemoDistrict:
    """Everything `load_demo` writes; tables are columns, keys of reference rows are codes."""

    plan: Plan
    code: str
    outline: dict[str, object]
    street_outlines: dict[str, dict[str, object]]
    neighbourhood_outlines: dict[str, dict[str, object]]
    network: Network
    roads: Roads
    compounds: Table
    compound_facts: Table
    circles: Table
    circle_streets: Table
    circle_compounds: Table
    circle_neighbourhoods: Table
    circle_facts: Table
    brands: Table
    store_counts: Table
    enterprises: Table
    outlets: Table
    outlet_facts: Table
    completeness: Table
    format_checks: Table
    facilities: Table
    spaces: Table
    alliance_members: Table
    complaint_counts: Table


def generate(plan: Plan, fixtures: Path) -> DemoDistrict:
    """The same plan and files make the same district, ids included."""
    files = _Files(fixtures)
    chosen = middles(plan)
    area = covered(plan, chosen, STREETS_AROUND_M).union(way_out(chosen))
    streets = lay_streets(plan, area)
    homes = settle(plan, streets, chosen)
    roads = join(streets, homes.lanes)
    hoods = committees(plan, files.hoods)
    compounds = house(plan, homes, chosen, hoods, files.parts)
    circles = draw(plan, roads, chosen, compounds, files.parts)
    sites = _by_street(site(plan, roads, chosen, compounds, circles, files.mix, files.basic))
    owned, outlets, facts = _register(plan, files, circles, sites, hoods)
    return DemoDistrict(
        plan=plan,
        code=files.district,
        outline=shapes.geojson(shapes.district()),
        street_outlines={code: shapes.geojson(area) for code, area in shapes.units().items()},
        neighbourhood_outlines=hoods.outlines(),
        network=roads.network,
        roads=roads,
        compounds=compounds.table,
        compound_facts=compounds.facts,
        circles=circles.table,
        circle_streets=circles.streets,
        circle_compounds=circles.compounds,
        circle_neighbourhoods=circles.neighbourhoods,
        circle_facts=circles.facts,
        brands=owned.brands,
        store_counts=owned.store_counts,
        enterprises=owned.enterprises,
        outlets=outlets,
        outlet_facts=facts,
        completeness=checks.completeness(plan, chosen, circles, files.formats),
        format_checks=checks.format_checks(plan, chosen, circles),
        **vars(neighbours.beside(plan, compounds.table, circles.table, owned.enterprises)),
    )


class _Files:
    """What the reference files contribute."""

    def __init__(self, fixtures: Path) -> None:
        def read(name: str) -> Any:
            return json.loads((fixtures / f"{name}.json").read_text(encoding="utf-8"))

        territory, formats, services = read("territory"), read("formats"), read("services")
        self.district: str = territory["district"]["code"]
        self.hoods: dict[str, list[str]] = {row["code"]: [] for row in territory["streets"]}
        for row in territory["neighbourhoods"]:
            self.hoods[row["street"]].append(row["code"])
        self.formats: list[str] = [row["code"] for row in formats["formats"]]
        self.basic = [row["code"] for row in formats["formats"] if row["category"] == "basic"]
        self.industry = {row["code"]: row["industry_codes"] for row in formats["formats"]}
        self.bits: dict[str, int] = {row["code"]: row["bit"] for row in services["services"]}
        self.serves: dict[str, str] = {
            row["service"]: row["format"]
            for row in services["service_formats"]
            if row["counts_as_format"]
        }
        self.mix: list[dict[str, Any]] = read("national_ratios")["demo_format_mix"]
        self.brands: list[dict[str, Any]] = read("chain_brands")["brands"]
        self.parts: dict[str, Any] = read("name_parts") | {
            "street_names": {row["code"]: row["short_name"] for row in territory["streets"]}
        }


def _by_street(sites: Sites) -> Sites:
    order = np.lexsort((sites.at[:, 0], -sites.at[:, 1], sites.street))
    # 区外网点 last.
    order = np.concatenate([order[sites.street[order] != ""], order[sites.street[order] == ""]])
    return Sites(*(column[order] for column in vars(sites).values()))


def _register(
    plan: Plan, files: _Files, circles: Circles, sites: Sites, hoods: Hoods
) -> tuple[owners.Owners, Table, Table]:
    """The outlets' rows and their dated facts."""
    count = len(sites.format)
    forms = shops.form(plan, sites)
    brand = owners.brands_of(plan, sites, files.brands)
    names = shops.names(plan, sites, forms, brand, files.brands, files.parts)
    owned = owners.own(plan, brand, names, files.brands, files.parts)
    masks = shops.services(plan, sites, circles.lacks, files.bits, files.serves)
    is_chain = np.array([code is not None for code in brand])
    lives = timeline.live(plan, count, _needed(circles, sites, files.basic))
    within = _codes_of_circles(circles, sites)
    located = np.array([state != "failed" for state in lives.place_state])
    table: Table = {
        "id": list(plan.ids("outlets", count)),
        "code": _codes(files.district, sites),
        "name": names,
        "street": [code or None for code in sites.street.tolist()],
        "neighbourhood": [code or None for code in hoods.nearest(sites.at, sites.street).tolist()],
        "main_format": sites.format.tolist(),
        "industry_code": [(files.industry[code] or [""])[0] for code in sites.format.tolist()],
        "facility_form": forms,
        "services": masks,
        "brand": brand,
        "chain_kind": owned.chain_kind,
        "enterprise": owned.enterprise,
        "licence_name": owned.licence_name,
        "outside": [code == "" for code in sites.street.tolist()],
        "declared_circles": [
            [] if state == "verified" else codes
            for state, codes in zip(lives.place_state, within, strict=True)
        ],
        "status": lives.status,
        "place_state": lives.place_state,
        "opened_on": lives.opened_on,
        "closed_on": lives.closed_on,
        **_positions(plan, sites, located),
        **shops.particulars(
            plan, sites, forms, is_chain, files.bits["breakfast_supply"], masks, files.parts
        ),
        "version": [1] * count,
        "is_sample": [True] * count,
    }
    return owned, table, timeline.facts(plan, table, lives.change_on)


def _positions(plan: Plan, sites: Sites, located: "np.ndarray[Any, Any]") -> Table:
    """WGS 84, and as it came in: three in ten were collected in GCJ-02."""
    degrees = shapes.to_degrees(sites.at).round(7)
    gcj = plan.chance("coordinate systems").random(len(located)) < 0.3
    shifted = np.column_stack(from_wgs84(degrees[:, 0], degrees[:, 1], "gcj02")).round(7)
    came = np.where(gcj[:, None], shifted, degrees)

    def known(values: "np.ndarray[Any, Any]") -> list[float | None]:
        return [float(v) if ok else None for v, ok in zip(values, located, strict=True)]

    return {
        "lon": known(degrees[:, 0]),
        "lat": known(degrees[:, 1]),
        "x_in": known(came[:, 0]),
        "y_in": known(came[:, 1]),
        "crs_in": [
            ("gcj02" if shift else "wgs84") if ok else ""
            for shift, ok in zip(gcj, located, strict=True)
        ],
    }


def _codes(district: str, sites: Sites) -> list[str]:
    seen: dict[str, int] = {}
    codes = []
    for street in sites.street.tolist():
        prefix = street or f"{district}W"
        seen[prefix] = seen.get(prefix, 0) + 1
        codes.append(f"{prefix}-{seen[prefix]:06d}")
    return codes


def _codes_of_circles(circles: Circles, sites: Sites) -> list[list[str]]:
    """Codes of every circle each outlet stands in."""
    found: list[list[str]] = [[] for _ in sites.street]
    tree = shapely.STRtree(shapely.points(sites.at))
    for area, code in zip(circles.areas, circles.codes, strict=True):
        for row in tree.query(area, predicate="intersects"):
            if sites.street[row]:
                found[row].append(code)
    return found


def _needed(circles: Circles, sites: Sites, basic: list[str]) -> "np.ndarray[Any, Any]":
    """One outlet of each basic format in each circle without gaps: it neither closes nor moves."""
    needed = np.zeros(len(sites.format), dtype=bool)
    for area, lacks in zip(circles.areas, circles.lacks, strict=True):
        if lacks:
            continue
        inside = shapely.contains_xy(area, *sites.at.T)
        for code in basic:
            needed[np.flatnonzero(inside & (sites.format == code))[:1]] = True
    return needed
