"""The row of tabs above every page of evaluation."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from core import policy
from core.scope import NOBODY, Scope

register = template.Library()

# Pages whose address lies below another tab than the one they belong to.
BELONGS = dict.fromkeys(
    ("circle_scoring", "circle_scoring_move", "scorecard", "scorecard_summary", "scorecard_move"),
    ("evaluation:scoring", "evaluation:my_scorecards"),
)

# label, address name, the action that opens it
TABS = (
    (_("评价总表"), "evaluation:home", "assessments.evaluations"),
    (_("我的评分表"), "evaluation:my_scorecards", "assessments.score"),
    (_("专家评分"), "evaluation:scoring", "assessments.manage_evaluations"),
    (_("满意度调查"), "evaluation:surveys", "assessments.surveys"),
    (_("评定结果"), "evaluation:grades", "assessments.grades"),
    (_("评价标准"), "evaluation:standards", "assessments.standards"),
    (_("调查问卷"), "evaluation:questionnaires", "assessments.standards"),
)


@register.inclusion_tag("evaluation/tabs.html", takes_context=True)
def evaluation_tabs(context: template.Context) -> dict[str, Any]:
    """The tabs that exist and that the caller may open; the current one by the address."""
    request = context["request"]
    scope: Scope = getattr(request, "scope", NOBODY)
    tabs: list[dict[str, Any]] = []
    for label, name, action in TABS:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        if policy.may(scope, action):
            tabs.append({"label": label, "url": url, "name": name})
    # The longest address that the page lies below: the first one is above all others.
    below = [tab for tab in tabs if request.path.startswith(tab["url"])]
    homes = BELONGS.get(getattr(request.resolver_match, "url_name", None) or "", ())
    below = [tab for tab in tabs if tab["name"] in homes] or below
    current = max(below, key=lambda tab: len(tab["url"]), default=None)
    return {"tabs": [tab | {"current": tab is current} for tab in tabs]}
