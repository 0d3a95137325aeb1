"""What one caller may see: made once per request by `accounts`, passed to every query."""

import uuid
from dataclasses import dataclass, field
from typing import Final


class _All:
    """Every street of the scope's districts."""

    def __repr__(self) -> str:
        return "ALL"


ALL: Final = _All()


@dataclass(frozen=True)
class Scope:
    """The caller's districts, streets and roles; an empty one sees nothing."""

    user_id: uuid.UUID | None = None
    label: str = ""
    office_code: str = ""
    roles: frozenset[str] = frozenset()
    district_ids: frozenset[uuid.UUID] = frozenset()
    street_ids: frozenset[uuid.UUID] | _All = frozenset()
    department: str = ""
    assignments: frozenset[uuid.UUID] = frozenset()
    # None for a signed-in person; a token is held to the scopes it was given besides its roles.
    token_scopes: frozenset[str] | None = field(default=None)
    # Those who let the caller act for them today (授权代办).
    acting_for: frozenset[uuid.UUID] = frozenset()

    @property
    def persons(self) -> frozenset[uuid.UUID]:
        """The caller and those they act for: none of them may decide on what one submitted."""
        own = {self.user_id} if self.user_id else set()
        return self.acting_for | own

    @property
    def all_streets(self) -> bool:
        """Whether the scope is district-wide."""
        return isinstance(self.street_ids, _All)

    def covers(self, street_id: uuid.UUID | None) -> bool:
        """Whether a street is the caller's: any of the district, or one of their own."""
        return isinstance(self.street_ids, _All) or street_id in self.street_ids

    def has_role(self, *roles: str) -> bool:
        """Whether the caller holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)


NOBODY: Final = Scope()
