"""The ledger of residential compounds: where the residents are, and how many."""

import datetime as dt
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from circles.compound_columns import compound_columns
from circles.models import Compound, CompoundFacts
from circles.models.compound import PEOPLE_FIELDS
from circles.signals import circles_changed
from core.audit import Actor
from core.dated import Change, FactTable, Period
from core.ids import new_id
from core.registers import Book, Plan, Register, difference
from core.spreadsheets import Checked, Column
from core.text import normalise_key
from outlets.services.coordinates import system_of, to_degrees
from outlets.services.drafts import Neighbourhoods, Problems, stated_place
from outlets.services.intake import Progress, Request, Source, take_in
from outlets.services.outcome import ImportOutcome
from outlets.services.places import Place, Territory
from territory.models import District, Street

FACTS = FactTable(CompoundFacts, "compound_id", PEOPLE_FIELDS)
# A larger estate than any in the country; what exceeds it is a slip of the pen.
MOST_PEOPLE = 300_000
_DIRECT = (
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
_NUMBER = re.compile(r"(.*)-C(\d+)")

Values = Mapping[str, Any]


def _people(values: Values) -> dict[str, Any]:
    return {name: values[name] for name in PEOPLE_FIELDS if name in values}


def _first(values: Values, on: dt.date) -> list[Period]:
    return [Period(on, _people(values))]


def _dated(_values: Values, changes: Values, on: dt.date) -> list[Change]:
    return [(on, _people(changes))]


BOOK = Book(Compound, FACTS, _first, _dated)


def import_compounds(
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
    """Take in a ledger of compounds; rows are matched by code, else by name within the street.

    Numbers of residents that differ hold from day `on` (today); all else as `import_ledger`.
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
    return take_in(request, CompoundLedger())


@dataclass(slots=True, eq=False)
class _Draft:
    row: int
    code: str
    values: dict[str, Any]
    compound_id: uuid.UUID | None = None

    @property
    def key(self) -> tuple[Any, str] | None:
        """What tells a row without code from others."""
        if "street_id" not in self.values or "name" not in self.values:
            return None
        return self.values["street_id"], normalise_key(self.values["name"])


class CompoundLedger:
    """The ledger of compounds (小区台账)."""

    subject = "compounds"
    book = BOOK

    def columns(self, district: District) -> list[Column]:
        return compound_columns(district)

    def notes(self, reason: str) -> dict[str, Any]:
        return {}

    def before_rows(self, plan: Plan) -> dict[str, int]:
        return {}

    def tell(self, district: District) -> None:
        circles_changed.send(sender=Compound, district=district)

    def plan(
        self, request: Request, checked: Checked, problems: Problems, outcome: ImportOutcome
    ) -> Plan:
        district, on = request.district, request.on
        drafts = _drafts(request, checked, problems)
        register = Register(BOOK, Compound.objects.filter(district=district), on)
        _match(drafts, register, district, problems)
        blank = BOOK.blank(district_id=district.pk, is_sample=request.is_sample)
        before = [register.on_the_day(draft.compound_id) or blank for draft in drafts]
        after = [{**row, **draft.values} for draft, row in zip(drafts, before, strict=True)]
        _judge_places(district, drafts, after, problems)
        codes = _Codes(district, [*register.by_code, *(draft.code for draft in drafts)])
        plan = Plan()
        for draft, old, new in zip(drafts, before, after, strict=True):
            for column, message in row_problems(new):
                problems.add(draft.row, column, message)
            if draft.row in problems.rows:
                continue
            if draft.compound_id is None:
                outcome.new += 1
                code = draft.code or codes.next_for(new["street_id"])
                plan.new.append({**new, "id": new_id(), "code": code})
            elif changes := difference(old, new):
                outcome.changed += 1
                plan.changed[draft.compound_id] = register.rows[draft.compound_id], changes
            else:
                outcome.unchanged += 1
        return plan


def _drafts(request: Request, checked: Checked, problems: Problems) -> list[_Draft]:
    streets: dict[str, Any] = dict(
        Street.objects.filter(district=request.district).values_list("code", "id")
    )
    hoods = Neighbourhoods(request.district)
    drafts, places = [], []
    for row in checked.rows:
        cells = row.values
        values = {key: cells[key] for key in _DIRECT if cells[key] not in (None, "")}
        drafts.append(_Draft(row.row, cells["code"], values))
        places.append(stated_place(row.row, cells, problems))
        street = streets.get(cells["street"] or "")
        if request.street is not None:
            if street not in (None, request.street.pk):
                message = _("本次只能导入%(street)s的小区") % {"street": request.street}
                problems.add(row.row, "street", message)
            street = request.street.pk
        if street is None:
            continue
        values["street_id"] = street
        if cells["neighbourhood"]:
            found, problem = hoods.find(cells["neighbourhood"], street)
            if problem:
                problems.add(row.row, "neighbourhood", problem)
            else:
                values["neighbourhood_id"] = found
    system = system_of(places, request.crs)
    for draft, place, (lon, lat) in zip(drafts, places, to_degrees(places, system), strict=True):
        if lon is not None:
            draft.values |= {"lon": lon, "lat": lat, "crs_in": place.crs or system}
    return drafts


def _match(
    drafts: Sequence[_Draft], register: Register, district: District, problems: Problems
) -> None:
    """Set `compound_id` of drafts that speak of a known compound; refuse doubles."""
    _refuse_repeated(drafts, problems)
    streets = dict(district.streets.values_list("id", "name"))
    by_name = {
        (row["street_id"], normalise_key(row["name"])): row for row in register.rows.values()
    }
    taken: set[uuid.UUID] = set()
    for draft in drafts:
        row = register.by_code.get(draft.code)
        if row is None:
            continue
        draft.compound_id = row["id"]
        taken.add(row["id"])
        if draft.values.get("street_id", row["street_id"]) != row["street_id"]:
            problems.add(
                draft.row,
                "code",
                _("小区编码“%(code)s”已用于%(street)s的“%(name)s”，请核对编码或街道（镇）")
                % {
                    "code": draft.code,
                    "street": streets[row["street_id"]],
                    "name": row["name"],
                },
            )
    for draft in drafts:
        known = by_name.get(draft.key) if draft.key else None
        if draft.compound_id or known is None or known["id"] in taken:
            continue
        if draft.code:
            problems.add(
                draft.row,
                "code",
                _("该街道（镇）已有小区“%(name)s”，编码为 %(code)s，与本行编码不同；请改正或留空")
                % {"name": known["name"], "code": known["code"]},
            )
        draft.compound_id = known["id"]


def _refuse_repeated(drafts: Sequence[_Draft], problems: Problems) -> None:
    codes: dict[Any, int] = {}
    names: dict[Any, int] = {}
    for draft in drafts:
        for column, seen, key, message in (
            ("code", codes, draft.code, _("小区编码与第 %(row)d 行重复")),
            ("name", names, draft.key, _("小区名称与同一街道（镇）的第 %(row)d 行重复")),
        ):
            first = seen.setdefault(key, draft.row) if key else draft.row
            if first != draft.row:
                problems.add(draft.row, column, message % {"row": first})
                problems.add(first, column, message % {"row": draft.row})


def _judge_places(
    district: District,
    drafts: Sequence[_Draft],
    after: Sequence[Values],
    problems: Problems,
) -> None:
    territory = Territory(district)
    places = [Place(row["lon"], row["lat"], row["street_id"]) for row in after]
    found = territory.problems(places, may_be_outside=False)
    for draft, problem in zip(drafts, found, strict=True):
        if problem:
            problems.add(draft.row, "x_in", problem)


def row_problems(values: Values) -> Iterator[tuple[str, str]]:
    """(column, message) of what cannot be in a compound's row."""
    if values["street_id"] is None:
        yield "street_id", _("缺少街道（镇）")
    everyone = values["population"]
    if everyone is not None and everyone > MOST_PEOPLE:
        yield "population", _("居民数超过 %(most)d，请核对") % {"most": MOST_PEOPLE}
    for name in PEOPLE_FIELDS[1:]:
        part = values[name]
        if everyone is not None and part is not None and part > everyone:
            yield (
                name,
                _("人数（%(part)d）大于居民数（%(all)d），请更正其一")
                % {"part": part, "all": everyone},
            )
    smaller, larger = values["population_0_3"], values["population_0_6"]
    if smaller is not None and larger is not None and smaller > larger:
        yield "population_0_3", _("0–3岁人数大于0–6岁人数")
    whole, part = values["floor_area"], values["commercial_area"]
    if whole is not None and part is not None and part > whole:
        yield "commercial_area", _("商业和综合服务设施面积大于总建筑面积")


class _Codes:
    """Numbers compounds that come without a code: <street code>-C<5 digits>."""

    def __init__(self, district: District, used: Sequence[str]) -> None:
        self.streets = dict(district.streets.values_list("id", "code"))
        self.last: Counter[str] = Counter()
        for code in used:
            if found := _NUMBER.fullmatch(code):
                self.last[found[1]] = max(self.last[found[1]], int(found[2]))

    def next_for(self, street_id: uuid.UUID) -> str:
        """The next code of the street."""
        street = self.streets[street_id]
        self.last[street] += 1
        return f"{street}-C{self.last[street]:05d}"
