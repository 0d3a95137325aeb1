"""Standards and questionnaires: who may ask, write and open what."""

from typing import Any

from accounts.roles import COMMISSION_ADMIN, EXPERT, PROGRAMME_OFFICER, SURVEY_AGENCY
from tests.assessments.making import make_questionnaire, make_standard
from tests.permissions.callers import COMMISSION_PEOPLE, FOREIGN_OFFICER, STREET_PEOPLE
from tests.permissions.entries import (
    ONLY_FOREIGN,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_district,
    of_row,
)

READERS: Who = COMMISSION_PEOPLE | STREET_PEOPLE | {EXPERT, SURVEY_AGENCY}
OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
EVERY_OFFICER: Who = OFFICERS | {FOREIGN_OFFICER}

LISTS: dict[str, ListEntry] = {}
WRITES: tuple[WriteEntry, ...] = ()


def _of_version(name: str, part: str) -> dict[str, PageEntry]:
    """The pages about versions of one sort; a draft is the officers' to change."""
    shown, drafted = of_row(f"{name}s", pk="pk"), of_row(f"drafted_{name}s", pk="pk")

    def with_part(world: Any, place: str) -> dict[str, Any]:
        return drafted(world, place) | {"part": part}

    def with_word(world: Any, place: str) -> dict[str, Any]:
        return drafted(world, place) | {"word": "publish"}

    return {
        f"evaluation:{name}s": PageEntry(READERS | {FOREIGN_OFFICER}),
        f"evaluation:{name}_new": PageEntry(EVERY_OFFICER),
        f"evaluation:{name}_import": PageEntry(EVERY_OFFICER),
        f"evaluation:{name}": of_district(READERS, shown),
        f"evaluation:{name}_compare": of_district(READERS, shown),
        f"evaluation:{name}_export": of_district(READERS, shown),
        f"evaluation:{name}_copy": of_district(OFFICERS, shown, method="post"),
        f"evaluation:{name}_part": of_district(OFFICERS, with_part),
        f"evaluation:{name}_move": of_district(OFFICERS, with_word),
    }


PAGES: dict[str, PageEntry] = {
    **_of_version("standard", "checklist_items"),
    **_of_version("questionnaire", "questions"),
    "evaluation:questionnaire_preview": PageEntry(
        READERS, of_row("questionnaires", pk="pk"), other=READERS, foreign=ONLY_FOREIGN
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A version in use and a draft of each sort."""
    for head, state in (("", "published"), ("drafted_", "draft")):
        told = {"code": f"{place}-{state}", "state": state}
        world.add(f"{head}standards", place, make_standard(street.district, **told))
        world.add(f"{head}questionnaires", place, make_questionnaire(street.district, **told))
