"""People and tokens: three administrations in three hands, nobody their own master."""

from collections.abc import Callable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import ApiToken, User, hash_token
from core.audit import SYSTEM, Actor
from core.models import AuditEvent
from tests import factories as make
from tests.admin.forms import filled

pytestmark = pytest.mark.django_db
ADD = "/admin/accounts/user/add/"
Clients = Callable[[str], Client]


@pytest.fixture
def office() -> Any:
    return make.OfficeFactory()


@pytest.fixture
def client_as(office: Any) -> Clients:
    """A browser of someone in this role, in the same office."""

    def sign_in(role: str) -> Client:
        client = Client()
        person = make.UserFactory(office=office, roles=[role], username=f"the_{role}")
        client.force_login(person, backend="accounts.backends.ModelBackend")
        return client

    return sign_in


def new_person(office: Any, **columns: Any) -> dict[str, Any]:
    """The form of a new user, filled in."""
    return {
        "username": "wang.wu",
        "display_name": "王五",
        "office": str(office.pk),
        "roles": ["programme_officer"],
        "password": make.PASSWORD,
        **columns,
    }


def errors_of(page: Any) -> str:
    """Everything the form says is wrong."""
    assert page.status_code == 200
    return str(page.context["adminform"].form.errors)


@pytest.mark.parametrize("role", ["commission_admin", "security_admin"])
def test_a_person_is_entered_with_office_and_roles(
    role: str, office: Any, client_as: Clients
) -> None:
    assert client_as(role).post(ADD, new_person(office)).status_code == 302
    person = User.objects.get(username="wang.wu")
    assert list(person.groups.values_list("name", flat=True)) == ["programme_officer"]
    assert person.check_password(make.PASSWORD)
    assert not person.is_superuser
    created = AuditEvent.objects.get(action="accounts.create_user")
    assert created.actor_label
    assert make.PASSWORD not in str(created.changes)


@pytest.mark.parametrize(
    "roles",
    [
        ["commission_admin", "security_admin"],
        ["commission_admin", "auditor"],
        ["security_admin", "auditor", "programme_officer"],
    ],
)
def test_the_three_administrations_never_meet(
    roles: list[str], office: Any, client_as: Clients
) -> None:
    page = client_as("commission_admin").post(ADD, new_person(office, roles=roles))
    assert "不得由同一人兼任" in errors_of(page)
    assert not User.objects.filter(username="wang.wu").exists()


def test_roles_fit_the_office(office: Any, client_as: Clients) -> None:
    page = client_as("commission_admin").post(ADD, new_person(office, roles=["street_officer"]))
    assert "须属于“街道（镇）”类单位" in errors_of(page)
    assert not User.objects.filter(username="wang.wu").exists()


def test_a_weak_first_password_is_refused(office: Any, client_as: Clients) -> None:
    page = client_as("security_admin").post(ADD, new_person(office, password="12345678"))
    assert "password" in page.context["adminform"].form.errors
    assert not User.objects.filter(username="wang.wu").exists()


def test_offices_of_another_district_are_no_choice(office: Any, client_as: Clients) -> None:
    foreign = make.OfficeFactory()
    page = client_as("commission_admin").post(ADD, new_person(foreign))
    assert "office" in page.context["adminform"].form.errors


def test_nobody_changes_their_own_roles(office: Any, client_as: Clients) -> None:
    client = client_as("commission_admin")
    me = User.objects.get(username="the_commission_admin")
    page = f"/admin/accounts/user/{me.pk}/change/"
    sent = filled(client, page) | {"display_name": "新名", "roles": ["auditor"], "is_active": ""}
    assert client.post(page, sent).status_code == 302
    me.refresh_from_db()
    assert (me.display_name, me.is_active) == ("新名", True)
    assert list(me.groups.values_list("name", flat=True)) == ["commission_admin"]
    mine = Actor(me.pk, "本人")
    with pytest.raises(ValidationError, match="不能变更自己"):
        services.change_user(user=me, roles=["auditor"], by=mine)
    with pytest.raises(ValidationError, match="不能变更自己的角色"):
        services.set_roles(user=me, roles=["auditor"], by=mine)
    with pytest.raises(ValidationError, match="修改密码"):
        services.reset_password(user=me, password=make.PASSWORD, by=mine, reason="忘记")


def test_a_change_of_roles_is_audited_before_and_after(office: Any, client_as: Clients) -> None:
    person = make.UserFactory(office=office, roles=["finance"])
    client = client_as("security_admin")
    page = f"/admin/accounts/user/{person.pk}/change/"
    sent = filled(client, page) | {"roles": ["finance", "leader"]}
    assert client.post(page, sent).status_code == 302
    event = AuditEvent.objects.get(action="accounts.set_roles", object_id=str(person.pk))
    assert event.changes == {"before": ["finance"], "after": ["finance", "leader"]}


def test_break_glass_accounts_are_nobodys_to_manage(office: Any, client_as: Clients) -> None:
    root = make.UserFactory(username="root", is_superuser=True, office=office)
    client = client_as("commission_admin")
    assert client.get(f"/admin/accounts/user/{root.pk}/change/").status_code == 404
    page = f"/admin/accounts/user/{root.pk}/reset_password/"
    assert client.post(page, {"password": make.PASSWORD, "reason": "试"}).status_code == 404
    form = client.get(ADD).context["adminform"].form
    assert not {"is_superuser", "is_staff", "user_permissions"} & set(form.fields)


def test_a_reset_password_ends_the_old_sessions(office: Any, client_as: Clients) -> None:
    person = make.UserFactory(office=office, roles=["finance"])
    theirs = Client()
    theirs.force_login(person, backend="accounts.backends.ModelBackend")
    page = f"/admin/accounts/user/{person.pk}/reset_password/"
    client = client_as("security_admin")
    weak = client.post(page, {"password": "short", "reason": "忘记密码"})
    assert weak.status_code == 200
    sent = {"password": "Ganz-Neu-2032", "reason": "忘记密码"}
    assert client.post(page, sent).status_code == 302
    assert theirs.get("/accounts/password/").status_code == 302
    person.refresh_from_db()
    assert person.check_password("Ganz-Neu-2032")
    event = AuditEvent.objects.get(action="accounts.reset_password")
    assert (event.comment, event.object_id) == ("忘记密码", str(person.pk))


def test_a_locked_account_can_be_unlocked(office: Any, client_as: Clients) -> None:
    person = make.UserFactory(office=office, roles=["finance"])
    AccessAttempt.objects.create(
        username=person.username,
        ip_address="10.0.0.1",
        failures_since_start=5,
        attempt_time=timezone.now(),
    )
    page = f"/admin/accounts/user/{person.pk}/unlock/"
    assert client_as("security_admin").post(page, {"reason": "本人到场"}).status_code == 302
    assert not AccessAttempt.objects.filter(username=person.username).exists()
    assert AuditEvent.objects.get(action="accounts.unlock").comment == "本人到场"


@pytest.mark.parametrize("role", ["programme_officer", "leader", "auditor", "street_officer"])
def test_others_do_not_manage_people(role: str, office: Any, client_as: Clients) -> None:
    person = make.UserFactory(office=office, roles=["finance"])
    client = client_as(role)
    for page in ("change", "reset_password", "unlock"):
        path = f"/admin/accounts/user/{person.pk}/{page}/"
        assert client.post(path, {"reason": "试"}).status_code == 403
    assert client.post(ADD, new_person(office)).status_code == 403


def test_a_tokens_secret_is_shown_once(office: Any, client_as: Clients) -> None:
    client = client_as("security_admin")
    sent = {
        "name": "城运平台",
        "office": str(office.pk),
        "role": "programme_officer",
        "scopes": ["read:outlets"],
        "days": "90",
    }
    page = client.post("/admin/accounts/apitoken/add/", sent)
    token = ApiToken.objects.get(name="城运平台")
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert hash_token(secret) == token.digest
    assert "no-store" in page.headers["Cache-Control"]
    for path in (f"/admin/accounts/apitoken/{token.pk}/{one}/" for one in ("change", "history")):
        assert secret not in client.get(path).content.decode()
    assert secret not in str(list(AuditEvent.objects.values_list("changes", flat=True)))


def test_a_token_is_revoked_for_a_reason(office: Any, client_as: Clients) -> None:
    token, _secret = services.issue_token(
        name="旧系统", office=office, role="leader", scopes=["read:outlets"], by=SYSTEM
    )
    page = f"/admin/accounts/apitoken/{token.pk}/revoke/"
    assert client_as("leader").post(page, {"reason": "试"}).status_code == 403
    client = client_as("security_admin")
    assert client.post(page, {"reason": ""}).status_code == 200
    assert client.post(page, {"reason": "系统下线"}).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert AuditEvent.objects.get(action="accounts.revoke_token").comment == "系统下线"


def test_offices_say_where_they_belong(office: Any, client_as: Clients) -> None:
    client = client_as("commission_admin")
    sent = {
        "district": str(office.district_id),
        "code": "new-street",
        "name": "某街道办事处",
        "kind": "street",
    }
    page = client.post("/admin/accounts/office/add/", sent)
    assert "须选择所在街道（镇）" in errors_of(page)
