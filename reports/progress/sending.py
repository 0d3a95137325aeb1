"""The moves of a progress report: 报送, 撤回, 审核通过, 退回修改, 定稿, 重新开放."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor
from core.digests import json_digest
from core.scope import Scope
from core.text import strip_unseen
from core.versions import StaleVersionError
from core.workdays import add_workdays, next_workday
from core.workflow import moving
from reports.models import ProgressReport, ReportAnswer, ReportComment, ReportSubmission
from reports.progress import telling
from reports.progress.rules import answers_by_key, problems_of
from reports.progress.values import plain
from reports.workflow import REPORT

State = ProgressReport.State
# How long an office has for a correction unless the checker says otherwise; 待区商务委确认.
WORKDAYS_TO_MEND = 3
_COMMENT_LENGTH = 500


@dataclass(frozen=True)
class Outcome:
    """What became of one report of many; `error` says why nothing did ("" = done)."""

    report: ProgressReport
    error: str = ""


def submit(
    *,
    report: ProgressReport,
    by: Actor,
    scope: Scope | None,
    seen_version: int | None,
    comment: str = "",
) -> ProgressReport:
    """Send the report as it stands, for good: a snapshot with its digest is kept.

    ValidationError, by item key, as long as blocking problems stand (code `problems`), and when
    nothing was begun. The comments of the last 退回修改 are settled.
    """
    with moving(
        REPORT, report, "submit", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        if this.from_state == State.TODO:
            raise ValidationError(
                _("尚未填写：请核对并保存填报内容后报送；本期确无变化的，请用“无变化报送”。"),
                code="state",
            )
        now.no_change = False
        _refuse_blocked(now)
        this.changes = _send(now, by, scope, comment)
    return now


def submit_unchanged(
    *,
    report: ProgressReport,
    by: Actor,
    scope: Scope | None,
    seen_version: int | None,
    comment: str = "",
) -> ProgressReport:
    """无变化报送: state that nothing has changed; it carries no figures.

    For a report that nobody has begun, or one that was sent so before and came back.
    """
    with moving(
        REPORT, report, "submit", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        if this.from_state != State.TODO and not now.no_change:
            raise ValidationError(
                _("本期已开始填写，不能再作“无变化报送”；请填完后报送。"), code="state"
            )
        now.no_change = True
        this.changes = _send(now, by, scope, comment)
    return now


def withdraw(
    *,
    report: ProgressReport,
    by: Actor,
    scope: Scope | None,
    seen_version: int | None,
    comment: str = "",
) -> ProgressReport:
    """Take back what is not decided on; what was sent and when stays on record."""
    with moving(
        REPORT, report, "withdraw", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _this):
        pass
    return now


def accept(
    *,
    report: ProgressReport,
    by: Actor,
    scope: Scope | None,
    seen_version: int | None,
    comment: str = "",
) -> ProgressReport:
    """审核通过; the office is told."""
    with moving(
        REPORT, report, "accept", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _this):
        _decide(now, by)
        telling.accepted(now, _last_number(now))
    return now


def accept_many(
    *,
    reports: Iterable[tuple[ProgressReport, int | None]],
    by: Actor,
    scope: Scope | None,
    comment: str = "",
) -> list[Outcome]:
    """Pass several reports, each with the version that was seen; each has its own outcome."""
    return [_accept_one(report, seen, by, scope, comment) for report, seen in reports]


def return_report(
    *,
    report: ProgressReport,
    comments: Mapping[str, str],
    comment: str,
    due_on: dt.date | None = None,
    by: Actor,
    scope: Scope | None,
    seen_version: int | None,
) -> ProgressReport:
    """退回修改: what is wrong in all (`comment`, required) and at fields (`comments` by item key).

    The office has until `due_on` (moved to the next working day; without one, 3 working days). A
    report that was late stays late. ValidationError for comments at items that the form has not,
    and for a day that is over.
    """
    with moving(
        REPORT, report, "return", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        _reopen(now, comments, comment, due_on, by)
        now.returned_times += 1
        this.changes = {"due_on": now.due_on, "keys": sorted(comments)}
        telling.returned(now, comment, _last_number(now))
    return now


def sign_off(
    *,
    report: ProgressReport,
    by: Actor,
    scope: Scope | None,
    seen_version: int | None,
    comment: str = "",
) -> ProgressReport:
    """定稿: it stands in the district's figures and is changed by a new revision only."""
    with moving(
        REPORT, report, "sign_off", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _this):
        pass
    return now


def reopen(
    *,
    report: ProgressReport,
    comment: str,
    due_on: dt.date | None = None,
    by: Actor,
    scope: Scope | None,
    seen_version: int | None,
) -> ProgressReport:
    """重新开放: a passed report is corrected by a new revision; why is required."""
    with moving(
        REPORT, report, "reopen", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        _reopen(now, {}, comment, due_on, by)
        now.revision += 1
        this.changes = {"due_on": now.due_on, "revision": now.revision}
        telling.reopened(now, comment)
    return now


def _accept_one(
    report: ProgressReport, seen: int | None, by: Actor, scope: Scope | None, comment: str
) -> Outcome:
    try:
        passed = accept(report=report, by=by, scope=scope, seen_version=seen, comment=comment)
    except ValidationError as error:
        return Outcome(report, "".join(error.messages))
    except (PermissionDenied, StaleVersionError) as error:
        return Outcome(report, str(error))
    return Outcome(passed)


def _refuse_blocked(report: ProgressReport) -> None:
    blocking: dict[str, list[ValidationError]] = {}
    for problem in problems_of(report):
        if problem.blocks:
            told = ValidationError(problem.message, code="problems")
            blocking.setdefault(problem.key, []).append(told)
    if blocking:
        raise ValidationError(blocking)


def _send(report: ProgressReport, by: Actor, scope: Scope | None, comment: str) -> dict[str, Any]:
    """Keep what is sent, by whom and when; returns what the audit log says of it."""
    _require_short(comment)
    at = timezone.now()
    report.first_submitted_at = report.first_submitted_at or at
    report.submitted_at, report.submitted_by_label = at, by.label
    report.submitted_by_ids = _submitters(report, by, scope)
    report.decided_at, report.decided_by_label = None, ""
    content = _snapshot(report)
    number = _last_number(report) + 1
    sent = ReportSubmission.objects.create(
        report=report,
        number=number,
        revision=report.revision,
        at=at,
        by_label=by.label,
        comment=comment,
        content=content,
        sha256=json_digest(content),
    )
    report.comments.filter(settled_at__isnull=True).update(settled_at=at)
    telling.sent(report, number)
    return {"number": number, "no_change": report.no_change, "sha256": sent.sha256}


def _submitters(report: ProgressReport, by: Actor, scope: Scope | None) -> list[str]:
    """Everyone who ever sent it, and those they acted for: none of them may decide on it."""
    persons = scope.persons if scope else by.persons
    return sorted({*report.submitted_by_ids, *map(str, persons)})


def _snapshot(report: ProgressReport) -> dict[str, Any]:
    answers = {} if report.no_change else answers_by_key(report)
    return {
        "no_change": report.no_change,
        "revision": report.revision,
        "answers": {key: _kept(answer) for key, answer in sorted(answers.items())},
    }


def _kept(answer: ReportAnswer) -> dict[str, Any]:
    return {
        "number": None if answer.number is None else plain(answer.number),
        "text": answer.text,
        "origin": answer.origin,
        "reason": answer.reason,
    }


def _last_number(report: ProgressReport) -> int:
    """The number of the last submission; 0 = never sent."""
    return report.submissions.aggregate(last=Max("number"))["last"] or 0


def _decide(report: ProgressReport, by: Actor) -> None:
    report.decided_at, report.decided_by_label = timezone.now(), by.label


def _reopen(
    report: ProgressReport,
    comments: Mapping[str, str],
    comment: str,
    due_on: dt.date | None,
    by: Actor,
) -> None:
    """What 退回修改 and 重新开放 have in common: comments, a new due day, who decided."""
    _require_short(comment)
    report.due_on = _mending_day(due_on)
    _decide(report, by)
    number = _last_number(report)
    ReportComment.objects.bulk_create(
        ReportComment(report=report, key=key, text=text, submission=number, by_label=by.label)
        for key, text in (("", _said(comment)), *_checked_comments(report, comments).items())
    )


def _said(text: str) -> str:
    return strip_unseen(text).strip()


def _require_short(comment: str) -> None:
    if len(comment) > _COMMENT_LENGTH:
        raise ValidationError(
            {"comment": _("意见最多 %(most)d 个字符。") % {"most": _COMMENT_LENGTH}}
        )


def _mending_day(due_on: dt.date | None) -> dt.date:
    today = timezone.localdate()
    if due_on is None:
        return add_workdays(today, WORKDAYS_TO_MEND)
    if due_on < today:
        raise ValidationError({"due_on": _("新的报送截止日不能早于今天。")})
    return next_workday(due_on)


def _checked_comments(report: ProgressReport, comments: Mapping[str, str]) -> dict[str, str]:
    """Comments by item key, without empty ones; ValidationError for strange keys and long texts."""
    found = {key: text for key, said in comments.items() if (text := _said(said))}
    known = set(report.period.type.items.values_list("key", flat=True)) if found else set()
    problems = {key: _("本表没有这一项。") for key in found.keys() - known}
    problems |= {
        key: _("意见最多 %(most)d 个字符。") % {"most": _COMMENT_LENGTH}
        for key, text in found.items()
        if len(text) > _COMMENT_LENGTH
    }
    if problems:
        raise ValidationError(problems)
    return found
