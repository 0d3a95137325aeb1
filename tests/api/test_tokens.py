"""API tokens: hashed at rest, expiring, revocable, held to their scopes and their street."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.serializers import serialize
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, Office, hash_token
from accounts.services import issue_token, load_roles, revoke_token, set_roles
from core.audit import SYSTEM
from core.models import AuditEvent
from tests.factories import OfficeFactory, OutletFactory, StreetFactory, UserFactory

pytestmark = pytest.mark.django_db
OUTLETS = "/api/v1/outlets/"


def token_for(outlet: Any, *scopes: str) -> tuple[ApiToken, str]:
    return issue_token(
        name="市场监管推送",
        office=OfficeFactory(street=outlet.street),
        role="street_officer",
        scopes=scopes or ("read:outlets",),
        by=SYSTEM,
    )


def get(client: Client, secret: str, url: str = OUTLETS) -> Any:
    return client.get(url, headers={"Authorization": f"Bearer {secret}"})


def test_the_secret_is_nowhere_in_the_database(outlet: Any) -> None:
    """Only its SHA-256 and the first characters, by which people tell tokens apart."""
    token, secret = token_for(outlet)
    stored = serialize("json", ApiToken.objects.all()) + serialize("json", AuditEvent.objects.all())
    assert secret not in stored
    assert secret[12:] not in stored
    assert token.digest == hash_token(secret)
    assert secret.startswith(token.prefix)
    assert len(secret) > 40


def test_a_token_opens_what_its_street_sees(client: Client, outlet: Any) -> None:
    OutletFactory(street=StreetFactory(district=outlet.district))
    answer = get(client, token_for(outlet)[1])
    assert [row["id"] for row in answer.json()["results"]] == [str(outlet.pk)]


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer", "Bearer two words", "bearer lcp_x", "Bearer \xff\xfe"]
)
def test_a_wrong_token_is_told_to_bring_one(client: Client, header: str) -> None:
    answer = client.get(OUTLETS, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_and_a_revoked_token_open_nothing(client: Client, outlet: Any) -> None:
    """Both are told the same, and both are written down."""
    token, secret = token_for(outlet)
    assert get(client, secret).status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(days=181)):
        expired = get(client, secret)
    revoke_token(token=token, by=SYSTEM, reason="系统下线")
    revoked = get(client, secret)
    assert expired.status_code == revoked.status_code == 401
    assert expired.json()["detail"] == revoked.json()["detail"]
    assert AuditEvent.objects.filter(action="accounts.token_refused").count() == 2


def test_revoking_again_keeps_the_first_moment(outlet: Any) -> None:
    token, _secret = token_for(outlet)
    first = revoke_token(token=token, by=SYSTEM).revoked_at
    assert revoke_token(token=token, by=SYSTEM).revoked_at == first


def test_a_token_without_the_scope_is_told_which(client: Client, outlet: Any) -> None:
    _token, secret = token_for(outlet, "read:territory")
    answer = get(client, secret)
    assert answer.status_code == 403
    assert "read:outlets" in answer.json()["detail"]
    assert get(client, secret, "/api/v1/streets/").status_code == 200


def test_reading_does_not_include_writing(client: Client, outlet: Any) -> None:
    _token, secret = token_for(outlet, "read:outlets")
    headers = {"Authorization": f"Bearer {secret}", "If-Match": '"v1"'}
    answer = client.patch(
        f"{OUTLETS}{outlet.pk}/",
        {"hours": "全天"},
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == 403
    outlet.refresh_from_db()
    assert outlet.hours == ""


def test_what_a_token_writes_is_its_own_act(client: Client, outlet: Any) -> None:
    token, secret = token_for(outlet, "read:outlets", "write:outlets")
    headers = {"Authorization": f"Bearer {secret}", "If-Match": '"v1"'}
    answer = client.patch(
        f"{OUTLETS}{outlet.pk}/",
        {"hours": "全天"},
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == 200
    event = AuditEvent.objects.get(action="outlets.change")
    assert (event.actor_id, event.actor_label) == (token.pk, "市场监管推送")
    assert event.request_id == answer["X-Request-ID"]


def test_contacts_need_a_scope_of_their_own(client: Client, outlet: Any) -> None:
    _token, secret = token_for(outlet, "read:outlets")
    assert get(client, secret, f"{OUTLETS}{outlet.pk}/").json()["phone"] == "138****5678"
    _token, secret = token_for(outlet, "read:outlets", "read:contacts")
    assert get(client, secret, f"{OUTLETS}{outlet.pk}/").json()["phone"] == "13812345678"


def test_a_token_takes_the_place_of_a_session(client: Client, outlet: Any, officer: Any) -> None:
    """Whoever sends both is the token, and nothing more."""
    client.force_login(officer)
    _token, secret = token_for(outlet, "read:territory")
    assert get(client, secret).status_code == 403
    assert get(client, "nonsense").status_code == 401


def test_use_is_noted_once_a_minute(client: Client, outlet: Any) -> None:
    token, secret = token_for(outlet)
    with time_machine.travel("2026-03-02 09:00:00+08:00", tick=False) as clock:
        ApiToken.objects.update(expires_at=timezone.now() + dt.timedelta(days=1))
        noted = []
        for seconds in (0, 30, 61):
            clock.move_to(f"2026-03-02 09:0{seconds // 60}:{seconds % 60:02d}+08:00")
            get(client, secret)
            token.refresh_from_db()
            noted.append(timezone.localtime(token.last_used_at).strftime("%M:%S"))
    assert noted == ["00:00", "00:00", "01:01"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("role", {"role": "emperor"}),
        ("scopes", {"scopes": ["read:everything"]}),
        ("scopes", {"scopes": []}),
        ("days", {"days": 400}),
        ("days", {"days": 0}),
    ],
)
def test_a_token_nobody_should_have_is_not_issued(
    outlet: Any, field: str, wrong: dict[str, Any]
) -> None:
    asked = {
        "name": "外部系统",
        "office": OfficeFactory(street=outlet.street),
        "role": "street_officer",
        "scopes": ["read:outlets"],
        "by": SYSTEM,
    }
    with pytest.raises(ValidationError) as refusal:
        issue_token(**asked | wrong)
    assert field in refusal.value.message_dict
    assert not ApiToken.objects.exists()


def test_the_city_reads_released_figures_and_nothing_else(outlet: Any) -> None:
    city = OfficeFactory(district=outlet.district, kind=Office.Kind.CITY)
    asked = {"name": "市商务委", "office": city, "role": "leader", "by": SYSTEM}
    with pytest.raises(ValidationError):
        issue_token(**asked, scopes=["read:values", "read:outlets"])
    assert issue_token(**asked, scopes=["read:values"])[0].live


def test_three_administrations_never_meet_in_one_hand() -> None:
    """系统管理员, 安全管理员, 审计管理员 (等保 2.0)."""
    assert load_roles() == 12
    user = UserFactory()
    set_roles(user=user, roles=["commission_admin", "programme_officer"], by=SYSTEM)
    for pair in (
        ["commission_admin", "security_admin"],
        ["security_admin", "auditor"],
        ["auditor", "commission_admin"],
    ):
        with pytest.raises(ValidationError):
            set_roles(user=user, roles=pair, by=SYSTEM)
    assert set(user.groups.values_list("name", flat=True)) == {
        "commission_admin",
        "programme_officer",
    }
    event = AuditEvent.objects.get(action="accounts.set_roles")
    assert event.changes == {"before": [], "after": ["commission_admin", "programme_officer"]}


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError):
        set_roles(user=UserFactory(), roles=["emperor"], by=SYSTEM)
