"""What stands beside the outlets: facilities, spaces, alliance members, complaint counts.

A few dozen of each, from generators of their own, so that nothing else of the demo depends on them.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np

from core.text import normalise_key
from portal.demo.plan import Plan
from portal.demo.tables import Table, length

# Kind, what it is called after its estate, who is in charge, how much it holds at most.
FACILITIES: Final = (
    ("elderly", "日间照料中心", "区民政局", 60),
    ("childcare", "托育点", "区教育局", 40),
    ("health", "社区卫生服务站", "区卫生健康委", None),
    ("meals", "社区食堂", "区民政局", 120),
    ("culture", "文化活动室", "区文化旅游局", 80),
    ("sports", "市民健身点", "区体育局", None),
    ("park", "口袋公园", "区绿化市容局", None),
    ("finance", "银行网点", "", None),
    ("parcel", "智能快件箱", "", None),
    ("school", "小学", "区教育局", 900),
)
# Kind, what it is called, area from and to in m², yuan for a square metre and day at most.
SPACES: Final = (
    ("house", "闲置用房", 40, 300, 4.0),
    ("plant", "旧厂房", 600, 3000, 2.5),
    ("warehouse", "旧仓库", 200, 1200, 2.0),
    ("land", "闲置地块", 300, 2000, 1.0),
    ("cleared", "拆后空地", 100, 900, 0.0),
    ("test_booth", "原核酸检测亭", 4, 12, 0.0),
    ("mall_unit", "商场空铺", 30, 260, 8.0),
)
WANTED: Final = (
    ["breakfast_shop"],
    ["repair", "laundry"],
    ["fresh_market"],
    ["community_canteen", "elderly_care"],
    ["childcare"],
    ["convenience_store", "parcel_station"],
)
MOST_FACILITIES, MOST_SPACES, MEMBERS = 50, 28, 24
MONTHS: Final = 2
ALLIANCES: Final = ("普陀区生活服务业企业联盟（演示）", "曹杨商圈企业联盟（演示）")


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The four tables."""

    facilities: Table
    spaces: Table
    alliance_members: Table
    complaint_counts: Table


def beside(plan: Plan, compounds: Table, circles: Table, enterprises: Table) -> Neighbours:
    """Made from the rows they stand beside."""
    return Neighbours(
        facilities=_facilities(plan, compounds),
        spaces=_spaces(plan, compounds),
        alliance_members=_members(plan, enterprises),
        complaint_counts=_complaints(plan, circles),
    )


def _facilities(plan: Plan, compounds: Table) -> Table:
    rng = plan.chance("facilities")
    count = max(len(FACILITIES), round(MOST_FACILITIES * plan.scale))
    sorts = [FACILITIES[row % len(FACILITIES)] for row in range(count)]
    homes = _homes(rng, compounds, count)
    opened = rng.integers(200, 3500, count)
    return _sites(plan, "facilities", "F", compounds, homes, [word for _k, word, *_r in sorts]) | {
        "kind": [kind for kind, *_rest in sorts],
        "authority": [office for _k, _w, office, _most in sorts],
        "capacity": [
            None if most is None else int(most * share)
            for (*_sort, most), share in zip(sorts, rng.uniform(0.5, 1, count), strict=True)
        ],
        "opened_on": [plan.ago(days) for days in opened],
    }


def _spaces(plan: Plan, compounds: Table) -> Table:
    rng = plan.chance("spaces")
    count = max(len(SPACES), round(MOST_SPACES * plan.scale))
    sorts = [SPACES[row % len(SPACES)] for row in range(count)]
    homes = _homes(rng, compounds, count)
    since = rng.integers(30, 400, count)
    states = ("available", "available", "negotiating", "in_use")
    return _sites(plan, "spaces", "K", compounds, homes, [word for _k, word, *_r in sorts]) | {
        "kind": [kind for kind, *_rest in sorts],
        "area": [int(rng.integers(low, high + 1)) for _k, _w, low, high, _rent in sorts],
        "owner": ["演示产权单位"] * count,
        "use_mode": ["租赁" if most else "无偿使用" for *_sort, most in sorts],
        "rent": [
            Decimal(f"{most * share:.2f}")
            for (*_sort, most), share in zip(sorts, rng.uniform(0.4, 1, count), strict=True)
        ],
        "available_from": [plan.ago(days) for days in since],
        "wanted_formats": [WANTED[row % len(WANTED)] for row in range(count)],
        "state": [states[row % len(states)] for row in range(count)],
    }


def _homes(rng: np.random.Generator, compounds: Table, count: int) -> list[int]:
    """Located estates, each once while there are enough."""
    located = [row for row, lon in enumerate(compounds["lon"]) if lon is not None]
    again = count > len(located)
    return [located[at] for at in rng.choice(len(located), count, replace=again).tolist()]


def _sites(
    plan: Plan, subject: str, letter: str, compounds: Table, homes: list[int], words: list[str]
) -> Table:
    """What facilities and spaces have in common, each at its estate."""

    def of(column: str) -> list[Any]:
        return [compounds[column][row] for row in homes]

    numbers: dict[str, int] = {}
    codes = []
    for street in of("street"):
        numbers[street] = numbers.get(street, 0) + 1
        codes.append(f"{street}-{letter}{numbers[street]:05d}")
    names = [f"{name}{word}" for name, word in zip(of("name"), words, strict=True)]
    return {
        "id": list(plan.ids(subject, len(homes))),
        "code": codes,
        "name": names,
        "name_key": [normalise_key(name)[:160] for name in names],
        "street": of("street"),
        "neighbourhood": of("neighbourhood"),
        "address": of("address"),
        **{column: of("lon") for column in ("lon", "x_in")},
        **{column: of("lat") for column in ("lat", "y_in")},
        "crs_in": ["wgs84"] * len(homes),
        "place_state": ["verified"] * len(homes),
        "is_sample": [True] * len(homes),
    }


def _members(plan: Plan, enterprises: Table) -> Table:
    rng = plan.chance("alliance members")
    count = min(MEMBERS, length(enterprises))
    chosen = sorted(rng.choice(length(enterprises), count, replace=False).tolist())
    joined = rng.integers(300, 900, count)
    return {
        "id": list(plan.ids("alliance members", count)),
        "enterprise": [enterprises["id"][row] for row in chosen],
        "alliance": [ALLIANCES[turn % 2] for turn in range(count)],
        "duty": ["理事长单位" if turn < 2 else "成员单位" for turn in range(count)],
        "joined_on": [plan.ago(days) for days in joined],
        "left_on": [plan.ago(60) if turn % 9 == 8 else None for turn in range(count)],
        "is_sample": [True] * count,
    }


def _complaints(plan: Plan, circles: Table) -> Table:
    """The last whole months of each circle, and of every third circle by the second hotline."""
    rng = plan.chance("complaints")
    rows = [
        (circle, month, source)
        for at, circle in enumerate(circles["id"])
        for month in _months(plan.day)
        for source in (("12345", "12315") if at % 3 == 0 else ("12345",))
    ]
    counts = rng.poisson(6, len(rows))
    closed = np.minimum(counts, rng.binomial(counts, 0.92))
    return {
        "id": list(plan.ids("complaints", len(rows))),
        "circle": [circle for circle, _month, _source in rows],
        "month": [month for _circle, month, _source in rows],
        "source": [source for _circle, _month, source in rows],
        "count": counts.tolist(),
        "closed": closed.tolist(),
        "is_sample": [True] * len(rows),
    }


def _months(day: dt.date) -> list[dt.date]:
    """First days of the last whole months before `day`."""
    months, first = [], day.replace(day=1)
    for _turn in range(MONTHS):
        first = (first - dt.timedelta(days=1)).replace(day=1)
        months.append(first)
    return months
