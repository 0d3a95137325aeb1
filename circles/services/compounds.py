"""Residential compounds: their dated residents, what must hold in a row, the codes they get."""

import datetime as dt
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from circles.models import Compound, CompoundFacts
from circles.models.compound import PEOPLE_FIELDS
from core.audit import Actor
from core.dated import Change, FactTable, Period
from core.registers import Book
from outlets.imports.checking import Progress
from outlets.imports.taking import ImportOutcome, Source, import_ledger
from territory.models import District, Street

FACTS = FactTable(CompoundFacts, "compound_id", PEOPLE_FIELDS)
# A larger estate than any in the country; what exceeds it is a slip of the pen.
MOST_PEOPLE = 300_000
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
    return import_ledger(
        subject="compounds",
        district=district,
        file=file,
        filename=filename,
        by=by,
        street=street,
        crs=crs,
        on=on,
        dry_run=dry_run,
        partial=partial,
        is_sample=is_sample,
        progress=progress,
    )


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


class CompoundCodes:
    """Numbers compounds that come without a code: <street code>-C<5 digits>."""

    def __init__(self, district: District) -> None:
        self.streets = dict(district.streets.values_list("id", "code"))
        self.last: Counter[str] = Counter()
        for code in Compound.objects.filter(district=district).values_list("code", flat=True):
            self.reserve(code)

    def reserve(self, code: str) -> None:
        """Count a code as used."""
        if found := _NUMBER.fullmatch(code):
            self.last[found[1]] = max(self.last[found[1]], int(found[2]))

    def next_for(self, street_id: uuid.UUID) -> str:
        """The next code of the street."""
        street = self.streets[street_id]
        self.last[street] += 1
        return f"{street}-C{self.last[street]:05d}"
