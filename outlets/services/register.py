"""The register of one district: held while it is written, and how its rows get their codes."""

import re
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

from core.text import normalise_key, pinyin_key
from outlets.models import Outlet
from territory.models import District

_NUMBER = re.compile(r"-(\d{6,})$")


def lock_register(district: District) -> District:
    """Hold the district's register until the transaction ends: nobody else enters new rows.

    Rows that merely refer to the district are not held up.
    """
    return District.objects.select_for_update(no_key=True).get(pk=district.pk)


class Codes:
    """Numbers outlets that come without a code: <street code>-<6 digits>, never one used before.

    区外网点 belong to no street; theirs begin with the district's code and “W”.
    """

    def __init__(self, district: District) -> None:
        self.district = district
        self.streets = dict(district.streets.values_list("id", "code"))
        self.last: Counter[str] = Counter()
        self.used: set[str] = set()
        # Codes of void rows are spent, too.
        for code in Outlet.objects.filter(district=district).values_list("code", flat=True):
            self.reserve(code)

    def reserve(self, code: str) -> None:
        """Count a code as used."""
        self.used.add(code)
        if number := _NUMBER.search(code):
            prefix = code[: number.start()]
            self.last[prefix] = max(self.last[prefix], int(number[1]))

    def next_for(self, street_id: uuid.UUID | None) -> str:
        """The next code of the street."""
        prefix = f"{self.district.code}W" if street_id is None else self.streets[street_id]
        self.last[prefix] += 1
        code = f"{prefix}-{self.last[prefix]:06d}"
        self.used.add(code)
        return code


def named(values: Mapping[str, Any]) -> dict[str, Any]:
    """The search keys that follow from a row's name."""
    name = values["name"]
    return {"name_key": normalise_key(name)[:160], "pinyin": pinyin_key(name)[:300]}
