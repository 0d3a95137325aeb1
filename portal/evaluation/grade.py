"""`/evaluation/grades/<id>/`: one grade, what led there, and the decision on it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.grading import lowest_state, proposed_word
from assessments.models import Grade
from assessments.services.grades import proposed_outcome
from assessments.workflow.grades import GRADE
from core import policy
from core.scope import Scope
from core.workflow import open_moves
from portal.coordination.trails import trail_of
from portal.evaluation.explained import explained
from portal.evaluation.grades import change_of
from portal.views.common import page, scope_of


@page("assessments.grades")
def grade(request: HttpRequest, pk: Any) -> HttpResponse:
    """The grade."""
    return show(request, pk)


def show(request: HttpRequest, pk: Any, refused: dict[str, Any] | None = None) -> HttpResponse:
    """The page; `refused` {word, why, …}: a move that was refused, with what was typed into it."""
    scope = scope_of(request)
    row = find(pk, scope)
    history = _history(row, scope)
    context = {
        "crumbs": _crumbs(row),
        "grade": row,
        "proposed": proposed_word(row.proposed_level, lowest_state(row.explanation)),
        "change": change_of(row),
        "moves": {move.word: move for move in open_moves(GRADE, row, scope)},
        "outcomes": Grade.Outcome.choices,
        "chosen": proposed_outcome(row),
        "today": timezone.localdate(),
        "refused": refused or {},
        "history": history,
        "chart": _trend(history),
        "trail": trail_of(row, GRADE) if scope.all_streets else [],
        "sees_all": scope.all_streets,
        "may_propose": row.state == Grade.State.PROPOSED
        and policy.may(scope, "assessments.propose_grades", row),
        "waits": _waits(row, scope),
        **explained(row, scope),
    }
    status = 422 if refused else 200
    return render(request, "evaluation/grade.html", context, status=status)


def find(pk: Any, scope: Scope) -> Grade:
    """The grade, if the caller's scope holds it."""
    rows = Grade.objects.visible_to(scope).select_related(
        "circle__lead_street", "circle__district", "evaluation__standard", "district"
    )
    rows = rows.defer("circle__boundary", "circle__district__outline", "district__outline")
    found: Grade | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404(_("没有这项评定结果，或者不在您的范围内。"))
    return found


def _crumbs(row: Grade) -> list[dict[str, str]]:
    """区 › 街道（镇） › 生活圈, and the year."""
    circle = row.circle
    return [
        {"label": circle.district.name},
        {"label": circle.lead_street.name},
        {"label": _("评定结果"), "url": f"{reverse('evaluation:grades')}?year={row.year}"},
        {"label": f"{circle.name} {row.year}"},
    ]


def _waits(row: Grade, scope: Scope) -> str:
    """Whom it waits for, where the caller is not the one."""
    if open_moves(GRADE, row, scope):
        return ""
    waiting = {
        Grade.State.PROPOSED: _("待科室经办人报审。"),
        Grade.State.SUBMITTED: _("待委分管领导审定；报审人不能审定。"),
        Grade.State.APPROVED: _("待公布。"),
    }
    return waiting.get(Grade.State(row.state), "")


def _history(row: Grade, scope: Scope) -> list[Grade]:
    """The circle's grades of every year, oldest first: decided ones, and this one."""
    rows = Grade.objects.visible_to(scope).filter(circle=row.circle_id)
    rows = rows.select_related("evaluation__standard").defer("explanation")
    return [
        one for one in rows.order_by("year", "made_at", "id") if one.outcome or one.pk == row.pk
    ]


def _trend(history: list[Grade]) -> dict[str, Any] | None:
    """The score over the years, under whatever standard was in force."""
    known = [one for one in history if one.score is not None]
    if len(known) < 2:
        return None
    points = [
        {
            "day": str(one.year),
            "value": float(one.score or 0),
            "text": _("%(n)s 分 · %(level)s")
            % {"n": one.score, "level": one.get_outcome_display() or _("未审定")},
        }
        for one in known
    ]
    return {
        "id": "score-trend",
        "title": _("历年得分"),
        "kind": "trend",
        "sub": _("标准换版的年度不完全可比"),
        "data": {
            "unit": _("分"),
            "decimals": 1,
            "series": [{"label": _("评价得分"), "points": points}],
        },
    }
