"""`/` sends everyone to where their work is, or says plainly why there is none."""

from typing import Any

import pytest
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db


def client_of(person: Any) -> Client:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(person, backend="accounts.backends.ModelBackend")
    return client


def test_visitors_are_asked_to_sign_in() -> None:
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("commission_admin", "/admin/"),
        ("programme_officer", "/admin/"),
        ("leader", "/briefing/"),
        ("street_officer", "/desk/"),
        ("street_head", "/desk/"),
        ("department_liaison", "/desk/"),
        ("expert", "/evaluation/my-scorecards/"),
        ("survey_agency", "/evaluation/surveys/"),
        ("auditor", "/admin/core/auditevent/"),
        ("security_admin", "/admin/accounts/user/"),
    ],
)
def test_each_role_starts_where_its_work_is(role: str, page: str) -> None:
    street = make.StreetFactory() if role.startswith("street") else None
    kinds = {"department_liaison": "department", "expert": "agency", "survey_agency": "agency"}
    kind = kinds.get(role, "street" if street else "commission")
    office = (
        make.OfficeFactory(street=street, kind=kind) if street else make.OfficeFactory(kind=kind)
    )
    client = client_of(make.UserFactory(office=office, roles=[role]))
    answer = client.get("/")
    assert (answer.status_code, answer.get("Location")) == (302, page)
    assert client.get(page, follow=True).status_code == 200


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({"office": None, "roles": ["programme_officer"]}, "还没有分配单位"),
        ({"roles": []}, "还没有分配角色"),
    ],
)
def test_an_account_without_duties_gets_a_plain_page(person: dict[str, Any], words: str) -> None:
    client = client_of(make.UserFactory(**person))
    page = client.get("/")
    assert page.status_code == 200
    assert words in page.content.decode()
    assert client.get("/admin/outlets/outlet/").status_code == 403
