"""`/desk/reports/<uuid>/`: fill in a report; with scripts every answer saves itself."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core import policy
from core.attachments import attachments_of
from core.audit import current_actor
from core.scope import Scope
from core.workdays import calendar
from core.workflow import open_moves
from portal.desk.finding import find, may_write
from portal.desk.sheet import answer_told, sheet_of
from portal.desk.words import STATE_STATUS, clock_text, due_text, moment_text, period_text
from portal.views.common import page, scope_of
from reports.models import ProgressReport, ReportAnswer
from reports.progress.answers import FILLABLE, AnswerConflictError, Given, save_answers
from reports.progress.prefilling import prefill
from reports.workflow import REPORT

State = ProgressReport.State


@dataclass
class Unsaved:
    """What a plain form sent and the services did not take, by item key."""

    given: dict[str, Given] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    conflicts: dict[str, ReportAnswer] = field(default_factory=dict)

    def take_out(self, waiting: dict[str, Given], key: str) -> None:
        """The answer waits no more: it is shown again as it was typed."""
        self.given[key] = waiting.pop(key)


@never_cache
@page("reports.view")
def report(request: HttpRequest, pk: Any) -> HttpResponse:
    """The report of one's own office; who only checks it is led to its other page."""
    row, scope = find(request, pk), scope_of(request)
    if not policy.may(scope, "reports.fill", row):
        if policy.may(scope, "reports.overview"):
            return redirect("desk:check", pk=row.pk)
        policy.require(scope, "reports.fill", row)
    unsaved = Unsaved()
    if request.method == "POST":
        unsaved = _save(request, row)
        if not unsaved.given:
            if request.POST.get("next") == "send":
                return redirect("desk:send", pk=row.pk)
            now = {"time": clock_text(timezone.now())}
            messages.success(request, _("已保存 %(time)s") % now)
            return redirect("desk:report", pk=row.pk)
    elif row.prefilled_at is None and row.state == State.TODO and may_write(scope, row):
        # Opened before the night's figures: nobody should type what is known.
        prefill(report=row, by=current_actor())
    row.refresh_from_db()
    context = frame_of(row, scope) | {"sheet": _with_unsaved(sheet_of(row), unsaved)}
    return render(request, "desk/report.html", context, status=409 if unsaved.given else 200)


def frame_of(row: ProgressReport, scope: Scope) -> dict[str, Any]:
    """What every page of one report shows around its rows."""
    today = timezone.localdate()
    write = may_write(scope, row)
    moves = {move.word for move in open_moves(REPORT, row, scope)}
    fill = policy.may(scope, "reports.fill", row)
    title = _("%(period)s进展报送") % {"period": period_text(row.period)}
    home = {"label": _("我的工作台"), "url": reverse("portal:desk")}
    return {
        "report": row,
        "title": title,
        "crumbs": [home, {"label": title}] if fill else [{"label": title}],
        "write": write,
        "moves": moves,
        "may_be_unchanged": write and (row.state == State.TODO or row.no_change),
        "due_text": due_text(row.due_on, today, calendar()) if row.state in FILLABLE else "",
        "late": row.due_on < today,
        "status": STATE_STATUS[row.state],
        "sent_text": moment_text(row.submitted_at) if row.submitted_at else "",
        "attachments": attachments_of(row),
        "has_history": row.submissions.exists(),
        "person": str(scope.user_id or ""),
        "today": today,
    }


def given_of(request: HttpRequest, row: ProgressReport) -> dict[str, Given]:
    """The answers of a plain form, by item key; those that it does not hold are left out."""
    sent = request.POST
    found = {}
    for item in row.period.type.items.all():
        if f"value-{item.key}" not in sent:
            continue
        version = sent.get(f"version-{item.key}", "")
        found[item.key] = Given(
            value=sent[f"value-{item.key}"],
            seen_version=int(version) if version.isdecimal() else 0,
            reason=sent.get(f"reason-{item.key}", ""),
        )
    return found


def _save(request: HttpRequest, row: ProgressReport) -> Unsaved:
    """Save whatever can be saved; the rest comes back with why."""
    waiting, unsaved = given_of(request, row), Unsaved()
    while waiting:
        try:
            save_answers(report=row, given=waiting, by=current_actor(), scope=scope_of(request))
            break
        except AnswerConflictError as error:
            for answer in error.conflicts:
                unsaved.conflicts[answer.key] = answer
                unsaved.take_out(waiting, answer.key)
        except ValidationError as error:
            if not hasattr(error, "error_dict"):
                # The report is closed to the office meanwhile: what was typed is shown, not saved.
                messages.error(request, "；".join(error.messages))
                unsaved.given |= waiting
                break
            for key, told in error.message_dict.items():
                unsaved.errors[key] = told
                unsaved.take_out(waiting, key)
    return unsaved


def _with_unsaved(sheet: dict[str, Any], unsaved: Unsaved) -> dict[str, Any]:
    """The sheet with what was typed in its fields, and beside it what stands instead."""
    for section in sheet["sections"]:
        for row in section["rows"]:
            given = unsaved.given.get(row["key"])
            if given is None:
                continue
            current = unsaved.conflicts.get(row["key"])
            if current:
                row["conflict"] = answer_told(row["item"], current)
                # Saved again after this, it is what was typed that stands.
                row["version"] = current.version
            row["unsaved"] = given.value if given.value.strip() != row["value"].strip() else ""
            row["value"], row["reason"] = given.value, given.reason
            row["errors"] = unsaved.errors.get(row["key"], [])
            row["changed"] = row["changed"] or bool(given.reason or row["errors"])
    return sheet
