"""Answers to a questionnaire: checked, flagged, taken once per code."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assessments.models import Question, Survey, SurveyToken

Answers = dict[str, Any]


class ClosedError(Exception):
    """The wave does not take answers (any more)."""


def check_answers(questions: Sequence[Question], given: Mapping[str, Any]) -> Answers:
    """What was given in its stored form: {key: value | [values] | text}, unanswered left out.

    given   values as text (single, scale, open) or as lists of text (multiple)
    Raises ValidationError by question key; a question that the skip rule leaves out must be empty.
    """
    raise NotImplementedError


def without_skipped(questions: Sequence[Question], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` without what was put where the skip rules ask nothing (a page without script)."""
    raise NotImplementedError


def overall_of(questions: Iterable[Question], answers: Mapping[str, Any]) -> str:
    """The checked answer that measures the satisfaction (SurveyAnswer.overall); "" = none."""
    raise NotImplementedError


def flags_of(
    survey: Survey, questions: Sequence[Question], answers: Answers, seconds: int | None
) -> int:
    """Bits of SurveyAnswer.flags for checked answers; `seconds` None = time unknown."""
    raise NotImplementedError


def hold_open(survey_id: Any) -> Survey:
    """The wave as it stands, kept from being closed until the transaction ends; else ClosedError.

    Many may hold it at once; closing (which locks the row) waits for them. It tells state and days:
    before the first or after the last day nothing is taken either.
    """
    raise NotImplementedError


def take_answer(
    *, token: SurveyToken, given: Mapping[str, Any], age_band: str = "", seconds: int | None = None
) -> bool:
    """Store a code's answer; False when the code had been used. One transaction.

    Raises ValidationError by question key (or `age_band`), ClosedError.
    """
    raise NotImplementedError
