"""Two versions side by side: only what they say differently, by part."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.editing.versions import Kind, title_of
from portal.views.common import scope_of


def compared(
    request: HttpRequest,
    kind: Kind,
    row: Any,
    differ: Callable[[Any, Any], Iterable[dict[str, Any]]],
) -> HttpResponse:
    """`row` beside the version that the address names, or the one before it.

    differ  what the second says otherwise than the first: {part, label, field, before, after} in
            words
    """
    scope = scope_of(request)
    every = kind.model.objects.visible_to(scope).filter(district=row.district)
    others = list(every.exclude(pk=row.pk).order_by("code", "-number", "id"))
    other = _chosen(request, row, others)
    groups: list[dict[str, Any]] = []
    if other is not None:
        groups = grouped(differ(other, row))
    context = {
        "kind": kind,
        "crumbs": kind.crumbs(kind.crumb(row), {"label": _("版本比较")}),
        "row": row,
        "title": title_of(row),
        "other": other,
        "other_title": title_of(other) if other else "",
        "options": [{"value": str(one.pk), "label": _option(one)} for one in others],
        "groups": groups,
        "count": sum(len(group["rows"]) for group in groups),
        "back": kind.url("", row),
    }
    return render(request, f"{kind.template}_compare.html", context)


def grouped(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The differences by part, in their order: [{label, rows}]."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        parts.setdefault(one["part"], []).append(one)
    return [{"label": label, "rows": rows} for label, rows in parts.items()]


def _chosen(request: HttpRequest, row: Any, others: list[Any]) -> Any:
    """What the address names; else the version before this one, else another of its code."""
    try:
        asked = uuid.UUID(request.GET.get("with", ""))
    except ValueError:
        asked = None
    for one in others:
        if one.pk == asked:
            return one
    same = [one for one in others if one.code == row.code]
    return next((one for one in same if one.number < row.number), next(iter(same), None))


def _option(row: Any) -> str:
    return f"{title_of(row)} · {row.get_state_display()}"
