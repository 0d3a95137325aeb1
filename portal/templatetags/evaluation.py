"""The row of tabs above every page of evaluation."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from portal.tabs import row_of_tabs

register = template.Library()

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

# Pages whose address lies below another tab than the one they belong to.
BELONGS = dict.fromkeys(
    (
        "evaluation:circle_scoring",
        "evaluation:circle_scoring_move",
        "evaluation:scorecard",
        "evaluation:scorecard_summary",
        "evaluation:scorecard_move",
    ),
    ("evaluation:scoring", "evaluation:my_scorecards"),
)


@register.inclusion_tag("components/tabs.html", takes_context=True)
def evaluation_tabs(context: template.Context) -> dict[str, Any]:
    """The tabs that exist and that the caller may open; the current one by the address."""
    return row_of_tabs(context, _("分级评价"), TABS, BELONGS)
