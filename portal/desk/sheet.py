"""A report as its pages show it: sections of rows, each with this period, the last, what is said.

Rows are the same for who fills in and for who checks.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import count_words_cn
from portal.desk.words import (
    NO_VALUE,
    change_text,
    clock_text,
    moment_text,
    number_text,
    period_text,
)
from reports.models import ProgressReport, ReportAnswer, ReportComment, ReportItem
from reports.progress.rules import Problem, answers_by_key, previous_report, problems_of
from reports.progress.values import content_of, plain

PROBLEM_STATUS = {"block": "bad", "warn": "warn"}
# Marks of where a prefilled value was read; a source without a word of its own is named by its row.
ORIGIN_WORDS = {
    "ledger": gettext_lazy("自台账"),
    "indicator": gettext_lazy("自定稿"),
    "work_items": gettext_lazy("自工作信息"),
    "tasks": gettext_lazy("自任务"),
    "reports": gettext_lazy("自月报"),
}


def sheet_of(report: ProgressReport, *, checking: bool = False) -> dict[str, Any]:
    """{sections [{id, title, rows}], problems, general, last_text}; a fixed number of queries.

    `checking` shows the comments of the last return, too, when they are settled.
    """
    items = list(report.period.type.items.order_by("sort", "pk"))
    answers = answers_by_key(report)
    last = previous_report(report)
    lasts = answers_by_key(last) if last and not last.no_change else {}
    comments = _comments(report, settled=checking)
    problems = problems_of(report)
    # What nobody has begun lacks everything: said when it is to be sent, not before.
    shown = [] if report.state == ProgressReport.State.TODO else problems
    rows = [
        row_of(item, answers.get(item.key), lasts.get(item.key), comments, shown) for item in items
    ]
    known = {item.key for item in items}
    return {
        "sections": _sections(rows),
        "problems": [problem_told(one) for one in problems],
        "blocked": any(one.blocks for one in problems),
        "general": [one for one in comments if one.key not in known],
        "last_text": period_text(last.period) if last else "",
    }


def row_of(
    item: ReportItem,
    answer: ReportAnswer | None,
    last: ReportAnswer | None,
    comments: Iterable[ReportComment] = (),
    problems: Iterable[Problem] = (),
) -> dict[str, Any]:
    """One item with what stands in its field and beside it."""
    told = answer_told(item, answer)
    last_number = last.number if last else None
    return told | {
        "item": item,
        "last_text": _last_text(item, last),
        "change": ""
        if item.is_text
        else change_text(item, answer.number if answer else None, last_number),
        "comments": [one for one in comments if one.key == item.key],
        "problems": [problem_told(one) for one in problems if one.key == item.key],
    }


def answer_told(item: ReportItem, answer: ReportAnswer | None) -> dict[str, Any]:
    """What the page knows of an answer: field value, version, origin, whether it was changed."""
    prefilled = _prefilled(item, answer)
    value = _value(item, answer)
    return {
        "key": item.key,
        "value": value,
        "shown": _shown(item, answer),
        "version": answer.version if answer else 0,
        "reason": answer.reason if answer else "",
        "prefilled": prefilled,
        "prefilled_shown": number_text(item, answer.prefilled_number)
        if answer and not item.is_text
        else "",
        "origin": origin_text(answer),
        "origin_label": answer.origin.get("label", "") if answer else "",
        "origin_tags": answer.origin.get("tags", []) if answer and _known(answer) else [],
        # Asked of its source, which had nothing.
        "nothing_known": bool(answer and answer.origin and not _known(answer)),
        "changed": bool(prefilled) and not same(item, value, prefilled),
        "words": count_words_cn(value) if item.is_text else 0,
        "by": answer.by_label if answer else "",
        "at": moment_text(answer.at) if answer else "",
        "saved": clock_text(answer.at) if answer else "",
    }


def origin_text(answer: ReportAnswer | None) -> str:
    """自台账 2026-11-22, 自定稿 …; empty when nothing was prefilled."""
    if answer is None or not answer.origin or not _known(answer):
        return ""
    word = ORIGIN_WORDS.get(answer.origin.get("source", ""), _("预填"))
    day = answer.origin.get("day", "")
    return f"{word} {day}" if day else str(word)


def _known(answer: ReportAnswer) -> bool:
    return answer.prefilled_number is not None or bool(answer.prefilled_text)


def same(item: ReportItem, one: str, other: str) -> bool:
    """Whether two texts of a field say the same: numbers by value, passages but for their ends."""
    if one == other or item.is_text:
        return one.strip() == other.strip()
    try:
        return content_of(item, one) == content_of(item, other)
    except ValidationError:
        return False


def problem_told(problem: Problem) -> dict[str, str]:
    """A problem as the pages show it."""
    return {
        "key": problem.key,
        "severity": problem.severity,
        "status": PROBLEM_STATUS.get(problem.severity, "warn"),
        "text": problem.message,
    }


def _comments(report: ProgressReport, *, settled: bool) -> list[ReportComment]:
    """What the checker wrote at the last return, oldest first."""
    found = list(report.comments.order_by("at", "pk"))
    last = max((one.submission for one in found), default=0)
    return [one for one in found if one.submission == last and (settled or one.settled_at is None)]


def _sections(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sections: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        sections.setdefault(row["item"].section, []).append(row)
    return [
        {
            "id": f"part-{number}",
            "title": title,
            "rows": found,
            "marks": sum(bool(row["comments"] or row["problems"]) for row in found),
        }
        for number, (title, found) in enumerate(sections.items(), 1)
    ]


def _value(item: ReportItem, answer: ReportAnswer | None) -> str:
    if answer is None:
        return ""
    return answer.text if item.is_text else plain(answer.number)


def _shown(item: ReportItem, answer: ReportAnswer | None) -> str:
    if item.is_text:
        return answer.text if answer else ""
    return number_text(item, answer.number if answer else None)


def _prefilled(item: ReportItem, answer: ReportAnswer | None) -> str:
    if answer is None or not answer.origin:
        return ""
    return answer.prefilled_text if item.is_text else plain(answer.prefilled_number)


def _last_text(item: ReportItem, last: ReportAnswer | None) -> str:
    if last is None:
        return "" if item.is_text else NO_VALUE
    return last.text if item.is_text else number_text(item, last.number)
