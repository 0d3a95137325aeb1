"""A district with a commission, two departments and a street, and people in them who act."""

from dataclasses import dataclass
from typing import Any

from accounts.models import Office, User
from accounts.policy import scope_of
from core.audit import Actor
from core.scope import Scope
from tests.factories import DistrictFactory, OfficeFactory, StreetFactory, UserFactory


@dataclass(frozen=True)
class Person:
    """Somebody who acts: `service(..., **person.acts)`."""

    user: User

    @property
    def scope(self) -> Scope:
        """What they may see today."""
        return scope_of(self.user)

    @property
    def actor(self) -> Actor:
        """Who they are to the audit log."""
        return Actor(self.user.pk, str(self.user), self.user.office.code)

    @property
    def acts(self) -> dict[str, Any]:
        """What services ask of whoever acts."""
        return {"by": self.actor, "scope": self.scope}


class Cast:
    """Everyone of one district."""

    def __init__(self) -> None:
        self.district = DistrictFactory(name="试验区")
        self.street = StreetFactory(district=self.district, name="甲街道")
        self.commission = self._office(Office.Kind.COMMISSION, "区商务委")
        self.housing = self._office(Office.Kind.DEPARTMENT, "区房管局")
        self.civil = self._office(Office.Kind.DEPARTMENT, "区民政局")
        self.subdistrict = OfficeFactory(street=self.street, name="甲街道")
        self.officer = self.person(self.commission, "programme_officer")
        self.approver = self.person(self.commission, "approver")
        self.housing_liaison = self.person(self.housing, "department_liaison")
        self.civil_liaison = self.person(self.civil, "department_liaison")
        self.street_officer = self.person(self.subdistrict, "street_officer")
        self.foreign = self.person(
            OfficeFactory(district=DistrictFactory(), kind=Office.Kind.COMMISSION),
            "programme_officer",
            "approver",
        )

    def _office(self, kind: str, name: str) -> Any:
        return OfficeFactory(district=self.district, kind=kind, name=name)

    def person(self, office: Any, *roles: str) -> Person:
        """A new person of an office."""
        return Person(UserFactory(office=office, roles=roles, email="someone@example.org"))
