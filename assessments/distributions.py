"""What was answered to each question; what residents want in their circle.

As in `assessments.results`, of which these are more: few answers are withheld, and what would give
them away.
"""

import hashlib
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from assessments.models import Question, SurveyAnswer
from assessments.results import Results
from assessments.suppression import withheld
from assessments.tallies import EVERYONE, Place
from circles.models import Circle
from core import policy
from metrics.models import Run, Value
from metrics.querysets import last_release
from metrics.registry import get
from outlets.models import BusinessFormat
from territory.models import Street

Kind = Question.Kind
Missing = Literal["missing", "present", "unknown", ""]


@dataclass(frozen=True)
class Share:
    """One option: how many chose it, of those who answered the question."""

    label: str
    times: int
    share: float


@dataclass(frozen=True)
class Distribution:
    """The answers to one question; none of it where there are too few."""

    question: Question
    state: Literal["shown", "suppressed", "empty"]
    n: int | None
    shares: list[Share]


@dataclass(frozen=True)
class Need:
    """How many want a business format in a circle, and whether the circle lacks it.

    share    of those who answered the question there
    missing  by the last 定稿; "" = the format is not in the list in force, or nothing is signed off
    """

    circle: Circle
    code: str
    label: str
    mentions: int
    n: int
    share: float
    missing: Missing


class Answers:
    """The answers to every closed question of a wave, counted by place; two queries."""

    def __init__(self, found: Results) -> None:
        self.found = found
        self.questions = list(found.survey.questionnaire.questions.order_by("sort", "id"))
        self.closed = [one for one in self.questions if one.kind != Kind.OPEN]
        self._given: dict[tuple[str, Place], int] = Counter()
        self._chosen: dict[tuple[str, Place], Counter[str]] = defaultdict(Counter)
        self._hidden: dict[str, frozenset[Any]] = {}
        self._count()

    def distributions(self, within: Street | Circle | None = None) -> list[Distribution]:
        """Each closed question, in the questionnaire's order, of a place that is the caller's."""
        self.found.require_groups(within)
        place = self.found.place_of(within)
        return [self._distribution(question, place) for question in self.closed]

    def of(self, question: Question, circle: uuid.UUID) -> tuple[int, Counter[str]] | None:
        """Who answered it in a circle and what they chose; None where it is withheld."""
        place: Place = ("C", circle)
        if (place, EVERYONE) in self._withheld(question):
            return None
        return self._given[question.key, place], self._chosen[question.key, place]

    def _distribution(self, question: Question, place: Place) -> Distribution:
        if (place, EVERYONE) in self._withheld(question):
            return Distribution(question, "suppressed", None, [])
        n = self._given[question.key, place]
        if not n:
            return Distribution(question, "empty", 0, [])
        chosen = self._chosen[question.key, place]
        shares = [
            Share(str(one["label"]), times, times / n)
            for one in question.options
            for times in [chosen[str(one["value"])]]
        ]
        return Distribution(question, "shown", n, shares)

    def _withheld(self, question: Question) -> frozenset[Any]:
        """Of the answers to this question, and wherever the results are withheld."""
        tables = self.found.tables
        # Nobody answered it anywhere: nothing is to be hidden.
        if not self._given[question.key, tables.area.district]:
            return frozenset()
        if question.key not in self._hidden:
            numbers = {
                (place, EVERYONE): self._given[question.key, place] for place in tables.area.places
            }
            also = [cell for cell in tables.hidden if cell[1] == EVERYONE]
            self._hidden[question.key] = withheld(
                numbers, tables.area.sums(), tables.survey.smallest_cell, also
            )
        return self._hidden[question.key]

    def _count(self) -> None:
        street_of = {one.pk: one.lead_street_id for one in self.found.tables.area.circles}
        district = self.found.tables.area.district
        rows = SurveyAnswer.objects.filter(survey=self.found.survey).counted()
        for circle, answers in rows.values_list("circle", "answers").iterator(chunk_size=2000):
            places: tuple[Place, ...] = (("C", circle), ("S", street_of[circle]), district)
            for question in self.closed:
                if not (chosen := _chosen(answers, question.key)):
                    continue
                for place in places:
                    self._given[question.key, place] += 1
                    self._chosen[question.key, place].update(chosen)


def _chosen(answers: Mapping[str, Any], key: str) -> list[str]:
    """The values given to a question; a value named twice counts once."""
    given = answers.get(key)
    if given is None or given == "":
        return []
    many: Iterable[Any] = given if isinstance(given, list) else [given]
    return list(dict.fromkeys(map(str, many)))


def open_answers(found: Results) -> list[tuple[Question, list[str]]]:
    """What was written to open questions, for officers only (PermissionDenied).

    In an order that tells nothing of who, where and when: that of the texts' digests.
    """
    policy.require(found.scope, "assessments.manage_surveys", found.survey)
    questions = list(found.survey.questionnaire.questions.filter(kind=Kind.OPEN))
    texts: dict[str, list[str]] = {question.key: [] for question in questions}
    rows = SurveyAnswer.objects.filter(survey=found.survey).counted().order_by()
    for answers in rows.values_list("answers", flat=True).iterator(chunk_size=2000):
        for key, written in texts.items():
            if text := str(answers.get(key) or "").strip():
                written.append(text)
    return [
        (question, sorted(texts[question.key], key=lambda one: _digest(found, one)))
        for question in questions
    ]


def _digest(found: Results, text: str) -> str:
    return hashlib.sha256(f"{found.survey.pk}{text}".encode()).hexdigest()


def needs_of(answers: Answers, within: Street | Circle | None = None) -> list[Need]:
    """业态 × 生活圈 mentions in circles that are the caller's, the most wanted first."""
    found = answers.found
    found.place_of(within)
    circles = [within] if isinstance(within, Circle) else found.circles(within)
    questions = [one for one in answers.closed if one.measures == Question.Measures.FORMAT]
    lacking = _lacking(found, circles)
    needs = []
    for question in questions:
        for circle in circles:
            told = answers.of(question, circle.pk)
            if told is None or not told[0]:
                continue
            n, chosen = told
            for option in question.options:
                code = str(option["value"])
                if mentions := chosen[code]:
                    missing = lacking.get((circle.pk, code), "")
                    label = str(option["label"])
                    needs.append(Need(circle, code, label, mentions, n, mentions / n, missing))
    return sorted(needs, key=lambda one: (-one.mentions, -one.share, one.circle.code, one.code))


def _lacking(found: Results, circles: list[Circle]) -> dict[tuple[uuid.UUID, str], Missing]:
    """(circle, format code) → what the last 定稿 says."""
    release = last_release(found.survey.district)
    if release is None:
        return {}
    code_of = dict(BusinessFormat.objects.values_list("number", "code"))
    return {
        (circle, code_of[part]): _word(value)
        for circle, part, value in _states(release.run, [one.pk for one in circles])
        if part in code_of
    }


def _states(run: Run, circles: list[uuid.UUID]) -> Iterable[tuple[uuid.UUID, int, float | None]]:
    return Value.objects.filter(
        run=run,
        indicator=get("missing_formats").number,
        scope="C",
        scope_id__in=circles,
        part__gt=0,
    ).values_list("scope_id", "part", "value")


def _word(value: float | None) -> Missing:
    if value is None:
        return "unknown"
    return "missing" if value else "present"
