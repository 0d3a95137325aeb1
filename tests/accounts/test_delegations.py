"""授权代办: same office, 90 days at most, never passed on, no two administrations in one hand."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.delegations import delegate, revoke
from accounts.models import Delegation, User
from accounts.policy import scope_of
from accounts.services import change_user, reset_password, set_roles
from core.audit import Actor
from core.models import AuditEvent
from core.workflow import Machine, Move, open_moves
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 2)
PAGE = "/accounts/delegations/"


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with time_machine.travel(dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def office() -> Any:
    return make.OfficeFactory()


def person(office: Any, *roles: str, name: str = "") -> User:
    more = {"display_name": name} if name else {}
    return make.UserFactory(office=office, roles=list(roles), **more)


def actor(user: User) -> Actor:
    scope = scope_of(user)
    return Actor(user.pk, scope.label, scope.office_code, "", scope.acting_for)


def give(
    principal: User, to: User, *, days: int = 5, start: int = 0, by: User | None = None
) -> Any:
    first = TODAY + dt.timedelta(days=start)
    return delegate(
        principal=principal,
        delegate=to,
        valid_from=first,
        valid_until=first + dt.timedelta(days=days - 1),
        reason="休假",
        by=actor(by or principal),
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.ModelBackend")
    return client


def test_what_may_not_be_delegated(office: Any) -> None:
    officer, other = person(office, "programme_officer"), person(office, "finance")
    gone = person(office, "finance")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    elsewhere = person(make.OfficeFactory(district=office.district), "finance")
    for to in (officer, gone, elsewhere):
        with pytest.raises(ValidationError):
            give(officer, to)
    for wrong in ({"days": 91}, {"days": 0}, {"start": -1}):
        with pytest.raises(ValidationError):
            give(officer, other, **wrong)
    assert not Delegation.objects.exists()
    give(officer, other, days=90)
    with pytest.raises(ValidationError, match="已代"):
        give(officer, other, start=89)


def test_the_three_administrations_never_meet_in_one_hand(office: Any) -> None:
    admin, auditor = person(office, "commission_admin"), person(office, "auditor")
    security, plain = person(office, "security_admin"), person(office, "programme_officer")
    with pytest.raises(ValidationError, match="不得由同一人兼任"):
        give(admin, auditor)
    give(admin, plain, days=5)
    with pytest.raises(ValidationError, match="不得由同一人兼任"):
        give(security, plain, start=4)
    give(security, plain, start=5)
    # Roles that change afterwards do not slip through either.
    set_roles(user=plain, roles=["auditor"], by=Actor(label="系统"))
    assert scope_of(plain).roles == {"auditor"}
    assert scope_of(plain).acting_for == frozenset()


def test_nobody_appoints_themselves_or_passes_on(office: Any) -> None:
    admin, officer = person(office, "commission_admin"), person(office, "approver")
    deputy, third = person(office, "finance"), person(office, "leader")
    with pytest.raises(PermissionDenied):
        give(officer, admin, by=admin)
    give(admin, deputy)
    with pytest.raises(PermissionDenied, match="转授"):
        give(admin, third, by=deputy)
    # What the deputy gives on is their own alone.
    give(deputy, third)
    assert scope_of(third).roles == {"leader", "finance"}
    # Nor does an administrator's delegate do for them what they may not do to themselves.
    for forbidden in (
        lambda: set_roles(user=admin, roles=["leader"], by=actor(deputy)),
        lambda: change_user(user=admin, is_active=False, by=actor(deputy)),
        lambda: reset_password(user=admin, password="Neu-Wort-2031", by=actor(deputy), reason="x"),
    ):
        with pytest.raises(ValidationError):
            forbidden()


def test_roles_last_as_long_as_the_delegation(office: Any) -> None:
    li, zhang = person(office, "programme_officer", name="李四"), person(office, name="张三")
    row = give(li, zhang, start=1, days=2)
    days = {}
    for day in range(4):
        with time_machine.travel(dt.datetime(2026, 3, 2 + day, 2, tzinfo=dt.UTC), tick=False):
            scope = scope_of(User.objects.get(pk=zhang.pk))
            days[day] = (scope.label, set(scope.roles), set(scope.acting_for))
    nothing = ("张三", set(), set())
    acting = ("张三（代李四）", {"programme_officer"}, {li.pk})
    assert days == {0: nothing, 1: acting, 2: acting, 3: nothing}
    revoke(delegation=row, by=actor(li))
    with time_machine.travel(dt.datetime(2026, 3, 3, 2, tzinfo=dt.UTC), tick=False):
        assert scope_of(User.objects.get(pk=zhang.pk)).roles == frozenset()
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {
        "accounts.delegate",
        "accounts.revoke_delegation",
    }


def test_who_left_is_no_longer_acted_for(office: Any) -> None:
    li, zhang = person(office, "programme_officer"), person(office, "finance")
    give(li, zhang)
    assert "programme_officer" in scope_of(zhang).roles
    change_user(user=li, is_active=False, by=Actor(label="系统"))
    assert scope_of(zhang).roles == {"finance"}


def test_a_scope_takes_as_many_queries_with_delegations_as_without(office: Any) -> None:
    zhang = person(office, "finance")

    def queries() -> int:
        user = User.objects.select_related("office").get(pk=zhang.pk)
        with CaptureQueriesContext(connection) as caught:
            scope_of(user)
        return len(caught)

    before = queries()
    for _number in range(3):
        give(person(office, "programme_officer"), zhang)
    assert queries() == before == 1


def test_who_acts_for_the_submitter_does_not_decide(office: Any) -> None:
    """报送和办理须由不同人员经手, 授权代办 included: in either direction."""
    accept = Move(
        word="accept",
        label="审核通过",
        sources=frozenset({"submitted"}),
        target="accepted",
        action="accounts.hand_over",
        apart=True,
    )
    machine = Machine("accounts.trial", (accept,), submitters=lambda row: row.submitters)
    li, zhang = person(office, "programme_officer"), person(office, "approver")
    sent_by_li = SimpleNamespace(
        state="submitted", submitters=[str(li.pk)], pk=zhang.pk, office=office
    )
    assert open_moves(machine, sent_by_li, scope_of(zhang)) == [accept]
    give(li, zhang)
    assert open_moves(machine, sent_by_li, scope_of(zhang)) == []
    sent_for_li = SimpleNamespace(
        state="submitted",
        submitters=[str(one) for one in scope_of(zhang).persons],
        pk=li.pk,
        office=office,
    )
    assert open_moves(machine, sent_for_li, scope_of(li)) == []


def test_the_page_gives_and_ends(office: Any) -> None:
    li, zhang = person(office, "programme_officer", name="李四"), person(office, name="张三")
    other = person(office, "finance", name="王五")
    assert Client().get(PAGE).status_code == 302
    browser = client_of(li)
    sent = {
        "delegate": str(zhang.pk),
        "valid_from": "2026-03-02",
        "valid_until": "2026-06-30",
        "reason": "休假",
    }
    refused = browser.post(PAGE, sent)
    assert (refused.status_code, "一次授权最长 90 天" in refused.content.decode()) == (400, True)
    done = browser.post(PAGE, sent | {"valid_until": "2026-03-06"})
    assert done.status_code == 302
    row = Delegation.objects.get()
    assert (row.principal, row.delegate, row.by_label) == (li, zhang, "李四")
    held = client_of(zhang).get(PAGE).content.decode()
    assert "李四" in held
    # A third person neither sees nor ends it, an administrator both.
    assert str(row.pk) not in client_of(other).get(PAGE).content.decode()
    assert client_of(other).post(f"{PAGE}{row.pk}/end/").status_code == 404
    admin = person(office, "security_admin")
    assert str(row.pk) in client_of(admin).get(PAGE).content.decode()
    assert client_of(admin).post(f"{PAGE}{row.pk}/end/").status_code == 302
    assert Delegation.objects.get().revoked_at is not None
