"""`/evaluation/surveys/<uuid>/results/`: what a wave found out."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.distributions import Answers, needs_of, open_answers
from assessments.models import Question, Survey
from assessments.results import Results, has_results, responses
from circles.models import Circle
from core import policy
from core.scope import Scope
from metrics.models import Target
from metrics.querysets import last_release
from portal.basis import offset_pager, with_query
from portal.coordination.tasks import whole
from portal.evaluation.results_book import results_workbook
from portal.evaluation.results_lines import (
    WITHHELD,
    line,
    need_line,
    question_block,
    with_plots,
)
from portal.present import against_target, target_for
from portal.views.common import page, scope_of, targets
from territory.models import Street

PER_PAGE = 50
TITLES = {
    "street": gettext_lazy("分街道（镇）"),
    "circle": gettext_lazy("分生活圈"),
    "age_band": gettext_lazy("分年龄段"),
    "channel": gettext_lazy("分渠道"),
    "questions": gettext_lazy("各题结果"),
    "needs": gettext_lazy("居民需求"),
    "words": gettext_lazy("文字意见"),
}
EVERYTHING = "all"
WHOLE = "district"


@dataclass
class Shown:
    """What one request shows of a wave: of which place, which sections."""

    found: Results
    within: Street | Circle | None
    sections: list[str]
    target: Target | None
    # Of the needs, those that the circle lacks.
    only_missing: bool = False
    _answers: list[Answers] = field(default_factory=list)

    @property
    def answers(self) -> Answers:
        """The answers to the questions, read once."""
        if not self._answers:
            self._answers.append(Answers(self.found))
        return self._answers[0]


@page("assessments.surveys")
def survey_results(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The results of a wave that is over; `?export=xlsx` gives what is shown."""
    scope = scope_of(request)
    waves = Survey.objects.visible_to(scope).select_related("district", "questionnaire", "agency")
    survey = get_object_or_404(waves, pk=pk)
    context: dict[str, Any] = {
        "survey": survey,
        "crumbs": [
            {"label": survey.district.name},
            {"label": _("满意度调查"), "url": reverse("evaluation:surveys")},
            {"label": survey.name, "url": reverse("evaluation:survey", args=[survey.pk])},
            {"label": _("调查结果")},
        ],
    }
    if not has_results(survey):
        return render(request, "evaluation/results_none.html", context)
    found = Results(survey, scope)
    within = _within(request, found)
    possible = _possible(found, scope, within)
    asked = request.GET.get("by", "")
    chosen = asked if asked in possible else possible[0]
    sections = [one for one in possible if asked in (EVERYTHING, one)] or [chosen]
    goal = target_for(targets(), "satisfaction_share", "D")
    shown = Shown(found, within, sections, goal, request.GET.get("missing") == "1")
    if request.GET.get("export") == "xlsx":
        return results_workbook(request, survey, _place_name(shown), _blocks(shown))
    context |= {
        "head": _head(shown),
        "filters": _filters(request, shown),
        "tabs": _tabs(request, possible, EVERYTHING if asked == EVERYTHING else chosen),
        "blocks": _paged(request, _blocks(shown)),
        "exports": [
            {"label": _("导出本页 Excel"), "url": with_query(request, export="xlsx")},
            {
                "label": _("导出全部 Excel"),
                "url": with_query(request, export="xlsx", by=EVERYTHING),
            },
        ],
        "print_url": with_query(request, by=EVERYTHING),
        "withheld": WITHHELD,
    }
    return render(request, "evaluation/results.html", context)


def _within(request: HttpRequest, found: Results) -> Street | Circle | None:
    """The place that the address names; a street starts with its own."""
    streets: dict[str, Street | Circle] = {f"street-{one.code}": one for one in found.streets()}
    asked = request.GET.get("place", "")
    if not asked and not found.everywhere:
        return next(iter(streets.values()), None)
    if asked in ("", WHOLE):
        return None
    places = streets | {f"circle-{one.code}": one for one in found.circles()}
    if asked not in places:
        raise Http404(_("这次调查没有这个街道（镇）或生活圈的结果。"))
    return places[asked]


def _possible(found: Results, scope: Scope, within: Street | Circle | None) -> list[str]:
    """Sections that there are for this wave, place and caller."""
    questions = found.survey.questionnaire.questions.values_list("kind", "measures")
    kinds, measured = {one[0] for one in questions}, {one[1] for one in questions}
    whole = within is None
    groups = found.everywhere or not whole
    there = {
        "street": whole,
        "circle": not isinstance(within, Circle),
        "age_band": groups,
        "channel": groups,
        "questions": groups,
        "needs": Question.Measures.FORMAT in measured,
        "words": whole
        and Question.Kind.OPEN in kinds
        and policy.may(scope, "assessments.manage_surveys", found.survey),
    }
    sections = [key for key in TITLES if there[key]]
    if found.measures:
        return sections
    # Where nothing measures the satisfaction, what was asked comes first.
    first = [one for one in ("needs", "questions") if one in sections]
    return first + [one for one in sections if one not in first]


def _place_name(shown: Shown) -> str:
    return str(shown.within or shown.found.survey.district)


def _head(shown: Shown) -> dict[str, Any]:
    survey, cell = shown.found.survey, shown.found.total(shown.within)
    told = line(cell)
    head: dict[str, Any] = {
        "place": _place_name(shown),
        "measures": shown.found.measures,
        "closed_on": timezone.localdate(survey.closed_at) if survey.closed_at else None,
        "responses": responses(shown.found) if shown.found.everywhere else None,
        "line": told,
        "smallest": survey.smallest_cell,
        "street": isinstance(shown.within, Street),
    }
    if shown.found.measures and shown.target is not None:
        status = against_target(told.get("share"), shown.target)
        if shown.within is not None:
            # The document sets it for the whole; elsewhere it is a mark to compare with.
            status = {key: status[key] for key in ("target_text", "clause_text", "clause_url")}
        head["target"] = status
    return head


def _blocks(shown: Shown) -> list[dict[str, Any]]:
    return [
        {"key": key, "title": str(TITLES[key]), **_BLOCKS.get(key, _breakdown)(shown, key)}
        for key in shown.sections
    ]


def _breakdown(shown: Shown, key: Any) -> dict[str, Any]:
    cells = shown.found.cells(key, None if key == "street" else shown.within)
    lines, axis = with_plots([line(one) for one in cells], shown.target)
    return {
        "kind": "lines",
        "lines": lines,
        "axis": axis,
        "measures": shown.found.measures,
        "quotas": key in ("street", "circle"),
    }


def _questions(shown: Shown, key: str) -> dict[str, Any]:
    found = shown.answers.distributions(shown.within)
    return {"kind": "questions", "questions": [question_block(one) for one in found]}


def _needs(shown: Shown, key: str) -> dict[str, Any]:
    release = last_release(shown.found.survey.district)
    needs = needs_of(shown.answers, shown.within)
    missing = [one for one in needs if one.missing == "missing"]
    return {
        "kind": "needs",
        "needs": [need_line(one) for one in (missing if shown.only_missing else needs)],
        "release": release,
        "every": len(needs),
        "missing": len(missing),
        "only_missing": shown.only_missing,
    }


def _words(shown: Shown, key: str) -> dict[str, Any]:
    found = open_answers(shown.found)
    return {
        "kind": "words",
        "words": [{"text": question.text, "said": said} for question, said in found],
    }


_BLOCKS: dict[str, Any] = {"questions": _questions, "needs": _needs, "words": _words}


def _paged(request: HttpRequest, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Long lists by pages where they stand alone, their beginning where all stands together."""
    start = whole(request.GET.get("from", ""))
    alone = len(blocks) == 1
    for block in blocks:
        if block["kind"] == "needs":
            needs = block["needs"]
            block["total"] = len(needs)
            block["every_url"] = with_query(request, missing=None, **{"from": None})
            block["missing_url"] = with_query(request, missing="1", **{"from": None})
            block["needs"] = needs[start : start + PER_PAGE] if alone else needs[:PER_PAGE]
            if alone:
                block["pager"] = offset_pager(request, start, PER_PAGE, len(needs))
    return blocks


def _filters(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    found = shown.found
    options = [{"value": WHOLE, "label": _("全区")}]
    for street in found.streets():
        options.append({"value": f"street-{street.code}", "label": street.name})
    for circle in found.circles():
        label = f"{circle.name}（{circle.lead_street.name}）"
        options.append({"value": f"circle-{circle.code}", "label": label})
    value = WHOLE
    if shown.within is not None:
        kind = "street" if isinstance(shown.within, Street) else "circle"
        value = f"{kind}-{shown.within.code}"
    fields: list[dict[str, Any]] = [
        {
            "name": "place",
            "label": _("范围"),
            "kind": "select",
            "value": value,
            "options": options,
        }
    ]
    if by := request.GET.get("by"):
        fields.append({"name": "by", "kind": "hidden", "value": by})
    return {"fields": fields, "chips": []}


def _tabs(request: HttpRequest, possible: list[str], current: str) -> list[dict[str, Any]]:
    named = [(key, str(TITLES[key])) for key in possible]
    return [
        {
            "label": label,
            "url": with_query(request, by=key, **{"from": None}),
            "current": key == current,
        }
        for key, label in [*named, (EVERYTHING, _("全部"))]
    ]
