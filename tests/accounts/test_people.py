"""Whom messages reach: who can sign in and holds the role, and who acts for them today."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Delegation, User
from accounts.people import people_of, recipients, recipients_by_id, recipients_of_commission
from accounts.roles import PROGRAMME_OFFICER, STREET_HEAD, STREET_OFFICER
from tests.factories import DistrictFactory, OfficeFactory, StreetFactory, UserFactory

pytestmark = pytest.mark.django_db


def delegate(principal: User, to: User, since: int, until: int, **more: Any) -> None:
    today = timezone.localdate()
    Delegation.objects.create(
        principal=principal,
        delegate=to,
        valid_from=today + dt.timedelta(days=since),
        valid_until=today + dt.timedelta(days=until),
        reason="出差",
        **more,
    )


def labels(people: Any) -> list[str]:
    return [person.label for person in people]


def test_who_cannot_sign_in_or_holds_another_role_is_not_told(settings: Any) -> None:
    office = OfficeFactory(street=StreetFactory())
    officer = UserFactory(office=office, roles=[STREET_OFFICER], email="a@example.cn")
    UserFactory(office=office, roles=[STREET_OFFICER], is_active=False)
    demo = UserFactory(office=office, roles=[STREET_OFFICER], is_demo=True, display_name="演示")
    head = UserFactory(office=office, roles=[STREET_HEAD])
    UserFactory(office=OfficeFactory(street=StreetFactory()), roles=[STREET_OFFICER])

    [told] = recipients(office, STREET_OFFICER)
    assert (told.id, told.label, told.email) == (officer.pk, str(officer), "a@example.cn")
    assert {p.id for p in recipients(office)} == {officer.pk, head.pk}
    settings.DEMO = True
    assert {p.id for p in recipients(office, STREET_OFFICER)} == {officer.pk, demo.pk}


def test_who_acts_for_them_today_is_told_as_well_and_once() -> None:
    office = OfficeFactory(street=StreetFactory())
    head = UserFactory(office=office, roles=[STREET_HEAD], display_name="甲")
    other = UserFactory(office=office, roles=[STREET_HEAD], display_name="乙")
    acting = UserFactory(office=office, roles=[STREET_OFFICER], display_name="丙")
    delegate(head, acting, -1, 0)
    delegate(other, acting, 0, 3)
    for since, until, more in (
        (1, 5, {}),
        (-5, -1, {}),
        (-1, 1, {"revoked_at": timezone.now()}),
    ):
        delegate(head, UserFactory(office=office, display_name="不应通知"), since, until, **more)
    delegate(head, UserFactory(office=office, is_active=False), -1, 1)

    assert sorted(labels(recipients(office, STREET_HEAD))) == ["丙", "乙", "甲"]
    assert labels(recipients_by_id([head.pk])) == ["甲", "丙"]


def test_many_offices_take_no_more_queries_than_one(django_assert_max_num_queries: Any) -> None:
    district = DistrictFactory()
    offices = [OfficeFactory(street=StreetFactory(district=district)) for _ in range(5)]
    for office in offices[:-1]:
        UserFactory(office=office, roles=[STREET_OFFICER])
    with django_assert_max_num_queries(2):
        told = people_of([office.pk for office in offices], [STREET_OFFICER])
    assert [len(told[office.pk]) for office in offices] == [1, 1, 1, 1, 0]


def test_the_commission_is_the_districts_own() -> None:
    district = DistrictFactory()
    commission = OfficeFactory(district=district)
    officer = UserFactory(office=commission, roles=[PROGRAMME_OFFICER])
    UserFactory(office=OfficeFactory(), roles=[PROGRAMME_OFFICER])
    UserFactory(office=OfficeFactory(street=StreetFactory(district=district)))
    assert [p.id for p in recipients_of_commission(district, PROGRAMME_OFFICER)] == [officer.pk]
    assert recipients_of_commission(district, STREET_HEAD) == []
