"""Everyone who may ask. People act for the first street, or for the first street's district."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.test import Client

from accounts.models import Office, User
from accounts.roles import (
    APPROVER,
    AUDITOR,
    COMMISSION_ADMIN,
    DEPARTMENT_LIAISON,
    EXPERT,
    FINANCE,
    LEADER,
    PROGRAMME_OFFICER,
    SECURITY_ADMIN,
    STREET_HEAD,
    STREET_OFFICER,
    SURVEY_AGENCY,
)
from accounts.services import CITY_SCOPES, issue_token, token_scopes
from core.audit import SYSTEM
from tests.factories import OfficeFactory, UserFactory

VISITOR = "visitor"
NO_OFFICE = "no_office"
FOREIGN_OFFICER = "foreign_officer"
TOKEN_OF_STREET = "token_of_street"
TOKEN_OF_COMMISSION = "token_of_commission"
TOKEN_OF_CITY = "token_of_city"
TOKEN_TERRITORY_ONLY = "token_territory_only"

COMMISSION_PEOPLE = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER, APPROVER, FINANCE, LEADER})
STREET_PEOPLE = frozenset({STREET_OFFICER, STREET_HEAD})
OTHER_PEOPLE = frozenset({DEPARTMENT_LIAISON, EXPERT, SURVEY_AGENCY, SECURITY_ADMIN, AUDITOR})
PEOPLE = COMMISSION_PEOPLE | STREET_PEOPLE | OTHER_PEOPLE
TOKENS = frozenset({TOKEN_OF_STREET, TOKEN_OF_COMMISSION, TOKEN_OF_CITY, TOKEN_TERRITORY_ONLY})
SIGNED_IN = PEOPLE | {FOREIGN_OFFICER, NO_OFFICE}
EVERYONE = SIGNED_IN | TOKENS | {VISITOR}


@dataclass
class Callers:
    """One person or token of each kind, for the streets of a world."""

    people: dict[str, User]
    secrets: dict[str, str]
    _sessions: dict[str, str] = field(default_factory=dict)

    def sign_in(self, client: Client, caller: str) -> dict[str, str]:
        """Make `client` the caller's; returns the headers that its requests must carry."""
        client.cookies = SimpleCookie()
        if caller in self.people:
            if caller not in self._sessions:
                client.force_login(self.people[caller], backend="accounts.backends.ModelBackend")
                self._sessions[caller] = client.cookies[settings.SESSION_COOKIE_NAME].value
            client.cookies[settings.SESSION_COOKIE_NAME] = self._sessions[caller]
        if caller in self.secrets:
            return {"Authorization": f"Bearer {self.secrets[caller]}"}
        return {}


def make_callers(street: Any, foreign_street: Any) -> Callers:
    """Everyone, for `street` and its district, and for the other district of `foreign_street`."""
    district = street.district
    commission = OfficeFactory(district=district, kind=Office.Kind.COMMISSION)
    of_street = OfficeFactory(street=street)
    offices = {
        **dict.fromkeys(COMMISSION_PEOPLE | {SECURITY_ADMIN, AUDITOR}, commission),
        **dict.fromkeys(STREET_PEOPLE, of_street),
        DEPARTMENT_LIAISON: OfficeFactory(district=district, kind=Office.Kind.DEPARTMENT),
        **dict.fromkeys(
            {EXPERT, SURVEY_AGENCY}, OfficeFactory(district=district, kind=Office.Kind.AGENCY)
        ),
    }
    people = {
        role: UserFactory(username=f"person_{role}", office=office, roles=[role])
        for role, office in offices.items()
    }
    foreign = OfficeFactory(district=foreign_street.district, kind=Office.Kind.COMMISSION)
    people[FOREIGN_OFFICER] = UserFactory(
        username=FOREIGN_OFFICER, office=foreign, roles=[PROGRAMME_OFFICER]
    )
    people[NO_OFFICE] = UserFactory(username=NO_OFFICE, office=None, roles=[PROGRAMME_OFFICER])
    city = OfficeFactory(district=district, kind=Office.Kind.CITY)
    everything = token_scopes()
    secrets = {
        TOKEN_OF_STREET: _secret(of_street, STREET_OFFICER, everything),
        TOKEN_OF_COMMISSION: _secret(commission, PROGRAMME_OFFICER, everything),
        TOKEN_OF_CITY: _secret(city, LEADER, CITY_SCOPES),
        TOKEN_TERRITORY_ONLY: _secret(commission, PROGRAMME_OFFICER, ["read:territory"]),
    }
    return Callers(people, secrets)


def _secret(office: Office, role: str, scopes: Iterable[str]) -> str:
    return issue_token(name="测试系统", office=office, role=role, scopes=scopes, by=SYSTEM)[1]
