"""What the questionnaire's page shows of its questions, and what it reads of a sent form."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import AgeBand, Question, SurveyToken
from assessments.services.answering import MOST_CHARACTERS

Kind = Question.Kind
PREFIX = "q-"
# A form older than that tells nothing about how long the answering took.
LONGEST_SECONDS = 6 * 3600
SECONDS_A_QUESTION = 12
_stamps = signing.TimestampSigner(salt="survey.started")


def started_stamp(token: SurveyToken) -> str:
    """When the form was given out, signed, for this code alone: no cookie has to remember it."""
    return _stamps.sign(str(token.pk))


def seconds_since(stamp: str, token: SurveyToken) -> int | None:
    """How long the answering took; None when the stamp is missing, another's or too old."""
    try:
        if _stamps.unsign(stamp, max_age=LONGEST_SECONDS) != str(token.pk):
            return None
        made = signing.b62_decode(stamp.split(":")[-2])
    except signing.BadSignature:
        return None
    return max(0, int(time.time()) - made)


def given_in(questions: Sequence[Question], sent: QueryDict) -> dict[str, Any]:
    """What the form sent for each question: text, or a list of text."""
    return {
        question.key: sent.getlist(PREFIX + question.key)
        if question.kind == Kind.MULTIPLE
        else sent.get(PREFIX + question.key, "")
        for question in questions
    }


def minutes_for(questions: Sequence[Question]) -> str:
    """How long it takes, roughly."""
    minutes = max(1, round(len(questions) * SECONDS_A_QUESTION / 60))
    return ngettext("约 %(n)d 分钟", "约 %(n)d 分钟", minutes) % {"n": minutes}


def asked(
    questions: Sequence[Question], given: Mapping[str, Any], errors: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The questions as survey/question.html draws them, with what was given and what is wrong."""
    by_key = {question.key: question for question in questions}
    return [
        _question(number, question, by_key, given.get(question.key), errors.get(question.key))
        for number, question in enumerate(questions, start=1)
    ]


def age_options(chosen: str) -> list[dict[str, Any]]:
    """The age bands, and not telling."""
    options = [("", _("不填写")), *AgeBand.choices]
    return [{"value": value, "label": label, "chosen": value == chosen} for value, label in options]


def _question(
    number: int, question: Question, by_key: Mapping[str, Question], given: Any, errors: Any
) -> dict[str, Any]:
    chosen = given if isinstance(given, list) else [given]
    rule = question.shown_if or {}
    return {
        "number": number,
        "key": question.key,
        "name": PREFIX + question.key,
        "text": question.text,
        "kind": question.kind,
        "required": question.required,
        "help": _help(question),
        "condition": _condition(rule, by_key),
        "after": PREFIX + rule["key"] if rule else "",
        "after_values": "|".join(rule["in"]) if rule else "",
        "options": [
            {"value": o["value"], "label": o["label"], "chosen": o["value"] in chosen}
            for o in question.options
        ],
        "most": question.most or MOST_CHARACTERS,
        "given": given or "",
        "errors": errors or [],
    }


def _help(question: Question) -> str:
    if question.kind == Kind.MULTIPLE:
        if question.most:
            return _("可多选，最多选 %(most)d 项") % {"most": question.most}
        return _("可多选")
    if question.kind == Kind.OPEN:
        return _("请不要填写姓名、电话等个人信息；最多 %(most)d 个字") % {
            "most": question.most or MOST_CHARACTERS
        }
    return ""


def _condition(rule: Mapping[str, Any], by_key: Mapping[str, Question]) -> str:
    """When the question is asked, in words: for those whose browser does not hide it."""
    earlier = by_key.get(rule.get("key", ""))
    if earlier is None:
        return ""
    labels = [o["label"] for o in earlier.options if o["value"] in rule["in"]]
    return _("前面选“%(labels)s”时回答") % {"labels": "”“".join(labels)}
