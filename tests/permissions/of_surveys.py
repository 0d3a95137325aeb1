"""Surveys: who may ask, write and open what."""

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import Office
from accounts.roles import COMMISSION_ADMIN, PROGRAMME_OFFICER, SURVEY_AGENCY
from assessments.models import Survey
from assessments.services.tokens import digest_of, token_text
from tests.assessments.making import YEAR, make_questionnaire, make_survey
from tests.factories import OfficeFactory
from tests.permissions.callers import (
    COMMISSION_PEOPLE,
    EVERYONE,
    FOREIGN_OFFICER,
    STREET_PEOPLE,
)
from tests.permissions.entries import (
    DISTRICT_WIDE,
    OF_THE_STREET,
    ONLY_FOREIGN,
    PUBLIC,
    WRITERS,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_row,
)

State = Survey.State
AGENCY: Who = frozenset({SURVEY_AGENCY})
OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
# The own waves are the agency's, the others another agency's.
COLLECTING: Who = OFFICERS | AGENCY
LOOKING_ON: Who = COMMISSION_PEOPLE | AGENCY

LISTS: dict[str, ListEntry] = {
    # Streets may ask, and find waves once they are published (tests/assessments).
    "surveys": ListEntry(
        ask=DISTRICT_WIDE | OF_THE_STREET | AGENCY | {FOREIGN_OFFICER},
        own=DISTRICT_WIDE | AGENCY,
        other=DISTRICT_WIDE,
        foreign=ONLY_FOREIGN,
        by={
            "agency": lambda row: row.agency.code,
            "questionnaire": lambda row: row.questionnaire.code,
        },
    ),
}


def new_survey(world: Any, place: str) -> dict[str, Any]:
    survey = world.rows["surveys"][place]
    return {
        "questionnaire": survey.questionnaire.code,
        "year": YEAR,
        "name": "又一批",
        "opens_on": f"{YEAR}-01-01",
        "closes_on": f"{YEAR}-12-31",
        "circles": [{"circle": survey.circles.get().circle.code, "quota": 10}],
    }


def answers(world: Any, place: str) -> dict[str, Any]:
    survey = world.rows["open_surveys"][place]
    row = {
        "circle": survey.circles.get().circle.code,
        "channel": "phone",
        "answered_on": timezone.localdate().isoformat(),
        "answers": {"overall": "5", "price": "4", "lacking": "no"},
    }
    return {"answers": [row]}


def _move(word: str, rows: str) -> WriteEntry:
    body: Any = lambda world, place: {"comment": "试验说明"}  # noqa: E731
    return WriteEntry("post", f"api:v1:surveys-{word}", WRITERS, WRITERS, body, rows=rows)


WRITES: tuple[WriteEntry, ...] = (
    WriteEntry("post", "api:v1:surveys-list", WRITERS, WRITERS, new_survey),
    WriteEntry(
        "patch",
        "api:v1:surveys-detail",
        WRITERS,
        WRITERS,
        lambda world, place: {"name": "改名"},
        rows="surveys",
    ),
    _move("start", "surveys"),
    _move("close", "open_surveys"),
    _move("publish", "closed_surveys"),
    WriteEntry(
        "post",
        "api:v1:surveys-answers",
        WRITERS | AGENCY,
        WRITERS,
        answers,
        rows="open_surveys",
        grows=lambda row: int(row.answers.count()),
    ),
)


def of_survey(own: Who, other: Who, rows: str = "surveys", **more: Any) -> PageEntry:
    return PageEntry(own, of_row(rows, pk="pk"), other=other, foreign=ONLY_FOREIGN, **more)


def codes_of(world: Any, place: str) -> dict[str, Any]:
    survey = world.rows["open_surveys"][place]
    return {"pk": survey.pk, "circle": survey.circles.get().circle_id}


def code_of(world: Any, place: str) -> dict[str, Any]:
    return {"code": token_text(world.rows["open_surveys"][place], 1)}


PAGES: dict[str, PageEntry] = {
    "survey:enter": PUBLIC,
    # Whoever has the code is whom it was given to.
    "survey:answer": PageEntry(EVERYONE, code_of, other=EVERYONE, foreign=EVERYONE),
    "evaluation:survey_tokens": of_survey(COLLECTING, OFFICERS, "open_surveys"),
    "evaluation:survey_token_sheet": PageEntry(
        COLLECTING, codes_of, other=OFFICERS, foreign=ONLY_FOREIGN
    ),
    "evaluation:survey_token_links": PageEntry(
        COLLECTING, codes_of, other=OFFICERS, foreign=ONLY_FOREIGN
    ),
    "evaluation:surveys": PageEntry(LOOKING_ON | STREET_PEOPLE | {FOREIGN_OFFICER}),
    "evaluation:survey_new": PageEntry(OFFICERS | {FOREIGN_OFFICER}),
    "evaluation:survey": of_survey(LOOKING_ON, COMMISSION_PEOPLE),
    "evaluation:survey_preview": of_survey(LOOKING_ON, COMMISSION_PEOPLE),
    "evaluation:survey_edit": of_survey(OFFICERS, OFFICERS),
    "evaluation:survey_enter": of_survey(COLLECTING, OFFICERS, "open_surveys"),
    "evaluation:survey_import": of_survey(COLLECTING, OFFICERS, "open_surveys"),
    "evaluation:survey_template": of_survey(COLLECTING, OFFICERS, "open_surveys"),
    "evaluation:survey_undo": PageEntry(
        COLLECTING,
        lambda world, place: {
            "pk": world.rows["open_surveys"][place].pk,
            "file": world.rows["survey_imports"][place].pk,
        },
        other=OFFICERS,
        foreign=ONLY_FOREIGN,
        method="post",
    ),
    "evaluation:survey_move": PageEntry(
        OFFICERS,
        lambda world, place: {"pk": world.rows["surveys"][place].pk, "word": "start"},
        other=OFFICERS,
        foreign=ONLY_FOREIGN,
        method="post",
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A wave in each state that somebody may move on; the own ones are the agency's."""
    district, today = street.district, timezone.localdate()
    if place == "own":
        agency = world.callers.people[SURVEY_AGENCY].office
    else:
        agency = OfficeFactory(district=district, kind=Office.Kind.AGENCY)
    questionnaire = make_questionnaire(district, code=f"asked-{place}")
    for wave, (name, state) in enumerate(
        (
            ("surveys", State.PREPARING),
            ("open_surveys", State.OPEN),
            ("closed_surveys", State.CLOSED),
        ),
        start=1,
    ):
        survey = make_survey(
            world.rows["circles"][place],
            questionnaire,
            wave=wave,
            name=f"{place}{name}",
            agency=agency,
            state=state,
            opens_on=today - dt.timedelta(days=5),
            closes_on=today + dt.timedelta(days=5),
            **dict.fromkeys(
                ("token_secret", "address_key"), "k" * 64 if state == State.OPEN else ""
            ),
        )
        world.add(name, place, survey)
    running = world.rows["open_surveys"][place]
    for serial, channel in enumerate(("qr", "link"), start=1):
        running.tokens.create(
            circle=world.rows["circles"][place],
            serial=serial,
            channel=channel,
            digest=digest_of(token_text(running, serial)),
        )
    imported = world.rows["open_surveys"][place].imports.create(
        name="结果.xlsx", sha256="0" * 64, rows=0
    )
    world.add("survey_imports", place, imported)
