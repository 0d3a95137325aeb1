"""Each rule of data quality finds the rows that break it, says why, and leaves the others alone."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outlets.models import (
    BusinessFormat,
    IndustryCode,
    Outlet,
    OutletFacts,
    QualityRule,
    Visit,
)
from outlets.quality.book import Book
from outlets.quality.registry import known_rules, words_of
from outlets.quality.rules import is_telephone
from tests.factories import (
    CENTRE_LAT,
    CENTRE_LON,
    BrandFactory,
    CircleFactory,
    OutletFactory,
    StreetFactory,
    box_outline,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 31)
Ask = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def street() -> Any:
    return StreetFactory()


@pytest.fixture
def ask(street: Any) -> Ask:
    """Outlet code → detail of the rows that break a rule, `numbers` over those of the table."""

    def asked(rule: str, **numbers: Any) -> dict[str, dict[str, Any]]:
        row = QualityRule.objects.get(code=rule)
        found = known_rules()[rule].check(Book(street.district, TODAY), row.numbers | numbers)
        codes = dict(Outlet.objects.values_list("id", "code"))
        listed = [(codes[outlet], detail) for outlet, detail in found]
        assert len(listed) == len(dict(listed)), "each row at most once"
        for _code, detail in listed:
            assert words_of(rule, detail)
        return dict(listed)

    return asked


@pytest.fixture
def make(street: Any) -> Callable[..., str]:
    """An outlet that breaks no rule but for what is given; its code."""

    def made(**columns: Any) -> str:
        given: dict[str, Any] = {"street": street, "collected_on": TODAY} | columns
        return str(OutletFactory(**given).code)

    return made


def test_every_rule_of_the_table_has_its_function_and_the_other_way_round() -> None:
    assert set(QualityRule.objects.values_list("code", flat=True)) == set(known_rules())


def test_rows_without_a_point(ask: Ask, make: Any) -> None:
    bare = make(lon=None, lat=None, place_state="unverified")
    make(lon=None, lat=None, status="closed", closed_on=TODAY)
    make(lon=None, lat=None, void=True)
    make()
    assert ask("missing_place") == {bare: {}}


def test_points_that_nobody_vouches_for(ask: Ask, make: Any) -> None:
    waiting = make(place_state="unverified")
    failed = make(place_state="failed")
    make(lon=None, lat=None, place_state="failed")
    make()
    assert ask("unverified_place") == {
        waiting: {"state": "unverified"},
        failed: {"state": "failed"},
    }


def test_rows_without_an_address(ask: Ask, make: Any) -> None:
    bare = make(address="")
    make()
    make(address="", status="moved", closed_on=TODAY)
    assert ask("missing_address") == {bare: {}}


def test_areas_of_nothing(ask: Ask, make: Any) -> None:
    one = make(business_area=0)
    both = make(business_area=0, building_area="0.00")
    make(business_area="0.01", building_area=None)
    assert ask("area_zero") == {
        one: {"columns": ["business_area"]},
        both: {"columns": ["business_area", "building_area"]},
    }


def test_days_that_speak_against_the_status(ask: Ask, make: Any) -> None:
    yesterday, tomorrow = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)
    cases = {
        make(status="open", closed_on=TODAY): "closing_passed",
        make(status="suspended", closed_on=yesterday): "closing_passed",
        make(status="open", opened_on=tomorrow): "opening_ahead",
        make(status="preparing", opened_on=TODAY): "opening_passed",
        make(status="closed", closed_on=None): "no_closing_day",
        make(status="open", opened_on=dt.date(2025, 5, 1)): "open_before",
    }
    make(status="open", closed_on=tomorrow)
    make(status="open", opened_on=None)
    make(status="preparing", opened_on=tomorrow)
    make(status="closed", closed_on=yesterday)
    found = ask("days_contradict")
    # The factory's facts begin in 2024: a shop that opened later traded before it opened.
    assert {code: detail["kind"] for code, detail in found.items()} == cases


def test_only_facts_of_trading_speak_against_the_opening_day(ask: Ask, make: Any) -> None:
    code = make(opened_on=dt.date(2025, 5, 1), facts=False)
    outlet = Outlet.objects.get(code=code)
    fact = {"outlet": outlet, "street": outlet.street, "main_format": outlet.main_format}
    OutletFacts.objects.create(
        **fact, status="preparing", valid_from=dt.date(2025, 1, 1), valid_to=dt.date(2025, 5, 1)
    )
    OutletFacts.objects.create(**fact, status="open", valid_from=dt.date(2025, 5, 1))
    assert ask("days_contradict") == {}


def test_licences_that_have_run_out(ask: Ask, make: Any) -> None:
    late = make(licence_until=TODAY - dt.timedelta(days=1))
    make(licence_until=TODAY)
    make(licence_until=None)
    make(licence_until=dt.date(2020, 1, 1), status="suspended")
    assert ask("licence_expired") == {late: {"until": "2026-03-30"}}


def test_rows_that_nobody_has_looked_at(ask: Ask, make: Any, street: Any) -> None:
    year = make(collected_on=dt.date(2025, 3, 31))
    two = make(collected_on=dt.date(2023, 12, 31))
    never = make(collected_on=None)
    visited = make(collected_on=dt.date(2020, 1, 1))
    only_visited = make(collected_on=None)
    make(collected_on=dt.date(2025, 4, 1))
    for code in (visited, only_visited):
        Visit.objects.create(
            district=street.district,
            street=street,
            outlet=Outlet.objects.get(code=code),
            finding="same",
            at=dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC),
            by_label="某人",
        )
    assert ask("stale") == {
        year: {"last": "2025-03-31", "months": 12},
        two: {"last": "2023-12-31", "months": 24},
        never: {"last": ""},
    }
    assert two in ask("stale", months=24)
    assert year not in ask("stale", months=24)


def test_chain_kinds_that_the_brand_speaks_against(ask: Ask, make: Any, street: Any) -> None:
    franchise = BrandFactory(district=street.district, chain_kind="franchise", name="某加盟")
    single = BrandFactory(district=street.district, chain_kind="none")
    unsaid = BrandFactory(district=street.district)
    expected = {
        make(chain_kind="direct"): "no_brand",
        make(brand=franchise, chain_kind=""): "brand_is_chain",
        make(brand=franchise, chain_kind="none"): "brand_is_chain",
        make(brand=franchise, chain_kind="direct"): "differs",
        make(brand=single, chain_kind="voluntary"): "differs",
    }
    for brand, kind in [
        (None, ""),
        (None, "none"),
        (franchise, "franchise"),
        (single, "none"),
        (single, ""),
        (unsaid, "direct"),
    ]:
        make(brand=brand, chain_kind=kind)
    found = ask("chain_against_brand")
    assert {code: detail["kind"] for code, detail in found.items()} == expected


def test_formats_other_than_the_industry_code_suggests(ask: Ask, make: Any) -> None:
    shop = IndustryCode.objects.get(code="5213")
    other = BusinessFormat.objects.exclude(pk=shop.suggests_id).order_by("number")[0]
    wrong = make(industry_code="5213", main_format=other)
    lettered = make(industry_code="F5213", main_format=other)
    make(industry_code="5213", main_format=shop.suggests)
    make(industry_code="5211", main_format=other)
    make(industry_code="9999", main_format=other)
    make(main_format=other)
    found = ask("format_against_industry")
    assert set(found) == {wrong, lettered}
    assert found[wrong]["suggests"] == "便利店"
    assert found[wrong]["format"] == other.name


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "138-1234-5678",
        "+86 13812345678",
        "021-62345678",
        "(021)6234 5678",
        "62345678",
        "62345678转801",
        "0512-6234567",
        "400-820-1234",
        "95588",
        "12345",
        "１３８１２３４５６７８",
        "13812345678、62345678",
        "62345678/13812345678",
    ],
)
def test_numbers_that_can_be_dialled(text: str) -> None:
    assert is_telephone(text)


@pytest.mark.parametrize(
    "text",
    [
        "1381234567",
        "138123456789",
        "12812345678",
        "138****5678",
        "021-12345678",
        "6234567890",
        "无",
        "张三13812345678",
        "13812345678、",
        "13812345678 62345678",
        "000-00000001",
    ],
)
def test_numbers_that_cannot(text: str) -> None:
    assert not is_telephone(text)


def test_a_wrong_number_is_told_without_the_number(ask: Ask, make: Any) -> None:
    wrong = make(phone="138123")
    make(phone="")
    make(phone="13812345678")
    make(phone="000-00000001", is_sample=True)
    assert ask("phone_wrong") == {wrong: {"digits": 6}}


def test_names_with_words_of_a_trial(ask: Ask, make: Any) -> None:
    chinese, latin = make(name="测试网点"), make(name="TEST 便利店")
    make(name="Contest 健身")
    make(name="某某某便利店", status="closed", closed_on=TODAY)
    make(name="安心便利店")
    assert ask("placeholder_name") == {chinese: {"word": "测试"}, latin: {"word": "test"}}
    assert ask("placeholder_name", words=[]) == {}


def test_points_outside_their_street(ask: Ask, make: Any, street: Any) -> None:
    west, south = CENTRE_LON - 0.01, CENTRE_LAT - 0.01
    street.outline = box_outline(west, south, CENTRE_LON, CENTRE_LAT + 0.01)
    street.save()
    neighbour = StreetFactory(
        district=street.district,
        outline=box_outline(CENTRE_LON, south, CENTRE_LON + 0.01, CENTRE_LAT + 0.01),
    )
    # A thousandth of a degree east at this latitude is 95.2 m on the ellipsoid.
    beside = make(lon=CENTRE_LON + 0.001, lat=CENTRE_LAT, place_state="unverified")
    far = make(lon=CENTRE_LON + 0.02, lat=CENTRE_LAT, place_state="verified")
    make(lon=CENTRE_LON - 0.001, lat=CENTRE_LAT)
    make(lon=None, lat=None, place_state="unverified")
    make(street=neighbour, lon=CENTRE_LON + 0.001, lat=CENTRE_LAT)
    make(street=StreetFactory(district=street.district), lon=CENTRE_LON, lat=CENTRE_LAT)
    found = ask("outside_street")
    assert set(found) == {beside, far}
    assert found[beside] == {"street": street.name, "metres": 95, "lies_in": neighbour.name}
    assert found[far]["lies_in"] == ""
    assert set(ask("outside_street", metres=100)) == {far}
    # Said once: the unverified point beside its street is not told a second time.
    assert ask("unverified_place") == {}


def test_circles_that_the_boundary_speaks_against(ask: Ask, make: Any, street: Any) -> None:
    box = box_outline(CENTRE_LON - 0.01, CENTRE_LAT - 0.01, CENTRE_LON, CENTRE_LAT + 0.01)
    circle = CircleFactory(lead_street=street, boundary=box)
    gone = CircleFactory(lead_street=street, boundary=box, state="withdrawn")
    undrawn = CircleFactory(lead_street=street, boundary=None)
    east, inside = {"lon": CENTRE_LON + 0.001, "lat": CENTRE_LAT}, {"lon": CENTRE_LON - 0.001}
    out = make(declared_circles=[circle.code, undrawn.code], **east)
    withdrawn = make(declared_circles=[gone.code], lat=CENTRE_LAT, **inside)
    unknown = make(declared_circles=["无此圈"])
    make(declared_circles=[circle.code], lat=CENTRE_LAT, **inside)
    make(declared_circles=[circle.code], place_state="unverified", **east)
    make(declared_circles=[circle.code], lon=None, lat=None, place_state="unverified")
    make(declared_circles=[circle.code], status="closed", closed_on=TODAY, **east)
    make()
    found = {
        code: [(each["kind"], each["code"], each.get("metres")) for each in detail["circles"]]
        for code, detail in ask("circle_against_boundary").items()
    }
    assert found == {
        out: [("outside", circle.code, 95)],
        withdrawn: [("withdrawn", gone.code, None)],
        unknown: [("unknown", "无此圈", None)],
    }


def test_the_register_is_read_in_as_many_queries_for_many_rows(street: Any, make: Any) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            book = Book(street.district, TODAY)
            for row in QualityRule.objects.all():
                list(known_rules()[row.code].check(book, row.numbers))
        return len(queries)

    make(declared_circles=["无"])
    few = cost()
    for number in range(20):
        make(phone="1", address="", declared_circles=[f"无{number}"], collected_on=None)
    assert cost() == few
