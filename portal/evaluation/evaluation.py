"""`/evaluation/<uuid>/`: one circle's evaluation: its parts, and what is to be done next."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.models import Checklist, Evaluation, Grade
from assessments.services.checklists import OVERRIDE
from assessments.services.evaluations import MANAGE, change_kind
from assessments.workflow.checklists import CONFIRM
from core import policy
from core.audit import current_actor
from core.scope import Scope
from portal.coordination.acting import run_here, seen_in
from portal.evaluation.explained import explained
from portal.evaluation.register import satisfaction_text
from portal.evaluation.starting import day_of
from portal.evaluation.year_rows import STAGES, YearRow, dressed
from portal.views.common import page, scope_of


@page("assessments.evaluations")
def evaluation(request: HttpRequest, pk: Any) -> HttpResponse:
    """The evaluation."""
    scope = scope_of(request)
    row = find(request, pk)
    (year_row,) = dressed([row.circle], {row.circle_id: row}, row.year, row.standard, scope)
    word, status = STAGES[year_row.stage]
    open_grade = year_row.grade is None or year_row.grade.state == Grade.State.PROPOSED
    context = {
        "crumbs": crumbs(row),
        "evaluation": row,
        "stage": word,
        "status": status,
        "steps": _steps(year_row, scope),
        "others": _others(row, scope),
        "grade": year_row.grade,
        "may_change": policy.may(scope, MANAGE, row) and open_grade,
        "kinds": Evaluation.Kind.choices,
    }
    if year_row.grade is not None:
        context |= explained(year_row.grade, scope)
    return render(request, "evaluation/evaluation.html", context)


@require_POST
@page(MANAGE)
def kind(request: HttpRequest, pk: Any) -> HttpResponse:
    """Another kind, another last day of scoring."""
    row = find(request, pk)

    def run() -> None:
        change_kind(
            evaluation=row,
            kind=request.POST.get("kind", ""),
            due_on=day_of(request.POST.get("due_on", "")),
            by=current_actor(),
            scope=scope_of(request),
            seen_version=seen_in(request),
        )

    return run_here(request, reverse("evaluation:evaluation", args=[row.pk]), _("已更改。"), run)


def find(request: HttpRequest, pk: Any) -> Evaluation:
    """The evaluation, if the caller's scope holds it."""
    rows = Evaluation.objects.visible_to(scope_of(request)).select_related(
        "circle__lead_street", "circle__district", "standard", "checklist__release"
    )
    found: Evaluation | None = (
        rows.defer("circle__boundary", "circle__district__outline").filter(pk=pk).first()
    )
    if found is None:
        raise Http404(_("没有这项评价，或者不在您的范围内。"))
    return found


def crumbs(row: Evaluation, *more: dict[str, str]) -> list[dict[str, str]]:
    """区 › 街道（镇） › 生活圈, and the year."""
    circle = row.circle
    home = f"{reverse('evaluation:home')}?year={row.year}&standard={row.standard_id}"
    here = {"label": f"{circle.name} {row.year}"}
    if more:
        here["url"] = reverse("evaluation:evaluation", args=[row.pk])
    return [
        {"label": circle.district.name},
        {"label": circle.lead_street.name},
        {"label": _("评价总表"), "url": home},
        here,
        *more,
    ]


# --- The parts ------------------------------------------------------------------------------------
def _steps(row: YearRow, scope: Scope) -> list[dict[str, Any]]:
    """Cards: {title, big [(label, value, note)], status, word, next, url, label, main}."""
    return [_checklist(row, scope), _scoring(row, scope), _survey(row, scope), _grade(row, scope)]


def _checklist(row: YearRow, scope: Scope) -> dict[str, Any]:
    step: dict[str, Any] = {"title": _("业态“有没有”分型表")}
    checklist, pk = row.checklist, row.evaluation.pk if row.evaluation else None
    if checklist is None or row.kinds is None:
        may = policy.may(scope, MANAGE)
        told = _("在评价总表勾选后“填列分型表”。") if may else _("由区商务委按定稿填列。")
        return step | {"status": "warn", "word": _("未填列"), "next": told}
    unknown = sum(kinds.unknown for kinds in row.kinds)
    confirmed = checklist.state == Checklist.State.CONFIRMED
    step |= {
        "big": [
            (label, f"{kinds.present}/{kinds.total}", _unknown_note(kinds.unknown))
            for label, kinds in zip((_("基本保障类"), _("品质提升类")), row.kinds, strict=True)
        ],
        "status": "good" if confirmed else "warn",
        "word": checklist.get_state_display(),
        "url": reverse("evaluation:checklist", args=[pk]),
        "label": _("查看分型表"),
    }
    if confirmed:
        return step | {"next": _("%(who)s 已确认") % {"who": checklist.confirmed_by_label}}
    if unknown:
        step["next"] = _("%(n)d 项情况不明，由主报街镇（%(street)s）现场核实。") % {
            "n": unknown,
            "street": row.circle.lead_street,
        }
        if policy.may(scope, OVERRIDE, checklist):
            step |= {"label": _("核实分型表"), "main": True}
        return step
    return step | {"next": _("请区商务委确认。"), "main": policy.may(scope, CONFIRM, checklist)}


def _unknown_note(unknown: int) -> str:
    return _("情况不明 %(n)d") % {"n": unknown} if unknown else ""


def _scoring(row: YearRow, scope: Scope) -> dict[str, Any]:
    step: dict[str, Any] = {"title": _("服务“好不好”专家评分")}
    evaluation = row.evaluation
    if evaluation is None or not evaluation.scored_in_full:
        told = _("年度复核未抽中：不重新评分，沿用上次专家评分。")
        return step | {"status": "none", "word": _("不评分"), "next": told}
    if not row.sees_grades:
        due = evaluation.due_on
        told = _("评分截止 %(day)s。") % {"day": due} if due else _("由评审专家评分。")
        return step | {"status": "none", "word": _("专家评分"), "next": told}
    done = row.cards >= row.wanted
    return step | {
        "big": [(_("已交评分表"), f"{row.cards}/{row.wanted}", "")],
        "status": "good" if done else "warn",
        "word": _("已交齐") if done else _("评分中"),
        "next": _("评分截止 %(day)s") % {"day": evaluation.due_on} if evaluation.due_on else "",
        "url": reverse("evaluation:circle_scoring", args=[evaluation.pk]),
        "label": _("查看评分"),
    }


def _survey(row: YearRow, scope: Scope) -> dict[str, Any]:
    step: dict[str, Any] = {"title": _("居民满意度调查")}
    cell = row.survey
    if cell is None:
        told = _("当年调查结束（对街镇为公布）后显示。")
        return step | {"status": "none", "word": _("尚无结果"), "next": told}
    found = cell.found
    share = satisfaction_text(row)
    step |= {"url": reverse("evaluation:surveys"), "label": _("满意度调查")}
    if found is None or not found.n:
        return step | {"status": "unknown", "word": share, "next": ""}
    margin = ""
    if found.margin is not None:
        margin = _("误差范围 ±%(x).1f 个百分点") % {"x": found.margin * 100}
    return step | {
        "big": [(_("居民综合满意度"), share, margin), (_("有效问卷"), str(found.n), "")],
        "status": "none",
        "word": "",
        "next": "",
    }


def _grade(row: YearRow, scope: Scope) -> dict[str, Any]:
    step: dict[str, Any] = {"title": _("评定结果")}
    grade = row.grade
    if grade is None:
        told = (
            _("分型表、评分、满意度齐备后，在“评定结果”中测评。")
            if row.sees_grades
            else _("审定并公布后显示。")
        )
        return step | {"status": "none", "word": _("尚未测评"), "next": told}
    word = _("审定等级") if grade.outcome else _("拟评等级")
    score = "—" if grade.score is None else str(grade.score)
    return step | {
        "big": [(word, row.level, ""), (_("评价得分"), score, "")],
        "status": "good" if grade.outcome else "none",
        "word": grade.get_state_display(),
        "next": grade.reason,
        "url": reverse("evaluation:grade", args=[grade.pk]),
        "label": _("查看评定"),
    }


def _others(row: Evaluation, scope: Scope) -> list[dict[str, Any]]:
    """The circle's other evaluations: other years, other standards, with their grades."""
    rows = Evaluation.objects.visible_to(scope).filter(circle=row.circle_id).exclude(pk=row.pk)
    found = list(rows.select_related("standard").order_by("-year", "standard__code"))
    grades = Grade.objects.visible_to(scope).filter(evaluation__in=found)
    by = {grade.evaluation_id: grade for grade in grades}
    return [{"evaluation": one, "grade": by.get(one.pk)} for one in found]
