"""疑似变化 from licences: a notice finds its outlet, is listed once or settled at once."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import AuditEvent
from core.text import normalise_key
from outlets.fieldwork.licences import Notice, push_licences
from outlets.fieldwork.suspicions import dismiss_suspicion
from outlets.fieldwork.visits import record_visit
from outlets.models import Outlet, Suspicion
from tests.factories import DistrictFactory, OutletFactory
from tests.outlets.suspected import (
    BY,
    TODAY,
    notice,
    outlet_fixture,  # noqa: F401
    push,
)

pytestmark = pytest.mark.django_db


def test_a_notice_finds_its_outlet_by_credit_code(outlet: Outlet) -> None:
    pushed = push(outlet, notice("1", credit_code=outlet.enterprise.credit_code))
    [row] = pushed.rows
    assert (row.outlet, row.street, row.state) == (outlet, outlet.street, "open")
    assert (pushed.new, pushed.matched, pushed.settled) == (1, 1, 0)
    assert AuditEvent.objects.get(action="outlets.push_licences").changes["new"] == 1


def test_a_notice_finds_its_outlet_by_name_and_address(outlet: Outlet) -> None:
    Outlet.objects.filter(pk=outlet.pk).update(name_key=normalise_key(outlet.name))
    same = notice("1", name=f" {outlet.name} ", address="曹杨路100号")
    elsewhere = notice("2", name=outlet.name, address="曹杨路 999 号")
    nowhere = notice("3", name=outlet.name)
    rows = push(outlet, same, elsewhere, nowhere).rows
    assert [row.outlet for row in rows] == [outlet, None, None]


def test_of_a_chain_the_one_at_the_address_is_meant(outlet: Outlet) -> None:
    chain = [
        OutletFactory(street=outlet.street, enterprise=outlet.enterprise, address=f"枣阳路 {n} 号")
        for n in (1, 2)
    ]
    code = outlet.enterprise.credit_code
    at_place = notice("1", credit_code=code, address="枣阳路2号")
    unclear = notice("2", credit_code=code)
    rows = push(outlet, at_place, unclear).rows
    assert rows[0].outlet == chain[1]
    assert (rows[1].outlet, rows[1].state) == (None, "open")
    assert set(rows[1].content["candidates"]) == {outlet.code, *(one.code for one in chain)}


def test_another_district_is_not_looked_into(outlet: Outlet) -> None:
    code = outlet.enterprise.credit_code
    [row] = push_licences(
        district=DistrictFactory(), source="market", notices=[notice("1", credit_code=code)], by=BY
    ).rows
    assert row.outlet is None


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("licence_gone", {"credit_code": ""}, "没有对应"),
        ("licence_changed", {"credit_code": ""}, "没有对应"),
        ("licence_new", {}, "已有该网点"),
        ("licence_changed", {"same": True}, "一致"),
    ],
)
def test_what_the_register_says_already_is_settled_with_the_reason(
    outlet: Outlet, kind: str, more: dict[str, Any], said: str
) -> None:
    more = {"credit_code": outlet.enterprise.credit_code} | more
    if more.pop("same", False):
        more |= {"name": outlet.enterprise.name, "address": outlet.address}
    [row] = push(outlet, notice("1", kind, **more)).rows
    assert (row.state, row.decided_by_label) == ("dismissed", "系统比对")
    assert said in row.comment


def test_an_end_of_what_is_closed_is_settled(outlet: Outlet) -> None:
    record_visit(outlet=outlet, finding="closed", by=BY, on=TODAY())
    [row] = push(outlet, notice("1", credit_code=outlet.enterprise.credit_code)).rows
    assert (row.state, row.outlet) == ("dismissed", outlet)


def test_a_notice_pushed_again_changes_nothing(outlet: Outlet) -> None:
    code = outlet.enterprise.credit_code
    push(outlet, notice("1", credit_code=code))
    dismiss_suspicion(suspicion=Suspicion.objects.get(), comment="仍在经营", by=BY)
    pushed = push(outlet, notice("1", credit_code=code, note="重发"), notice("2", credit_code=code))
    assert (pushed.new, pushed.known) == (1, 1)
    assert Suspicion.objects.get(external_id="1").state == "dismissed"


def test_queries_grow_with_batches_not_with_notices(outlet: Outlet) -> None:
    def count(notices: list[Notice]) -> int:
        with CaptureQueriesContext(connection) as captured:
            push(outlet, *notices)
        return len(captured)

    code = outlet.enterprise.credit_code
    few = count([notice(f"a{n}", credit_code=code) for n in range(2)])
    many = [notice(f"b{n}", name=f"店{n}", credit_code=code, address="路") for n in range(1500)]
    assert count(many) == few
