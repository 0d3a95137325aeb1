"""The row of tabs above the pages of a part of the portal."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from core import policy
from core.scope import NOBODY, Scope

# label, address name, the action that opens it
Tab = tuple[Any, str, str]


def row_of_tabs(
    context: template.Context,
    label: Any,
    tabs: Sequence[Tab],
    belongs: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """What components/tabs.html shows: the tabs that the caller may open, the current one marked.

    `belongs` maps view names to the tabs (the first that is shown) of pages whose address does not
    lie below their tab's.
    """
    request = context["request"]
    scope: Scope = getattr(request, "scope", NOBODY)
    shown = [
        {"label": text, "url": url, "name": name}
        for text, name, action in tabs
        if (url := _address(name)) and policy.may(scope, action)
    ]
    view = getattr(request.resolver_match, "view_name", "") or ""
    homes = (belongs or {}).get(view, ())
    above = [tab for tab in shown if tab["name"] in homes] or [
        tab for tab in shown if request.path.startswith(str(tab["url"]))
    ]
    # The longest address that the page lies below: the first tab is often above all others.
    current = max(above, key=lambda tab: len(str(tab["url"])), default=None)
    return {"label": label, "tabs": [tab | {"current": tab is current} for tab in shown]}


def _address(name: str) -> str:
    try:
        return str(reverse(name))
    except NoReverseMatch:
        return ""
