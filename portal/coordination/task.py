"""`/coordination/tasks/<id>/`: one task, all that was said of it, and what one may do with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from coordination.models import Task, TaskFeedback
from coordination.services import tasks as services
from coordination.workflow.tasks import TASK
from core import policy
from core.admin.refusals import RefusedError, refusals
from core.attachments import attachments_of_rows, serve
from core.audit import current_actor
from core.models import AuditEvent
from core.scope import Scope
from core.workdays import calendar
from core.workflow import Move, open_moves
from portal.coordination.tasks import OPEN, helpers_of, lead_of, standing_of, with_units
from portal.coordination.words import unit_name
from portal.views.common import page, scope_of

# Word → how its form is shown: what is asked for, whether it must be said, the look of the button.
SHOWN: dict[str, dict[str, Any]] = {
    "start": {"look": "main", "done": gettext_lazy("已签收，请按时反馈。")},
    "report": {
        "look": "main",
        "label": gettext_lazy("办理结果"),
        "hint": gettext_lazy("做了什么、结果如何。"),
        "done": gettext_lazy("已反馈，等待审核。"),
    },
    "close": {
        "look": "main",
        "label": gettext_lazy("办结意见（选填）"),
        "done": gettext_lazy("已办结。"),
    },
    "return": {
        "label": gettext_lazy("退回意见"),
        "hint": gettext_lazy("缺什么、怎么补。"),
        "done": gettext_lazy("已退回，并通知承办单位。"),
    },
    "withdraw": {
        "look": "danger",
        "label": gettext_lazy("撤销原因"),
        "done": gettext_lazy("已撤销，并通知承办单位。"),
    },
}
ASKED_FOR = {"report": True, "return": True, "withdraw": True, "close": False}


@page("coordination.tasks")
def task(request: HttpRequest, pk: Any) -> HttpResponse:
    """The task."""
    return _show(request, find(request, pk))


@require_POST
@page("coordination.tasks")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """One of the moves of the table."""
    row = find(request, pk)
    if word not in SHOWN:
        raise Http404(_("没有这项办理。"))
    scope, text = scope_of(request), request.POST.get("comment", "")
    files = request.FILES.getlist("files")
    seen = request.POST.get("seen_version", "")
    common: dict[str, Any] = {
        "task": row,
        "by": current_actor(),
        "scope": scope,
        "seen_version": int(seen) if seen.isdecimal() else None,
    }
    runs: dict[str, Callable[[], Any]] = {
        "start": lambda: services.start_task(**common),
        "report": lambda: services.report_task(text=text, files=files, **common),
        "return": lambda: services.return_task(comment=text, **common),
        "close": lambda: services.close_task(comment=text, **common),
        "withdraw": lambda: services.withdraw_task(comment=text, **common),
    }
    return _run(request, row, word, text, runs[word], SHOWN[word]["done"])


@require_POST
@page("coordination.work_on_task")
def note(request: HttpRequest, pk: Any) -> HttpResponse:
    """A note on how far one's unit is."""
    row, text = find(request, pk), request.POST.get("comment", "")
    scope, by, files = scope_of(request), current_actor(), request.FILES.getlist("files")
    return _run(
        request,
        row,
        "note",
        text,
        lambda: services.note_progress(task=row, text=text, by=by, scope=scope, files=files),
        _("已填报进展。"),
    )


@require_POST
@page("coordination.manage_tasks")
def urge(request: HttpRequest, pk: Any) -> HttpResponse:
    """催办, or 督办 what is overdue."""
    row, text = find(request, pk), request.POST.get("comment", "")
    scope, by = scope_of(request), current_actor()
    hard = request.POST.get("kind") == Task.Supervision.SUPERVISED
    run = services.supervise_task if hard else services.urge_task
    done = _("已督办，并通知承办单位及其分管领导。") if hard else _("已催办，并通知承办单位。")
    return _run(
        request, row, "urge", text, lambda: run(task=row, text=text, by=by, scope=scope), done
    )


@page("coordination.tasks")
def file(request: HttpRequest, pk: Any, file: Any) -> Any:
    """A file that was sent with what was said of the task."""
    files = attachments_of_rows(find(request, pk).feedback.all())
    for one in (one for sent in files.values() for one in sent):
        if one.pk == file:
            return serve(one)
    raise Http404(_("没有这个附件，或者已被移除。"))


def find(request: HttpRequest, pk: Any) -> Task:
    """The task, if the caller's scope holds it."""
    rows = with_units(Task.objects.visible_to(scope_of(request)))
    found: Task | None = (
        rows.select_related("clause__document", "resolution__meeting", "district")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404(_("您的工作范围内没有这项任务。"))
    return found


def _run(
    request: HttpRequest, row: Task, word: str, text: str, act: Callable[[], Any], done: Any
) -> HttpResponse:
    """Do it and come back; refused, the page says why and keeps what was typed."""
    try:
        with refusals():
            act()
    except RefusedError as refusal:
        return _show(request, find(request, row.pk), {"word": word, "text": text, "why": refusal})
    messages.success(request, done)
    return redirect("coordination:task", pk=row.pk)


def _show(request: HttpRequest, row: Task, refused: dict[str, Any] | None = None) -> HttpResponse:
    scope, today = scope_of(request), timezone.localdate()
    refused = refused or {}
    moves = open_moves(TASK, row, scope)
    may_urge = row.state in OPEN and policy.may(scope, "coordination.manage_tasks", row)
    context = {
        "crumbs": [
            {"label": _("任务"), "url": reverse("coordination:tasks")},
            {"label": row.number},
        ],
        "task": row,
        "lead": lead_of(row),
        "helping": helpers_of(row),
        "standing": standing_of(row, today, calendar()),
        "trail": _trail(row),
        "acts": [_act(move, refused) for move in moves],
        "may_note": row.state in OPEN and policy.may(scope, "coordination.work_on_task", row),
        "may_urge": may_urge,
        "may_supervise": may_urge and row.due_on < today,
        "refused": refused,
        "waits": _waits(row, scope, moves),
    }
    return render(request, "coordination/task.html", context)


def _act(move: Move, refused: dict[str, Any]) -> dict[str, Any]:
    mine = refused.get("word") == move.word
    return {
        "word": move.word,
        "button": move.label,
        "asks": move.word in ASKED_FOR,
        "takes_files": move.word == "report",
        "required": ASKED_FOR.get(move.word, False),
        "text": refused.get("text", "") if mine else "",
        "errors": refused["why"].errors.messages if mine else [],
        **SHOWN[move.word],
    }


def _waits(row: Task, scope: Scope, moves: list[Move]) -> str:
    """Whom the task waits for, said to those who cannot move it on."""
    if any(SHOWN[move.word].get("look") == "main" for move in moves):
        return ""
    if row.state in (Task.State.ISSUED, Task.State.UNDER_WAY):
        return _("等待牵头单位（%(unit)s）办理。") % {"unit": lead_of(row)}
    if row.state != Task.State.REPORTED:
        return ""
    if policy.may(scope, "coordination.close_tasks", row):
        return _("您（或您代办的人）已经手反馈，须由其他人员办结。")
    return _("等待区商务委审核。")


KINDS = {
    TaskFeedback.Kind.PROGRESS: "none",
    TaskFeedback.Kind.RESULT: "good",
    TaskFeedback.Kind.RETURN: "bad",
}


def _trail(row: Task) -> list[dict[str, Any]]:
    """What was said and done, the newest first."""
    rows = list(row.feedback.select_related("office__district"))
    files = attachments_of_rows(rows)
    said = [
        {
            "files": files[one.pk],
            "at": one.at,
            "word": one.get_kind_display(),
            "status": KINDS[TaskFeedback.Kind(one.kind)],
            "who": one.by_label,
            "unit": unit_name(one.office) if one.office else "",
            "text": one.text,
        }
        for one in rows
    ]
    urged = [
        {
            "at": one.at,
            "word": one.get_kind_display(),
            "status": "warn",
            "who": one.by_label,
            "unit": "",
            "text": one.text,
        }
        for one in row.urges.all()
    ]
    newest_first = sorted([*said, *urged, *_moved(row)], key=lambda one: one["at"], reverse=True)
    issued = {"on": row.issued_on, "word": _("下达"), "status": "none", "who": row.by_label}
    return [*newest_first, issued]


# What the feedback does not say itself: act → (status, words).
MOVED = {
    "coordination.start_task": ("none", gettext_lazy("签收办理")),
    "coordination.close_task": ("good", gettext_lazy("办结")),
    "coordination.withdraw_task": ("bad", gettext_lazy("撤销")),
}


def _moved(row: Task) -> list[dict[str, Any]]:
    events = AuditEvent.objects.filter(
        object_type=row._meta.label_lower, object_id=str(row.pk), action__in=MOVED
    )
    return [
        {
            "at": event.at,
            "word": MOVED[event.action][1],
            "status": MOVED[event.action][0],
            "who": event.actor_label,
            "unit": "",
            "text": event.comment,
        }
        for event in events
    ]


__all__ = ["file", "find", "move", "note", "task", "urge"]
