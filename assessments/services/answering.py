"""Answers to a questionnaire: checked, flagged, taken once per code."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import AgeBand, Question, Survey, SurveyAnswer, SurveyToken
from assessments.waves import wave_of
from core.text import strip_unseen

Answers = dict[str, Any]
Kind = Question.Kind
# Characters of an open answer where the question names no limit of its own.
MOST_CHARACTERS = 500


class ClosedError(Exception):
    """The wave does not take answers: not yet, or not any more."""


# --- Checking -------------------------------------------------------------------------------------
def check_answers(questions: Sequence[Question], given: Mapping[str, Any]) -> Answers:
    """What was given in its stored form: {key: value | [values] | text}, unanswered left out.

    given   values as text (single, scale, open) or as lists of text (multiple)
    Raises ValidationError by question key; a question that the skip rule leaves out must be empty.
    """
    answers: Answers = {}
    errors: dict[str, str] = {}
    for question in questions:
        value = given.get(question.key)
        try:
            answer = _CHECKS[question.kind](question, value)
            if not is_asked(question, answers):
                if answer:
                    raise ValidationError(_("按前面的回答，这一题不用回答，请清空。"))
            elif answer:
                answers[question.key] = answer
            elif question.required:
                raise ValidationError(_REQUIRED[question.kind]())
        except ValidationError as error:
            errors[question.key] = error.messages[0]
    for key in set(given) - {question.key for question in questions}:
        errors[str(key)] = _("问卷里没有这一题。")
    if errors:
        raise ValidationError(errors)
    return answers


def without_skipped(questions: Sequence[Question], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` without what was put where the skip rules ask nothing.

    A page without script shows every question, and a radio button cannot be let go of.
    """
    kept: dict[str, Any] = {}
    for question in questions:
        if question.key in given and is_asked(question, kept):
            kept[question.key] = given[question.key]
    return kept


def is_asked(question: Question, answers: Mapping[str, Any]) -> bool:
    """Whether the question is asked after these answers to earlier ones."""
    rule = question.shown_if
    if not rule:
        return True
    told = answers.get(rule["key"])
    chosen = told if isinstance(told, list) else [told]
    return not set(rule["in"]).isdisjoint(chosen)


def _one(question: Question, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if not isinstance(value, str):
        raise ValidationError(_("只能选一项。"))
    if value not in _values(question):
        raise ValidationError(_("没有这个选项。"))
    return value


def _several(question: Question, value: Any) -> list[str]:
    if value in (None, ""):
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValidationError(_("请从选项中选择。"))
    options = _values(question)
    if not set(value) <= set(options):
        raise ValidationError(_("没有这个选项。"))
    chosen = [one for one in options if one in value]
    if question.most and len(chosen) > question.most:
        raise ValidationError(
            _("最多选 %(most)d 项，现选了 %(n)d 项。") % {"most": question.most, "n": len(chosen)}
        )
    return chosen


def _text(question: Question, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError(_("请填写文字。"))
    text = strip_unseen(value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    most = question.most or MOST_CHARACTERS
    if len(text) > most:
        raise ValidationError(
            _("最多填 %(most)d 个字，现有 %(n)d 个。") % {"most": most, "n": len(text)}
        )
    return text


def _values(question: Question) -> list[str]:
    return [option["value"] for option in question.options]


_CHECKS: Mapping[str, Any] = {
    Kind.SINGLE: _one,
    Kind.SCALE: _one,
    Kind.MULTIPLE: _several,
    Kind.OPEN: _text,
}
_REQUIRED: Mapping[str, Any] = {
    Kind.SINGLE: lambda: _("请选择一项。"),
    Kind.SCALE: lambda: _("请选择一项。"),
    Kind.MULTIPLE: lambda: _("请至少选择一项。"),
    Kind.OPEN: lambda: _("请填写。"),
}


# --- What is read off answers ---------------------------------------------------------------------
def overall_of(questions: Iterable[Question], answers: Mapping[str, Any]) -> str:
    """The checked answer that measures the satisfaction (SurveyAnswer.overall); "" = none."""
    for question in questions:
        if question.measures == Question.Measures.OVERALL:
            return str(answers.get(question.key, ""))
    return ""


def flags_of(
    survey: Survey, questions: Sequence[Question], answers: Answers, seconds: int | None
) -> int:
    """Bits of SurveyAnswer.flags for checked answers; `seconds` None = time unknown.

    Speeder: in less time than the wave's `min_seconds`. Straight-liner: every scale question that
    was answered has the same answer, and they are at least `straight_items` (below 2 = never).
    """
    flags = 0
    if seconds is not None and seconds < survey.min_seconds:
        flags |= SurveyAnswer.SPEEDER
    scales = [answers[q.key] for q in questions if q.kind == Kind.SCALE and q.key in answers]
    if len(scales) >= survey.straight_items >= 2 and len(set(scales)) == 1:
        flags |= SurveyAnswer.STRAIGHT_LINER
    return flags


# --- Taking ---------------------------------------------------------------------------------------
# Many may hold a wave at once. (Django's own row locks are all exclusive.)
_HOLD = (
    f"SELECT 1 FROM {Survey._meta.db_table} WHERE id = %s AND state = %s"
    " AND opens_on <= %s AND closes_on >= %s FOR SHARE"
)


def hold_open(survey_id: Any, *, by_day: bool = True) -> Survey:
    """The running wave, kept from being closed until the transaction ends; else ClosedError.

    Closing locks its row, and so waits for whoever holds it. With `by_day` it must also be between
    its first and its last day.
    """
    _hold(survey_id, by_day=by_day)
    return Survey.objects.get(pk=survey_id)


def _hold(survey_id: Any, *, by_day: bool = True) -> None:
    today = timezone.localdate()
    first, last = (today, today) if by_day else (dt.date.max, dt.date.min)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [survey_id, Survey.State.OPEN, first, last])
            held = cursor.fetchone() is not None
    else:
        # SQLite writes in one transaction at a time.
        running = Survey.objects.filter(pk=survey_id, state=Survey.State.OPEN)
        held = running.filter(opens_on__lte=first, closes_on__gte=last).exists()
    if not held:
        raise ClosedError


def take_answer(
    *, token: SurveyToken, given: Mapping[str, Any], age_band: str = "", seconds: int | None = None
) -> bool:
    """Store a code's answer; False when the code had been used. One transaction.

    Raises ValidationError by question key (or `age_band`), ClosedError.
    """
    wave = wave_of(token.survey_id)
    answers = _checked(wave.questions, given, age_band)
    with transaction.atomic():
        _hold(token.survey_id)
        if not _use(token):
            return False
        # Nothing of the code, of the hour or of the address goes along.
        SurveyAnswer.objects.create(
            survey_id=token.survey_id,
            circle_id=token.circle_id,
            channel=token.channel,
            age_band=age_band,
            answers=answers,
            overall=overall_of(wave.questions, answers),
            answered_on=timezone.localdate(),
            seconds=seconds,
            flags=flags_of(wave.survey, wave.questions, answers, seconds),
        )
    return True


def _checked(questions: Sequence[Question], given: Mapping[str, Any], age_band: str) -> Answers:
    errors: dict[str, Any] = {}
    answers: Answers = {}
    try:
        answers = check_answers(questions, given)
    except ValidationError as error:
        errors = error.message_dict
    if age_band and age_band not in AgeBand.values:
        errors["age_band"] = [_("没有这个选项。")]
    if errors:
        raise ValidationError(errors)
    return answers


def _use(token: SurveyToken) -> bool:
    """Whether the code was free and is now used: of two at once only one finds it free."""
    return SurveyToken.objects.filter(pk=token.pk, used=False).update(used=True) == 1
