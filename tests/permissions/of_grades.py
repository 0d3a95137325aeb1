"""Grades: who may ask, write and open what."""

from typing import Any

from django.utils import timezone

from accounts.roles import APPROVER, COMMISSION_ADMIN, PROGRAMME_OFFICER
from assessments.explaining import explained
from assessments.grounds import grounds_of
from assessments.models import Evaluation, Grade
from circles.models import Circle
from metrics.models import Release
from tests.assessments.making import YEAR, make_evaluation, make_standard
from tests.permissions.callers import (
    COMMISSION_PEOPLE,
    FOREIGN_OFFICER,
    STREET_PEOPLE,
    TOKEN_OF_STREET,
)
from tests.permissions.entries import (
    DISTRICT_WIDE,
    NOBODY,
    ONLY_FOREIGN,
    WRITERS,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    of_row,
)

State = Grade.State
OFFICERS: Who = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
PROPOSING: Who = WRITERS | {FOREIGN_OFFICER}
DECIDING: Who = frozenset({APPROVER})
PUBLISHING: Who = frozenset({PROGRAMME_OFFICER, APPROVER})
OF_STREET: Who = STREET_PEOPLE | {TOKEN_OF_STREET}

LISTS: dict[str, ListEntry] = {
    # Streets see what was published.
    "grades": ListEntry(
        ask=DISTRICT_WIDE | OF_STREET | {FOREIGN_OFFICER},
        own=DISTRICT_WIDE | OF_STREET,
        other=DISTRICT_WIDE,
        foreign=ONLY_FOREIGN,
        by={
            "circle": lambda row: row.circle.code,
            "street": lambda row: row.circle.lead_street.code,
        },
        hidden={"submitted_grades": DISTRICT_WIDE},
    )
}


def said(world: Any, place: str) -> dict[str, Any]:
    return {"comment": "试验说明"}


def found_today(evaluation: Evaluation) -> Any:
    """What 测评 finds."""
    return explained(grounds_of([evaluation])[evaluation.pk], {}, evaluation)


def sent(world: Any, place: str) -> dict[str, Any]:
    """Only what stands as it was proposed is sent for decision."""
    grade = world.rows["proposed_grades"][place]
    asked = Grade.objects.filter(pk=grade.pk)
    asked.update(explanation=found_today(grade.evaluation))
    return {"comment": "试验说明"}


def decided(world: Any, place: str) -> dict[str, Any]:
    return {"outcome": "none", "reason": "试验", "decided_on": timezone.localdate().isoformat()}


def of_year(world: Any, place: str) -> dict[str, Any]:
    return {"year": YEAR}


def _move(word: str, who: Who, rows: str, body: Any = said, foreign: Who = NOBODY) -> WriteEntry:
    return WriteEntry("post", f"api:v1:grades-{word}", who, who, body, rows=rows, foreign=foreign)


WRITES: tuple[WriteEntry, ...] = (
    # Everyone proposes in their own district, wherever.
    WriteEntry(
        "post",
        "api:v1:grades-propose",
        PROPOSING,
        PROPOSING,
        of_year,
        foreign=PROPOSING,
    ),
    _move("submit", WRITERS, "proposed_grades", sent, foreign=ONLY_FOREIGN),
    _move("return", DECIDING, "submitted_grades"),
    _move("approve", DECIDING, "submitted_grades", decided),
    _move("publish", PUBLISHING, "approved_grades", foreign=ONLY_FOREIGN),
)


def of_grade(own: Who, other: Who, rows: str = "grades", **more: Any) -> PageEntry:
    more.setdefault("foreign", ONLY_FOREIGN)
    kwargs = more.pop("kwargs", of_row(rows, pk="pk"))
    return PageEntry(own, kwargs, other=other, **more)


def _return(world: Any, place: str) -> dict[str, Any]:
    return {"pk": world.rows["submitted_grades"][place].pk, "word": "return"}


PAGES: dict[str, PageEntry] = {
    "evaluation:grades": PageEntry(COMMISSION_PEOPLE | STREET_PEOPLE | ONLY_FOREIGN),
    "evaluation:propose": PageEntry(OFFICERS | ONLY_FOREIGN, method="post"),
    "evaluation:grades_move": PageEntry(
        OFFICERS | ONLY_FOREIGN,
        lambda world, place: {"word": "submit"},
        other=OFFICERS | ONLY_FOREIGN,
        foreign=OFFICERS | ONLY_FOREIGN,
        method="post",
    ),
    "evaluation:grade_compare": PageEntry(COMMISSION_PEOPLE | ONLY_FOREIGN),
    "evaluation:grade": of_grade(COMMISSION_PEOPLE | STREET_PEOPLE, COMMISSION_PEOPLE),
    "evaluation:grade_document": of_grade(COMMISSION_PEOPLE | STREET_PEOPLE, COMMISSION_PEOPLE),
    "evaluation:grade_move": of_grade(
        DECIDING, DECIDING, kwargs=_return, foreign=NOBODY, method="post"
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """A grade in each state, each of a year of its own: one is decided on in a year."""
    circle: Circle = world.rows["circles"][place]
    standard = make_standard(street.district, f"graded-{place}")
    release = Release.objects.filter(district=street.district).first()
    for back, (name, state) in enumerate(
        (
            ("proposed_grades", State.PROPOSED),
            ("submitted_grades", State.SUBMITTED),
            ("approved_grades", State.APPROVED),
            ("grades", State.PUBLISHED),
        )
    ):
        is_decided = state in (State.APPROVED, State.PUBLISHED)
        year = YEAR - back
        evaluation = make_evaluation(circle, standard, year=year)
        grade = Grade.objects.create(
            district=street.district,
            evaluation=evaluation,
            circle=circle,
            year=year,
            state=state,
            explanation=found_today(evaluation),
            release=release,
            outcome="none" if is_decided else "",
            decided_on=timezone.localdate() if is_decided else None,
        )
        world.add(name, place, grade)
