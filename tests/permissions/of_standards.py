"""Standards and questionnaires: who may ask, write and open what."""

from typing import Any

from accounts.roles import COMMISSION_ADMIN, EXPERT, PROGRAMME_OFFICER, SURVEY_AGENCY
from assessments.models import Standard
from tests.assessments.making import make_questionnaire, make_standard
from tests.permissions.callers import (
    COMMISSION_PEOPLE,
    FOREIGN_OFFICER,
    STREET_PEOPLE,
    TOKEN_OF_COMMISSION,
    TOKEN_OF_STREET,
)
from tests.permissions.entries import (
    ONLY_FOREIGN,
    WRITERS,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    by_code,
    of_district,
    of_row,
    shared,
)

READERS: Who = COMMISSION_PEOPLE | STREET_PEOPLE | {EXPERT, SURVEY_AGENCY}
OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
EVERY_OFFICER: Who = OFFICERS | {FOREIGN_OFFICER}

API_READERS: Who = READERS | {TOKEN_OF_STREET, TOKEN_OF_COMMISSION}

LISTS: dict[str, ListEntry] = {"standards": shared(API_READERS, code=by_code)}


def drafted(world: Any, place: str) -> dict[str, Any]:
    told = {"code": f"new-{place}", "name": "新标准", "source": "试验"}
    return told | {"valid_from": "2026-01-01"}


def said(world: Any, place: str) -> dict[str, Any]:
    return {"comment": "试验说明"}


def _versions(row: Any) -> int:
    return int(Standard.objects.filter(district=row.district_id, code=row.code).count())


def _write(method: str, word: str, rows: str, body: Any = said, **more: Any) -> WriteEntry:
    name = f"api:v1:standards-{word}"
    return WriteEntry(method, name, WRITERS, WRITERS, body, rows=rows, **more)


WRITES: tuple[WriteEntry, ...] = (
    # Everyone drafts in their own district, wherever.
    WriteEntry(
        "post",
        "api:v1:standards-list",
        WRITERS | {FOREIGN_OFFICER},
        WRITERS | {FOREIGN_OFFICER},
        drafted,
        foreign=WRITERS | {FOREIGN_OFFICER},
    ),
    _write("patch", "detail", "drafted_standards", lambda world, place: {"note": "另一说明"}),
    _write("post", "copy", "standards", lambda world, place: {}, grows=_versions),
    _write("post", "publish", "drafted_standards"),
    _write("post", "close", "standards"),
)


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
    # With itself, as it is the version in use.
    "api:v1:standards-compare": of_district(API_READERS, of_row("standards", pk="pk")),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A version in use and a draft of each sort."""
    for head, state in (("", "published"), ("drafted_", "draft")):
        told = {"code": f"{place}-{state}", "state": state}
        world.add(f"{head}questionnaires", place, make_questionnaire(street.district, **told))
        asked = world.rows["questionnaires"][place]
        standard = make_standard(street.district, questionnaire=asked, **told)
        world.add(f"{head}standards", place, standard)
