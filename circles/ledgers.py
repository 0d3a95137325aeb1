"""The ledgers of compounds, facilities and spaces, taken in by the same pipeline as outlets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from circles.compound_columns import compound_columns
from circles.facility_columns import facility_columns
from circles.models import Compound, Facility, Space
from circles.models.compound import PEOPLE_FIELDS
from circles.services.compounds import BOOK as COMPOUND_BOOK
from circles.services.compounds import CompoundCodes, row_problems
from circles.services.facilities import FACILITIES
from circles.services.sites import Numbers, Sort, name_key_of
from circles.services.spaces import SPACES
from circles.signals import circles_changed
from circles.space_columns import space_columns
from core.registers import Book
from core.spreadsheets import Column
from core.text import normalise_key
from outlets.imports.compared import Known
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
    noun = _("设施")
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
    noun = _("空间")
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


@register
class CompoundLedger(LedgerKind):
    """小区台账."""

    subject = "compounds"
    title = _("小区台账")
    noun = _("小区")
    gate = "circles.change_compounds"
    book = COMPOUND_BOOK
    sort_column = "kind"
    by_name_alone = True
    direct = (
        "name",
        "kind",
        "address",
        *PEOPLE_FIELDS,
        "households",
        "planned_on",
        "built_on",
        "accepted_on",
        "delivered_on",
        "floor_area",
        "commercial_area",
    )

    def expected_columns(self) -> list[Column]:
        return compound_columns(self.district)

    def known(self, *wanted: Any) -> list[Known]:
        return [replace(row, name_key=normalise_key(row.name)) for row in super().known(*wanted)]

    @property
    def known_columns(self) -> tuple[str, ...]:
        # Compounds keep no key of their name; `known` works it out.
        return tuple("name" if one == "name_key" else one for one in super().known_columns)

    def rules(self, after: Row) -> Iterator[Problem]:
        return row_problems(after)

    def codes(self) -> CompoundCodes:
        return CompoundCodes(self.district)

    def finish(self, row: dict[str, Any], codes: Any) -> dict[str, Any]:
        row["code"] = row["code"] or codes.next_for(row["street_id"])
        return row

    def tell(self) -> None:
        circles_changed.send(sender=Compound, district=self.district)
