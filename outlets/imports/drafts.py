"""One row of a ledger on its way: what it states, what is wrong with it, what it may mean."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from core.text import normalise_key

# Register column → the ledger column that people see, where they differ.
SEEN_AS = {
    "street_id": "street",
    "neighbourhood_id": "neighbourhood",
    "main_format_id": "main_format",
    "brand_id": "brand",
    "enterprise_id": "credit_code",
    "lon": "x_in",
    "lat": "y_in",
}


class NewName(str):
    """Stands for a row (brand, enterprise) that will be created when the ledger is confirmed.

    Its text begins with a plus, so that it cannot be taken for an id.
    """

    __slots__ = ()

    @classmethod
    def of(cls, name: str) -> "NewName":
        """The stand-in for the row called `name`."""
        return cls(f"+{name}")

    @property
    def name(self) -> str:
        """What the row will be called."""
        return self[1:]


@dataclass(slots=True, eq=False)
class Draft:
    """A row of the sheet; `values` maps register columns to what the row states."""

    no: int
    # The row's cells in stored form.
    raw: str
    # Its cells whose shown value cannot be trusted: column → "formula" or "error".
    suspect: Mapping[int, str] = field(default_factory=dict)
    # Stated code; "" = the row has none.
    code: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    # Degrees as written, and their system where the row names it.
    x: float | None = None
    y: float | None = None
    crs: str = ""
    # 核查状态 as stated.
    stated: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    hints: dict[str, list[str]] = field(default_factory=dict)
    # What people said of the row.
    edits: dict[str, str] = field(default_factory=dict)
    decision: str = ""
    merge_into: str = ""
    returned: str = ""
    # What matching found.
    target_id: uuid.UUID | None = None
    likely: list[dict[str, Any]] = field(default_factory=list)

    def __reduce__(self) -> tuple[type["Draft"], tuple[Any, ...]]:
        return Draft, _fields(self)

    def fault(self, key: str, message: str) -> None:
        """Say what is wrong, by register or ledger column; the first thing said stands."""
        self.faults.setdefault(SEEN_AS.get(key, key), message)

    @property
    def name_key(self) -> str:
        return normalise_key(self.values.get("name", ""))

    @property
    def address_key(self) -> str:
        return normalise_key(self.values.get("address", ""))

    @property
    def placed(self) -> bool:
        return self.x is not None and self.y is not None


_fields = attrgetter(*(one.name for one in fields(Draft)))
