"""A ledger as streets keep them: `python -m tests.browser.crooked <street code> <file.xlsx>`.

1,400 rows under two title rows, columns called otherwise, points in GCJ-02 without saying so; some
rows wrong, some of them in the same way, some that the register or the file has already. What is in
it goes to stdout as JSON.
"""

import json
import random
import sys
from itertools import count
from typing import Any

import django

django.setup()

import openpyxl  # noqa: E402
import shapely  # noqa: E402

from core.geo import from_wgs84  # noqa: E402
from outlets.models import BusinessFormat, Outlet  # noqa: E402
from territory.models import Street  # noqa: E402

ROWS = 1400
TITLES = (
    "序号",
    "店招",
    "所属行业业态",
    "所在街道",
    "门牌地址",
    "东经",
    "北纬",
    "开店日期",
    "经营面积",
    "营业时段",
    "编码",
    "备注",
)
KNOWN, LIKELY, TWICE = 80, 6, 4
WRONG_FORMAT, WRONG_DATE, WRONG_AREA, NO_NAME = 12, 4, 3, 2
# What stands in the ledger where 便利店 is meant, again and again.
MISSPELT = "便利超市店"
_FIRST, _SECOND = "永昌恒泰德顺福万隆兴和祥瑞宝庆丰", "康达利源茂盛裕安信诚美佳乐成华英"


class Ledger:
    """The rows, made one kind after another with the same chances each time."""

    def __init__(self, street: Street) -> None:
        self.street = street
        self.chance = random.Random(310107)
        self.area = shapely.from_geojson(json.dumps(street.outline)).buffer(-0.0008)
        self.formats = list(
            BusinessFormat.objects.order_by("number").values_list("name", flat=True)
        )
        self.numbers = count(1)
        self.rows: list[dict[str, Any]] = []

    def add(self, **cells: Any) -> dict[str, Any]:
        """One more shop, new unless `cells` says which."""
        number = next(self.numbers)
        lon, lat = self._place()
        words = [
            self.chance.choice(_FIRST),
            self.chance.choice(_SECOND),
            self.chance.choice(_FIRST),
        ]
        row = {
            "序号": number,
            "店招": f"{''.join(words)}{number}号店",
            "所属行业业态": self.chance.choice(self.formats),
            "所在街道": self.street.name,
            "门牌地址": f"示例路{number}弄{number % 90 + 1}号",
            "东经": round(lon, 6),
            "北纬": round(lat, 6),
            "开店日期": f"20{self.chance.randint(10, 24)}.{self.chance.randint(1, 12)}.8",
            "经营面积": self.chance.randint(8, 400),
            "营业时段": "08:00-21:00",
            "编码": "",
            "备注": "",
        } | cells
        self.rows.append(row)
        return row

    def add_known(self, outlet: Outlet, **cells: Any) -> None:
        """A shop of the register, by its code, as it stands but for `cells`."""
        same = {
            "店招": outlet.name,
            "所属行业业态": outlet.main_format.name,
            "门牌地址": outlet.address,
            "开店日期": "",
            "经营面积": "",
            "营业时段": outlet.hours,
            "编码": outlet.code,
            "东经": "",
            "北纬": "",
        }
        self.add(**same | cells)

    def _place(self) -> tuple[float, float]:
        west, south, east, north = self.area.bounds
        while True:
            lon, lat = self.chance.uniform(west, east), self.chance.uniform(south, north)
            if self.area.contains(shapely.Point(lon, lat)):
                east_, north_ = from_wgs84([lon], [lat], "gcj02")
                return float(east_[0]), float(north_[0])


def fill(ledger: Ledger) -> dict[str, int]:
    """All rows; what is in them."""
    known = Outlet.objects.filter(street=ledger.street, status="open", void=False)
    outlets = list(known.select_related("main_format").order_by("code"))
    likely, rest = outlets[:LIKELY], outlets[LIKELY:][:KNOWN]
    changed, same = rest[::2], rest[1::2]
    for outlet in changed:
        ledger.add_known(outlet, 营业时段="06:15-23:45")
    for outlet in same:
        ledger.add_known(outlet)
    for outlet in likely:
        ledger.add(
            店招=outlet.name,
            所属行业业态=outlet.main_format.name,
            门牌地址=f"{outlet.address}底层",
            东经="",
            北纬="",
        )
    for _number in range(TWICE):
        shop = ledger.add()
        ledger.add(**{title: shop[title] for title in ("店招", "门牌地址", "所属行业业态")})
    for _number in range(WRONG_FORMAT):
        ledger.add(所属行业业态=MISSPELT)
    for _number in range(WRONG_DATE):
        ledger.add(开店日期="去年三月")
    for _number in range(WRONG_AREA):
        ledger.add(经营面积="约五十平")
    for _number in range(NO_NAME):
        ledger.add(店招="")
    while len(ledger.rows) < ROWS:
        ledger.add()
    ledger.chance.shuffle(ledger.rows)
    return {
        "rows": len(ledger.rows),
        "changed": len(changed),
        "unchanged": len(same),
        "wrong": WRONG_FORMAT + WRONG_DATE + WRONG_AREA + NO_NAME,
        "misspelt": WRONG_FORMAT,
        "doubts": len(likely) + TWICE,
    }


def save(ledger: Ledger, path: str) -> None:
    """As an .xlsx with two title rows above the header."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "网点"
    sheet.append([f"{ledger.street.name}商业网点台账"])
    sheet.append(["填表单位：街道服务办", "", "", "填表日期：2026.3"])
    sheet.append(list(TITLES))
    for row in ledger.rows:
        sheet.append([row[title] for title in TITLES])
    book.create_sheet("说明").append(["本表由各居委会汇总"])
    book.save(path)


def main(code: str, path: str) -> None:
    """Make the file."""
    ledger = Ledger(Street.objects.get(code=code))
    told = fill(ledger)
    save(ledger, path)
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
