"""What matching must know of a register row, and of each row of a file."""

import uuid
from dataclasses import dataclass
from typing import Any

from outlets.imports.drafts import Draft


@dataclass(frozen=True, slots=True)
class Known:
    """What matching must know of a register row."""

    id: uuid.UUID
    version: int
    code: str
    name: str
    name_key: str
    address: str
    street_id: uuid.UUID | None
    # What two rows at one place must share to be one thing (business format, kind of facility).
    sort: Any
    lon: float | None
    lat: float | None
    merged_into_id: uuid.UUID | None = None


class Stated:
    """What matching must know of every row of the file; kept small, for all rows at once."""

    __slots__ = (
        "address_key",
        "code",
        "crs",
        "decision",
        "faults",
        "lat",
        "likely",
        "lon",
        "merge_into",
        "name_key",
        "no",
        "outside",
        "sort",
        "street",
        "street_id",
        "target",
        "x",
        "y",
    )

    def __init__(self, draft: Draft, sort_column: str) -> None:
        values = draft.values
        self.no = draft.no
        self.code = draft.code
        self.name_key = draft.name_key
        self.address_key = draft.address_key
        self.street = "street_id" in values
        self.street_id = values.get("street_id")
        self.outside = bool(values.get("outside"))
        self.sort = values.get(sort_column)
        # Degrees as written, and the system if the row names it.
        self.x, self.y, self.crs = draft.x, draft.y, draft.crs
        # WGS 84, once the file's system is known.
        self.lon: float | None = None
        self.lat: float | None = None
        self.decision = draft.decision
        self.merge_into = draft.merge_into
        self.target: Known | None = None
        self.likely: list[dict[str, Any]] = []
        self.faults: dict[str, str] = {}

    @property
    def row(self) -> int:
        """The row's number in the sheet."""
        return self.no

    @property
    def placed(self) -> bool:
        """Whether the row says where it is."""
        return self.x is not None and self.y is not None

    @property
    def settled(self) -> bool:
        """Whether people said what it is: a row of its own, none at all, or part of another."""
        return self.decision in ("keep", "skip") or self.merge_into.isdecimal()
