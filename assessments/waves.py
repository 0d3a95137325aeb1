"""Waves and their questionnaires as the public page reads them: kept in the process for a moment.

A page that thousands open asks the database for nothing that stays the same. What may change, a
wave's days and state, is kept for seconds only, and is asked again when an answer is taken.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from assessments.models import Question, Survey

SECONDS = 5.0
MOST_KEPT = 64


@dataclass(frozen=True)
class Wave:
    """A wave, its questions in order, the names of its circles by id.

    drawn   whatever a page keeps of it for as long, such as its questions by language
    """

    survey: Survey
    questions: tuple[Question, ...]
    circles: dict[Any, str]
    read_at: float
    drawn: dict[str, str] = field(default_factory=dict)


_kept: dict[Any, Wave] = {}


def wave_of(survey_id: Any) -> Wave:
    """The wave as it stood at most `SECONDS` ago; Survey.DoesNotExist when it is gone."""
    found = _kept.get(survey_id)
    if found is not None and time.monotonic() - found.read_at < SECONDS:
        return found
    read = _read(survey_id)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[survey_id] = read
    return read


def forget(survey_id: Any) -> None:
    """Read the wave anew next time (in this process)."""
    _kept.pop(survey_id, None)


def _read(survey_id: Any) -> Wave:
    survey = Survey.objects.select_related("questionnaire", "district", "agency").get(pk=survey_id)
    return Wave(
        survey=survey,
        questions=tuple(survey.questionnaire.questions.all()),
        circles=dict(survey.circles.values_list("circle_id", "circle__name")),
        read_at=time.monotonic(),
    )
