"""The ledger of outlets (商业网点台账)."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.spreadsheets import Column
from outlets.imports.drafts import Draft, NewName
from outlets.imports.kinds import LedgerKind, Problem, Row, register
from outlets.imports.suggestions import FormatSuggestions
from outlets.ledger_columns import NO_BRAND, ledger_columns
from outlets.models import BusinessFormat, Outlet, OutletFacts, QualityFinding, Service
from outlets.models.outlet import Status
from outlets.services.facts import BOOK, GONE
from outlets.services.offers import services_of
from outlets.services.owners import Brands, Enterprises
from outlets.services.register import Codes, named
from outlets.services.rules import problems
from outlets.signals import outlets_changed

# A contact as lists show it: what is masked says nothing new.
_MASK = "*"


@register
class OutletLedger(LedgerKind):
    """Outlets, with their formats, services, brands and enterprises."""

    subject = "outlets"
    title = gettext_lazy("商业网点台账")
    noun = gettext_lazy("网点")
    book = BOOK
    sort_column = "main_format_id"
    may_be_outside = True
    direct = (
        "outside",
        "name",
        "licence_name",
        "industry_code",
        "address",
        "floor_room",
        "business_area",
        "building_area",
        "opened_on",
        "closed_on",
        "status",
        "hours",
        "open_24h",
        "facility_form",
        "chain_kind",
        "employees",
        "contact",
        "phone",
        "ownership",
        "rent_subsidy",
        "elderly_friendly",
        "mother_infant",
        "cash_accepted",
        "delivery",
        "dark_store",
        "supply",
        "breakfast_kind",
        "licences",
        "licence_until",
        "credit_grade",
        "data_source",
        "collected_by",
        "collected_on",
    )

    @cached_property
    def formats(self) -> dict[str, list[Any]]:
        """Id, category and name of the formats in force, by code."""
        rows = BusinessFormat.objects.values_list("code", "id", "category", "name")
        return {code: rest for code, *rest in rows}

    @cached_property
    def bits(self) -> dict[str, int]:
        """The bit of each service, by code."""
        return dict(Service.objects.values_list("code", "bit"))

    @cached_property
    def brands(self) -> Brands:
        """The district's brands."""
        return Brands(self.district)

    @cached_property
    def enterprises(self) -> Enterprises:
        """The district's enterprises."""
        return Enterprises(self.district)

    @cached_property
    def suggestions(self) -> FormatSuggestions:
        """What a row without a format may be."""
        return FormatSuggestions()

    def expected_columns(self) -> list[Column]:
        return ledger_columns(self.district)

    def rows(self) -> "QuerySet[Any]":
        return Outlet.objects.filter(district=self.district, void=False)

    # --- drafting -------------------------------------------------------------------------------

    def fill(self, drafts: Sequence[Draft], cells: Mapping[str, Sequence[Any]]) -> None:
        sorts = zip(drafts, cells["main_format"], cells["format_category"], strict=True)
        for draft, sort, category in sorts:
            if sort:
                self._classify(draft, sort, category)
            else:
                self._suggest(draft)
        owners = zip(
            drafts, cells["brand"], cells["credit_code"], cells["licence_name"], strict=True
        )
        for draft, brand, code, licence in owners:
            self._own(draft.values, brand, code, licence)
        self._offer(drafts, cells["services"], cells["declared_circles"])
        for draft in drafts:
            for column in ("contact", "phone"):
                if _MASK in draft.values.get(column, ""):
                    del draft.values[column]

    def _offer(self, drafts: Sequence[Draft], offers: Sequence[Any], near: Sequence[Any]) -> None:
        masks: dict[tuple[str, ...], int] = {}
        for draft, services, circles in zip(drafts, offers, near, strict=True):
            if services:
                if services not in masks:
                    masks[services] = sum(1 << self.bits[one] for one in services)
                draft.values["services"] = masks[services]
            if circles:
                draft.values["declared_circles"] = list(circles)

    def _own(self, values: dict[str, Any], brand: str, code: str, licence: str) -> None:
        if brand and brand not in NO_BRAND:
            values["brand_id"] = self.brands.known_id(brand) or NewName.of(brand)
        if code or licence:
            owner = self.enterprises.stated(code, licence, values.get("name", ""))
            if owner is not None:
                values["enterprise_id"] = owner

    def _classify(self, draft: Draft, sort: str, category: str | None) -> None:
        pk, own, name = self.formats[sort]
        draft.values["main_format_id"] = pk
        if category not in (None, own):
            label = BusinessFormat.Category(own).label
            draft.fault(
                "format_category",
                _("“%(name)s”属于%(label)s，与填写的业态类别不符") % {"name": name, "label": label},
            )

    def _suggest(self, draft: Draft) -> None:
        found = self.suggestions.of(
            draft.values.get("name", ""), draft.values.get("industry_code", "")
        )
        if found:
            draft.hints["main_format"] = found

    # --- judging --------------------------------------------------------------------------------

    def settle(self, draft: Draft, before: Row, *, new: bool) -> dict[str, Any]:
        """The row as it will stand, status and closing day in step where only one was stated."""
        stated = draft.values
        after = {**before, **stated}
        if "status" not in stated and "closed_on" in stated and stated["closed_on"] <= self.on:
            if after["status"] not in GONE:
                after["status"] = Status.CLOSED
        elif "status" in stated and stated["status"] not in GONE and "closed_on" not in stated:
            after["closed_on"] = None if before["status"] in GONE else before["closed_on"]
        owner, licence = after["enterprise_id"], before["licence_name"]
        if not new and owner == NewName.of(f"|{licence}"):
            # Known by that licence already, and its enterprise was left open.
            after["enterprise_id"] = before["enterprise_id"]
        if new and after["brand_id"] is None and (brand := self.brands.in_name(after["name"])):
            after["brand_id"], name = brand
            draft.hints["brand"] = [name]
        return after

    def rules(self, after: Row) -> Iterator[Problem]:
        return problems(after, self.on)

    # --- writing --------------------------------------------------------------------------------

    def codes(self) -> Codes:
        return Codes(self.district)

    def named(self, name: str) -> dict[str, Any]:
        return named({"name": name})

    def finish(self, row: dict[str, Any], codes: Any) -> dict[str, Any]:
        row["code"] = row["code"] or codes.next_for(row["street_id"])
        return row | named(row)

    def create_named(self, rows: Iterable[dict[str, Any]]) -> dict[str, int]:
        used: dict[str, set[uuid.UUID]] = {"brand_id": set(), "enterprise_id": set()}
        for row in rows:
            brand, owner = row.get("brand_id"), row.get("enterprise_id")
            if isinstance(brand, NewName):
                row["brand_id"] = self.brands.find(brand.name)
                used["brand_id"].add(row["brand_id"])
            if isinstance(owner, NewName):
                code, _bar, name = owner.name.partition("|")
                row["enterprise_id"] = self.enterprises.find(code, name, name)
                used["enterprise_id"].add(row["enterprise_id"])
        return {
            "brands": self.brands.save(used["brand_id"]),
            "enterprises": self.enterprises.save(used["enterprise_id"]),
        }

    def notes(self, reason: str) -> dict[str, Any]:
        return {"source": reason[:80]}

    def shown(self, column: str, value: Any) -> str | None:
        if column != "services":
            return None
        return "、".join(map(str, services_of(value))) or "—"

    def own_tables(self) -> tuple[Any, ...]:
        return (OutletFacts, QualityFinding)

    def tell(self) -> None:
        outlets_changed.send(sender=Outlet, district=self.district)
