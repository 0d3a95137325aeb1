"""Rows whose who is crooked: codes, licences, doubles, chains, stalls without papers."""

from typing import Any

from core.credit_code import make_credit_code
from outlets.models import Outlet
from tests.outlets.crooked.making import (
    HEAD,
    Crooked,
    book,
    changed,
    double,
    line,
    new,
    same,
    with_columns,
    wrong,
)
from tests.outlets.crooked.place import Putuo


def _ending_in(last: str) -> str:
    """A code that no real unit has, with this check character."""
    codes = (make_credit_code(f"92000000MAFAKE{n:03d}") for n in range(1000))
    return next(code for code in codes if code[-1] == last)


def credit_codes(_place: Putuo) -> Crooked:
    """Every check character that lists get wrong; letters for digits; numbers; old numbers."""
    good = "91000000MAFAKE001Q"
    said: list[tuple[Any, Any]] = [
        (good, new(enterprise=good)),
        (good.lower(), new(enterprise=good)),
        ("９１００００００ＭＡＦＡＫＥ００１Ｑ", new(enterprise=good)),
        (" 91 000000 MAFAKE001 Q", new(enterprise=good)),
        *((code := _ending_in(last), new(enterprise=code)) for last in "XFGB"),
        ("91OOOOOOMAFAKE00IQ", wrong(credit_code=f"是否为“{good}”？")),
        ("91000000MAFAKE001A", wrong(credit_code="校验码不符")),
        ("91000000MAFAKE01Q", wrong(credit_code="现为 17 位")),
        ("310107123456789", wrong(credit_code="15 位旧注册号")),
        (310107123456789, wrong(credit_code="15 位旧注册号")),
        (9.10000001234567e17, wrong(credit_code="末位已丢失")),
        ("9.1E+17", wrong(credit_code="末位已丢失")),
        ("无照", new(enterprise=None)),
        ("/", new(enterprise=None)),
    ]
    rows = with_columns(["统一社会信用代码"], ([cell] for cell, _expected in said))
    return Crooked(book(rows), {n: expected for n, (_cell, expected) in enumerate(said, 2)})


def the_same_shop_twice(_place: Putuo) -> Crooked:
    """Pasted twice, the second time with other spaces and brackets."""
    rows = [
        HEAD,
        line(1, name="曹杨（一店）", address="兰溪路 10 号"),
        line(2),
        line(3, name="曹杨(一店)", address="兰溪路10号"),
        line(2),
    ]
    return Crooked(
        book(rows),
        {2: new(), 3: new(), 4: double("与第 2 行相同"), 5: double("与第 3 行相同")},
    )


def stores_of_one_chain(_place: Putuo) -> Crooked:
    """One name at four addresses, in two streets at one house number: all of them shops."""
    rows = [
        [*HEAD, "品牌", "连锁类型"],
        [*line(1, name="甲便利"), "甲", "直营"],
        [*line(2, name="甲便利"), "甲", "加盟店"],
        [*line(3, name="甲便利"), "无", "否"],
        [*line(4, name="甲便利", street="长风", address="兰溪路1号"), "甲 ", "特许"],
    ]
    return Crooked(
        book(rows),
        {
            2: new(brand="甲", chain_kind="direct"),
            3: new(brand="甲", chain_kind="franchise"),
            4: new(brand=None, chain_kind="none"),
            5: new(brand="甲", street="长风新村街道"),
        },
    )


def known_under_another_spelling(place: Putuo) -> Crooked:
    """Shops of the register: as they stand, with a new fact, with another address, renamed."""
    place.knows("老王修鞋", address="兰溪路10号", main_format="维修点")
    place.knows("好邻居便利", address="兰溪路20号", employees=2)
    place.knows("花溪菜店", address="花溪路30号", main_format="生鲜超市（菜店）")
    place.knows("北岭(便利)", address="兰溪路60号")
    place.knows("金沙早点", address="金沙江路40号", main_format="早餐店", lon=121.405, lat=31.25)
    rows = [
        [*HEAD, "从业人数", "经度", "纬度"],
        [*line(1, name="老王修鞋", sort="修理铺", address="兰溪路10号"), "", "", ""],
        [*line(2, name="好邻居便利", address="兰溪路20号"), 5, "", ""],
        [*line(3, name="花溪菜店", sort="菜店", address="花溪路30号底层"), "", "", ""],
        [*line(4, name="金沙早点铺", sort="早餐店", address="金沙江路40号"), 3, 121.40505, 31.25],
        [*line(5, name="老王修鞋", sort="维修点", address="枣阳路99号"), "", "", ""],
        [*line(6, name="北岭（便利）", address="兰溪路 60 号"), "", "", ""],
    ]
    return Crooked(
        book(rows),
        {
            2: same(),
            3: changed(employees=5),
            4: double("名称相同，地址写法不同"),
            5: changed(name="金沙早点铺", employees=3),
            6: new(address="枣阳路99号"),
            7: changed(name="北岭(便利)", address="兰溪路 60 号"),
        },
        crs="wgs84",
    )


def codes_of_others(place: Putuo) -> Crooked:
    """Codes of another street's shop, of another shop, of one merged away, twice in the file."""
    kept = place.knows("留下的店", code="310107005-000900", address="兰溪路900号")
    place.knows("并掉的店", code="310107005-000901", address="兰溪路901号")
    Outlet.objects.filter(code="310107005-000901").update(merged_into=kept)
    place.knows("长风的店", code="310107014-000001", address="大渡河路1号", street="长风新村街道")
    rows = [
        [*HEAD, "网点编码"],
        [*line(1, name="长风的店", address="大渡河路1号"), "310107014-000001"],
        [*line(2, name="别的店"), "310107005-000900"],
        [*line(3, name="并掉的店", address="兰溪路901号"), "310107005-000901"],
        [*line(4), "310107005-000777"],
        [*line(5), "310107005-000777"],
        [*line(6), "310107005-000888"],
        [*line(7), "无"],
    ]
    return Crooked(
        book(rows),
        {
            2: wrong(code="已用于长风新村街道的“长风的店”"),
            3: wrong(code="新网点请将编码留空"),
            4: wrong(code="已并入 310107005-000900"),
            5: wrong(code="与第 6 行重复"),
            6: wrong(code="与第 5 行重复"),
            7: new(code="310107005-000888"),
            8: new(),
        },
    )


def households_without_papers(_place: Putuo) -> Crooked:
    """户主姓名+经营活动, stalls at no house number, a shop that says where only in words."""
    rows = [
        [*HEAD, "营业执照名称", "统一社会信用代码", "设施形态"],
        [
            *line(1, name="张三修自行车", sort="维修点", address="兰溪路花溪路口"),
            "无",
            "",
            "流动摊点",
        ],
        [*line(2, name="李四卖菜", sort="菜店", address="菜场3号摊"), "", "无证", "摊位"],
        [*line(3, name="王五理发", sort="理发店", address=""), "", "", ""],
    ]
    return Crooked(
        book(rows),
        {
            2: new(name="张三修自行车", facility_form="mobile", enterprise=None),
            3: new(facility_form="stall", enterprise=None),
            4: wrong(address="详细地址和经纬度至少填一项"),
        },
    )


def several_licences_at_one_site(_place: Putuo) -> Crooked:
    """One shop, two licences: one row too many; two shops of one firm: two rows."""
    firm, other = make_credit_code("91000000MAFAKE100"), make_credit_code("92000000MAFAKE200")
    rows = [
        [*HEAD, "单位名称", "信用代码"],
        [*line(1), "甲商贸有限公司", firm],
        [*line(1), "甲餐饮店（个体工商户）", other],
        [*line(2), "甲商贸有限公司", firm],
    ]
    return Crooked(
        book(rows),
        {2: new(enterprise=firm), 3: double("与第 2 行相同"), 4: new(enterprise=firm)},
    )
