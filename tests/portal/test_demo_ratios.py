"""At full size the demo has the planned numbers and the published national proportions."""

from collections import Counter

import numpy as np
import pytest

from core.credit_code import check_credit_code
from portal.demo.district import DemoDistrict
from portal.demo.tables import length
from tests.portal.demo_samples import column, demo, fixture, open_inside, tables

NATIONAL = {row["code"]: row["value"] for row in fixture("national_ratios")["ratios"]}
BASIC = [row["code"] for row in fixture("formats")["formats"] if row["category"] == "basic"]


@pytest.fixture(scope="module")
def full() -> DemoDistrict:
    return demo(1.0)


def test_the_numbers_planned(full: DemoDistrict) -> None:
    assert length(full.circles) == 58
    assert length(full.compounds) == 3_000
    assert length(full.outlets) == 14_000
    assert sum(value or 0 for value in full.compounds["population"]) == 1_239_800
    assert len(full.street_outlines) == 10
    assert len(full.neighbourhood_outlines) == 285
    assert 11_000 < full.network.n_nodes < 14_000


def test_formats_follow_the_national_shares(full: DemoDistrict) -> None:
    rows = open_inside(full)
    code = column(full.outlets, "main_format")[rows]
    form = column(full.outlets, "facility_form")[rows]
    basic = np.isin(code, BASIC)
    assert basic.mean() == pytest.approx(NATIONAL["basic_outlet_share"], abs=0.01)
    of_basic = {
        "breakfast_share_of_basic": code == "breakfast_shop",
        "convenience_share_of_basic": code == "convenience_store",
        "parcel_locker_share_of_basic": form == "smart",
    }
    for ratio, which in of_basic.items():
        assert which.sum() / basic.sum() == pytest.approx(NATIONAL[ratio], abs=0.01), ratio


def test_staff_per_outlet_is_as_in_the_nation(full: DemoDistrict) -> None:
    rows = open_inside(full)
    staff = [n for n, here in zip(full.outlets["employees"], rows, strict=True) if here]
    stated = [n for n in staff if n is not None]
    assert np.mean(stated) == pytest.approx(NATIONAL["jobs_per_outlet"], abs=0.3)
    assert 0.9 < len(stated) / len(staff) < 0.98


def test_chains_come_near_the_target_but_not_to_it(full: DemoDistrict) -> None:
    brands = [b for b, here in zip(full.outlets["brand"], open_inside(full), strict=True) if here]
    assert 0.27 < sum(b is not None for b in brands) / len(brands) < 0.30


def test_residents_are_old_as_in_the_inner_city(full: DemoDistrict) -> None:
    people = full.compounds
    total = sum(value or 0 for value in people["population"])
    elderly = sum(value or 0 for value in people["population_60"])
    assert 0.30 < elderly / total < 0.40
    for row in zip(
        *(people[f"population{part}"] for part in ("", "_0_3", "_0_6", "_18_35", "_60")),
        strict=True,
    ):
        known, babies, small, young, old = row
        if known is None:
            assert row == (None,) * 5
            continue
        assert 0 <= babies <= small
        assert small + young + old <= known
    unknown = people["population"].count(None)
    assert 10 < unknown < 60


def test_some_new_estates_fall_short_of_ten_percent(full: DemoDistrict) -> None:
    rows = zip(
        *(
            full.compounds[name]
            for name in ("kind", "floor_area", "commercial_area", "delivered_on")
        ),
        strict=True,
    )
    new = [row for row in rows if row[0] == "new"]
    shares = [commercial / floor for _, floor, commercial, _ in new if commercial is not None]
    below = sum(share < 0.1 for share in shares)
    assert 0.15 < below / len(shares) < 0.35
    assert len(shares) < len(new)
    assert all(row[1:] == (None, None, None) for row in rows if row[0] != "new")


def test_every_street_has_outlets_chains_and_residents(full: DemoDistrict) -> None:
    streets = {row["code"] for row in fixture("territory")["streets"]}
    assert set(full.compounds["street"]) == streets
    assert set(full.outlets["street"]) - {None} == streets
    with_brand = Counter(
        street for street, b in zip(full.outlets["street"], full.outlets["brand"], strict=True) if b
    )
    assert streets <= set(with_brand)


def test_credit_codes_are_valid_and_of_nobody(full: DemoDistrict) -> None:
    codes = full.enterprises["credit_code"]
    assert len(set(codes)) == len(codes) > 5_000
    assert {check_credit_code(code) for code in codes} == {None}
    assert {code[2:8] for code in codes} == {"000000"}
    ids = set(full.enterprises["id"])
    owned = set(full.outlets["enterprise"])
    assert owned - {None} <= ids
    assert None in owned, "small traders without a licence occur"


REAL = """
全家 罗森 喜士多 好德 可的 盒马 永辉 大润发 家乐福 联华 华联 沃尔玛 美宜佳 叮咚 美团 饿了么 京东
菜鸟 丰巢 顺丰 中通 圆通 韵达 申通 星巴克 瑞幸 肯德基 麦当劳 老百姓 益丰 国大 雷允上 文峰 永琪
象王 福奈特 巴比 新亚大包 吉祥馄饨 百果园 钱大妈 沙县 正章 鸿寿坊 环球港 宜购普陀 百联
""".split()  # noqa: SIM905


def test_no_name_is_a_real_one(full: DemoDistrict) -> None:
    names = {
        "brands": full.brands["name"],
        "enterprises": full.enterprises["name"],
        "outlets": full.outlets["name"],
        "compounds": full.compounds["name"],
        "licences": [name for name in full.outlets["licence_name"] if name],
    }
    for kind, values in names.items():
        assert all("示例" in value for value in values), kind
        text = "\n".join(values)
        assert not [brand for brand in REAL if brand in text], kind
    assert all("演示" in name for name in full.circles["name"])
    assert all(name.startswith("演示") for name in full.outlets["contact"])
    assert all(number.startswith("000-0000") for number in full.outlets["phone"])


def test_everything_that_can_say_so_says_it_is_sample(full: DemoDistrict) -> None:
    flagged = {name: table for name, table in tables(full).items() if "is_sample" in table}
    assert set(flagged) == {
        "facilities",
        "spaces",
        "alliance_members",
        "complaint_counts",
        "compounds",
        "circles",
        "brands",
        "enterprises",
        "outlets",
        "completeness",
        "format_checks",
    }
    for name, table in flagged.items():
        assert set(table["is_sample"]) == {True}, name
    assert set(full.store_counts["source"]) == {"演示数据"}
