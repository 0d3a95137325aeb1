"""Answers of a progress report: each saved on its own version, nobody's words lost unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.text import strip_unseen
from core.versions import require_version
from reports.models import ProgressReport, ReportAnswer, ReportItem
from reports.progress.values import Content, content_of

State = ProgressReport.State
FILLABLE = frozenset({State.TODO, State.DRAFT, State.RETURNED})
_REASON_LENGTH = 300


@dataclass(frozen=True)
class Given:
    """What somebody enters for an item.

    value         a number (Decimal, int, or as typed) or a passage; None or "" = unknown, empty
    seen_version  the version of the answer that they saw; 0 = there was none yet
    reason        why a prefilled number was changed
    """

    value: Any
    seen_version: int
    reason: str = ""


class AnswerConflictError(Exception):
    """Answers have changed since the caller saw them, and say something else; nothing was written.

    conflicts  the answers as they stand; `current` is the first of them
    """

    def __init__(self, conflicts: Sequence[ReportAnswer]) -> None:
        self.conflicts = tuple(conflicts)
        self.current = self.conflicts[0]
        super().__init__(
            _("“%(who)s”刚刚修改了同一项内容，您填写的尚未保存；请对照后再保存。")
            % {"who": self.current.by_label or _("他人")}
        )


def save_answer(
    *,
    report: ProgressReport,
    key: str,
    value: Any,
    reason: str = "",
    seen_version: int,
    by: Actor,
    scope: Scope | None,
) -> ReportAnswer:
    """Save one answer; `save_answers` for the rules. Its `report` is the report as it stands now.

    The report's version rises with every answer that anybody saves, so a sending that pins it
    covers what the sender has seen: who saves must show the others' answers again when the version
    rose by more than their own.
    """
    given = {key: Given(value, seen_version, reason)}
    return save_answers(report=report, given=given, by=by, scope=scope)[0]


def save_answers(
    *,
    report: ProgressReport,
    given: Mapping[str, Given],
    by: Actor,
    scope: Scope | None,
    seen_report: int | None = None,
) -> list[ReportAnswer]:
    """Save all of the answers or none; returns them in the order given.

    The report's row is locked, so two savers of one report follow each other. Equal content is no
    conflict and writes nothing, but saving what was prefilled is looking at it: the first save
    makes a draft of what was not begun. `scope` None is the system's own (sample data).

    Raises PermissionDenied, AnswerConflictError, StaleVersionError (`seen_report`), or
    ValidationError by item key: no such item, not of its kind, a changed prefilled number without
    reason (code `reason`); code `state` when the report is not open to the office.
    """
    with act("reports.save_answers", by=by) as this:
        now = _locked_report(report)
        if scope is not None:
            policy.require(scope, "reports.fill", now)
        require_version(now, seen_report)
        require_fillable(now)
        standing = {one.key: one for one in now.answers.all() if one.key in given}
        contents = _contents(now, given, standing)
        _refuse_conflicts(given, contents, standing)
        _require_reasons(contents, standing)
        changed = [
            key
            for key, (content, reason) in contents.items()
            if key not in standing or _differs(standing[key], content, reason)
        ]
        for key in changed:
            answer = standing.setdefault(key, ReportAnswer(report=now, key=key, version=0))
            _write(answer, *contents[key], by)
        this.obj, this.changes = now, {"keys": changed}
        if changed or now.state == State.TODO:
            this.from_state = now.state
            _begin(now, by)
            this.to_state = now.state
    for answer in standing.values():
        answer.report = now
    return [standing[key] for key in given]


def is_changed(answer: ReportAnswer) -> bool:
    """Whether a number stands that is not the one that was prefilled."""
    return answer.prefilled_number is not None and answer.number != answer.prefilled_number


def require_fillable(report: ProgressReport) -> None:
    """Raise ValidationError (code `state`) unless the office may still write in it."""
    if report.state not in FILLABLE:
        raise ValidationError(
            _("报告现为“%(state)s”，不能修改；需要修改的，请先撤回，或联系区商务委退回。")
            % {"state": report.get_state_display()},
            code="state",
        )


def _locked_report(report: ProgressReport) -> ProgressReport:
    rows = ProgressReport.objects.filter(pk=report.pk)
    return locked(rows.select_related("office", "period__type")).get()


def _contents(
    report: ProgressReport, given: Mapping[str, Given], standing: Mapping[str, ReportAnswer]
) -> dict[str, tuple[Content, str]]:
    """Content and reason by key; ValidationError by key."""
    items = {item.key: item for item in report.period.type.items.all()}
    found: dict[str, tuple[Content, str]] = {}
    problems: dict[str, ValidationError] = {}
    for key, one in given.items():
        try:
            found[key] = _content(items.get(key), one, standing.get(key))
        except ValidationError as error:
            problems[key] = error
    if problems:
        raise ValidationError(problems)
    return found


def _content(
    item: ReportItem | None, given: Given, standing: ReportAnswer | None
) -> tuple[Content, str]:
    if item is None:
        raise ValidationError(_("本表没有这一项。"), code="unknown")
    content = content_of(item, given.value)
    reason = strip_unseen(given.reason).strip()
    if len(reason) > _REASON_LENGTH:
        raise ValidationError(
            _("修改原因最多 %(most)d 个字符。") % {"most": _REASON_LENGTH}, code="reason"
        )
    return content, reason if _leaves_prefilled(standing, content) else ""


def _leaves_prefilled(answer: ReportAnswer | None, content: Content) -> bool:
    prefilled = answer.prefilled_number if answer else None
    return prefilled is not None and content.number != prefilled


def _require_reasons(
    contents: Mapping[str, tuple[Content, str]], standing: Mapping[str, ReportAnswer]
) -> None:
    problems = {
        key: ValidationError(_("与预填数值不同，请写明修改原因。"), code="reason")
        for key, (content, reason) in contents.items()
        if not reason and _leaves_prefilled(standing.get(key), content)
    }
    if problems:
        raise ValidationError(problems)


def _refuse_conflicts(
    given: Mapping[str, Given],
    contents: Mapping[str, tuple[Content, str]],
    standing: Mapping[str, ReportAnswer],
) -> None:
    conflicts = [
        answer
        for key, answer in standing.items()
        if answer.version != given[key].seen_version and _differs(answer, *contents[key])
    ]
    if conflicts:
        raise AnswerConflictError(conflicts)


def _differs(answer: ReportAnswer, content: Content, reason: str) -> bool:
    return (answer.number, answer.text, answer.reason) != (content.number, content.text, reason)


def _write(answer: ReportAnswer, content: Content, reason: str, by: Actor) -> None:
    answer.number, answer.text, answer.reason = content.number, content.text, reason
    answer.by_id, answer.by_label, answer.at = by.id, by.label, timezone.now()
    answer.version += 1
    answer.save()


def _begin(report: ProgressReport, by: Actor) -> None:
    """The report has words of its own now: a draft, no 无变化报送, and somebody works on it."""
    if report.state == State.TODO:
        report.state = State.DRAFT
    report.no_change = False
    if report.handler_id is None:
        report.handler_id, report.handler_label = by.id, by.label
    report.version += 1
    report.save()
