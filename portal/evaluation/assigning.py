"""`/evaluation/scoring/assign/`: cards for many circles and experts at once, previewed first.

GET shows what can be given out; POST `preview` tells who would get what, POST `confirm` does it,
on the plan that was seen.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.models import Evaluation, Scorecard
from assessments.services.assigning import (
    ACTIVE,
    MOST_EXPERTS,
    Plan,
    assign_experts,
    experts_of,
    plan_assignment,
)
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from portal.coordination.tasks import whole
from portal.evaluation.scoring_rows import lines_of, scored_in_full
from portal.ledger.lists import described, errors_of, own_streets, search, select
from portal.views.common import own_district, page, scope_of

MANAGE = "assessments.manage_evaluations"
CONDITIONS = ("q", "street", "kind", "state", "evaluation")
Line = dict[str, Any]


@page(MANAGE)
def assign(request: HttpRequest) -> HttpResponse:
    """Choose; look at the distribution; give the cards out."""
    scope = scope_of(request)
    district = own_district(scope)
    full = scored_in_full(scope, district)
    years = sorted(set(full.order_by().values_list("year", flat=True)), reverse=True)
    year = whole(request.GET.get("year", "")) or (years[0] if years else 0)
    lines = [line for line in lines_of(full.filter(year=year)) if _fits(request, line)]
    experts = _experts(district, year)
    context: dict[str, Any] = {
        "crumbs": [
            {"label": _("专家评分"), "url": reverse("evaluation:scoring")},
            {"label": _("分派专家")},
        ],
        "year": year,
        "lines": lines,
        "experts": experts,
        "filters": _filters(request, scope, district, years, year),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "chosen": _chosen(request, lines),
        "chosen_experts": _uuids(request.POST.getlist("expert")),
        "per_circle": request.POST.get("per_circle", ""),
        "reason": request.POST.get("reason", ""),
        "standards": _wanted(lines),
        "most": MOST_EXPERTS,
        "errors": {},
    }
    if request.method != "POST":
        return render(request, "evaluation/assign.html", context)
    try:
        with refusals():
            return _asked(request, context, lines)
    except RefusedError as refusal:
        context["errors"] = errors_of(refusal.errors)
    return render(request, "evaluation/assign.html", context, status=422)


def _asked(request: HttpRequest, context: dict[str, Any], lines: list[Line]) -> HttpResponse:
    evaluations = [
        line["evaluation"] for line in lines if line["evaluation"].pk in context["chosen"]
    ]
    experts = [one for one in context["experts"] if one.pk in context["chosen_experts"]]
    text = context["per_circle"].strip()
    # What is no number is as wrong as 0.
    per_circle = whole(text) if text else None
    told: dict[str, Any] = {
        "evaluations": evaluations,
        "experts": experts,
        "per_circle": per_circle,
    }
    if request.POST.get("step") == "confirm":
        made = assign_experts(
            **told,
            reason=context["reason"],
            seen_plan=request.POST.get("plan", ""),
            by=current_actor(),
            scope=scope_of(request),
        )
        messages.success(request, _("已分派 %(n)d 份评分表，并通知相关专家。") % {"n": len(made)})
        return redirect("evaluation:scoring")
    plan = plan_assignment(**told)
    context |= {"plan": plan, "plan_experts": _loads(plan, experts), "short": _short(plan)}
    context["crumbs"][-1] = {"label": _("分派专家"), "url": request.get_full_path()}
    context["crumbs"].append({"label": _("核对分派方案")})
    return render(request, "evaluation/assign_preview.html", context)


def _experts(district: Any, year: int) -> list[Any]:
    """With how many cards each has this year, and how many are still to be scored."""
    of_year = Q(scorecards__evaluation__year=year)
    people = experts_of(district).annotate(
        load=Count("scorecards", filter=of_year & Q(scorecards__state__in=ACTIVE)),
        owed=Count("scorecards", filter=of_year & Q(scorecards__state=Scorecard.State.DRAFT)),
    )
    return list(people)


def _chosen(request: HttpRequest, lines: list[Line]) -> set[uuid.UUID]:
    """The circles that were ticked; all that are listed under 全部; one that the address names."""
    if request.POST.get("every"):
        return {line["evaluation"].pk for line in lines}
    return _uuids([*request.POST.getlist("evaluation"), request.GET.get("evaluation", "")])


def _fits(request: HttpRequest, line: Line) -> bool:
    get = request.GET.get
    if get("evaluation"):
        return str(line["evaluation"].pk) == get("evaluation")
    words = f"{line['circle'].name} {line['circle'].code}"
    return (
        all(word in words for word in get("q", "").split())
        and (get("state", "missing") == "all" or bool(line["missing"]))
        and get("street", line["street"].code) in ("", line["street"].code)
        and get("kind", line["evaluation"].kind) in ("", line["evaluation"].kind)
    )


def _filters(
    request: HttpRequest, scope: Any, district: Any, years: list[int], year: int
) -> dict[str, Any]:
    fields = [
        search(request, "q", _("搜索"), _("生活圈名称或编码")),
        select(request, "state", _("分派情况"), [("missing", _("专家未派足"))], default="missing"),
        select(
            request,
            "street",
            _("街道（镇）"),
            [(one.code, one.name) for one in own_streets(scope, district)],
        ),
        select(request, "kind", _("评价类型"), Evaluation.Kind.choices),
        select(request, "year", _("年度"), [(str(one), one) for one in years], default=str(year)),
    ]
    # Every year is one of its own: there is no 全部.
    fields[-1]["options"] = fields[-1]["options"][1:]
    return described(request, fields)


def _wanted(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """How many experts each standard at hand asks for."""
    standards = {line["evaluation"].standard for line in lines}
    return [
        {"name": one.name, "experts": one.experts, "limit": one.divergence}
        for one in sorted(standards, key=lambda one: one.name)
    ]


def _loads(plan: Plan, experts: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {
            "expert": one,
            "before": plan.loads[one.pk][0],
            "after": plan.loads[one.pk][1],
            "more": plan.loads[one.pk][1] - plan.loads[one.pk][0],
        }
        for one in experts
    ]


def _short(plan: Plan) -> int:
    return sum(part.short for part in plan.parts)


def _uuids(texts: Iterable[str]) -> set[uuid.UUID]:
    found = set()
    for text in texts:
        try:
            found.add(uuid.UUID(text))
        except ValueError:
            continue
    return found
