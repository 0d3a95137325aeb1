"""`/evaluation/surveys/<id>/`: one wave: what is next, how far each circle is, what was brought."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from assessments.models import Survey
from assessments.services import surveys as services
from assessments.workflow.surveys import MANAGE, SURVEY
from core import policy
from core.models import AuditEvent
from core.scope import Scope
from core.workflow import open_moves
from portal.coordination.acting import common_of, run_here, seen_in
from portal.coordination.words import unit_name
from portal.evaluation.wave_words import (
    COLLECT,
    STATUS,
    State,
    channels_of,
    find,
    line,
    next_step,
    sees_progress,
    totals,
)
from portal.survey.asking import age_options, asked
from portal.views.common import page, scope_of

# Word → the service, what is said when it is done, what is asked before.
MOVES: dict[str, tuple[Callable[..., Survey], Any, Any]] = {
    "start": (
        services.start_survey,
        gettext_lazy("调查已开始；已通知第三方调查机构。"),
        gettext_lazy("开始后问卷、生活圈和配额不能再改，只能改截止日期。"),
    ),
    "close": (
        services.close_survey,
        gettext_lazy("调查已结束，密钥和住户地址摘要已清除。"),
        gettext_lazy("结束后不能再收答卷，也不能撤销导入；未用的问卷码全部失效。"),
    ),
    "publish": (
        services.publish_survey,
        gettext_lazy("结果已公布。"),
        gettext_lazy("公布后街镇可以查看本街镇生活圈的结果。"),
    ),
}
ACTS = {
    "assessments.create_survey": gettext_lazy("新建"),
    "assessments.change_survey": gettext_lazy("修改"),
    "assessments.make_tokens": gettext_lazy("生成问卷码"),
    "assessments.import_answers": gettext_lazy("导入答卷"),
    "assessments.undo_import": gettext_lazy("撤销导入"),
} | {SURVEY.act_name(move.word): move.label for move in SURVEY.moves}
MOST_TRAIL = 30


@page("assessments.surveys")
def survey(request: HttpRequest, pk: Any) -> HttpResponse:
    """The wave."""
    row, scope = find(request, pk), scope_of(request)
    seen = sees_progress(scope, row)
    rows = services.progress_of(row) if seen else []
    channels = channels_of(rows)
    may_manage = policy.may(scope, MANAGE, row)
    short = services.lacking(row) if row.state == State.PREPARING else []
    collecting = policy.may(scope, COLLECT, row)
    context = {
        "crumbs": crumbs(row),
        "survey": row,
        "agency": unit_name(row.agency) if row.agency else _("自行开展"),
        "status": STATUS[State(row.state)],
        "next_step": next_step(row, short, may_manage=may_manage),
        "ready": not short,
        "moves": [_button(row, move) for move in open_moves(SURVEY, row, scope)],
        "links": _links(row, scope, collecting=collecting),
        "may_edit": may_manage and row.state in (State.PREPARING, State.OPEN),
        "may_bring": collecting and row.state == State.OPEN,
        "seen": seen,
        "lines": [line(one, channels) for one in rows],
        "channels": [label for _value, label in channels],
        "totals": totals(rows, channels),
        "imports": list(row.imports.order_by("-at", "-id")) if seen else [],
        "trail": _trail(row) if scope.all_streets else [],
    }
    return render(request, "evaluation/survey.html", context)


@page("assessments.surveys")
def preview(request: HttpRequest, pk: Any) -> HttpResponse:
    """The questionnaire as it is asked; nothing can be sent."""
    row = find(request, pk)
    context = {
        "crumbs": crumbs(row, _("问卷预览")),
        "survey": row,
        "questions": asked(list(row.questionnaire.questions.all()), {}, {}),
        "ages": age_options(""),
    }
    return render(request, "evaluation/survey_preview.html", context)


@require_POST
@page("assessments.manage_surveys")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """One of the moves of the table."""
    row = find(request, pk)
    if word not in MOVES:
        raise Http404(_("没有这项办理。"))
    policy.require(scope_of(request), SURVEY.move(word).action, row)
    service, done, _asked = MOVES[word]
    common = common_of(request, seen_in(request))
    return run_here(request, page_of(row), done, lambda: service(survey=row, **common))


def page_of(row: Survey) -> str:
    """The wave's own page."""
    return reverse("evaluation:survey", args=[row.pk])


def crumbs(row: Survey, here: str = "") -> list[dict[str, str]]:
    """District › surveys › the wave › `here`."""
    way = [
        {"label": row.district.name},
        {"label": _("满意度调查"), "url": reverse("evaluation:surveys")},
        {"label": row.name, "url": page_of(row)},
    ]
    return [*way, {"label": here}] if here else [*way[:-1], {"label": row.name}]


def _button(row: Survey, move: Any) -> dict[str, Any]:
    _service, _done, ask = MOVES[move.word]
    return {
        "label": move.label,
        "url": reverse("evaluation:survey_move", args=[row.pk, move.word]),
        "ask": ask,
        "danger": move.word == "close",
    }


def _links(row: Survey, scope: Scope, *, collecting: bool) -> list[dict[str, str]]:
    """Where one goes from here."""
    wanted: list[tuple[str, str, str]] = []
    if collecting and row.state == State.OPEN:
        wanted += [
            (_("录入答卷"), "evaluation:survey_enter", "user"),
            (_("导入结果"), "evaluation:survey_import", "upload"),
            (_("问卷码"), "evaluation:survey_tokens", "list"),
        ]
    if row.state == State.PUBLISHED or (scope.all_streets and row.state != State.PREPARING):
        wanted.append((_("调查结果"), "evaluation:survey_results", "chart"))
    wanted.append((_("问卷预览"), "evaluation:survey_preview", "doc"))
    return [
        {"label": label, "url": reverse(name, args=[row.pk]), "icon": icon}
        for label, name, icon in wanted
    ]


def _trail(row: Survey) -> list[dict[str, Any]]:
    """What was done with the wave, the newest first."""
    events = AuditEvent.objects.filter(
        object_type=row._meta.label_lower, object_id=str(row.pk), action__in=ACTS
    ).order_by("-at", "-pk")[:MOST_TRAIL]
    return [
        {
            "at": event.at,
            "word": ACTS[event.action],
            "who": event.actor_label,
            "text": event.comment or _said(event.changes),
        }
        for event in events
    ]


def _said(changes: dict[str, Any]) -> str:
    if "file" in changes:
        return _("%(file)s，%(n)s 份") % {"file": changes["file"], "n": changes.get("rows", 0)}
    if "households_forgotten" in changes:
        return _("共回收 %(n)s 份") % {"n": changes["answers"]}
    return ""
