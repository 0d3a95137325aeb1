"""The row of tabs above the pages of reporting."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from core import policy
from core.scope import NOBODY, Scope

register = template.Library()

# label, address name, the action that opens it
TABS = (
    (_("报送总览"), "reporting:overview", "reports.overview"),
    (_("全区汇总"), "reporting:periods", "reports.overview"),
    (_("工作信息"), "reporting:news", "reports.work_items"),
    (_("工作通报"), "reporting:bulletins", "reports.bulletins"),
)


@register.inclusion_tag("reporting/tabs.html", takes_context=True)
def reporting_tabs(context: template.Context) -> dict[str, Any]:
    """The tabs that the caller may open; the current one by the address."""
    request = context["request"]
    scope: Scope = getattr(request, "scope", NOBODY)
    tabs = []
    for label, name, action in TABS:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        if policy.may(scope, action):
            tabs.append({"label": label, "url": url})
    above = [str(tab["url"]) for tab in tabs if request.path.startswith(str(tab["url"]))]
    current = max(above, key=len, default="")
    return {"tabs": [{**tab, "current": tab["url"] == current} for tab in tabs]}
