"""Memberships in an alliance and declared store counts: denied, refused, kept, shown."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent
from outlets.models import AllianceMember, BrandStoreCount, CreditResult
from outlets.services.alliances import declare_stores, join_alliance, leave_alliance
from tests.factories import BrandFactory, EnterpriseFactory, OfficeFactory, UserFactory
from tests.outlets.ledger_files import BY

pytestmark = [pytest.mark.django_db, pytest.mark.both]
MARCH, JUNE = dt.date(2025, 3, 1), dt.date(2025, 6, 1)
NAME = "曹杨生活服务业企业联盟"


def join(enterprise: Any, joined_on: dt.date = MARCH, **more: Any) -> AllianceMember:
    return join_alliance(enterprise=enterprise, alliance=NAME, joined_on=joined_on, by=BY, **more)


def refused(run: Callable[[], Any]) -> set[str]:
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError) as refusal:
        run()
    assert AuditEvent.objects.count() == before
    return set(refusal.value.message_dict)


def client_of(district: Any, role: str) -> Client:
    client = Client()
    client.force_login(UserFactory(office=OfficeFactory(district=district), roles=[role]))
    return client


@pytest.mark.parametrize("role", ["leader", "approver", "finance"])
def test_readers_enter_no_membership(role: str) -> None:
    member = join(EnterpriseFactory())
    client = client_of(member.district, role)
    pages = (
        f"/admin/outlets/enterprise/{member.enterprise_id}/join/",
        f"/admin/outlets/alliancemember/{member.pk}/leave/",
    )
    sent = {"alliance": "x", "joined_on": "2025-01-01", "on": "2025-06-01", "reason": "x"}
    assert [client.post(page, sent).status_code for page in pages] == [403, 403]
    foreign = client_of(EnterpriseFactory().district, "programme_officer")
    assert [foreign.post(page, sent).status_code for page in pages] == [404, 404]
    member.refresh_from_db()
    assert (AllianceMember.objects.count(), member.left_on) == (1, None)


def test_nobody_is_a_member_twice_at_a_time() -> None:
    enterprise = EnterpriseFactory()
    member = join(enterprise)
    assert refused(lambda: join(enterprise, JUNE)) == {"alliance"}
    assert refused(lambda: leave_alliance(member=member, on=MARCH, by=BY)) == {"on"}
    leave_alliance(member=member, on=JUNE, by=BY, reason="退出")
    assert refused(lambda: leave_alliance(member=member, on=JUNE, by=BY)) == {"on"}
    assert refused(lambda: join(enterprise, dt.date(2025, 5, 1))) == {"joined_on"}
    again = join(enterprise, dt.date(2025, 7, 1), duty="理事单位")
    assert (again.duty, AllianceMember.objects.count()) == ("理事单位", 2)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    assert refused(lambda: leave_alliance(member=again, on=tomorrow, by=BY)) == {"on"}
    with pytest.raises(IntegrityError), transaction.atomic():
        AllianceMember.objects.filter(pk=again.pk).update(left_on=MARCH)


def test_joined_and_left_in_the_admin() -> None:
    enterprise = EnterpriseFactory()
    client = client_of(enterprise.district, "programme_officer")
    page = f"/admin/outlets/enterprise/{enterprise.pk}/join/"
    sent = {"alliance": NAME, "duty": "", "joined_on": "2025-03-01", "reason": "申请"}
    assert client.post(page, sent).status_code == 302
    member = AllianceMember.objects.get()
    leave = f"/admin/outlets/alliancemember/{member.pk}/leave/"
    assert client.post(leave, {"on": "2025-06-01", "reason": "退出"}).status_code == 302
    member.refresh_from_db()
    assert member.left_on == JUNE
    shown = client.get(f"/admin/outlets/enterprise/{enterprise.pk}/change/").content.decode()
    assert NAME in shown
    event = AuditEvent.objects.get(action="outlets.leave_alliance")
    assert (event.comment, event.changes["left_on"]) == ("退出", "2025-06-01")


def test_declared_stores_are_corrected_on_their_day() -> None:
    brand = BrandFactory()
    declare_stores(brand=brand, on=MARCH, stores=120, source="企业年报", by=BY)
    declare_stores(brand=brand, on=MARCH, stores=130, source="企业年报", by=BY)
    declare_stores(brand=brand, on=JUNE, stores=140, source="官网", by=BY)
    stores = list(BrandStoreCount.objects.order_by("on").values_list("on", "stores"))
    assert stores == [(MARCH, 130), (JUNE, 140)]
    event = AuditEvent.objects.filter(action="outlets.declare_stores").order_by("pk")[1]
    assert event.changes["stores"] == [120, 130]
    wrong = {"on": JUNE, "stores": -1, "source": ""}
    assert refused(lambda: declare_stores(brand=brand, by=BY, **wrong)) >= {"stores", "source"}


def test_owners_in_the_api() -> None:
    enterprise = EnterpriseFactory()
    brand = BrandFactory(district=enterprise.district)
    first = join(enterprise)
    leave_alliance(member=first, on=JUNE, by=BY)
    join(enterprise, dt.date(2025, 7, 1))
    for day, grade in ((MARCH, "A"), (JUNE, "C")):
        CreditResult.objects.create(
            district=enterprise.district,
            enterprise=enterprise,
            source="信用普陀",
            grade=grade,
            on=day,
        )
    declare_stores(brand=brand, on=MARCH, stores=120, source="企业年报", by=BY)
    declare_stores(brand=brand, on=JUNE, stores=140, source="官网", by=BY)
    client = client_of(enterprise.district, "leader")
    [row] = client.get("/api/v1/enterprises/").json()["results"]
    assert [one["joined_on"] for one in row["alliances"]] == ["2025-07-01", "2025-03-01"]
    assert [one["left_on"] for one in row["alliances"]] == [None, "2025-06-01"]
    assert (row["credit"]["grade"], row["credit"]["on"]) == ("C", "2025-06-01")
    [row] = client.get("/api/v1/brands/").json()["results"]
    assert [one["stores"] for one in row["store_counts"]] == [140, 120]
    table = b"".join(client.get("/api/v1/enterprises/?format=csv").streaming_content).decode()
    assert NAME in table
