"""Consolidated reports and bulletins: who may ask, write and open what."""

from typing import Any

from accounts.roles import PROGRAMME_OFFICER
from reports.models import Bulletin, Consolidation
from tests.factories import PeriodFactory, ReportTypeFactory
from tests.permissions.callers import COMMISSION_PEOPLE
from tests.permissions.entries import (
    COMMISSIONS,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_district,
    of_row,
)

LISTS: dict[str, ListEntry] = {}
WRITES: tuple[WriteEntry, ...] = ()
OFFICER: Who = frozenset({PROGRAMME_OFFICER})


def _file(world: Any, place: str) -> dict[str, Any]:
    rows = world.rows["consolidations"]
    row = rows.get(place) or rows["own"]
    return {"pk": row.period_id, "revision": row.revision, "kind": "word"}


PAGES: dict[str, PageEntry] = {
    "reporting:periods": PageEntry(COMMISSIONS),
    "reporting:period": of_district(COMMISSION_PEOPLE, of_row("consolidations", pk="period_id")),
    "reporting:period_file": of_district(COMMISSION_PEOPLE, _file),
    "reporting:period_act": of_district(
        OFFICER, of_row("consolidations", pk="period_id"), method="post"
    ),
    "reporting:bulletins": PageEntry(COMMISSIONS),
    "reporting:bulletin": of_district(COMMISSION_PEOPLE, of_row("bulletins", pk="pk")),
    "reporting:bulletin_word": of_district(COMMISSION_PEOPLE, of_row("bulletins", pk="pk")),
    "reporting:bulletin_act": of_district(OFFICER, of_row("bulletins", pk="pk"), method="post"),
}


def fill(world: Any, place: str, street: Any) -> None:
    """The district's report over a period without reports, once a district."""
    if place == "other":
        return
    period: Any = PeriodFactory(
        type=ReportTypeFactory(district=street.district, name="试验汇总表"), code="2026-06"
    )
    content = {
        "items": [],
        "texts": [],
        "offices": {"expected": 0, "passed": 0, "no_change": 0, "missing": []},
    }
    made = Consolidation.objects.create(district=street.district, period=period, content=content)
    world.add("consolidations", place, made)
    bulletin = Bulletin.objects.create(
        district=street.district,
        month=period.starts_on,
        issue=6,
        title="试验通报",
        content={"sections": [], "table": {"head": [], "rows": []}},
    )
    world.add("bulletins", place, bulletin)
