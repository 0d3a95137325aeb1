"""`/evaluation/grades/compare/`: one circle and year under two standards side by side.

Where the circle was graded under a standard that grade is shown; else what would be proposed, a
draft standard too, worked out now and stored nowhere.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.gates import MET, UNKNOWN, UNMET
from assessments.grading import lowest_state, missing_text, proposed_word
from assessments.models import Grade, Standard
from assessments.previewing import preview
from circles.models import Circle
from core.scope import Scope
from portal.evaluation.explained import GATES, level_name, points_text, radar, score_text
from portal.evaluation.register import year_of
from portal.views.common import own_district, page, scope_of
from territory.models import District

Side = dict[str, Any]


@page("assessments.grades")
def compare(request: HttpRequest) -> HttpResponse:
    """Two standards; for the commission, since it works out what is not published."""
    scope = scope_of(request)
    if not scope.all_streets:
        raise PermissionDenied(_("两套标准对照由区商务委查看。"))
    district, year = own_district(scope), year_of(request.GET.get("year", ""))
    circles = list(
        Circle.objects.visible_to(scope)
        .filter(district=district)
        .defer("boundary")
        .order_by("code")
    )
    standards = list(Standard.objects.filter(district=district).order_by("code", "-number"))
    circle = next((one for one in circles if one.code == request.GET.get("circle")), None)
    graded = set(
        Grade.objects.filter(district=district, year=year).values_list(
            "evaluation__standard", flat=True
        )
    )
    first = _chosen(request, "a", standards, [one for one in standards if one.pk in graded])
    others = [one for one in standards if first is None or one.pk != first.pk]
    second = _chosen(request, "b", others, others)
    context: dict[str, Any] = {
        "crumbs": _crumbs(district, year),
        "year": year,
        "circle": circle,
        "circles": circles,
        "standards": standards,
        "first": first,
        "second": second,
    }
    if circle is not None and first is not None and second is not None:
        sides = [_side(circle, year, standard, scope) for standard in (first, second)]
        context |= {"sides": sides, "groups": _groups(sides), "chart": _chart(sides)}
    return render(request, "evaluation/grade_compare.html", context)


def _crumbs(district: District, year: int) -> list[dict[str, str]]:
    return [
        {"label": district.name},
        {"label": _("评定结果"), "url": f"{reverse('evaluation:grades')}?year={year}"},
        {"label": _("两套标准对照")},
    ]


def _chosen(
    request: HttpRequest, name: str, standards: list[Standard], default: list[Standard]
) -> Standard | None:
    asked = request.GET.get(name, "")
    found = next((one for one in standards if str(one.pk) == asked), None)
    return found or next(iter([*default, *standards]), None)


def _side(circle: Circle, year: int, standard: Standard, scope: Scope) -> Side:
    """What the circle is, or would be, under the standard."""
    grades = Grade.objects.visible_to(scope).filter(
        circle=circle, year=year, evaluation__standard=standard
    )
    grade = grades.first()
    if grade is not None and grade.explanation:
        told, word = grade.explanation, grade.get_state_display()
    else:
        grade, told, word = None, preview(circle, year, standard).explanation, _("试算，未保存")
    return {
        "standard": standard,
        "grade": grade,
        "word": word,
        "told": told,
        "level": proposed_word(told["proposed"], lowest_state(told)),
        "outcome": grade.get_outcome_display() if grade else "",
        "score": score_text(told["score"]),
        "missing": missing_text(told),
    }


# --- Row by row -----------------------------------------------------------------------------------
def _groups(sides: list[Side]) -> list[dict[str, Any]]:
    """[{label, rows [{label, cells [{text, note, status, word}], differs}]}]."""
    told = [side["told"] for side in sides]
    levels = sorted({one["level"] for side in told for one in side["levels"]}, key=_rank)
    return [
        {"label": _("各维度得分"), "rows": _dimensions(told)},
        *({"label": level_name(level), "rows": _gates(told, level)} for level in levels),
    ]


def _rank(level: str) -> int:
    return ("basic", "improved", "quality").index(level)


def _row(label: str, cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {"label": label, "cells": cells, "differs": cells[0] != cells[1]}


def _dimensions(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_key = [{one["key"]: one for one in side["score"]["dimensions"]} for side in told]
    keys = list(dict.fromkeys(key for side in by_key for key in side))

    def cell(side: dict[str, Any], key: str) -> dict[str, Any]:
        return {"text": points_text(side[key]) if key in side else "—"}

    def name(key: str) -> str:
        return str(next(side[key]["name"] for side in by_key if key in side))

    return [_row(name(key), [cell(side, key) for side in by_key]) for key in keys]


def _gates(told: list[dict[str, Any]], level: str) -> list[dict[str, Any]]:
    """The conditions of a level, each in one row; the required groups together in one."""
    sides: list[dict[str, list[dict[str, Any]]]] = []
    for side in told:
        gates: dict[str, list[dict[str, Any]]] = {}
        for one in side["levels"]:
            for gate in one["gates"] if one["level"] == level else ():
                gates.setdefault(gate["gate"], []).append(gate)
        sides.append(gates)
    labels = _labels()
    asked = [kind for kind in labels if any(kind in side for side in sides)]
    return [_row(labels[kind], [_gate(side.get(kind, [])) for side in sides]) for kind in asked]


def _gate(gates: list[dict[str, Any]]) -> dict[str, Any]:
    """One condition; of several the worst counts, and those that are not met are named."""
    if not gates:
        return {"text": _("没有此项要求")}
    state = min((gate["state"] for gate in gates), key=(UNMET, UNKNOWN, MET).index)
    status, word = GATES[state]
    told = {"status": status, "word": str(word)}
    if len(gates) == 1:
        return told | {"text": gates[0]["wanted"], "note": gates[0]["is"]}
    open_ = [gate["text"] for gate in gates if gate["state"] != MET]
    return told | {"text": _("%(n)d 项") % {"n": len(gates)}, "note": "；".join(open_)}


def _labels() -> dict[str, str]:
    return {
        "min_basic": _("基本保障类种类数"),
        "min_quality": _("品质提升类种类数"),
        "required": _("必备业态"),
        "min_score": _("评价得分"),
        "min_satisfaction": _("居民综合满意度"),
        "min_basic_satisfaction": _("居民基本满意度"),
    }


def _chart(sides: list[Side]) -> dict[str, Any] | None:
    labels = [f"{side['standard'].name}（{side['standard'].number}）" for side in sides]
    told = [side["told"] for side in sides]
    return radar("radar-compare", dict(zip(labels, told, strict=True)))
