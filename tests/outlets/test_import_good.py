"""A good ledger: what it writes, and that taking it in again writes nothing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from core.models import AuditEvent
from outlets.models import Outlet
from tests.outlets.ledger_files import BY, World, csv_file, everything, messages, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.both
def test_every_column_lands_where_it_belongs(world: World) -> None:
    outcome = world.take(
        [
            world.row(
                code="A-1",
                licence_name="试验商贸有限公司",
                credit_code="91000000mafake001q",
                format_category="基本保障类",
                industry_code="F5213",
                services="试打印、试验代收",
                neighbourhood="兰溪园",
                declared_circles="Q1，Q2",
                floor_room="1层",
                x_in=121.395,
                y_in="31.25",
                crs_in="WGS-84",
                business_area="120.5",
                building_area=130,
                opened_on="2019年3月1日",
                status="营业",
                hours="07:00-22:00",
                open_24h="否",
                facility_form="固定门店",
                chain_kind="直营",
                brand="试验品牌",
                employees=5,
                contact="张三",
                phone="021-62000000",
                ownership="国资",
                rent_subsidy="是",
                elderly_friendly="√",
                mother_infant="无",
                cash_accepted="是",
                delivery="是",
                dark_store="否",
                supply="是",
                breakfast_kind="便利店供应",
                licences="食品经营许可证",
                licence_until="2027-01-31",
                credit_grade="A",
                data_source="街道走访",
                collected_by="李四",
                collected_on="2024/5/6",
            )
        ]
    )
    assert messages(outcome) == []
    [outlet] = world.outlets()
    assert outlet.enterprise is not None
    assert outlet.enterprise.credit_code == "91000000MAFAKE001Q"
    assert outlet.brand is not None
    assert outlet.brand.name == "试验品牌"
    assert outlet.brand.chain_kind == ""
    assert outlet.services == 1 << world.print_copy.bit | 1 << world.parcel.bit
    assert (outlet.street, outlet.neighbourhood) == (world.street, world.hood)
    assert (outlet.lon, outlet.lat, outlet.crs_in) == (121.395, 31.25, "wgs84")
    assert outlet.place_state == "verified"
    assert outlet.declared_circles == ["Q1", "Q2"]
    assert outlet.business_area == Decimal("120.50")
    assert outlet.opened_on == dt.date(2019, 3, 1)
    assert (outlet.open_24h, outlet.mother_infant, outlet.supply) == (False, False, True)
    assert (outlet.chain_kind, outlet.ownership) == ("direct", "state")
    assert outlet.breakfast_kind == "convenience"
    assert outlet.collected_on == dt.date(2024, 5, 6)
    assert outlet.version == 1
    assert outlet.name_key
    assert outlet.pinyin
    [facts] = outlet.facts.all()
    assert (facts.valid_from, facts.valid_to) == (timezone.localdate(), None)
    assert (facts.main_format, facts.lon, facts.employees) == (world.shop, 121.395, 5)


@pytest.mark.both
def test_history_facts_and_audit_carry_who_and_which_act(world: World) -> None:
    outcome = world.take([world.row(1), world.row(2)])
    assert outcome.record is not None
    event = AuditEvent.objects.get(action="outlets.import")
    assert event.actor_label == BY.label
    assert event.object_id == str(outcome.record.pk)
    assert event.payload_sha256 == outcome.sha256
    assert event.changes["new"] == 2
    for outlet in world.outlets():
        [version] = outlet.history.all()
        assert (version.history_type, version.act) == ("+", event.act)
        assert version.actor_label == BY.label
        assert version.name == outlet.name
        assert outlet.facts.get().act == event.act
    assert outcome.record.mapping["name"] == "网点名称"


@pytest.mark.both
def test_the_same_file_twice_changes_nothing(world: World) -> None:
    rows = [
        world.row(1, code="B-7", services="试验打印"),
        world.row(2, x_in=121.395, y_in=31.25, crs_in="GCJ-02", brand="甲", licence_name="甲公司"),
        world.row(3, address=None, x_in=121.396, y_in=31.25, crs_in="GCJ-02", business_area=12.3),
        world.row(4, status="关闭", closed_on="2024-02-01", opened_on="2020-01-01"),
    ]
    first = world.take(rows)
    assert (first.new, first.failed) == (4, 0)
    before, stamps = everything(), list(Outlet.objects.order_by("id").values())
    again = world.take(rows)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 4)
    assert list(Outlet.objects.order_by("id").values()) == stamps
    # That the file came again is itself recorded; no register row is.
    assert everything() == before | {
        "Import": before["Import"] + 1,
        "AuditEvent": before["AuditEvent"] + 1,
    }


@pytest.mark.both
def test_codes_go_on_where_they_stopped(world: World) -> None:
    street = world.street.code
    world.take([world.row(1, code=f"{street}-000041"), world.row(2)])
    world.take([world.row(3), world.row(4, street=world.other.code + "000")])
    assert [outlet.code for outlet in world.outlets()] == [
        f"{street}-000041",
        f"{street}-000042",
        f"{street}-000043",
        f"{world.other.code}-000001",
    ]


@pytest.mark.both
def test_a_second_ledger_changes_what_it_states_and_leaves_the_rest(world: World) -> None:
    earlier = timezone.localdate() - dt.timedelta(days=100)
    later = timezone.localdate() - dt.timedelta(days=10)
    world.take([world.row(1, phone="62000000", employees=3)], on=earlier)
    outcome = world.take([world.row(1, employees=8, services="试验代收")], on=later)
    assert (outcome.new, outcome.changed) == (0, 1)
    [outlet] = world.outlets()
    assert (outlet.phone, outlet.employees, outlet.version) == ("62000000", 8, 2)
    assert list(outlet.facts.order_by("valid_from").values_list("valid_from", "employees")) == [
        (earlier, 3),
        (later, 8),
    ]
    assert outlet.facts.get(valid_from=earlier).valid_to == later
    assert [version.history_type for version in outlet.history.all()] == ["~", "+"]


@pytest.mark.both
def test_rows_without_code_are_found_by_name_and_address_or_by_place(world: World) -> None:
    world.take(
        [
            world.row(1, name="金沙（分）店", address="兰溪路 10 号"),
            world.row(2, name="好邻居便利", address="A路1号", x_in=121.395, y_in=31.25),
            world.row(3, name="远方便利", address="B路1号", x_in=121.398, y_in=31.25),
        ],
        crs="wgs84",
    )
    outcome = world.take(
        [
            world.row(1, name="金沙(分)店", address="兰溪路10号", employees=4),
            # 19 m off, renamed within its kind.
            world.row(2, name="好邻居便利店", address="A路1弄", x_in=121.3952, y_in=31.25),
            # 29 m off, but another name at another address: a new neighbour.
            world.row(4, name="新客来", address="C路9号", x_in=121.3983, y_in=31.25),
        ],
        crs="wgs84",
    )
    assert messages(outcome) == []
    assert (outcome.new, outcome.changed) == (1, 2)
    assert [outlet.name for outlet in world.outlets()] == [
        "金沙(分)店",
        "好邻居便利店",
        "远方便利",
        "新客来",
    ]


@pytest.mark.both
def test_a_dry_run_counts_and_writes_nothing(world: World) -> None:
    before = everything()
    outcome = world.take([world.row(1, brand="新牌"), world.row(2)], dry_run=True)
    assert (outcome.new, outcome.written, outcome.record) == (2, False, None)
    assert everything() == before


@pytest.mark.both
def test_partial_takes_the_good_rows_and_reports_the_others(world: World) -> None:
    rows = [world.row(1), world.row(2, main_format="没有的业态"), world.row(3)]
    refused = world.take(rows)
    assert (refused.written, world.outlets()) == (False, [])
    outcome = world.take(rows, partial=True)
    assert (outcome.new, outcome.failed, outcome.written) == (2, 1, True)
    assert [outlet.name for outlet in world.outlets()] == ["网点1", "网点3"]


def test_csv_reads_as_well(world: World) -> None:
    outcome = world.take(csv_file([world.row(1), world.row(2)]), filename="台账.csv")
    assert outcome.new == 2


def test_a_title_line_above_the_header_and_unknown_columns_are_told(world: World) -> None:
    file = workbook([world.row(1)], head=["试验区商业网点台账"])
    assert world.take(file).new == 1


@pytest.mark.both
def test_coordinates_come_back_to_what_was_written(world: World) -> None:
    from core.geo import from_wgs84

    points = [(121.40, 31.25), (121.401, 31.249), (121.4037, 31.2471)]
    for crs in ("gcj02", "bd09", "cgcs2000"):
        world.take(
            [
                world.row(n, name=f"{crs}{n}", address=f"{crs}路{n}号", x_in=x, y_in=y)
                for n, (x, y) in enumerate(points)
            ],
            crs=crs,
        )
    for outlet in world.outlets():
        x, y = from_wgs84(outlet.lon, outlet.lat, outlet.crs_in)
        assert (float(x), float(y)) == pytest.approx((outlet.x_in, outlet.y_in), abs=1e-9)


@pytest.mark.both
def test_an_outlet_outside_the_district_belongs_to_no_street(world: World) -> None:
    outcome = world.take(
        [
            world.row(1, street=None, outside="是", x_in=121.43, y_in=31.25),
            world.row(2, x_in=121.395, y_in=31.25),
        ],
        crs="wgs84",
    )
    assert messages(outcome) == []
    away, _near = world.outlets()
    assert (away.outside, away.street, away.place_state) == (True, None, "verified")
    assert away.code == f"{world.district.code}W-000001"


@pytest.mark.both
def test_a_point_outside_its_own_street_is_not_verified(world: World) -> None:
    world.take(
        [
            world.row(1, x_in=121.405, y_in=31.25),
            world.row(2, x_in=121.395, y_in=31.25, place_state="待核实"),
            world.row(3),
        ],
        crs="wgs84",
    )
    assert [outlet.place_state for outlet in world.outlets()] == ["unverified"] * 3


@pytest.mark.both
def test_a_closed_outlet_was_open_before_it_closed(world: World) -> None:
    world.take([world.row(1, opened_on="2020-01-01", closed_on="2024-02-01")])
    [outlet] = world.outlets()
    assert outlet.status == "closed"
    assert list(outlet.facts.order_by("valid_from").values_list("valid_from", "status")) == [
        (dt.date(2024, 1, 31), "open"),
        (dt.date(2024, 2, 1), "closed"),
    ]


@pytest.mark.both
def test_a_ledger_of_an_earlier_day_fills_in_the_past_only(world: World) -> None:
    today = timezone.localdate()
    first, between, last = (today - dt.timedelta(days=days) for days in (300, 200, 100))
    world.take([world.row(1, employees=3)], on=first)
    world.take([world.row(1, employees=8)], on=last)
    late = [world.row(1, employees=5, phone="62000000")]
    assert world.take(late, on=between).changed == 1
    [outlet] = world.outlets()
    rows = outlet.facts.order_by("valid_from").values_list("valid_from", "employees")
    assert list(rows) == [(first, 3), (between, 5), (last, 8)]
    assert (outlet.employees, outlet.phone) == (8, "62000000")
    assert world.take(late, on=between).unchanged == 1
    # As today's: what it says of the past is already so, of today it differs.
    assert world.take(late).changed == 1
    outlet.refresh_from_db()
    assert outlet.employees == 5


@pytest.mark.both
def test_the_value_of_today_stated_for_a_day_when_it_was_otherwise(world: World) -> None:
    today = timezone.localdate()
    first, last = today - dt.timedelta(days=300), today - dt.timedelta(days=100)
    world.take([world.row(1, employees=3)], on=first)
    world.take([world.row(1, employees=8)], on=last)
    assert world.take([world.row(1, employees=8)], on=first).changed == 1
    [outlet] = world.outlets()
    assert {row.employees for row in outlet.facts.all()} == {8}
