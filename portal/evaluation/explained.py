"""A grade's explanation as pages and papers show it: evaluation/grade_explained.html."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.gates import MET, UNKNOWN, UNMET, plain
from assessments.grading import BLOCKED, lowest_state, missing_text, proposed_word
from assessments.models import Grade
from circles.models.circle import Level
from core import policy
from core.scope import Scope

Told = dict[str, Any]
# State of a gate or a level → components/status.html's status and word.
GATES = {
    MET: ("good", gettext_lazy("满足")),
    UNMET: ("warn", gettext_lazy("不满足")),
    UNKNOWN: ("unknown", gettext_lazy("情况不明")),
}
LEVELS = {
    MET: ("good", gettext_lazy("条件均满足")),
    UNMET: ("warn", gettext_lazy("有条件不满足")),
    UNKNOWN: ("unknown", gettext_lazy("有条件情况不明")),
    BLOCKED: ("none", gettext_lazy("须先满足上一等级")),
}
STATES = {
    Grade.State.PROPOSED: "none",
    Grade.State.SUBMITTED: "warn",
    Grade.State.APPROVED: "good",
    Grade.State.PUBLISHED: "good",
}


def explained(grade: Grade, scope: Scope) -> Told:
    """{"told": context of evaluation/grade_explained.html}; the grade with its evaluation.

    told: level, level_word (拟评等级 or 审定等级), state, status, notes, next_level, missing, rule,
    levels [{name, status, word, gates [{wanted, is, status, word}]}], dimensions [{name, full,
    points, items [{name, points, full, figure, source}]}], score, chart (a radar), origins
    [{label, text, url}], tags, url.
    """
    told = shown(grade.explanation, f"radar-{grade.pk}")
    told |= {
        "grade": grade,
        "level": grade.get_outcome_display() if grade.outcome else told["proposed"],
        "level_word": _("审定等级") if grade.outcome else _("拟评等级"),
        "state": grade.get_state_display(),
        "status": STATES[Grade.State(grade.state)],
        "origins": _origins(grade, scope),
        "tags": [*told["tags"], *(["demo"] if grade.is_sample else [])],
        "url": reverse("evaluation:grade", args=[grade.pk]),
    }
    return {"told": told}


def shown(explanation: Mapping[str, Any], chart: str) -> Told:
    """An explanation alone, stored or not; `chart` is the id of its radar."""
    if not explanation:
        return {"score": None, "levels": [], "dimensions": [], "tags": [], "notes": []}
    score = explanation["score"]
    return {
        "proposed": proposed_word(explanation["proposed"], lowest_state(explanation)),
        "score": score_text(score),
        "is_scored": score["total"] is not None,
        "full": plain(Decimal(score["full"])),
        "notes": explanation["notes"],
        "next_level": level_name(explanation["next"]) if explanation["next"] else "",
        "missing": missing_text(explanation),
        "rule": explanation["rule"],
        "levels": [_level(one) for one in explanation["levels"]],
        "dimensions": [_dimension(one) for one in score["dimensions"]],
        "chart": radar(chart, {_("得分"): explanation}),
        "standard": explanation["standard"],
        "tags": [] if explanation["standard"]["is_official"] else ["unconfirmed"],
    }


def level_name(level: str) -> str:
    """The level's name."""
    return str(Level(level).label)


def score_text(score: Mapping[str, Any]) -> str:
    """“86.5 分”, or what is known of it."""
    if score["total"] is not None:
        return _("%(n)s 分") % {"n": plain(Decimal(score["total"]))}
    told = {"points": plain(Decimal(score["known"])), "scored": plain(Decimal(score["scored"]))}
    return _("未计全（已计 %(points)s/%(scored)s 分）") % told


def radar(chart: str, explanations: Mapping[str, Mapping[str, Any]]) -> Told | None:
    """components/chart.html's dict of explanations with the same dimensions; None for others."""
    drawn = list(explanations.values())
    dimensions = drawn[0]["score"]["dimensions"]
    axes = [(one["key"], one["name"]) for one in dimensions]
    same = all([(d["key"], d["name"]) for d in e["score"]["dimensions"]] == axes for e in drawn)
    if len(axes) < 3 or not same:
        return None
    return {
        "id": chart,
        "title": _("各维度得分率"),
        "kind": "radar",
        "sub": _("得分 ÷ 满分，未计分的项目不计入"),
        "data": {
            "axes": [{"label": name, "max": 100} for _key, name in axes],
            "series": [
                {
                    "label": label,
                    "values": [_rate(one) for one in told["score"]["dimensions"]],
                    "texts": [points_text(one) for one in told["score"]["dimensions"]],
                }
                for label, told in explanations.items()
            ],
        },
    }


def points_text(dimension: Mapping[str, Any]) -> str:
    """“12.5/15”; “未计全 8/10” where an item has no points."""
    if dimension["points"] is not None:
        return f"{plain(Decimal(dimension['points']))}/{plain(Decimal(dimension['full']))}"
    told = f"{plain(Decimal(dimension['known']))}/{plain(Decimal(dimension['scored']))}"
    return _("未计全 %(told)s") % {"told": told}


def _rate(dimension: Mapping[str, Any]) -> float | None:
    scored = Decimal(dimension["scored"])
    return round(float(Decimal(dimension["known"]) / scored * 100), 1) if scored else None


def _level(one: Mapping[str, Any]) -> Told:
    status, word = LEVELS[one["state"]]
    return {
        "level": one["level"],
        "name": level_name(one["level"]),
        "status": status,
        "word": word,
        "met": one["met"],
        "gates": [
            {
                "gate": gate["gate"],
                "wanted": gate["wanted"],
                "is": gate["is"],
                "status": GATES[gate["state"]][0],
                "word": GATES[gate["state"]][1],
            }
            for gate in one["gates"]
        ],
    }


def _dimension(one: Mapping[str, Any]) -> Told:
    return {
        "name": one["name"],
        "text": points_text(one),
        "whole": one["points"] is not None,
        "items": [
            {
                "name": item["name"],
                "points": None if item["points"] is None else plain(Decimal(item["points"])),
                "full": plain(Decimal(item["full"])),
                "figure": item["figure"],
                "source": item["source"],
            }
            for item in one["items"]
        ],
    }


# --- Where the figures come from ------------------------------------------------------------------
def _origins(grade: Grade, scope: Scope) -> list[Told]:
    told = grade.explanation
    if not told:
        return []
    standard, release, survey = told["standard"], told["release"], told["survey"]
    sees_standards = policy.may(scope, "assessments.standards")
    rows = [
        {
            "label": _("评价标准"),
            "text": _("%(name)s（第 %(number)d 版）") % standard,
            "url": reverse("evaluation:standard", args=[standard["id"]]) if sees_standards else "",
        },
        {
            "label": _("定稿指标"),
            "text": _("统计截止日 %(day)s 的定稿") % {"day": release["cutoff"]}
            if release
            else _("没有"),
        },
        {
            "label": _("业态分型表"),
            "text": _("已确认")
            if (told["checklist"] or {}).get("state") == "confirmed"
            else _("草稿"),
            "url": reverse("evaluation:checklist", args=[grade.evaluation_id]),
        },
        {"label": _("专家评分"), "text": _cards(told["cards"])},
        {
            "label": _("满意度调查"),
            "text": f"{survey['name']}（{survey['year']}）" if survey else _("没有当年结果"),
            "url": _results_of(survey, scope),
        },
    ]
    return rows


def _results_of(survey: Mapping[str, Any] | None, scope: Scope) -> str:
    may = survey and policy.may(scope, "assessments.surveys")
    return reverse("evaluation:survey_results", args=[survey["id"]]) if may and survey else ""


def _cards(cards: Mapping[str, Any]) -> str:
    if cards["carried_from"]:
        return _("沿用 %(year)d 年") % {"year": cards["carried_from"]}
    told = _("已确认 %(counted)d/%(wanted)d 份") % cards
    if cards["spread"] is not None:
        told += _("，相差 %(n)s 分") % {"n": plain(Decimal(cards["spread"]))}
    return told
