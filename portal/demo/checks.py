"""What streets have confirmed and what was looked for, so that absent and unknown differ."""

from typing import Any, Final

from portal.demo.circles import Circles
from portal.demo.layout import UNITS
from portal.demo.places import Middles
from portal.demo.plan import Plan
from portal.demo.tables import Table

BY: Final = "演示·街镇经办人"
# Days before the demo's day; the default rules let a check count for twelve months.
RECENT, EXPIRED = (18, 290), (430, 640)


def completeness(plan: Plan, chosen: Middles, circles: Circles, formats: list[str]) -> Table:
    """A street's word, format by format: most lately, some too long ago, some never."""
    rng = plan.chance("completeness")
    word = _words(chosen, circles)
    table: Table = {name: [] for name in ("street", "format", "on", "by_label", "is_sample")}
    for at, unit in enumerate(UNITS):
        for number, code in enumerate(formats):
            usual = {0: "never", 1: "expired"}.get((5 * at + 3 * number) % 9, "recent")
            said = word.get((unit.code, code), usual)
            days = {"recent": [RECENT], "expired": [EXPIRED], "never": []}[said]
            # Most of those who confirmed lately had done so the year before.
            if said == "recent" and rng.random() < 0.7:
                days = [RECENT, (RECENT[0] + 365, RECENT[1] + 365)]
            for low, high in days:
                _add(table, unit.code, code, plan.ago(rng.integers(low, high)), BY, True)
    return table


def _words(chosen: Middles, circles: Circles) -> dict[tuple[str, str], str]:
    """For what circles lack: confirmed (absent), confirmed too long ago, never said (unknown)."""
    words: dict[tuple[str, str], str] = {}
    order = sorted(range(len(chosen)), key=chosen.rank)
    lacking = [row for row in order if circles.lacks[row]]
    for turn, row in enumerate(lacking):
        said = ("recent", "expired", "never")[turn % 3]
        for code in circles.lacks[row]:
            words.setdefault((str(circles.table["lead_street"][row]), code), said)
    return words


def format_checks(plan: Plan, chosen: Middles, circles: Circles) -> Table:
    """Visits on the ground: the proof of every third gap, and some that found what is there."""
    rng = plan.chance("format checks")
    table: Table = {
        name: []
        for name in ("circle", "format", "checked_on", "found", "by_label", "source", "is_sample")
    }
    order = sorted(range(len(chosen)), key=chosen.rank)
    ids = circles.table["id"]

    def seen(row: int, code: str, span: tuple[int, int], found: bool) -> None:
        on = plan.ago(rng.integers(*span))
        _add(table, ids[row], code, on, found, BY, "演示·实地核查", True)

    for turn, row in enumerate([row for row in order if circles.lacks[row]]):
        if turn % 3 == 2:
            seen(row, circles.lacks[row][0], RECENT, False)
        if turn % 3 == 1:
            seen(row, circles.lacks[row][-1], EXPIRED, False)
    for row in order[::4]:
        for code in ("convenience_store", "breakfast_shop"):
            seen(row, code, RECENT, True)
    return table


def _add(table: Table, *values: Any) -> None:
    for column, value in zip(table.values(), values, strict=True):
        column.append(value)
