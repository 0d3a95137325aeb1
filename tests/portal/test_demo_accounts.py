"""One demo account for each role and street; they sign in where the demo is on, and only there."""

from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user
from django.contrib.auth.password_validation import validate_password
from django.test import Client, RequestFactory

from accounts.backends import ModelBackend
from accounts.models import Office, User
from accounts.policy import scope_of
from accounts.roles import NAMES, STREET, separation_breach
from portal.demo import accounts
from portal.demo.accounts import PASSWORD, NameTakenError, demo_accounts
from territory.models import District, Street

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def created(db: None) -> int:
    accounts.remove()
    return accounts.create(District.objects.get())


def sign_in(name: str) -> User | None:
    request = RequestFactory().post("/")
    user = authenticate(request, username=name, password=PASSWORD)
    assert user is None or isinstance(user, User)
    return user


def test_each_role_has_an_account_and_street_roles_one_a_street(created: int) -> None:
    # One a role, two a street, and two more experts: a circle is scored by three.
    assert created == 32
    names = {name for name, _ in demo_accounts()}
    assert set(NAMES) - STREET <= names
    assert {
        f"street_officer_{code}" for code in Street.objects.values_list("code", flat=True)
    } <= names
    for user in User.objects.filter(is_demo=True).prefetch_related("groups"):
        roles = frozenset(group.name for group in user.groups.all())
        assert len(roles) == 1
        assert user.username.startswith(next(iter(roles)))
        assert not separation_breach(roles)
        assert not user.is_superuser
        assert user.display_name.startswith("演示·")
        assert user.office is not None


def test_scopes_follow_the_office() -> None:
    officer = User.objects.get(username="street_officer_310107005")
    scope = scope_of(officer)
    assert scope.street_ids == {Street.objects.get(code="310107005").pk}
    assert scope_of(User.objects.get(username="programme_officer")).all_streets
    assert not scope_of(User.objects.get(username="survey_agency")).street_ids
    assert not scope_of(User.objects.get(username="auditor")).street_ids
    assert officer.office is not None
    assert officer.office.kind == Office.Kind.STREET


def test_they_sign_in_where_the_demo_is_on(settings: Any) -> None:
    settings.DEMO = True
    for name, _label in demo_accounts()[:3]:
        user = sign_in(name)
        assert user is not None
        assert user.username == name


def test_they_do_not_sign_in_elsewhere(settings: Any) -> None:
    settings.DEMO = False
    assert all(sign_in(name) is None for name, _label in demo_accounts()[:3])


def test_a_session_ends_with_the_demo(settings: Any) -> None:
    settings.DEMO = True
    client = Client()
    user = User.objects.get(username="leader")
    client.force_login(user, backend=f"{ModelBackend.__module__}.{ModelBackend.__name__}")
    request = RequestFactory().get("/")
    request.session = client.session  # type: ignore[attr-defined]
    assert get_user(request) == user
    settings.DEMO = False
    assert not get_user(request).is_authenticated


def test_other_people_sign_in_either_way(settings: Any) -> None:
    User.objects.create_user("somebody", password=PASSWORD)
    for settings.DEMO in (False, True):
        assert sign_in("somebody") is not None


def test_the_shared_password_would_pass_the_rules() -> None:
    validate_password(PASSWORD)


def test_a_name_that_is_taken_is_refused_not_taken_over() -> None:
    accounts.remove()
    User.objects.create_user("leader", password="Own-Secret-1")
    with pytest.raises(NameTakenError, match="leader"):
        accounts.create(District.objects.get())
