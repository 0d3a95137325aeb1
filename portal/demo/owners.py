"""Sample brands, and the sample enterprises behind outlets; none of them exists."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.credit_code import ALPHABET, make_credit_code
from portal.demo.layout import UNITS
from portal.demo.plan import Plan
from portal.demo.sites import Sites
from portal.demo.tables import Table

# How many in a hundred outlets of a format belong to a chain.
CHAINS: Final = {
    "convenience_store": 55, "supermarket": 70, "wet_market": 30, "fresh_market": 40,
    "breakfast_shop": 18, "hair_beauty": 12, "laundry": 30, "pharmacy": 65, "photo_print": 12,
    "housekeeping": 25, "repair": 6, "recycling": 20, "parcel_station": 45,
    "forward_warehouse": 80, "specialty_dining": 15, "fitness": 35, "wellness": 20,
    "bookstore": 30, "training": 25, "leisure": 10, "elderly_care": 30, "childcare": 25,
}  # fmt: skip
LEVEL = 0.875
"""Brings the district to a little under the 30 % of the plan."""
UNLICENSED = 0.07
"""Small traders without an enterprise on record."""


@dataclass(frozen=True, eq=False)
class Owners:
    """For each outlet its kind of chain, enterprise (id or None) and licence; and their tables."""

    chain_kind: list[str]
    enterprise: list[uuid.UUID | None]
    licence_name: list[str]
    brands: Table
    store_counts: Table
    enterprises: Table


def own(
    plan: Plan,
    brand: list[str | None],
    names: list[str],
    brands: list[dict[str, Any]],
    parts: dict[str, Any],
) -> Owners:
    """Who stands behind each outlet. Direct chains are the brand's own enterprise's."""
    rng = plan.chance("owners")
    kind_of = {row["code"]: row["chain_kind"] for row in brands}
    silent = rng.random(len(brand)) < 0.12
    chain_kind = [
        kind_of[code] if code else ("" if silent[row] else "none") for row, code in enumerate(brand)
    ]
    licensed = rng.random(len(brand)) >= UNLICENSED
    enterprise_names: list[str] = []
    patterns, leads = parts["enterprise_patterns"], parts["shop_leads"]
    company: dict[str, int] = {}
    for number, each in enumerate(brands):
        company[each["code"]] = len(enterprise_names)
        lead = leads[number % len(leads)]
        enterprise_names.append(patterns[number % len(patterns)].format(lead=lead))
    holder: list[int | None] = []
    for row, code in enumerate(brand):
        if code and kind_of[code] == "direct":
            holder.append(company[code])
        elif licensed[row]:
            holder.append(len(enterprise_names))
            enterprise_names.append(f"示例{_plain(names[row])}（个体工商户）")
        else:
            holder.append(None)
    ids = plan.ids("enterprises", len(enterprise_names))
    return Owners(
        chain_kind=chain_kind,
        enterprise=[None if number is None else ids[number] for number in holder],
        licence_name=["" if number is None else enterprise_names[number] for number in holder],
        brands=_brand_table(plan, brands),
        store_counts=_store_counts(plan, brands),
        enterprises={
            "id": list(ids),
            "name": enterprise_names,
            "credit_code": [
                credit_code(number, household=number >= len(brands)) for number in range(len(ids))
            ],
            "is_sample": [True] * len(ids),
        },
    )


def _plain(name: str) -> str:
    return name.replace("（示例）", "").replace("示例·", "")


def brands_of(plan: Plan, sites: Sites, brands: list[dict[str, Any]]) -> list[str | None]:
    """The code of each outlet's brand; None = it has none."""
    rng = plan.chance("brands")
    # Large brands have more stores here as well, though not in proportion.
    pool: dict[str, list[tuple[str, float]]] = {}
    for each in brands:
        for code in each["formats"]:
            pool.setdefault(code, []).append((each["code"], each["store_count"] ** 0.5))
    local = {unit.code: unit.chains for unit in UNITS}
    drawn, pick = rng.random(len(sites.format)), rng.random(len(sites.format))
    result: list[str | None] = []
    for row, code in enumerate(sites.format.tolist()):
        share = CHAINS[code] / 100 * LEVEL * local.get(str(sites.street[row]), 1.0)
        if drawn[row] >= share:
            result.append(None)
            continue
        edges = np.cumsum([weight for _, weight in pool[code]])
        result.append(pool[code][int(np.searchsorted(edges, pick[row] * edges[-1]))][0])
    return result


def _brand_table(plan: Plan, brands: list[dict[str, Any]]) -> Table:
    return {
        "id": list(plan.ids("brands", len(brands))),
        "code": [row["code"] for row in brands],
        "name": [row["name"] for row in brands],
        "chain_kind": [row["chain_kind"] for row in brands],
        "is_sample": [True] * len(brands),
    }


def _store_counts(plan: Plan, brands: list[dict[str, Any]]) -> Table:
    """As the brands file says, and a count of two years before the demo's day."""
    earlier = plan.ago(760)
    table: Table = {"brand": [], "on": [], "stores": [], "source": []}
    for row in brands:
        declared = min(dt.date.fromisoformat(row["store_count_on"]), plan.ago(30))
        before = int(row["store_count"] * 0.9) + 1
        for on, stores in {earlier: before, declared: row["store_count"]}.items():
            for name, value in zip(table, (row["code"], on, stores, "演示数据"), strict=True):
                table[name].append(value)
    return table


def credit_code(number: int, *, household: bool) -> str:
    """A valid code of no real unit: region 000000, subjects counted up."""
    subject, rest = "", number * 7919 + 17
    for _ in range(7):
        rest, digit = divmod(rest, len(ALPHABET))
        subject = ALPHABET[digit] + subject
    return make_credit_code(f"{'92' if household else '91'}000000MA{subject}")
