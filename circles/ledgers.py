"""The ledgers of facilities and of spaces, taken in by the same pipeline as that of outlets."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from circles.facility_columns import facility_columns
from circles.models import Facility, Space
from circles.services.facilities import FACILITIES
from circles.services.sites import Numbers, Sort, name_key_of
from circles.services.spaces import SPACES
from circles.space_columns import space_columns
from core.registers import Book
from core.spreadsheets import Column
from outlets.imports.drafts import Draft
from outlets.imports.kinds import LedgerKind, Problem, Row, register


class SiteLedger(LedgerKind):
    """What both ledgers have in common."""

    sort: ClassVar[Sort]
    sort_column = "kind"

    def rows(self) -> "QuerySet[Any]":
        rows: QuerySet[Any] = self.sort.model.objects.filter(district=self.district, void=False)
        return rows

    def rules(self, after: Row) -> Iterator[Problem]:
        return self.sort.rules(after)

    def codes(self) -> Numbers:
        return Numbers(self.sort, self.district)

    def named(self, name: str) -> dict[str, Any]:
        return {"name_key": name_key_of(name)}

    def finish(self, row: dict[str, Any], codes: Any) -> dict[str, Any]:
        row["code"] = row["code"] or codes.next_for(row["street_id"])
        return row | self.named(row["name"])

    def tell(self) -> None:
        if self.sort.tell:
            self.sort.tell(self.district)


@register
class FacilityLedger(SiteLedger):
    """公共服务设施台账."""

    subject = "facilities"
    title = _("公共服务设施台账")
    gate = "circles.change_facilities"
    book = Book(Facility)
    sort = FACILITIES
    direct = (
        "name",
        "kind",
        "authority",
        "address",
        "capacity",
        "hours",
        "opened_on",
        "closed_on",
    )

    def expected_columns(self) -> list[Column]:
        return facility_columns(self.district)


@register
class SpaceLedger(SiteLedger):
    """可利用空间台账."""

    subject = "spaces"
    title = _("可利用空间台账")
    gate = "circles.change_spaces"
    book = Book(Space)
    sort = SPACES
    direct = (
        "name",
        "kind",
        "address",
        "area",
        "owner",
        "use_mode",
        "available_from",
        "available_until",
        "rent",
        "state",
    )

    def expected_columns(self) -> list[Column]:
        return space_columns(self.district)

    def fill(self, drafts: Sequence[Draft], cells: Mapping[str, Sequence[Any]]) -> None:
        for draft, wanted in zip(drafts, cells["wanted_formats"], strict=True):
            if wanted:
                draft.values["wanted_formats"] = list(dict.fromkeys(wanted))
