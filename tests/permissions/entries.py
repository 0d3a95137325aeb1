"""What an entry of the permission table says, and the sets of callers that entries name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.roles import (
    AUDITOR,
    COMMISSION_ADMIN,
    PROGRAMME_OFFICER,
    SECURITY_ADMIN,
    STREET_OFFICER,
)
from tests.permissions.callers import (
    COMMISSION_PEOPLE,
    EVERYONE,
    FOREIGN_OFFICER,
    PEOPLE,
    STREET_PEOPLE,
    TOKEN_OF_CITY,
    TOKEN_OF_COMMISSION,
    TOKEN_OF_STREET,
    TOKEN_TERRITORY_ONLY,
)
from tests.permissions.world import World

Who = frozenset[str]
NOBODY: Who = frozenset()

DISTRICT_WIDE: Who = COMMISSION_PEOPLE | {TOKEN_OF_COMMISSION}
OF_THE_STREET: Who = STREET_PEOPLE | {TOKEN_OF_STREET}
REGISTER: Who = DISTRICT_WIDE | OF_THE_STREET
# Who have a role and an office in the first district, and the tokens that hold every scope.
AT_HOME: Who = PEOPLE | {TOKEN_OF_STREET, TOKEN_OF_COMMISSION}
# The city's token reads released figures and the places they are about.
FIGURES: Who = AT_HOME | {TOKEN_OF_CITY}
PLACES: Who = FIGURES | {TOKEN_TERRITORY_ONLY}
NOTICES: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER, TOKEN_OF_COMMISSION})


WRITERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER, TOKEN_OF_COMMISSION})
# Who take ledgers in: the district's, or their own street's.
IMPORTERS: Who = WRITERS | {STREET_OFFICER, TOKEN_OF_STREET}


@dataclass(frozen=True)
class ListEntry:
    """Who may ask a list, and who finds the rows of which place in it."""

    ask: Who
    own: Who
    other: Who
    foreign: Who
    # Filters that take a street's code, a row's code …: parameter → what to take of the row.
    by: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    # Parameters without which the rows would not be in the list.
    query: str = ""
    # Rows of these other names in the world must never be found by …
    hidden: dict[str, Who] = field(default_factory=dict)


def by_street(row: Any) -> str:
    return str(row.street.code)


def by_code(row: Any) -> str:
    return str(row.code)


# Whoever may ask at all, may ask from the other district, too, and finds that district's rows.
def shared(ask: Who, **by: Callable[[Any], Any]) -> ListEntry:
    """Rows that are the same for everyone in a district."""
    return ListEntry(
        ask=ask | {FOREIGN_OFFICER},
        own=ask,
        other=ask,
        foreign=frozenset({FOREIGN_OFFICER}),
        by=by,
    )


def of_streets(**by: Callable[[Any], Any]) -> ListEntry:
    """Register rows: the own street's for its people, all of the district's for the commission."""
    return ListEntry(
        ask=REGISTER | {FOREIGN_OFFICER},
        own=REGISTER,
        other=DISTRICT_WIDE,
        foreign=frozenset({FOREIGN_OFFICER}),
        by=by,
    )


EVERYWHERE = ListEntry(
    ask=AT_HOME | {FOREIGN_OFFICER},
    own=AT_HOME | {FOREIGN_OFFICER},
    other=NOBODY,
    foreign=NOBODY,
)


@dataclass(frozen=True)
class WriteEntry:
    """Who may send a write of the API about a row of the own, another and a foreign street."""

    method: str
    name: str
    own: Who
    other: Who
    body: Callable[[World, str], dict[str, Any]]
    # The list whose rows it is about; "" = it makes a new one.
    rows: str = ""
    encoding: str = "application/json"
    foreign: Who = frozenset({FOREIGN_OFFICER})
    # What of the row grows when the write is done.
    grows: Callable[[Any], int] = lambda row: int(row.version)


@dataclass(frozen=True)
class PageEntry:
    """Who may open a page; for a page about a street's row also who may open another street's."""

    allowed: Who
    # What `reverse` needs, for the row of a place; None = the page is about no row.
    kwargs: Callable[[World, str], dict[str, Any]] | None = None
    other: Who = NOBODY
    foreign: Who = NOBODY
    method: str = "get"
    # A page that sends everyone on somewhere (sign-out, start page) answers 302 when allowed.
    query: str = ""
    # What its body is sent as, when it takes one in its own form only.
    encoding: str = ""


PUBLIC = PageEntry(EVERYONE)

# Who may enter /admin/ at all.
INSIDE: Who = COMMISSION_PEOPLE | STREET_PEOPLE | {SECURITY_ADMIN, AUDITOR, FOREIGN_OFFICER}
LOOKING: Who = PEOPLE | {FOREIGN_OFFICER}
COMMISSIONS: Who = COMMISSION_PEOPLE | {FOREIGN_OFFICER}
OF_THE_DISTRICT: Who = PEOPLE
ONLY_FOREIGN: Who = frozenset({FOREIGN_OFFICER})


def of_row(name: str, **parts: str) -> Callable[[World, str], dict[str, Any]]:
    """Arguments of a page about a row of the world: `pk="pk"` takes the row's `pk`."""

    def kwargs(world: World, place: str) -> dict[str, Any]:
        row = world.rows[name].get(place) or world.rows[name]["own"]
        return {argument: getattr(row, column) for argument, column in parts.items()}

    return kwargs


def of_district(allowed: Who, kwargs: Any, **more: Any) -> PageEntry:
    """A page that everyone of the district may open, whatever street it is about."""
    return PageEntry(allowed, kwargs, other=allowed, foreign=ONLY_FOREIGN, **more)
