"""`/evaluation/<uuid>/checklist/`: what a circle has, looked over line by line on the spot."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from assessments.models import Checklist, ChecklistLine, Evaluation, Found, Grade
from assessments.presence import BASIC, QUALITY, presence_of
from assessments.services import checklists as services
from assessments.workflow.checklists import CHECKLIST
from circles.models import Facility
from core import policy
from core.admin.refusals import RefusedError, refusals
from core.attachments import attachment_of, attachments_of, attachments_of_rows, serve
from core.audit import current_actor
from core.scope import Scope
from core.workflow import open_moves
from outlets.models import Outlet
from outlets.models.outlet import Status
from portal.coordination.acting import common_of, run_here, seen_in
from portal.evaluation.checklist_trail import trail_of
from portal.evaluation.evaluation import crumbs, find
from portal.views.common import page, scope_of

STATUS = {Found.PRESENT: "good", Found.ABSENT: "bad", Found.UNKNOWN: "unknown"}
WORDS = {
    "confirm": gettext_lazy("已确认。"),
    "reopen": gettext_lazy("已重新打开，可以更改。"),
}
SHOWN = {
    "": gettext_lazy("全部"),
    Found.UNKNOWN: gettext_lazy("情况不明"),
    Found.ABSENT: gettext_lazy("无"),
    "override": gettext_lazy("人工认定"),
}


@page("assessments.checklists")
def checklist(request: HttpRequest, pk: Any) -> HttpResponse:
    """The two tables."""
    scope = scope_of(request)
    evaluation = find(request, pk)
    row = _of(evaluation)
    context: dict[str, Any] = {
        "crumbs": crumbs(evaluation, {"label": _("分型表")}),
        "evaluation": evaluation,
        "checklist": row,
    }
    if row is not None:
        presence = presence_of([row])[row.pk]
        lines = _lines(row)
        files = attachments_of_rows(lines)
        show = request.GET.get("show", "")
        wanted = [line for line in lines if _is_shown(line, show)]
        context |= {
            "lists": [
                _list(_("基本保障类"), presence.basic, BASIC, wanted, files),
                _list(_("品质提升类"), presence.quality, QUALITY, wanted, files),
            ],
            "shown": _choices(request.path, show, lines),
            "moves": [_move(move, row) for move in open_moves(CHECKLIST, row, scope)],
            "may_override": may_override(row, scope),
            "waits": _waits(row, scope),
            "trail": trail_of(row, {line.item.key: line.item.label for line in lines}),
        }
    return render(request, "evaluation/checklist.html", context)


@require_POST
@page("assessments.confirm_checklist")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """确认 or 重新打开."""
    row = _of(find(request, pk))
    if row is None or word not in WORDS:
        raise Http404(_("没有这项办理。"))
    run = services.confirm_checklist if word == "confirm" else services.reopen_checklist
    comment, common = request.POST.get("comment", ""), common_of(request, seen_in(request))
    here = reverse("evaluation:checklist", args=[pk])
    return run_here(
        request, here, WORDS[word], lambda: run(checklist=row, comment=comment, **common)
    )


@page("assessments.checklists")
def line(request: HttpRequest, pk: Any, line: Any) -> HttpResponse:
    """One line: the rows behind it, and what people say instead."""
    scope = scope_of(request)
    row = _line(request, pk, line)
    given = {
        "verdict": row.override or "",
        "reason": row.reason,
        "seen_mark": services.mark_of(row),
    }
    errors: list[str] = []
    if request.method == "POST":
        policy.require(scope, services.OVERRIDE, row.checklist)
        given |= {name: request.POST.get(name, "") for name in given}
        try:
            with refusals():
                services.override_line(
                    line=row,
                    verdict=given["verdict"],
                    reason=given["reason"],
                    files=[*request.FILES.getlist("photos"), *request.FILES.getlist("files")],
                    by=current_actor(),
                    scope=scope,
                    seen_mark=given["seen_mark"] or None,
                )
        except RefusedError as refusal:
            errors = list(refusal.errors.messages)
            row = _line(request, pk, line)
            given["seen_mark"] = services.mark_of(row)
        else:
            messages.success(request, _("已保存“%(item)s”的人工认定。") % {"item": row.item})
            return redirect(_following(request, row))
    context = {
        "crumbs": crumbs(
            row.checklist.evaluation,
            {"label": _("分型表"), "url": reverse("evaluation:checklist", args=[pk])},
            {"label": row.item.label},
        ),
        "evaluation": row.checklist.evaluation,
        "line": row,
        "basis": _(row.basis) if row.basis else "",
        "status": STATUS[Found(row.verdict)],
        "word": Found(row.verdict).label,
        "found_word": Found(row.found).label,
        "behind": _behind(row, scope),
        "files": attachments_of(row),
        "may_override": may_override(row.checklist, scope),
        "given": given,
        "choices": Found.choices,
        "errors": errors,
        "next_url": _next_url(row),
    }
    return render(request, "evaluation/checklist_line.html", context, status=422 if errors else 200)


@require_POST
@page("assessments.override_line")
def clear(request: HttpRequest, pk: Any, line: Any) -> HttpResponse:
    """Take people's finding back."""
    row = _line(request, pk, line)
    policy.require(scope_of(request), services.OVERRIDE, row.checklist)
    common = common_of(request)
    mark = request.POST.get("seen_mark") or None
    return run_here(
        request,
        reverse("evaluation:checklist_line", args=[pk, row.pk]),
        _("已撤回人工认定，按数据结果。"),
        lambda: services.clear_override(line=row, seen_mark=mark, **common),
    )


@page("assessments.checklists")
def file(request: HttpRequest, pk: Any, line: Any, file: Any) -> Any:
    """A file that somebody's finding rests on."""
    return serve(attachment_of(_line(request, pk, line), file))


def may_override(row: Checklist, scope: Scope) -> bool:
    """Whether the caller may find otherwise now: a draft without a grade that was submitted."""
    if row.state != Checklist.State.DRAFT or not policy.may(scope, services.OVERRIDE, row):
        return False
    decided = Grade.objects.filter(evaluation=row.evaluation_id)
    return not decided.exclude(state=Grade.State.PROPOSED).exists()


# --- Rows -----------------------------------------------------------------------------------------
def _of(evaluation: Evaluation) -> Checklist | None:
    """The evaluation's checklist, which knows its evaluation."""
    row: Checklist | None = getattr(evaluation, "checklist", None)
    if row is not None:
        row.evaluation = evaluation
    return row


def _lines(row: Checklist) -> list[ChecklistLine]:
    return list(row.lines.select_related("item").order_by("item__sort", "item"))


def _line(request: HttpRequest, pk: Any, line: Any) -> ChecklistLine:
    row = _of(find(request, pk))
    found = row and row.lines.select_related("item").filter(pk=line).first()
    if not row or not found:
        raise Http404(_("没有这一项，或者不在您的范围内。"))
    found.checklist = row
    return found


def _is_shown(line: ChecklistLine, show: str) -> bool:
    if show == "override":
        return bool(line.override)
    return show not in Found or line.verdict == show


# --- What is shown --------------------------------------------------------------------------------
def _list(
    title: str, kinds: Any, category: str, lines: Sequence[ChecklistLine], files: dict[Any, Any]
) -> dict[str, Any]:
    return {
        "title": title,
        "kinds": kinds,
        "lines": [
            {
                "line": one,
                "status": STATUS[Found(one.verdict)],
                "word": Found(one.verdict).label,
                "basis": _(one.basis) if one.basis and one.found != Found.PRESENT else "",
                "files": len(files.get(one.pk, ())),
            }
            for one in lines
            if one.item.category == category
        ],
    }


def _choices(path: str, show: str, lines: Sequence[ChecklistLine]) -> list[dict[str, Any]]:
    return [
        {
            "label": word,
            "n": sum(_is_shown(line, value) for line in lines),
            "url": f"{path}?show={value}" if value else path,
            "current": show == value,
        }
        for value, word in SHOWN.items()
    ]


def _move(move: Any, row: Checklist) -> dict[str, Any]:
    unknown = row.state == Checklist.State.DRAFT and any(
        line.verdict == Found.UNKNOWN for line in row.lines.all()
    )
    hint = _("仍有情况不明的项目：确认后按“情况不明”计，不作“无”。") if unknown else ""
    return {
        "word": move.word,
        "label": move.label,
        "comment": move.comment,
        "main": move.word == "confirm",
        "hint": hint,
    }


def _waits(row: Checklist, scope: Scope) -> str:
    """Why the caller, who may confirm otherwise, may not confirm this one."""
    may = policy.may(scope, "assessments.confirm_checklist", row)
    if row.state == Checklist.State.DRAFT and may and not open_moves(CHECKLIST, row, scope):
        return _("您在本表中有人工认定，须由其他人员确认。")
    return ""


def _behind(row: ChecklistLine, scope: Scope) -> list[dict[str, Any]]:
    """The rows behind a line: 独立网点, 叠加服务, 公共服务设施 apart."""
    ids = [*row.outlet_ids, *row.addon_outlet_ids]
    outlets = {
        str(one.pk): one
        for one in Outlet.objects.filter(pk__in=ids).select_related("main_format").only(
            "code", "name", "address", "floor_room", "status", "main_format__name",
            "main_format__is_official",
        )
    }  # fmt: skip
    opens: set[str] = set()
    if policy.may(scope, "outlets.view"):
        seen = Outlet.objects.visible_to(scope).filter(pk__in=ids)
        opens = set(map(str, seen.values_list("pk", flat=True)))
    facilities = Facility.objects.filter(pk__in=row.facility_ids).order_by("code")
    return [
        _group(_("独立网点"), row.outlet_ids, outlets, opens),
        _group(_("叠加服务"), row.addon_outlet_ids, outlets, opens),
        {
            "title": _("公共服务设施"),
            "rows": [
                {"name": one.name, "address": one.address, "note": one.get_kind_display()}
                for one in facilities
            ],
        },
    ]


def _group(
    title: str, ids: Sequence[str], outlets: dict[str, Outlet], opens: set[str]
) -> dict[str, Any]:
    rows = sorted((outlets[pk] for pk in ids if pk in outlets), key=lambda one: one.name)
    return {
        "title": title,
        "rows": [
            {
                "name": one.name,
                "address": f"{one.address}{one.floor_room}",
                "note": one.main_format.name,
                # The ledger has moved on since the 定稿.
                "now": "" if one.status == Status.OPEN else one.get_status_display(),
                "url": reverse("ledger:outlet", args=[one.code]) if str(one.pk) in opens else "",
            }
            for one in rows
        ],
    }


def _following(request: HttpRequest, row: ChecklistLine) -> str:
    """Where to go when it is saved: the next line that nobody knows of, or back to the table."""
    if request.POST.get("then") == "next" and (following := _next_url(row)):
        return following
    table = reverse("evaluation:checklist", args=[row.checklist.evaluation_id])
    return f"{table}#{row.item.key}"


def _next_url(row: ChecklistLine) -> str:
    """The next line, from here on, that is still unknown."""
    lines = _lines(row.checklist)
    place = next(n for n, one in enumerate(lines) if one.pk == row.pk)
    rest = [*lines[place + 1 :], *lines[:place]]
    following = next((one for one in rest if one.verdict == Found.UNKNOWN), None)
    if following is None:
        return ""
    pk = row.checklist.evaluation_id
    return reverse("evaluation:checklist_line", args=[pk, following.pk])
