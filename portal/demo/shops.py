"""What the ledger says of each outlet: name, staff, area, services, hours, contact."""

from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from portal.demo.plan import Plan
from portal.demo.sites import Sites
from portal.demo.tables import Table

Bools = NDArray[np.bool_]

# Staff (mean) and business area (typical, m²) of an outlet of the format.
SIZES: Final = {
    "convenience_store": (4.5, 65), "supermarket": (24, 620), "wet_market": (46, 1500),
    "fresh_market": (5.0, 95), "breakfast_shop": (3.6, 38), "hair_beauty": (4.2, 62),
    "laundry": (2.3, 34), "pharmacy": (4.6, 95), "photo_print": (2.2, 30),
    "housekeeping": (9.0, 45), "repair": (1.6, 16), "recycling": (2.4, 32),
    "parcel_station": (3.0, 48), "forward_warehouse": (22, 340), "specialty_dining": (9.5, 135),
    "fitness": (9.0, 420), "wellness": (6.5, 125), "bookstore": (4.4, 170),
    "training": (10.5, 210), "leisure": (5.2, 180), "elderly_care": (13, 430),
    "childcare": (11.5, 300),
}  # fmt: skip
# Add-on services: how many in a hundred outlets of the format offer them.
SERVICES: Final[dict[str, dict[str, int]]] = {
    "convenience_store": {
        "parcel_handling": 34, "bill_payment": 30, "breakfast_supply": 38, "print_copy": 7,
        "press_sales": 12,
    },
    "supermarket": {"bill_payment": 36, "parcel_handling": 18, "home_visit": 24},
    "fresh_market": {"home_visit": 22},
    "laundry": {"home_visit": 30},
    "pharmacy": {"home_visit": 16, "rental": 8},
    "parcel_station": {"print_copy": 16, "bill_payment": 8, "rental": 6},
    "photo_print": {"parcel_handling": 14, "press_sales": 10},
    "repair": {"home_visit": 34, "rental": 6},
    "housekeeping": {"home_visit": 70},
    "bookstore": {"press_sales": 60, "print_copy": 14},
    "elderly_care": {"home_visit": 40, "rental": 22, "breakfast_supply": 30},
    "specialty_dining": {"breakfast_supply": 7},
}  # fmt: skip
HOURS: Final = {
    "breakfast_shop": "05:30–13:00",
    "wet_market": "06:00–18:30",
    "recycling": "08:00–17:30",
    "training": "13:00–20:30",
    "childcare": "07:30–18:00",
}
BREAKFAST: Final = {
    "breakfast_shop": "shop",
    "convenience_store": "convenience",
    "specialty_dining": "restaurant",
    "elderly_care": "elderly",
}


def form(plan: Plan, sites: Sites) -> list[str]:
    """设施形态: some breakfast carts and vegetable vans, some market stalls, lockers as planned."""
    drawn = plan.chance("forms").random(len(sites.format))
    forms = sites.form.tolist()
    for row, code in enumerate(sites.format.tolist()):
        if forms[row] == "smart":
            continue
        if code in ("breakfast_shop", "fresh_market") and drawn[row] < 0.025:
            forms[row] = "mobile"
        elif code == "fresh_market" and drawn[row] > 0.9:
            forms[row] = "stall"
    return forms


def names(
    plan: Plan,
    sites: Sites,
    forms: list[str],
    brand: list[str | None],
    brands: list[dict[str, Any]],
    parts: dict[str, Any],
) -> list[str]:
    """Names that nobody can take for real ones."""
    rng = plan.chance("shop names")
    stems = {row["format"]: row["stems"] for row in parts["shop_stems"]}
    brand_name = {row["code"]: row["name"] for row in brands}
    leads = rng.choice(parts["shop_leads"], len(forms)).tolist()
    pick = rng.random(len(forms))
    result = []
    for row, lead in enumerate(leads):
        code = brand[row]
        if code and forms[row] == "shop":
            result.append(parts["chain_outlet_pattern"].format(brand=brand_name[code], lead=lead))
            continue
        choice = {"smart": parts["locker_stems"], "mobile": parts["mobile_stems"]}.get(
            forms[row], stems[str(sites.format[row])]
        )
        stem = choice[int(pick[row] * len(choice))]
        result.append(parts["outlet_pattern"].format(lead=lead, stem=stem))
    return result


def services(
    plan: Plan,
    sites: Sites,
    lacks: list[tuple[str, ...]],
    bits: dict[str, int],
    serves: dict[str, str],
) -> list[int]:
    """Bit masks. `serves`: service → format it may stand for, withheld where a circle lacks it."""
    rng = plan.chance("services")
    drawn = rng.random((len(sites.format), len(bits)))
    masks = []
    for row, code in enumerate(sites.format.tolist()):
        mask = 0
        missing = lacks[sites.circle[row]] if sites.circle[row] >= 0 else ()
        if sites.form[row] != "smart":
            for column, (service, percent) in enumerate(SERVICES.get(code, {}).items()):
                if 100 * drawn[row, column] < percent and serves.get(service) not in missing:
                    mask |= 1 << bits[service]
        masks.append(mask)
    return masks


def particulars(
    plan: Plan,
    sites: Sites,
    forms: list[str],
    is_chain: Bools,
    breakfast_bit: int,
    masks: list[int],
    parts: dict[str, Any],
) -> Table:
    """The remaining columns of the ledger."""
    rng = plan.chance("particulars")
    count = len(forms)
    code = sites.format.tolist()
    smart = np.array([each == "smart" for each in forms])

    def some(share: float) -> Bools:
        return np.asarray(rng.random(count) < share)

    def are(*formats: str) -> Bools:
        return np.isin(code, formats)

    day_and_night = smart | (are("convenience_store") & is_chain & some(0.55))
    shown = some(0.9)
    roads = rng.choice(parts["roads"], count)
    doors, people = rng.integers(1, 1200, count), rng.integers(300, 999, count)
    return {
        **_sizes(rng, code, smart, np.isin(forms, ["mobile", "stall"])),
        "open_24h": _maybe(day_and_night, shown),
        "elderly_friendly": _maybe(some(0.46) | (is_chain & some(0.3)), shown),
        "cash_accepted": _maybe(~smart & some(0.93), shown),
        "supply": _maybe(are("supermarket", "wet_market") & some(0.45), shown),
        "mother_infant": _maybe(some(0.06), shown),
        "delivery": _maybe(~smart & some(0.38), shown),
        "dark_store": _maybe(are("forward_warehouse"), shown),
        "rent_subsidy": _maybe(are("repair", "wet_market") & some(0.2), shown),
        "hours": [
            "00:00–24:00" if night else HOURS.get(each, "09:00–21:00")
            for night, each in zip(day_and_night, code, strict=True)
        ],
        "breakfast_kind": [
            _breakfast(*row, breakfast_bit) for row in zip(code, forms, masks, strict=True)
        ],
        "ownership": rng.choice(
            ["private", "state", "collective", ""], count, p=[0.66, 0.17, 0.07, 0.10]
        ).tolist(),
        "address": [f"{road}{door}号" for road, door in zip(roads, doors, strict=True)],
        "contact": [parts["person_pattern"].format(number=n) for n in people],
        "phone": [parts["phone_pattern"].format(number=n) for n in people],
        "data_source": ["演示数据"] * count,
        "collected_by": ["演示·采集员"] * count,
        "collected_on": [plan.ago(days) for days in rng.integers(20, 400, count)],
    }


def _sizes(rng: np.random.Generator, code: list[str], smart: Bools, small: Bools) -> Table:
    """Staff and areas around what is usual for the format; some do not state them."""
    count = len(code)
    usual = np.array([SIZES[each] for each in code])
    staff = usual[:, 0] * rng.lognormal(-0.08, 0.4, count) * np.where(small, 0.4, 1)
    staff = np.where(smart, 0, np.maximum(1, np.rint(staff)))
    area = usual[:, 1] * rng.lognormal(0, 0.38, count) * np.where(small, 0.15, 1)
    area = np.where(smart, 1.6, np.maximum(2, area)).round(1)
    stated = rng.random((3, count)) < [[0.94], [0.95], [0.7]]
    return {
        "employees": [int(v) if s else None for v, s in zip(staff, stated[0], strict=True)],
        "business_area": _areas(area, stated[1]),
        "building_area": _areas((area * 1.18).round(1), stated[2]),
    }


def _areas(values: NDArray[np.float64], stated: Bools) -> list[Decimal | None]:
    return [
        Decimal(str(v)) if s else None
        for v, s in zip(values.tolist(), stated.tolist(), strict=True)
    ]


def _maybe(values: Bools, stated: Bools) -> list[bool | None]:
    return [bool(v) if s else None for v, s in zip(values, stated, strict=True)]


def _breakfast(code: str, facility: str, mask: int, bit: int) -> str:
    """早餐供应方式 of those who supply it."""
    if code == "breakfast_shop":
        return "mobile" if facility == "mobile" else "shop"
    if mask >> bit & 1:
        return BREAKFAST.get(code, "")
    return ""
