"""The row of tabs above every page of the ledger."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from core import policy
from core.scope import NOBODY, Scope

register = template.Library()

# label, address name, the action that opens it
TABS = (
    (_("总览"), "ledger:home", "outlets.view"),
    (_("网点"), "ledger:outlets", "outlets.view"),
    (_("导入"), "ledger:imports", "outlets.import"),
    (_("核对"), "ledger:rounds", "outlets.view"),
    (_("疑似变化"), "ledger:changes", "outlets.view"),
    (_("数据质量"), "ledger:quality", "outlets.view"),
    (_("导出与目录"), "ledger:exports", "outlets.view"),
)

# Pages that belong to a tab without standing below its address.
ALSO = {"ledger:directory": "ledger:exports"}


@register.inclusion_tag("ledger/tabs.html", takes_context=True)
def ledger_tabs(context: template.Context) -> dict[str, Any]:
    """The tabs that exist and that the caller may open; the current one by the address."""
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
    match = request.resolver_match
    other = ALSO.get(match.view_name) if match else None
    path = reverse(other) if other else request.path
    above = [str(tab["url"]) for tab in tabs if path.startswith(str(tab["url"]))]
    current = max(above, key=len, default="")
    return {"tabs": [{**tab, "current": tab["url"] == current} for tab in tabs]}
