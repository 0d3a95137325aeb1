"""The row of tabs above every page of coordination."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from portal.tabs import row_of_tabs

register = template.Library()

# label, address name, the action that opens it
TABS = (
    (_("任务分工"), "coordination:duties", "coordination.duties"),
    (_("任务"), "coordination:tasks", "coordination.tasks"),
    (_("联席会议"), "coordination:meetings", "coordination.meetings"),
    (_("提案建议"), "coordination:proposals", "coordination.proposals"),
    (_("名册"), "coordination:roster", "coordination.roster"),
    (_("主线落实"), "coordination:lines", "coordination.lines"),
)


@register.inclusion_tag("components/tabs.html", takes_context=True)
def coordination_tabs(context: template.Context) -> dict[str, Any]:
    """The tabs that exist and that the caller may open; the current one by the address."""
    return row_of_tabs(context, _("统筹协调"), TABS)
