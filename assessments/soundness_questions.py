"""What a questionnaire must be before it may be published: it can be answered and counted."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Question, Questionnaire

Row = dict[str, Any]
Kind, Measures, Purpose = Question.Kind, Question.Measures, Questionnaire.Purpose
_MOST_WORDS = 2000


def lacking_in_questionnaire(content: Row, formats: frozenset[str]) -> list[str]:
    """Why a questionnaire with this content cannot be published, one sentence each."""
    questions = content["questions"]
    found = list(_whole(content["questionnaire"]["purpose"], questions))
    for number, question in enumerate(questions, start=1):
        told = {"number": number, "text": question["text"][:20]}
        for sentence in _question(question, questions[: number - 1], formats):
            found.append(_("第 %(number)d 题“%(text)s”：%(what)s") % (told | {"what": sentence}))
    return found


def _whole(purpose: str, questions: list[Row]) -> Iterator[str]:
    if not questions:
        yield _("还没有题目")
        return
    measured = [question["measures"] for question in questions]
    overall = measured.count(Measures.OVERALL)
    if purpose == Purpose.SATISFACTION and overall != 1:
        yield _("满意度问卷须有一道（且只有一道）综合满意度题")
    if purpose != Purpose.SATISFACTION and overall:
        yield _("只有满意度问卷可以设综合满意度题")
    if purpose == Purpose.NEEDS and Measures.FORMAT not in measured:
        yield _("需求征集问卷须有一道需求业态题")
    if not any(question["required"] for question in questions):
        yield _("至少有一道必答题")


def _question(question: Row, before: list[Row], formats: frozenset[str]) -> Iterator[str]:
    options, kind, most = question["options"], question["kind"], question["most"]
    if kind == Kind.OPEN:
        if options:
            yield _("填空题不设选项")
        if most is not None and not 1 <= most <= _MOST_WORDS:
            yield _("填空题最多填 1 至 %(most)d 字") % {"most": _MOST_WORDS}
    elif len(options) < 2:
        yield _("至少要两个选项")
    if kind in (Kind.SINGLE, Kind.SCALE) and most not in (None, 1):
        yield _("这种题型只能选一项，不填“最多选几项”")
    if kind == Kind.MULTIPLE and most is not None and not 1 <= most <= len(options):
        yield _("“最多选几项”应在 1 至选项数之间")
    yield from _condition(question, before)
    yield from _scores(options)
    if question["measures"] == Measures.OVERALL:
        yield from _overall(question)
    if question["measures"] == Measures.FORMAT:
        yield from _formats(question, formats)


def _condition(question: Row, before: list[Row]) -> Iterator[str]:
    shown = question["shown_if"]
    if not shown:
        return
    asked = {row["key"]: row for row in before}
    if shown["key"] not in asked:
        yield _("出现条件只能指向前面的题目，“%(key)s”不在前面") % {"key": shown["key"]}
        return
    if asked[shown["key"]]["kind"] == Kind.OPEN:
        yield _("出现条件不能指向填空题")
        return
    values = {option["value"] for option in asked[shown["key"]]["options"]}
    if strange := [value for value in shown["in"] if value not in values]:
        yield _("出现条件中的答案“%(values)s”不在题目“%(key)s”的选项中") % {
            "values": "、".join(strange),
            "key": shown["key"],
        }


def _scores(options: list[Row]) -> Iterator[str]:
    if any(not 0 <= Decimal(option["score"]) <= 100 for option in options if "score" in option):
        yield _("选项得分应在 0 至 100 之间")


def _overall(question: Row) -> Iterator[str]:
    if question["kind"] not in (Kind.SCALE, Kind.SINGLE):
        yield _("综合满意度题应为量表或单选")
    if not question["required"] or question["shown_if"]:
        yield _("综合满意度题须人人必答，不设出现条件")
    counts = [option.get("counts", "") for option in question["options"]]
    if "" in counts:
        yield _("综合满意度题的每个选项都要写明计入哪一类")
    if "satisfied" not in counts or "none" not in counts:
        yield _("综合满意度题须有计入“满意”和“不满意”的选项")
    scored = [
        "score" in option for option in question["options"] if option.get("counts") != "excluded"
    ]
    if not all(scored):
        yield _("综合满意度题的选项（不计入的除外）都要有得分")


def _formats(question: Row, formats: frozenset[str]) -> Iterator[str]:
    if question["kind"] not in (Kind.SINGLE, Kind.MULTIPLE):
        yield _("需求业态题应为单选或多选")
    codes = [option["value"] for option in question["options"]]
    if strange := [code for code in codes if code not in formats]:
        yield _("需求业态题的选项编码应为业态编码，没有业态“%(codes)s”") % {
            "codes": "、".join(strange)
        }
