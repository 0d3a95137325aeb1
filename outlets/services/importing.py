"""The outlet ledger: what its rows mean for the register."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from core.audit import Actor
from core.ids import new_id
from core.registers import Plan, Register, difference
from core.spreadsheets import Checked, Column
from outlets.ledger_columns import ledger_columns
from outlets.models import Outlet
from outlets.models.outlet import PlaceState, Status
from outlets.services.drafts import Draft, Drafter, Problems
from outlets.services.facts import BOOK, GONE
from outlets.services.intake import Progress, Request, Source, take_in
from outlets.services.matching import match
from outlets.services.outcome import ImportOutcome
from outlets.services.places import Place, Territory
from outlets.services.register import Codes, named
from outlets.services.rules import problems as rule_problems
from outlets.signals import outlets_changed
from territory.models import District, Street


def import_ledger(
    *,
    district: District,
    file: Source,
    filename: str,
    by: Actor,
    street: Street | None = None,
    crs: str | None = None,
    on: dt.date | None = None,
    dry_run: bool = False,
    partial: bool = False,
    is_sample: bool = False,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Take in an outlet ledger (.xlsx or .csv) of the district, or of one of its streets.

    Known outlets get what the file states and they lack or have otherwise; a blank cell leaves
    what is known. Facts that differ hold from day `on` (today). `crs` names the coordinate system
    of rows that do not. With errors nothing is written, unless `partial` asks for the good rows.
    SpreadsheetError refuses the file as a whole.
    """
    request = Request(
        district=district,
        file=file,
        filename=filename,
        by=by,
        street=street,
        crs=crs,
        on=on or timezone.localdate(),
        dry_run=dry_run,
        partial=partial,
        is_sample=is_sample,
        progress=progress,
    )
    return take_in(request, OutletLedger())


class OutletLedger:
    """The ledger of outlets (商业网点台账)."""

    subject = "outlets"
    book = BOOK
    drafter: Drafter

    def columns(self, district: District) -> list[Column]:
        return ledger_columns(district)

    def notes(self, reason: str) -> dict[str, Any]:
        return {"source": reason[:80]}

    def before_rows(self, plan: Plan) -> dict[str, int]:
        return {
            "brands": self.drafter.brands.save(plan.used("brand_id")),
            "enterprises": self.drafter.enterprises.save(plan.used("enterprise_id")),
        }

    def tell(self, district: District) -> None:
        outlets_changed.send(sender=Outlet, district=district)

    def plan(
        self, request: Request, checked: Checked, problems: Problems, outcome: ImportOutcome
    ) -> Plan:
        district, on = request.district, request.on
        self.drafter = Drafter(district, request.street)
        drafts = self.drafter.drafts(checked, problems, request.crs)
        register = Register(BOOK, Outlet.objects.filter(district=district, void=False), on)
        match(drafts, register, district, problems)
        blank = BOOK.blank(district_id=district.pk, is_sample=request.is_sample)
        before = [register.on_the_day(draft.outlet_id) or blank for draft in drafts]
        after = [_settled(draft, row, on) for draft, row in zip(drafts, before, strict=True)]
        _place(district, drafts, before, after, problems)
        codes = Codes(district)
        for draft in drafts:
            codes.reserve(draft.code)
        plan = Plan()
        for draft, old, new in zip(drafts, before, after, strict=True):
            for column, message in rule_problems(new, on):
                problems.add(draft.row, column, message)
            if draft.row in problems.rows:
                continue
            if draft.outlet_id is None:
                outcome.new += 1
                code = draft.code or codes.next_for(new["street_id"])
                plan.new.append({**new, "id": new_id(), "code": code, **named(new)})
            elif changes := difference(old, new):
                outcome.changed += 1
                keys = named(new) if "name" in changes else {}
                plan.changed[draft.outlet_id] = register.rows[draft.outlet_id], changes | keys
            else:
                outcome.unchanged += 1
        return plan


def _settled(draft: Draft, row: Mapping[str, Any], on: dt.date) -> dict[str, Any]:
    """The row as it will stand, its status and closing day in step where only one was stated."""
    stated = draft.values
    new = {**row, **stated}
    if "status" not in stated and "closed_on" in stated and stated["closed_on"] <= on:
        if new["status"] not in GONE:
            new["status"] = Status.CLOSED
    elif "status" in stated and stated["status"] not in GONE and "closed_on" not in stated:
        new["closed_on"] = None if row["status"] in GONE else row["closed_on"]
    return new


def _place(
    district: District,
    drafts: Sequence[Draft],
    before: Sequence[Mapping[str, Any]],
    after: Sequence[dict[str, Any]],
    problems: Problems,
) -> None:
    """Judge the positions and say how far each can be trusted."""
    territory = Territory(district)
    places = [
        Place(row["lon"], row["lat"], row["street_id"], row["outside"], draft.stated)
        for draft, row in zip(drafts, after, strict=True)
    ]
    for draft, problem in zip(drafts, territory.problems(places), strict=True):
        if problem:
            problems.add(draft.row, "x_in", problem)
    states = territory.states(places)
    for draft, old, new, state in zip(drafts, before, after, states, strict=True):
        moved = (old["lon"], old["lat"]) != (new["lon"], new["lat"])
        # What was verified by other means stays so while the point stays and nothing is stated.
        if draft.stated or moved or state == PlaceState.VERIFIED:
            new["place_state"] = state
